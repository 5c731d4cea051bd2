//go:build unix

package local_test

import (
	"context"
	"fmt"
	"log"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/simulate"
	"github.com/puncta-bio/puncta/kernel/engine"
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
