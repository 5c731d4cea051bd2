package unet

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/puncta-bio/puncta/internal/testkit"
)

func random(seed uint64, dims ...int) *tensors.Tensor {
	n := 1
	for _, d := range dims {
		n *= d
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	data := make([]float32, n)
	for i := range data {
		data[i] = float32(rng.NormFloat64())
	}
	return tensors.FromFlatDataAndDimensions(data, dims...)
}

// run evaluates a graph function and returns its outputs as flat values.
func run(t *testing.T, fn func(in []*graph.Node) []*graph.Node, args ...any) [][]float32 {
	t.Helper()
	exec, err := graph.NewExec(testkit.Backend(t), fn)
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	out, err := exec.Call(args...)
	if err != nil {
		t.Fatal(err)
	}
	values := make([][]float32, len(out))
	for i, o := range out {
		values[i] = tensors.MustCopyFlatData[float32](o)
	}
	return values
}

func maxDiff(a, b []float32) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	worst := 0.0
	for i := range a {
		d := math.Abs(float64(a[i]) - float64(b[i]))
		if !(d <= worst) {
			worst = d
		}
	}
	return worst
}

// The hand-written gradients are compared with what automatic differentiation
// makes of the plain formulas, for an arbitrary function of the result.
func TestGradients(t *testing.T) {
	plainNorm := func(x, gamma, beta *graph.Node, axes []int) *graph.Node {
		c := graph.Sub(x, graph.ReduceAndKeep(x, graph.ReduceMean, axes...))
		v := graph.ReduceAndKeep(graph.Square(c), graph.ReduceMean, axes...)
		return graph.Add(graph.Mul(graph.Div(c, graph.Sqrt(graph.AddScalar(v, normEpsilon))), gamma), beta)
	}
	norm := func(axes ...int) (fast, slow func(in []*graph.Node) *graph.Node) {
		return func(in []*graph.Node) *graph.Node {
				y, _, _ := normalise(in[0], perChannel(in[1], in[0]), perChannel(in[2], in[0]), axes)
				return y
			}, func(in []*graph.Node) *graph.Node {
				return plainNorm(in[0], perChannel(in[1], in[0]), perChannel(in[2], in[0]), axes)
			}
	}
	instanceFast, instanceSlow := norm(1, 2)
	batchFast, batchSlow := norm(0, 1, 2)
	tests := []struct {
		name       string
		fast, slow func(in []*graph.Node) *graph.Node
	}{
		{"elu", func(in []*graph.Node) *graph.Node { return elu(in[0]) }, func(in []*graph.Node) *graph.Node {
			x := in[0]
			return graph.Where(graph.GreaterThan(x, graph.ScalarZero(x.Graph(), x.DType())), x, graph.AddScalar(graph.Exp(graph.MinScalar(x, 0)), -1))
		}},
		{"instance norm", instanceFast, instanceSlow},
		{"batch norm", batchFast, batchSlow},
		{"group norm", func(in []*graph.Node) *graph.Node {
			return groupNorm(in[0], perChannel(in[1], in[0]), perChannel(in[2], in[0]), 2, []int{1, 2})
		}, func(in []*graph.Node) *graph.Node {
			d := in[0].Shape().Dimensions
			g := graph.Reshape(in[0], d[0], d[1], d[2], 2, d[3]/2)
			one, zero := graph.ScalarOne(g.Graph(), g.DType()), graph.ScalarZero(g.Graph(), g.DType())
			hat := graph.Reshape(plainNorm(g, one, zero, []int{1, 2, 4}), d...)
			return graph.Add(graph.Mul(hat, perChannel(in[1], hat)), perChannel(in[2], hat))
		}},
	}
	x, gamma, beta, w := random(1, 3, 4, 5, 6), random(2, 6), random(3, 6), random(4, 3, 4, 5, 6)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			withGradient := func(f func(in []*graph.Node) *graph.Node) func(in []*graph.Node) []*graph.Node {
				return func(in []*graph.Node) []*graph.Node {
					y := f(in)
					// the cube makes the adjoint depend on the value
					loss := graph.ReduceAllSum(graph.Mul(graph.Mul(graph.Square(y), y), in[3]))
					wrt := in[:3]
					if tt.name == "elu" {
						wrt = in[:1]
					}
					return append([]*graph.Node{y}, graph.Gradient(loss, wrt...)...)
				}
			}
			fast := run(t, withGradient(tt.fast), x, gamma, beta, w)
			slow := run(t, withGradient(tt.slow), x, gamma, beta, w)
			for i := range slow {
				scale := 0.0
				for _, v := range slow[i] {
					scale = max(scale, math.Abs(float64(v)))
				}
				if d := maxDiff(fast[i], slow[i]); !(d <= 2e-5*max(scale, 1)) || scale == 0 {
					t.Errorf("output %d differs by %g of %g", i, d, scale)
				}
			}
		})
	}
}

// stretch against torch.nn.functional.interpolate(mode="linear",
// align_corners=False) of torch 2.15 on [1, 2, 4, 8].
func TestStretch(t *testing.T) {
	tests := []struct {
		factor int
		want   []float32
	}{
		{2, []float32{1, 1.25, 1.75, 2.5, 3.5, 5, 7, 8}},
		{3, []float32{1, 1, 1.3333334, 1.6666667, 2, 2.6666667, 3.3333333, 4, 5.3333335, 6.6666665, 8, 8}},
	}
	for _, tt := range tests {
		got := run(t, func(in []*graph.Node) []*graph.Node { return []*graph.Node{stretch(in[0], 1, tt.factor)} },
			tensors.FromFlatDataAndDimensions([]float32{1, 2, 4, 8}, 1, 4, 1))
		if d := maxDiff(got[0], tt.want); d > 1e-6 {
			t.Errorf("factor %d: %v, want %v", tt.factor, got[0], tt.want)
		}
	}
	one := run(t, func(in []*graph.Node) []*graph.Node { return []*graph.Node{stretch(in[0], 1, 2)} },
		tensors.FromFlatDataAndDimensions([]float32{5}, 1, 1, 1))
	if d := maxDiff(one[0], []float32{5, 5}); d > 0 {
		t.Errorf("one voxel becomes %v", one[0])
	}
}

// upconv against its definition: out[f*i+k, o] = sum over c of in[i, c] w[c, o, k].
func TestUpconv(t *testing.T) {
	const in, out, h, w = 3, 2, 4, 5
	x, weight, bias := random(1, 2, h, w, in), random(2, in, out, 2, 3), random(3, out)
	store := model.NewStore()
	exec, err := model.NewExec(testkit.Backend(t), store, func(s *model.Scope, nodes []*graph.Node) *graph.Node {
		b := &grapher{scope: s, x: nodes[0], vars: func(name string) *model.Variable { return s.Store().GetVariable("/" + name) }}
		b.upconv("up", in, out, []int{2, 3})
		return b.x
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]*tensors.Tensor{"/up.weight": weight, "/up.bias": bias} {
		if _, err := store.CreateVariable(name, v); err != nil {
			t.Fatal(err)
		}
	}
	wv, bv, xv := tensors.MustCopyFlatData[float32](weight), tensors.MustCopyFlatData[float32](bias), tensors.MustCopyFlatData[float32](x)
	got, err := exec.Call(x)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]float32, 2*2*h*3*w*out)
	for n := range 2 {
		for y := range 2 * h {
			for xx := range 3 * w {
				for o := range out {
					sum := bv[o]
					for c := range in {
						sum += xv[((n*h+y/2)*w+xx/3)*in+c] * wv[((c*out+o)*2+y%2)*3+xx%3]
					}
					want[((n*2*h+y)*3*w+xx)*out+o] = sum
				}
			}
		}
	}
	if d := maxDiff(tensors.MustCopyFlatData[float32](got[0]), want); d > 1e-5 {
		t.Errorf("differs by %g", d)
	}
}

// The pool against its definition, and its gradient, which goes to one value of
// each window, the largest: of equal ones to the first, and also where XLA may
// compute the values twice, as it does with a product with a sigmoid.
func TestPool(t *testing.T) {
	const batch, h, w, c, fy, fx = 2, 24, 32, 16, 3, 2
	x, s := random(1, batch, h, w, c), random(2, batch, 1, 1, c)
	tests := []struct {
		name   string
		values func(in []*graph.Node) *graph.Node
		slack  float64 // by how much the value that gets the gradient may be below the largest
	}{
		{"equal values", func(in []*graph.Node) *graph.Node { return in[0] }, 0},
		{"computed values", func(in []*graph.Node) *graph.Node { return graph.Mul(in[0], graph.Sigmoid(in[1])) }, 1e-6},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := run(t, func(in []*graph.Node) []*graph.Node {
				b := &grapher{x: tt.values(in)}
				values := b.x
				b.pool([]int{fy, fx})
				return []*graph.Node{values, b.x, graph.Gradient(graph.ReduceAllSum(b.x), values)[0]}
			}, equalWindows(x, fy, fx), s)
			for i, pooled := range got[1] { // i = ((n*h/fy+row)*w/fx+column)*c+k
				row, column := i/c/(w/fx), i/c%(w/fx)
				var at []int // where the values of the window are
				for k := range fy * fx {
					at = append(at, ((row*fy+k/fx)*w+column*fx+k%fx)*c+i%c)
				}
				first, chosen, sum := at[0], -1, float32(0)
				for _, p := range at {
					if got[0][p] > got[0][first] {
						first = p
					}
					if got[2][p] == 1 {
						chosen = p
					}
					sum += got[2][p]
				}
				if math.Abs(float64(pooled-got[0][first])) > tt.slack {
					t.Fatalf("value %d: %v, want %v", i, pooled, got[0][first])
				}
				fits := chosen == first || tt.slack > 0 && chosen >= 0 && float64(got[0][first]-got[0][chosen]) <= tt.slack
				if sum != 1 || !fits {
					t.Fatalf("value %d: the gradients of its window sum to %v and go to value %d, want 1 and %d", i, sum, chosen, first)
				}
			}
		})
	}
}

// equalWindows makes all values of every second window along x the same.
func equalWindows(x *tensors.Tensor, fy, fx int) *tensors.Tensor {
	dims := x.Shape().Dimensions
	data, c, w := tensors.MustCopyFlatData[float32](x), dims[3], dims[2]
	for i := range data {
		if column, row := i/c%w, i/c/w; column/fx%2 == 1 {
			data[i] = data[((row/fy*fy)*w+column/fx*fx)*c+i%c]
		}
	}
	return tensors.FromFlatDataAndDimensions(data, dims...)
}

// Dropout keeps about 1-p of the values, scaled by 1/(1-p), and nothing
// happens outside training.
func TestDropout(t *testing.T) {
	store := model.NewStore()
	if err := store.SetRNGStateFromSeed(1); err != nil {
		t.Fatal(err)
	}
	for _, training := range []bool{true, false} {
		exec, err := model.NewExec(testkit.Backend(t), store, func(s *model.Scope, x *graph.Node) *graph.Node {
			s.Store().SetTraining(x.Graph(), training)
			b := &grapher{scope: s, x: x}
			b.dropout(0.25)
			return b.x
		})
		if err != nil {
			t.Fatal(err)
		}
		ones := make([]float32, 10000)
		for i := range ones {
			ones[i] = 3
		}
		got, err := exec.Call(tensors.FromFlatDataAndDimensions(ones, 10000))
		if err != nil {
			t.Fatal(err)
		}
		counts := map[float32]int{}
		for _, v := range tensors.MustCopyFlatData[float32](got[0]) {
			counts[v]++
		}
		if !training && counts[3] != 10000 {
			t.Errorf("outside training: %v", counts)
		}
		// 5 standard deviations of a binomial of 10000 and 0.75 are 217
		if training && (counts[4] < 7283 || counts[4] > 7717 || counts[4]+counts[0] != 10000) {
			t.Errorf("in training: %v", counts)
		}
	}
}
