package workflow

import (
	"context"
	"fmt"
	"io"

	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/training"
	"github.com/puncta-bio/puncta/detection/unet/weights"
	"github.com/puncta-bio/puncta/internal/atomicfile"
	"github.com/puncta-bio/puncta/plots"
)

func trainStep() Step {
	return Step{Name: "train", Doc: "trains the network and keeps the weights of the best epoch", Run: train}
}

func train(ctx context.Context, j *Job) error {
	opts := trainingOptions(j.Config, j.RunID)
	runtime, err := j.device(ctx)
	if err != nil {
		return err
	}
	t, err := training.NewTrainer(runtime.Backend, j.network, opts)
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
	if err := j.plotModel(j.network.Config()); err != nil {
		return err
	}
	if err := j.writeAugmented(j.data); err != nil {
		return err
	}
	var at *training.Position
	if j.Resume {
		if at, err = j.resume(t); err != nil {
			return err
		}
	}
	events, err := j.openEvents(at)
	if err != nil {
		return err
	}
	defer events.Close()
	settings := settingsOf(j.Config, j.network.Config())
	if settings.Preprocess, settings.Normalise, err = j.inUse(); err != nil {
		return err
	}
	j.History, err = training.Fit(ctx, t, j.data, j.valData, training.FitOptions{
		Options: opts, Resume: at, Workers: max(j.Config.System.NumWorkers, 0), Progress: j.Progress,
		Scoring: scoringOptions(j.Config),
		OnBest: func(e training.Epoch, w *weights.Set) error {
			best := settings
			best.Epoch, best.ValLoss = e.Epoch, e.ValLoss
			j.Model = &inference.ModelFile{Settings: best, Weights: w}
			return j.Model.Save(j.Layout.BestCheckpoint())
		},
		OnEpoch: func(h *training.History) error {
			if err := j.writeHistory(h); err != nil {
				return err
			}
			if j.OnEpoch != nil {
				j.OnEpoch(h)
			}
			return writeEvents(events, h.Epochs)
		},
		OnState: func(at *training.Position, state *weights.Set) error {
			if err := j.saveEpoch(settings, at, state); err != nil {
				return err
			}
			return j.saveState(settings, at, state)
		},
	})
	if at != nil { // also when no epoch was left
		j.timings(j.History.Epochs[:len(at.Epochs)])
	}
	if len(j.History.Epochs) > 0 { // also of a training that was interrupted
		if drawn := j.drawCharts(j.History); err == nil {
			err = drawn
		}
	}
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%w: the same command with --resume goes on from %s", err, j.Layout.LastCheckpoint())
		}
		return err
	}
	j.log().Info("trained", "epochs", len(j.History.Epochs), "best epoch", j.Model.Settings.Epoch, "stopped", j.History.Stop)
	return nil
}

// saveEpoch keeps the weights of every MODEL.SAVE_CKPT_FREQ-th epoch and of the
// last one, as soon as it has ended.
func (j *Job) saveEpoch(settings inference.Settings, at *training.Position, state *weights.Set) error {
	n, every := len(at.Epochs), j.Config.Model.SaveCkptFreq
	if every < 1 || n == 0 || at.Patches > 0 || n%every != 0 && n != j.Config.Train.Epochs {
		return nil
	}
	settings.Epoch, settings.ValLoss = n, at.Epochs[n-1].ValLoss
	f := inference.ModelFile{Settings: settings, Weights: state.Params()}
	return f.Save(j.Layout.EpochCheckpoint(n))
}

// dataOf is what is dealt of a set, trainSet or valSet, whose pre-processed images
// are given.
func (j *Job) dataOf(set string, images []*imageio.Image) (training.Data, error) {
	items, data, filter := j.Train, trainingData(j.Config), j.Config.Data.Train.FilterSamples
	if set == valSet {
		items, data, filter = j.Val, validationData(j.Config), j.Config.Data.Val.FilterSamples
	}
	data.Filter = patchFilter(j.Config, filter, images)
	for i, it := range items {
		v, err := normalise(images[i], j.normaliseBy)
		if err != nil {
			return training.Data{}, inputf("%s: %w", it.Path, err)
		}
		data.Samples = append(data.Samples, training.Sample{Name: it.Path, Image: v, Points: it.Truth})
	}
	return data, nil
}

// loader deals the patches of a set; with opts for training, else for validation.
func (j *Job) loader(set string, data training.Data, opts *training.Options) (*training.Loader, error) {
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

// writeHistory writes the log of the epochs so far and, when it is time for
// them, the charts.
func (j *Job) writeHistory(h *training.History) error {
	if j.Resume {
		j.timings(h.Epochs[:len(h.Epochs)-1])
	}
	if err := atomicfile.Write(j.logFile(), func(w io.Writer) error { return writeLog(w, h) }); err != nil {
		return err
	}
	if h.Epochs[len(h.Epochs)-1].Epoch%j.Config.Log.ChartCreationFreq != 0 {
		return nil
	}
	return j.drawCharts(h)
}

// drawCharts draws loss, IoU, F1 and learning rate over the epochs so far.
func (j *Job) drawCharts(h *training.History) error {
	type measure = func(training.Epoch) float64
	charts := []struct {
		name, label string
		train, val  measure
	}{
		{"loss", "loss", func(e training.Epoch) float64 { return e.Loss }, func(e training.Epoch) float64 { return e.ValLoss }},
		{"IoU", "IoU at threshold 0.5", func(e training.Epoch) float64 { return e.IoU }, func(e training.Epoch) float64 { return e.ValIoU }},
		{"F1", "F1 at the best threshold", nil, func(e training.Epoch) float64 { return e.ValF1 }},
		{"lr", "learning rate at the last step", func(e training.Epoch) float64 { return e.LearningRate }, nil},
	}
	for _, chart := range charts {
		c := historyChart(h, chart.train, chart.val)
		if len(c.Lines) == 0 {
			continue
		}
		c.Title, c.YLabel = j.Layout.Job, chart.label
		if err := atomicfile.Write(j.Layout.Chart(chart.name), c.WritePNG); err != nil {
			return err
		}
	}
	return nil
}

// historyChart draws a measure over epochs, of the training patches and of the
// validation set where there is one; nil is not measured.
func historyChart(h *training.History, train, val func(training.Epoch) float64) plots.Curves {
	c := plots.Curves{XLabel: "epoch", Mark: float64(h.Epochs[h.Best].Epoch), MarkLabel: "best"}
	add := func(name string, measure func(training.Epoch) float64) {
		line := plots.Curve{Name: name}
		for _, e := range h.Epochs {
			line.X, line.Y = append(line.X, float64(e.Epoch)), append(line.Y, measure(e))
		}
		c.Lines = append(c.Lines, line)
	}
	if train != nil {
		add("training", train)
	}
	if val != nil && h.Epochs[0].HasVal {
		add("validation", val)
	}
	return c
}

// logColumns is the number of columns of the log.
const logColumns = 10

func writeLog(w io.Writer, h *training.History) error {
	if _, err := fmt.Fprintln(w, "epoch,steps,loss,iou,val_loss,val_iou,val_f1,lr,seconds,images_per_second"); err != nil {
		return err
	}
	for _, e := range h.Epochs {
		val := ",,"
		if e.HasVal {
			val = fmt.Sprintf("%g,%g,%g", e.ValLoss, e.ValIoU, e.ValF1)
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
