package widgets_test

import (
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/widgets"
)

// The mistakes in two images. The browser's table of verdicts, saved as a file, is
// read back to mend the labels.
func ExampleNewErrorBrowser() {
	at := func(y, x, prob float64) detection.Point {
		return detection.Point{Pos: [3]float64{0, y, x}, Prob: prob}
	}
	image := detection.NewVolume([3]int{1, 64, 64}, 1)
	image.Data[20*64+20], image.Data[40*64+50] = 200, 180
	images := []widgets.ErrorImage{
		{Name: "good.tif", Image: image, Truth: []detection.Point{at(20, 20, 1)}, Found: []detection.Point{at(20, 21, 0.8)}},
		{Name: "bad.tif", Image: image, Truth: []detection.Point{at(20, 20, 1)}, Found: []detection.Point{at(40, 50, 0.9)}},
	}
	b, err := widgets.NewErrorBrowser(images, widgets.DefaultErrorBrowserOptions())
	if err != nil {
		log.Fatal(err)
	}
	if err := widgets.WritePage(io.Discard, b.Title(), b); err != nil { // display.Widget(b) in a notebook
		log.Fatal(err)
	}
	for _, m := range b.Mistakes() {
		fmt.Printf("%s: missed %v, at %v\n", images[m.Image].Name, m.Missed, m.Pos[1:])
	}

	const saved = "index,axis-0,axis-1,value,image,kind,verdict\n0,40,50,0.9,bad.tif,false,label missing\n"
	verdicts, err := widgets.ReadVerdicts(strings.NewReader(saved), "verdicts.csv")
	if err != nil {
		log.Fatal(err)
	}
	mended, err := widgets.Relabel("bad.tif", images[1].Truth, verdicts)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("true points now:", len(mended))
	// Output:
	// bad.tif: missed false, at [40 50]
	// bad.tif: missed true, at [20 20]
	// true points now: 2
}

// Where disks touch, a network sees one object for several points: a larger radius
// is not always better.
func ExampleNewMaskPreview() {
	image := detection.NewVolume([3]int{1, 64, 64}, 1)
	points := []detection.Point{{ID: 1, Pos: [3]float64{0, 20, 20}}, {ID: 2, Pos: [3]float64{0, 20, 27}}, {ID: 3, Pos: [3]float64{0, 50, 40}}}

	o := widgets.DefaultMaskPreviewOptions()
	o.Targets = widgets.DiskTargets(1, 2, 4)
	m, err := widgets.NewMaskPreview(image, points, o)
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range m.Painted() {
		fmt.Printf("radius %d: %d points, %d objects\n", p.Target.Mask.Radii[1], len(points), p.Objects)
	}
	if err := widgets.WritePage(io.Discard, m.Title(), m); err != nil { // display.Widget(m) in a notebook
		log.Fatal(err)
	}
	// Output:
	// radius 2: 3 points, 3 objects
	// radius 4: 3 points, 2 objects
}

// A patch and its mirror image. Those of a training come from Patches of package
// kernel/session.
func ExampleNewAugmentPreview() {
	image := detection.NewVolume([3]int{1, 32, 32}, 1)
	image.Data[10*32+6] = 200
	points := []detection.Point{{Pos: [3]float64{0, 10, 6}}}
	mirrored := detection.NewVolume(image.Dims, 1)
	if err := detection.FlipX.Apply(mirrored, image); err != nil {
		log.Fatal(err)
	}
	moved := detection.FlipX.Points(points, image.Dims)
	target, err := detection.PointMask(image.Dims, moved, detection.DefaultMaskOptions())
	if err != nil {
		log.Fatal(err)
	}
	patch := detection.PatchPreview{
		Name: "cells.tif", Image: mirrored, Target: target, Points: moved,
		Original: image, OriginalPoints: points, Applied: []string{"mirrored along x"},
	}
	a, err := widgets.NewAugmentPreview([]detection.PatchPreview{patch}, widgets.DefaultAugmentPreviewOptions())
	if err != nil {
		log.Fatal(err)
	}
	if err := widgets.WritePage(io.Discard, a.Title(), a); err != nil {
		log.Fatal(err)
	}
	fmt.Println("the point is now at", moved[0].Pos[1:])
	// Output:
	// the point is now at [10 25]
}
