package widgets_test

import (
	"fmt"
	"io"
	"log"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/widgets"
)

// An explorer of a map with two peaks and one true point. In a notebook
// display.Widget shows it.
func ExampleNewExplorer() {
	image := detection.NewVolume([3]int{1, 32, 32}, 1)
	prob := detection.NewVolume([3]int{1, 32, 32}, 1)
	prob.Data[10*32+10], prob.Data[20*32+24] = 0.9, 0.4
	truth := []detection.Point{{Pos: [3]float64{0, 11, 10}}}

	e, err := widgets.NewExplorer(image, prob, truth, widgets.DefaultExplorerOptions())
	if err != nil {
		log.Fatal(err)
	}
	for _, threshold := range []float64{0.2, 0.5} {
		m, err := e.Match(widgets.Setting{Threshold: threshold, Tolerance: 5})
		if err != nil {
			log.Fatal(err)
		}
		s := m.Score()
		fmt.Printf("above %g: TP %d, FP %d, F1 %.3f\n", threshold, s.TP, s.FP, s.F1())
	}
	if err := widgets.WritePage(io.Discard, e.Title(), e); err != nil { // or into a file, to open in a browser
		log.Fatal(err)
	}
	// Output:
	// above 0.2: TP 1, FP 1, F1 0.667
	// above 0.5: TP 1, FP 0, F1 1.000
}

// An editor of two points with a suggestion. In a notebook with the kernel Go
// (Puncta) it saves to the file that session.Points has read:
//
//	file := s.MustPoints("cells.csv", 0)
//	display.MustWidget(widgets.NewEditor(image.Volume, file.Points, widgets.SavingTo(file)))
func ExampleNewEditor() {
	image := detection.NewVolume([3]int{1, 32, 48}, 1)
	image.Data[20*48+30] = 100
	o := widgets.DefaultEditorOptions()
	o.Classes = widgets.Classes("lymphocyte", "monocyte")
	o.Suggestions = []detection.Point{{Pos: [3]float64{0, 20, 30}, Prob: 0.8}, {Pos: [3]float64{0, 8, 10.5}, Prob: 0.9}}
	points := []detection.Point{{Pos: [3]float64{0, 8.25, 11}, Prob: 1, Class: 2}, {Pos: [3]float64{0, 25, 5}, Prob: 1, Class: 1}}

	e, err := widgets.NewEditor(image, points, o)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(e.Points()), "points,", len(e.Suggestions()), "suggestion that is not known")
	fmt.Println("a press nearby snaps to", e.Snap([3]float64{0, 18.3, 31.7}, widgets.SnapBright))
	if err := widgets.WritePage(io.Discard, e.Title(), e); err != nil { // or into a file, to open in a browser
		log.Fatal(err)
	}
	// Output:
	// 2 points, 1 suggestion that is not known
	// a press nearby snaps to [0 20 30]
}
