package unet

import (
	"math"
	"math/rand/v2"
)

// initial returns the starting value of a parameter, as BiaPy starts it:
// Xavier-uniform for convolutions with zero bias (X. Glorot, Y. Bengio,
// AISTATS 2010), PyTorch's default for transposed convolutions, which is
// uniform in ±1/sqrt(fan-in) for weight and bias, and 1 and 0 for norms.
func (p Param) initial(rng *rand.Rand) []float32 {
	out := make([]float32, p.Size())
	uniform := func(bound float64) {
		for i := range out {
			out[i] = float32((2*rng.Float64() - 1) * bound)
		}
	}
	switch p.Role {
	case ConvWeight:
		field := float64(p.Size() / (p.Shape[0] * p.Shape[1]))
		uniform(math.Sqrt(6 / (field * float64(p.Shape[0]+p.Shape[1]))))
	case TransposeWeight:
		uniform(1 / math.Sqrt(float64(p.Size()/p.Shape[0])))
	case TransposeBias:
		uniform(1 / math.Sqrt(float64(p.FanIn)))
	case NormWeight, BufferVar:
		for i := range out {
			out[i] = 1
		}
	}
	return out
}
