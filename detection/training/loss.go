package training

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// minForeground bounds the foreground fraction from which the weights of
// [Loss] are made, on both sides.
const minForeground = 0.05

// Loss builds the weighted binary cross-entropy of logits against target.
//
// logits and target are (batch, space…, class), target in [0, 1]; valid is
// (batch) of 0 and 1 and leaves out the patches that only fill up a batch.
// The result is the mean over all values of valid patches of
// weight·(max(x,0) − x·t + log(1+exp(−|x|))).
//
// With rebalance, q is the fraction of the target that is above one half,
// bounded to [0.05, 0.95], and r = max(q,1−q)/min(q,1−q). The weight goes
// from 1 to r with the target when foreground is the rarer side, and from r
// to 1 when background is. A target without foreground, or without
// background, has weight 1. On masks of 0 and 1 that is the rule of BiaPy
// 3.7.1 (CLASS_REBALANCE_WITHIN_CHANNELS).
func Loss(logits, target, valid *Node, rebalance bool) *Node {
	mask := broadcastValid(valid, target)
	share := Inverse(ReduceAllSum(mask))
	cross := Add(Sub(MaxScalar(logits, 0), Mul(logits, target)), Log1P(Exp(Neg(Abs(logits)))))
	if rebalance {
		cross = Mul(cross, StopGradient(balance(target, mask, share)))
	}
	return Mul(ReduceAllSum(Mul(cross, mask)), share)
}

// balance is the weight of each value; see [Loss].
func balance(target, mask, share *Node) *Node {
	dtype := target.DType()
	foreground := Mul(ConvertDType(GreaterThan(target, Scalar(target.Graph(), dtype, 0.5)), dtype), mask)
	exact := Mul(ReduceAllSum(foreground), share)
	q := ClipScalar(exact, minForeground, 1-minForeground)
	rarer := Min(q, OneMinus(q))
	extra := AddScalar(Div(OneMinus(rarer), rarer), -1)
	constant := Or(LessOrEqual(exact, ScalarZero(exact.Graph(), dtype)), GreaterOrEqual(exact, ScalarOne(exact.Graph(), dtype)))
	extra = Where(constant, ZerosLike(extra), extra)
	half := Scalar(q.Graph(), dtype, 0.5)
	// 1 for the rarer side, 0 for the other, in between for a soft target
	side := Where(BroadcastToShape(GreaterThan(q, half), target.Shape()), OneMinus(target), target)
	return OnePlus(Mul(side, extra))
}

// Overlap counts, over valid patches, the values where logits say foreground
// (above 0, probability above one half) and the target is above one half:
// the size of the intersection and of the union. IoU is their ratio.
func Overlap(logits, target, valid *Node) (intersection, union *Node) {
	g, dtype := target.Graph(), target.DType()
	mask := broadcastValid(valid, target)
	p := GreaterThan(logits, ScalarZero(g, dtype))
	t := GreaterThan(target, Scalar(g, dtype, 0.5))
	count := func(b *Node) *Node { return ReduceAllSum(Mul(ConvertDType(b, dtype), mask)) }
	return count(And(p, t)), count(Or(p, t))
}

// broadcastValid gives each value of like its patch's entry of valid.
func broadcastValid(valid, like *Node) *Node {
	dims := make([]int, like.Rank())
	for i := range dims {
		dims[i] = 1
	}
	dims[0] = like.Shape().Dimensions[0]
	return BroadcastToShape(Reshape(valid, dims...), like.Shape())
}
