//go:build unix

package local_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/simulate"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/kernel/engine"
	"github.com/puncta-bio/puncta/kernel/session"
	"github.com/puncta-bio/puncta/kernel/session/local"
)

// A program with the engine inside: predict, find points, score. In a notebook
// the session comes from session.Connect, and the rest is the same.
func Example() {
	s, err := local.Connect(engine.DefaultOptions())
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	nuclei, truth, err := simulate.Nuclei(simulate.DefaultNucleiOptions())
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	image, err := s.Image(ctx, nuclei)
	if err != nil {
		log.Fatal(err)
	}
	points, err := s.Detect(ctx, image, "nuclei2d", nil)
	if err != nil {
		log.Fatal(err)
	}
	match := detection.DefaultMatchOptions()
	match.Tolerance = 5
	m, err := detection.Match(truth, points, match)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("most nuclei are found:", m.Score().F1() > 0.6)

	again, err := s.Predict(ctx, image, "nuclei2d") // the map is there: Detect made it
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("known:", again.Known)
	// Output:
	// most nuclei are found: true
	// known: true
}

// Settings compared on a folder of images with true points: each image is
// predicted once.
func Example_sweep() {
	s, err := local.Connect(engine.DefaultOptions())
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	dir, err := os.MkdirTemp("", "example-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	data := simulate.DefaultDatasetOptions()
	data.Train, data.Val, data.Test = 0, 2, 0
	if err := workflow.Generate(ctx, dir, data, nil); err != nil {
		log.Fatal(err)
	}
	match := detection.DefaultMatchOptions()
	match.Tolerance = 5
	swept, err := s.Sweep(ctx, session.Sweep{
		Images: filepath.Join(dir, "val", "x"), Points: filepath.Join(dir, "val", "y"), Model: "nuclei2d", Match: match,
		Over: []session.Axis{
			session.Thresholds(0.1, 0.2, 0.3),
			session.Radii(0, 6),
			session.Vary("distance", func(o *detection.DetectOptions, voxels int) {
				o.Peaks.MinDistance = [3]int{1, voxels, voxels}
			}, 1, 5),
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	best := swept.Best()
	fmt.Println(len(swept.Rows), "settings,", swept.Predicted, "maps")
	fmt.Println("the best is better than the first:", best.Metrics.F1 > swept.Rows[0].Metrics.F1)
	// Output:
	// 12 settings, 2 maps
	// the best is better than the first: true
}
