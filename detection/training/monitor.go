package training

import "cmp"

// Monitor says which epoch of a training is the best one.
type Monitor string

const (
	// MonitorLoss prefers the lowest validation loss.
	MonitorLoss Monitor = "val_loss"
	// MonitorF1 prefers the highest F1 on the validation patches; see [Scoring].
	// Equal ones are told apart by the loss.
	MonitorF1 Monitor = "val_f1"
)

// measure names what is looked at, in words.
func (m Monitor) measure() string {
	if m == MonitorF1 {
		return "F1"
	}
	return "loss"
}

// compare is negative where a is the better epoch, 0 where both are alike.
func (m Monitor) compare(a, b Epoch) int {
	byLoss := cmp.Compare(a.ValLoss, b.ValLoss)
	if m == MonitorF1 {
		return cmp.Or(cmp.Compare(b.ValF1, a.ValF1), byLoss)
	}
	return byLoss
}

// judge is the index of the best epoch, -1 without any, and how many epochs in
// a row, up to the last, were worse than the best before them. Without
// validation the last epoch is the best.
func (m Monitor) judge(epochs []Epoch) (best, worse int) {
	best = -1
	for i, e := range epochs {
		switch {
		case !e.HasVal || best < 0:
			best, worse = i, 0
		case m.compare(e, epochs[best]) < 0:
			best, worse = i, 0
		case m.compare(e, epochs[best]) > 0:
			worse++
		default:
			worse = 0
		}
	}
	return best, worse
}
