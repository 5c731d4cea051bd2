package widgets_test

import (
	"bytes"
	"fmt"
	"image/color"
	"image/png"
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

// A viewer of two channels, with a point on them. Its script has every value of
// the image.
func ExampleNewViewer() {
	image := detection.NewVolume([3]int{1, 64, 64}, 2)
	image.Spacing, image.Unit = detection.Spacing{1, 0.65, 0.65}, "um"
	for i := range image.Data {
		image.Data[i] = float32(i % 200)
	}
	o := widgets.DefaultViewerOptions()
	o.Title = "Two channels"
	o.Channels = []widgets.ChannelOptions{
		{Name: "DAPI", Colour: color.RGBA{B: 255}, Low: 20, High: 150},
		{Name: "GFP", Colour: color.RGBA{G: 255}},
	}
	o.Found = []detection.Point{{ID: 1, Pos: [3]float64{0, 20, 30}, Prob: 0.9}}

	v, err := widgets.NewViewer(image, o)
	if err != nil {
		log.Fatal(err)
	}
	picture, err := v.PNG()
	if err != nil {
		log.Fatal(err)
	}
	still, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(v.Title(), still.Bounds().Size())
	if err := widgets.WritePage(io.Discard, v.Title(), v); err != nil {
		log.Fatal(err)
	}
	// Output:
	// Two channels (192,192)
}

// The stages of a map with three peaks, of which two are too close together.
func ExampleNewStepper() {
	image, prob := detection.NewVolume([3]int{1, 32, 32}, 1), detection.NewVolume([3]int{1, 32, 32}, 1)
	prob.Set(0, 8, 8, 0, 0.9)
	prob.Set(0, 8, 12, 0, 0.7) // four pixels from the first
	prob.Set(0, 25, 25, 0, 0.6)
	truth := []detection.Point{{Pos: [3]float64{0, 9, 8}}}

	s, err := widgets.NewStepper(image, prob, truth, widgets.DefaultStepperOptions())
	if err != nil {
		log.Fatal(err)
	}
	for _, stage := range s.Stages() {
		fmt.Printf("%s: %s\n", stage.Name, stage.Numbers)
	}
	// Output:
	// Input: 32 x 32 pixels, values from 0 to 0
	// Probability map: Largest value 0.9; 0.29 % of all values above the threshold 0.2
	// Peaks: 3 peaks, from 0.6 to 0.9
	// Close points removed: 2 kept, 1 removed
	// Refined: 2 points
	// Scored: 1 found (TP), 1 false (FP), 0 missed (FN): F1 0.667, precision 0.500, recall 1.000
}

// Two models on one image: what both found, and what only one.
func ExampleNewCompare() {
	image := detection.NewVolume([3]int{1, 32, 32}, 1)
	point := func(y, x float64) detection.Point { return detection.Point{Pos: [3]float64{0, y, x}, Prob: 1} }
	small := widgets.Version{Name: "small model", Image: image, Points: []detection.Point{point(5, 5), point(20, 20)}}
	large := widgets.Version{Name: "large model", Points: []detection.Point{point(6, 5), point(28, 4), point(20, 21)}}
	o := widgets.DefaultCompareOptions()
	o.Match.Tolerance = 3
	o.Truth = []detection.Point{point(5, 5), point(20, 20), point(28, 5)}

	c, err := widgets.NewCompare(small, large, o)
	if err != nil {
		log.Fatal(err)
	}
	m := c.Matching()
	fmt.Printf("both %d, only the small one %d, only the large one %d\n", len(m.Pairs), len(m.UnmatchedTruth), len(m.UnmatchedPred))
	scores := c.Scores()
	fmt.Printf("F1 %.3f and %.3f\n", scores[0].F1(), scores[1].F1())
	// Output:
	// both 2, only the small one 0, only the large one 1
	// F1 0.800 and 1.000
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
