package unet

// Role says how a parameter starts and whether the optimiser changes it.
type Role int

// The roles of parameters. Buffers are the running statistics of batch norm:
// saved with the weights, not trained.
const (
	ConvWeight Role = iota
	ConvBias
	TransposeWeight
	TransposeBias
	NormWeight
	NormBias
	BufferMean
	BufferVar
	BufferCount
)

// Param is one named parameter or buffer of a network.
type Param struct {
	// Name is PyTorch's, such as "down_path.0.block.0.block.0.weight".
	Name string
	// Shape is PyTorch's: (out, in, k…) for a convolution, (in, out, k…) for a
	// transposed one, (out, in) for a linear layer; empty for the batch counter
	// of batch norm.
	Shape []int
	Role  Role
	// FanIn is PyTorch's fan-in of the weight that a transposed convolution's
	// bias belongs to; 0 elsewhere.
	FanIn int
}

// Size is the number of values.
func (p Param) Size() int {
	n := 1
	for _, d := range p.Shape {
		n *= d
	}
	return n
}

// Trainable says whether the optimiser changes the parameter.
func (p Param) Trainable() bool { return p.Role < BufferMean }

// Params lists the parameters and buffers of the network in the order in
// which its graph uses them. The configuration must be valid.
func (c Config) Params() []Param {
	var ps []Param
	l := lister{c: c, add: func(p Param) { ps = append(ps, p) }}
	c.walk(&l)
	return ps
}

// NumParams is the number of trainable values, as PyTorch counts parameters.
func (c Config) NumParams() int {
	n := 0
	for _, p := range c.Params() {
		if p.Trainable() {
			n += p.Size()
		}
	}
	return n
}

// lister is the builder behind [Config.Params].
type lister struct {
	c   Config
	add func(Param)
}

func (l *lister) conv(name string, in, out int, kernel []int) {
	l.add(Param{Name: name + ".weight", Shape: append([]int{out, in}, kernel...), Role: ConvWeight})
	l.add(Param{Name: name + ".bias", Shape: []int{out}, Role: ConvBias})
}

func (l *lister) linear(name string, in, out int) {
	l.add(Param{Name: name + ".weight", Shape: []int{out, in}, Role: ConvWeight})
}

func (l *lister) upconv(name string, in, out int, factor []int) {
	w := Param{Name: name + ".weight", Shape: append([]int{in, out}, factor...), Role: TransposeWeight}
	l.add(w)
	// PyTorch takes dimension 1 times the kernel for the fan-in, which for a
	// transposed convolution is the output side.
	l.add(Param{Name: name + ".bias", Shape: []int{out}, Role: TransposeBias, FanIn: w.Size() / in})
}

func (l *lister) norm(name string, channels int) {
	l.add(Param{Name: name + ".weight", Shape: []int{channels}, Role: NormWeight})
	l.add(Param{Name: name + ".bias", Shape: []int{channels}, Role: NormBias})
	if l.c.Norm == NormBatch {
		l.add(Param{Name: name + ".running_mean", Shape: []int{channels}, Role: BufferMean})
		l.add(Param{Name: name + ".running_var", Shape: []int{channels}, Role: BufferVar})
		l.add(Param{Name: name + ".num_batches_tracked", Role: BufferCount})
	}
}

func (l *lister) interpolate([]int) {}
func (l *lister) activate(string)   {}
func (l *lister) dropout(float64)   {}
func (l *lister) pool([]int)        {}
func (l *lister) mean()             {}
func (l *lister) push()             {}
func (l *lister) pick(int)          {}
func (l *lister) swap()             {}
func (l *lister) popConcat()        {}
func (l *lister) popAdd()           {}
func (l *lister) popMul()           {}
