package workflow

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/training"
	"github.com/puncta-bio/puncta/detection/unet/weights"
)

// positionKey is where the position of a training lies in the metadata of the
// last checkpoint.
const positionKey = weights.StatePrefix + "position"

// standing is what the last checkpoint says beside weights and settings.
type standing struct {
	Position *training.Position `json:"position"`
	// Data is a hash of the names, sizes and points of the images.
	Data string `json:"data"`
}

// saveState writes the last checkpoint. The same training at the same place
// gives the same bytes.
func (j *Job) saveState(settings inference.Settings, at *training.Position, state *weights.Set) error {
	text, err := json.Marshal(standing{at, j.dataHash()})
	if err != nil {
		return err
	}
	state.Metadata[positionKey] = string(text)
	settings.Epoch = len(at.Epochs)
	if n := len(at.Epochs); n > 0 {
		settings.ValLoss = at.Epochs[n-1].ValLoss
	}
	f := inference.ModelFile{Settings: settings, Weights: state}
	return f.Save(j.Layout.LastCheckpoint())
}

// resume gives the trainer the state of the last checkpoint and returns its
// position, or nil when there is no such file. The best model so far is taken
// up again.
func (j *Job) resume(t *training.Trainer) (*training.Position, error) {
	path := j.Layout.LastCheckpoint()
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		j.log().Info("no checkpoint to go on from: training starts anew", "looked for", path)
		return nil, nil
	}
	f, err := inference.LoadModelFile(path)
	if err != nil {
		return nil, Input(err)
	}
	var s standing
	if err := json.Unmarshal([]byte(f.Weights.Metadata[positionKey]), &s); err != nil || s.Position == nil {
		return nil, inputf("%s: want the last checkpoint of a training, this file has no position: train without --resume", path)
	}
	if err := j.sameTraining(path, f.Settings.Config, s.Data); err != nil {
		return nil, err
	}
	if len(s.Position.Epochs) > 0 {
		if j.Model, err = inference.LoadModelFile(j.Layout.BestCheckpoint()); err != nil {
			return nil, inputf("%w: the best weights so far are gone: train without --resume", err)
		}
	}
	delete(f.Weights.Metadata, positionKey)
	if err := t.Restore(f.Weights); err != nil {
		return nil, inputf("%s: %w", path, err)
	}
	j.log().Info("going on", "from", path, "step", s.Position.Step, "epochs", len(s.Position.Epochs))
	return s.Position, nil
}

// mayChange are options that training sees and that may be others when it goes
// on: where it runs, and when it ends. So may those of later stages.
var mayChange = []string{"SYSTEM.NUM_CPUS", "SYSTEM.DEVICE", "TRAIN.EPOCHS", "TRAIN.PATIENCE", "PUNCTA.STEPS"}

// harmless says whether a training may go on with another value of a key; byF1
// that F1 decides which epoch is the best, so that points are found and scored.
func harmless(key string, byF1 bool) bool {
	k, _ := config.Explain(key)
	switch k.Stage {
	case config.StageTraining:
		return slices.Contains(mayChange, key)
	case config.StageDetection, config.StageScoring:
		return !byF1
	}
	return true
}

// sameTraining refuses to go on with another configuration or other data.
func (j *Job) sameTraining(path, before, data string) error {
	was, _, err := config.Parse([]byte(before), path+" (configuration inside)")
	if err != nil {
		return Input(err)
	}
	byF1 := training.Monitor(j.Config.Train.CheckpointMonitor) == training.MonitorF1
	changed := slices.DeleteFunc(was.Differences(j.Config), func(key string) bool { return harmless(key, byF1) })
	if len(changed) > 0 {
		return inputf("%s: was made with another %s: give the same configuration, or train without --resume", path, strings.Join(changed, ", "))
	}
	if data != j.dataHash() {
		return inputf("%s: was made with other images or points: bring them back, or train without --resume", path)
	}
	return nil
}

// dataHash stands for the images and points of a training.
func (j *Job) dataHash() string {
	h := sha256.New()
	for _, set := range [][]Item{j.Train, j.Val} {
		fmt.Fprintf(h, "set of %d\n", len(set))
		for _, it := range set {
			fmt.Fprintf(h, "%q %v %d\n", it.Name, it.Dims, len(it.csv))
			h.Write(it.csv)
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// timings puts the times of earlier epochs, which checkpoints do not hold, back
// into a history, from the log of the run; what cannot be read stays 0.
func (j *Job) timings(epochs []training.Epoch) {
	file, err := os.Open(j.logFile())
	if err != nil {
		return
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return
	}
	for i := range epochs {
		if i+1 < len(rows) && len(rows[i+1]) == logColumns && rows[i+1][0] == strconv.Itoa(epochs[i].Epoch) {
			epochs[i].Seconds, _ = strconv.ParseFloat(rows[i+1][logColumns-2], 64)
			epochs[i].ImagesPerSecond, _ = strconv.ParseFloat(rows[i+1][logColumns-1], 64)
		}
	}
}
