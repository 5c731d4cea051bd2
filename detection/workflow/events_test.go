package workflow

import (
	"os"
	"testing"

	"github.com/puncta-bio/puncta/detection/training"
)

// An event file goes on where the checkpoint stands, whatever was written
// after it or is missing: it is as long as one that was left alone.
func TestEventsGoOn(t *testing.T) {
	epochs := make([]training.Epoch, 5)
	for i := range epochs {
		epochs[i] = training.Epoch{Epoch: i + 1, Loss: 1 / float64(i+1), IoU: 0.5, ValLoss: 2, ValIoU: 0.25, HasVal: true, LearningRate: 1e-3}
	}
	// write opens the file of a job at a position and adds epochs.
	write := func(j *Job, at *training.Position, opened int64, n int) {
		t.Helper()
		w, err := j.openEvents(at)
		if err != nil {
			t.Fatal(err)
		}
		if w.Last() != opened {
			t.Errorf("opened after step %d, want %d", w.Last(), opened)
		}
		if err := writeEvents(w, epochs[:n]); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	size := func(j *Job) int64 {
		t.Helper()
		info, err := os.Stat(j.Layout.Events())
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	job := func() *Job { return newJob(t, smallConfig(t, "none"), t.TempDir(), 1) }
	whole := job()
	write(whole, nil, 0, 5)

	ahead := job() // killed after the event of epoch 3, before its checkpoint
	write(ahead, nil, 0, 3)
	write(ahead, &training.Position{Epochs: epochs[:2]}, 2, 5)
	missing := job() // the file is gone
	write(missing, &training.Position{Epochs: epochs[:4]}, 4, 5)
	anew := job() // the same job without --resume
	write(anew, nil, 0, 2)
	write(anew, nil, 0, 5)
	for name, j := range map[string]*Job{"ahead": ahead, "missing": missing, "anew": anew} {
		if size(j) != size(whole) {
			t.Errorf("%s: %d bytes, want %d", name, size(j), size(whole))
		}
	}
}

// Charts are drawn every LOG.CHART_CREATION_FREQ epochs; what is drawn at the
// end of a training is in the tests of jobs, which end at other epochs.
func TestChartsAreDrawnNowAndThen(t *testing.T) {
	j := newJob(t, smallConfig(t, "none", "LOG.CHART_CREATION_FREQ=3"), t.TempDir(), 1)
	for _, file := range []string{j.Layout.Chart("loss"), j.logFile()} {
		if err := makeFolder(file); err != nil {
			t.Fatal(err)
		}
	}
	h := new(training.History)
	for epoch := 1; epoch <= 7; epoch++ {
		h.Epochs = append(h.Epochs, training.Epoch{Epoch: epoch, Loss: 1, LearningRate: 1e-3})
		if err := j.writeHistory(h); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"loss", "IoU", "lr"} {
			err := os.Remove(j.Layout.Chart(name)) // so that the next one is a new one
			if drawn := err == nil; drawn != (epoch%3 == 0) {
				t.Errorf("epoch %d: chart of %s drawn: %v", epoch, name, drawn)
			}
		}
	}
}
