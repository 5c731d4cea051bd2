package training

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/puncta-bio/puncta/internal/testkit"
)

// slowLoss is the definition of Loss, one value at a time, after
// weight_binary_ratio and BCEWithLogitsLoss as BiaPy combines them.
func slowLoss(logits, target []float32, rebalance bool) float64 {
	q := 0.0
	for _, t := range target {
		if t > 0.5 {
			q++
		}
	}
	q /= float64(len(target))
	constant := q == 0 || q == 1
	q = min(max(q, 0.05), 0.95)
	ratio := max(q, 1-q) / min(q, 1-q)
	sum := 0.0
	for i, x64 := range logits {
		x, t := float64(x64), float64(target[i])
		w := 1.0
		if rebalance && !constant {
			rare := t
			if q > 0.5 {
				rare = 1 - t
			}
			w = 1 + rare*(ratio-1)
		}
		sum += w * (max(x, 0) - x*t + math.Log1p(math.Exp(-math.Abs(x))))
	}
	return sum / float64(len(logits))
}

func TestLoss(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	fill := func(f func() float32) []float32 {
		v := make([]float32, 2*4*5)
		for i := range v {
			v[i] = f()
		}
		return v
	}
	binary := func(p float64) func() float32 {
		return func() float32 {
			if rng.Float64() < p {
				return 1
			}
			return 0
		}
	}
	logits := fill(func() float32 { return float32(3 * rng.NormFloat64()) })
	one := make([]float32, 40)
	one[7] = 1
	tests := []struct {
		name   string
		target []float32
	}{
		{"a few", fill(binary(0.2))},
		{"mostly foreground", fill(binary(0.8))},
		{"a single one: the ratio is bounded by 19", one},
		{"nothing", make([]float32, 40)},
		{"everything", fill(func() float32 { return 1 })},
		{"soft", fill(rng.Float32)},
	}
	for _, tt := range tests {
		for _, rebalance := range []bool{false, true} {
			// a third patch that is not valid must not count
			x := append(append([]float32{}, logits...), fill(rng.Float32)[:20]...)
			y := append(append([]float32{}, tt.target...), fill(binary(0.5))[:20]...)
			got := runGraph(t, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{Loss(in[0], in[1], in[2], rebalance)}
			}, x, y)[0]
			want := slowLoss(logits, tt.target, rebalance)
			if math.Abs(got-want) > 1e-5*max(1, want) {
				t.Errorf("%s, rebalance %v: loss %v, want %v", tt.name, rebalance, got, want)
			}
		}
	}
}

// runGraph evaluates scalar functions of two valid patches of 4 x 5 and one
// that is not.
func runGraph(t *testing.T, fn func(in []*graph.Node) []*graph.Node, logits, target []float32) []float64 {
	t.Helper()
	exec, err := graph.NewExec(testkit.Backend(t), fn)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Call(tensors.FromFlatDataAndDimensions(logits, 3, 4, 5, 1),
		tensors.FromFlatDataAndDimensions(target, 3, 4, 5, 1), tensors.FromFlatDataAndDimensions([]float32{1, 1, 0}, 3))
	if err != nil {
		t.Fatal(err)
	}
	values := make([]float64, len(out))
	for i, o := range out {
		values[i] = float64(tensors.ToScalar[float32](o))
	}
	return values
}

func TestOverlap(t *testing.T) {
	logits, target := make([]float32, 60), make([]float32, 60)
	for i := range logits {
		logits[i] = -1
	}
	for _, i := range []int{1, 2, 3} {
		logits[i] = 1
	}
	for _, i := range []int{2, 3, 4, 39} {
		target[i] = 1
	}
	target[10] = 0.5              // not above one half
	logits[50], target[50] = 1, 1 // in the patch that is not valid
	got := runGraph(t, func(in []*graph.Node) []*graph.Node {
		a, b := Overlap(in[0], in[1], in[2])
		return []*graph.Node{a, b}
	}, logits, target)
	if got[0] != 2 || got[1] != 5 {
		t.Errorf("intersection and union %v, want 2 and 5", got)
	}
	if iou := (Measure{}).IoU(); iou != 1 {
		t.Errorf("IoU of nothing is %v, want 1", iou)
	}
}
