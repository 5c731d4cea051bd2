package detection

// Progress is told how long work advances. Implementations must be quick and
// may be called from several goroutines, though never at the same time for
// one task. A nil Progress is allowed wherever one is taken.
type Progress interface {
	Report(ProgressEvent)
}

// ProgressEvent is one piece of news about a task.
type ProgressEvent struct {
	// Task names what is done, such as "train" or "predict".
	Task string
	// Done of Total units are finished; Total is 0 when it is not known. The
	// first event of a task has Done 0, its last Done == Total.
	Done, Total int
	// Unit names what is counted, in the plural: "images".
	Unit string
	// Values are measurements worth showing beside the bar, in order.
	Values []Measurement
	// Line is a sentence worth keeping, such as the summary of an epoch; "" for none.
	Line string
}

// Measurement is a named number.
type Measurement struct {
	Name  string
	Value float64
}

// ProgressFunc makes a function a [Progress].
type ProgressFunc func(ProgressEvent)

// Report calls f.
func (f ProgressFunc) Report(e ProgressEvent) { f(e) }

// Report hands e to p, or to nobody when p is nil.
func Report(p Progress, e ProgressEvent) {
	if p != nil {
		p.Report(e)
	}
}
