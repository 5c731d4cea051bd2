package workflow

import (
	"time"

	"github.com/puncta-bio/puncta/detection/training"
	"github.com/puncta-bio/puncta/internal/tfevents"
)

// openEvents opens the event file of a training that begins (at is nil) or goes
// on, and brings it up to its position: epochs that were begun after the last
// checkpoint are cut off, and those that are missing are added.
func (j *Job) openEvents(at *training.Position) (*tfevents.Writer, error) {
	path := j.Layout.Events()
	if err := makeFolder(path); err != nil {
		return nil, err
	}
	if at == nil {
		return tfevents.Create(path)
	}
	w, err := tfevents.Open(path, int64(len(at.Epochs)))
	if err != nil {
		return nil, err
	}
	return w, writeEvents(w, at.Epochs)
}

// writeEvents adds the epochs that are not in the file yet.
func writeEvents(w *tfevents.Writer, epochs []training.Epoch) error {
	for _, e := range epochs {
		if int64(e.Epoch) <= w.Last() {
			continue
		}
		values := []tfevents.Scalar{{Tag: "loss/train", Value: e.Loss}, {Tag: "IoU/train", Value: e.IoU}, {Tag: "learning rate", Value: e.LearningRate}}
		if e.HasVal {
			values = append(values, tfevents.Scalar{Tag: "loss/val", Value: e.ValLoss}, tfevents.Scalar{Tag: "IoU/val", Value: e.ValIoU}, tfevents.Scalar{Tag: "F1/val", Value: e.ValF1})
		}
		if err := w.Write(time.Now(), int64(e.Epoch), values...); err != nil {
			return err
		}
	}
	return nil
}
