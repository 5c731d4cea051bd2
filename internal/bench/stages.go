package bench

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/puncta-bio/puncta/detection"
)

// peerStages is the peer of [Stages].
//
//go:embed peer_stages.py
var peerStages []byte

// What the stages are asked for, the same on both sides.
const (
	peakThreshold  = 0.2
	closeRadius    = 6
	floodThreshold = 0.05
	matchTolerance = 10
)

// A stage is one function of package detection on a [StageInput].
type stage struct {
	name string
	// prepare makes what the stage takes from earlier ones, outside the time.
	// run is what is timed.
	prepare func(in *StageInput) (run func() (result, error), err error)
	// compare says whether the raw numbers of the peer's result are ours.
	compare func(ours result, theirs []byte) (equal bool, text string)
	note    string
}

// stages lists the stages that can be measured on in.
func stages(in *StageInput) []stage {
	list := []stage{
		{name: "peaks_d1", prepare: peaksStage(1), compare: comparePoints},
		{name: "peaks_d5", prepare: peaksStage(5), compare: comparePoints},
		{name: "remove_close", prepare: prepareClose, compare: compareIndices},
		{name: "watershed", prepare: prepareFlood, compare: compareLabels},
	}
	sizes := slices.DeleteFunc([]int{2000, 10_000}, func(n int) bool { return n > len(in.Truth) })
	if len(sizes) == 0 {
		sizes = []int{len(in.Truth)}
	}
	for _, n := range sizes {
		list = append(list, stage{name: "match_" + strconv.Itoa(n), prepare: matchStage(n), compare: comparePairs,
			note: "the peer's assignment is dense, as BiaPy's"})
	}
	return list
}

// StageNames are the stages that [Stages] measures on in, in their order.
func StageNames(in *StageInput) []string {
	var names []string
	for _, s := range stages(in) {
		names = append(names, s.name)
	}
	return names
}

// CheckStageNames accepts names out of [StageNames].
func CheckStageNames(in *StageInput, names []string) error {
	known := StageNames(in)
	for _, n := range names {
		if !slices.Contains(known, n) {
			return fmt.Errorf("no stage is called %q: want some of %s", n, strings.Join(known, ", "))
		}
	}
	return nil
}

// Stages measures the stages after the network on in: peaks at least 1 and at
// least 5 pixels apart (threshold 0.2, every pixel of a plateau judged by
// itself, as scikit-image does), close points removed (radius 6), the
// watershed from the peaks (mask above 0.05) and matching (tolerance 10) of
// the first 2,000 and of 10,000 points, where there are as many. names
// chooses among [StageNames]; none is all.
//
// python is an interpreter with numpy, scipy and scikit-image, which do the
// same on the same files, each stage in turn with ours; "" measures ours
// alone. After the last round the results of both sides are compared: points
// and their order, kept indices, labels pixel by pixel, the number of pairs
// and their summed distance (to 1e-9 of it).
//
// Errors: an unknown name; those of [Alternate]; a peer that does not start.
// Results that differ are no error: they are in the items.
func Stages(ctx context.Context, in *StageInput, names []string, python string, opts Options) (*Report, error) {
	if err := CheckStageNames(in, names); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	list := stages(in)
	if len(names) > 0 {
		list = slices.DeleteFunc(list, func(s stage) bool { return !slices.Contains(names, s.name) })
	}
	r := &Report{Bench: "stages", Machine: ThisMachine(), Rounds: opts.Rounds, Warmups: opts.Warmups}
	var peer *Peer
	var scratch string
	if python != "" {
		var err error
		if scratch, err = os.MkdirTemp("", "puncta-bench-"); err != nil {
			return nil, err
		}
		defer os.RemoveAll(scratch)
		script := filepath.Join(scratch, "peer_stages.py")
		if err := os.WriteFile(script, peerStages, 0o600); err != nil {
			return nil, err
		}
		if peer, err = StartPeer(ctx, python, script, in.Dir); err != nil {
			return nil, fmt.Errorf("bench: the peer: %w", err)
		}
		defer peer.Close()
		r.Peer = "scikit-image and scipy (" + python + ")"
	}
	for _, s := range list {
		it, err := s.measure(ctx, in, peer, scratch, opts)
		if err != nil {
			return nil, err
		}
		r.Items = append(r.Items, it)
	}
	return r, nil
}

// measure runs one stage on both sides and compares what they found.
func (s stage) measure(ctx context.Context, in *StageInput, peer *Peer, scratch string, opts Options) (Item, error) {
	run, err := s.prepare(in)
	if err != nil {
		return Item{}, err
	}
	var got result
	ours := func(context.Context) (float64, error) {
		start := time.Now()
		var err error
		got, err = run()
		return time.Since(start).Seconds(), err
	}
	if peer == nil {
		return Alternate(ctx, s.name, ours, nil, opts)
	}
	it, err := Alternate(ctx, s.name, ours, peer.Timed("run "+s.name), opts)
	if err != nil {
		return Item{}, err
	}
	file := filepath.Join(scratch, s.name)
	var saved struct{ Count int }
	if err := peer.Order("save "+s.name+" "+file, &saved); err != nil {
		return Item{}, fmt.Errorf("bench: %s: the peer: %w", s.name, err)
	}
	theirs, err := os.ReadFile(file)
	if err != nil {
		return Item{}, err
	}
	equal, text := s.compare(got, theirs)
	it.Equal, it.Comparison, it.Note = &equal, text, s.note
	return it, os.Remove(file)
}

// result is what a stage found; one of its fields.
type result struct {
	points  []detection.Point
	indices []int
	labels  *detection.Labels
	pairs   []detection.Pair
}

// peaksOf are the peaks of the map that are at least distance apart.
func peaksOf(in *StageInput, distance int) ([]detection.Point, error) {
	opts := detection.DefaultPeakOptions()
	opts.Threshold, opts.MinDistance, opts.Plateau = peakThreshold, [3]int{distance, distance, distance}, detection.PerPixel
	return detection.Peaks(in.Prob, opts)
}

func peaksStage(distance int) func(*StageInput) (func() (result, error), error) {
	return func(in *StageInput) (func() (result, error), error) {
		return func() (result, error) {
			points, err := peaksOf(in, distance)
			return result{points: points}, err
		}, nil
	}
}

func prepareClose(in *StageInput) (func() (result, error), error) {
	points, err := peaksOf(in, 1)
	opts := detection.DefaultPruneOptions()
	opts.Radius = closeRadius
	return func() (result, error) {
		_, indices, err := detection.RemoveClosePoints(points, opts)
		return result{indices: indices}, err
	}, err
}

func prepareFlood(in *StageInput) (func() (result, error), error) {
	points, err := peaksOf(in, 1)
	if err != nil {
		return nil, err
	}
	image, mask, markers := detection.NewLike(in.Prob, 1), detection.NewLike(in.Prob, 1), detection.NewLabels(in.Prob.Dims)
	for i, v := range in.Prob.Data {
		image.Data[i] = -v
		if v > floodThreshold {
			mask.Data[i] = 1
		}
	}
	for k, p := range points {
		v := p.Voxel()
		markers.Data[in.Prob.Index(v[0], v[1], v[2])] = int32(k + 1)
	}
	opts := detection.WatershedOptions{Connectivity: detection.Face, Mask: mask}
	return func() (result, error) {
		labels, err := detection.Watershed(image, markers, opts)
		return result{labels: labels}, err
	}, nil
}

func matchStage(n int) func(*StageInput) (func() (result, error), error) {
	return func(in *StageInput) (func() (result, error), error) {
		truth, pred := in.Truth[:n], in.Pred[:min(n, len(in.Pred))]
		opts := detection.DefaultMatchOptions()
		opts.Tolerance = matchTolerance
		return func() (result, error) {
			m, err := detection.Match(truth, pred, opts)
			return result{pairs: m.Pairs}, err
		}, nil
	}
}
