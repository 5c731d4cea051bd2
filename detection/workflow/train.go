package workflow

import (
	"context"
	"fmt"
	"io"
	"math"

	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/training"
	"github.com/puncta-bio/puncta/detection/unet"
	"github.com/puncta-bio/puncta/detection/unet/weights"
	"github.com/puncta-bio/puncta/internal/atomicfile"
	"github.com/puncta-bio/puncta/plots"
)

func trainStep() Step {
	return Step{Name: "train", Doc: "trains the network and keeps the weights of the best epoch", Run: train}
}

func train(ctx context.Context, j *Job) error {
	opts := trainingOptions(j.Config, j.RunID)
	network, err := unet.New(networkConfig(j.Config), seed(j.Config, j.RunID))
	if err != nil {
		return Input(err)
	}
	runtime, err := j.device(ctx)
	if err != nil {
		return err
	}
	t, err := training.NewTrainer(runtime.Backend, network, opts)
	if err != nil {
		return Input(err)
	}
	defer t.Close()
	if err := makeFolder(j.Layout.BestCheckpoint()); err != nil {
		return err
	}
	if err := j.writeStatistics(); err != nil {
		return err
	}
	if err := j.writeFiltering(); err != nil {
		return err
	}
	if err := makeFolder(j.logFile()); err != nil {
		return err
	}
	var at *training.Position
	if j.Resume {
		if at, err = j.resume(t); err != nil {
			return err
		}
	}
	settings := settingsOf(j.Config, network.Config())
	if settings.Preprocess, settings.Normalise, err = j.inUse(); err != nil {
		return err
	}
	j.History, err = training.Fit(ctx, t, j.data, j.valData, training.FitOptions{
		Options: opts, Resume: at, Workers: max(j.Config.System.NumWorkers, 0), Progress: j.Progress,
		OnBest: func(e training.Epoch, w *weights.Set) error {
			best := settings
			best.Epoch, best.ValLoss = e.Epoch, e.ValLoss
			j.Model = &inference.ModelFile{Settings: best, Weights: w}
			return j.Model.Save(j.Layout.BestCheckpoint())
		},
		OnEpoch: j.writeHistory,
		OnState: func(at *training.Position, state *weights.Set) error { return j.saveState(settings, at, state) },
	})
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%w: the same command with --resume goes on from %s", err, j.Layout.LastCheckpoint())
		}
		return err
	}
	j.log().Info("trained", "epochs", len(j.History.Epochs), "best epoch", j.Model.Settings.Epoch, "stopped", j.History.Stop)
	return nil
}

// loader deals the patches of a set, trainSet or valSet, whose pre-processed
// images are given; with opts for training, else for validation.
func (j *Job) loader(set string, images []*imageio.Image, opts *training.Options) (*training.Loader, error) {
	items, data, filter := j.Train, trainingData(j.Config), j.Config.Data.Train.FilterSamples
	if set == valSet {
		items, data, filter = j.Val, validationData(j.Config), j.Config.Data.Val.FilterSamples
	}
	data.Filter = patchFilter(j.Config, filter, images)
	for i, it := range items {
		v, err := normalise(images[i], j.normaliseBy)
		if err != nil {
			return nil, inputf("%s: %w", it.Path, err)
		}
		data.Samples = append(data.Samples, training.Sample{Name: it.Path, Image: v, Points: it.Truth})
	}
	var l *training.Loader
	var err error
	if opts == nil {
		l, err = training.NewPlainLoader(data, j.Config.Train.BatchSize)
	} else {
		l, err = training.NewLoader(data, *opts)
	}
	if err != nil {
		return nil, allRemoved(set, err)
	}
	if judged := l.Judged(); judged != nil {
		left := 0
		for _, k := range judged {
			if !k.Removed {
				left++
			}
		}
		j.log().Info("filtered", "set", set, "samples", len(judged), "left", left)
	}
	return l, nil
}

func (j *Job) logFile() string { return j.Layout.Results("train_logs", j.Layout.Job+".csv") }

// writeHistory writes the log and the charts of the epochs so far.
func (j *Job) writeHistory(h *training.History) error {
	if j.Resume {
		j.timings(h.Epochs[:len(h.Epochs)-1])
	}
	if err := atomicfile.Write(j.logFile(), func(w io.Writer) error { return writeLog(w, h) }); err != nil {
		return err
	}
	for _, chart := range []struct {
		name, label string
		train, val  func(training.Epoch) float64
	}{
		{"loss", "loss", func(e training.Epoch) float64 { return e.Loss }, func(e training.Epoch) float64 { return e.ValLoss }},
		{"IoU", "IoU at threshold 0.5", func(e training.Epoch) float64 { return e.IoU }, func(e training.Epoch) float64 { return e.ValIoU }},
	} {
		c := historyChart(h, chart.train, chart.val)
		c.Title, c.YLabel = j.Layout.Job, chart.label
		if err := atomicfile.Write(j.Layout.Chart(chart.name), c.WritePNG); err != nil {
			return err
		}
	}
	return nil
}

// historyChart draws one measure over epochs, training and validation.
func historyChart(h *training.History, train, val func(training.Epoch) float64) plots.Curves {
	t, v := plots.Curve{Name: "training"}, plots.Curve{Name: "validation"}
	for _, e := range h.Epochs {
		x := float64(e.Epoch)
		t.X, t.Y = append(t.X, x), append(t.Y, train(e))
		y := math.NaN()
		if e.HasVal {
			y = val(e)
		}
		v.X, v.Y = append(v.X, x), append(v.Y, y)
	}
	return plots.Curves{
		XLabel: "epoch", Lines: []plots.Curve{t, v},
		Mark: float64(h.Epochs[h.Best].Epoch), MarkLabel: "best",
	}
}

// logColumns is the number of columns of the log.
const logColumns = 9

func writeLog(w io.Writer, h *training.History) error {
	if _, err := fmt.Fprintln(w, "epoch,steps,loss,iou,val_loss,val_iou,lr,seconds,images_per_second"); err != nil {
		return err
	}
	for _, e := range h.Epochs {
		val := ","
		if e.HasVal {
			val = fmt.Sprintf("%g,%g", e.ValLoss, e.ValIoU)
		}
		if _, err := fmt.Fprintf(w, "%d,%d,%g,%g,%s,%g,%.2f,%.2f\n", e.Epoch, e.Steps, e.Loss, e.IoU, val, e.LearningRate, e.Seconds, e.ImagesPerSecond); err != nil {
			return err
		}
	}
	return nil
}

// writeText writes a text.
func writeText(text string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}
}
