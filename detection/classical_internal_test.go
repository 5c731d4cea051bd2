package detection

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// What a search over settings keeps from the setting before never shows.
func TestClassicalStepsRemember(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	image := NewVolume([3]int{1, 60, 60}, 1)
	for i := range image.Data {
		image.Data[i] = r.Float32()
	}
	image, err := GaussianFilter(image, [3]float64{0, 2, 2})
	if err != nil {
		t.Fatal(err)
	}
	other := DefaultClassicalOptions()
	other.Spacing, other.FillHoles = Spacing{1, 2, 1}, false
	grid := append(ClassicalGrid(UnitSpacing), other)
	r.Shuffle(len(grid)/2, func(i, j int) { grid[i], grid[j] = grid[j], grid[i] })
	steps := classicalSteps{image: image}
	results := map[string]bool{}
	for _, opts := range grid {
		got, err := steps.run(opts)
		if err != nil {
			t.Fatal(err)
		}
		want, err := Classical(image, opts)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%+v: got %v, want %v", opts, got, want)
		}
		results[fmt.Sprint(got)] = true
	}
	if len(results) < len(grid)/4 {
		t.Errorf("only %d different results from %d settings: too few to tell anything", len(results), len(grid))
	}
}
