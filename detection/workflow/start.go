package workflow

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/unet"
	"github.com/puncta-bio/puncta/detection/unet/weights"
	"github.com/puncta-bio/puncta/internal/filesys"
)

// architecture are the keys that "model_arch" takes from a checkpoint. The
// number of classes belongs to the data, and dropout to the training.
var architecture = []string{
	"MODEL.ARCHITECTURE", "MODEL.FEATURE_MAPS", "MODEL.NORMALIZATION", "MODEL.KERNEL_SIZE", "MODEL.UPSAMPLE_LAYER", "MODEL.ACTIVATION",
	"MODEL.Z_DOWN", "MODEL.YX_DOWN", "MODEL.ISOTROPY", "MODEL.CONV_LAYERS", "MODEL.CONV_BLOCK_ORDER", "MODEL.LARGER_IO",
}

// checkpointFile is the file that MODEL.LOAD_CHECKPOINT means.
func (j *Job) checkpointFile() string {
	m := j.Config.Model
	switch {
	case m.LoadCheckpoint && j.Config.Paths.CheckpointFile != "":
		return j.Config.Paths.CheckpointFile
	case m.LoadCheckpoint && m.LoadCheckpointEpoch == "last_on_train":
		return j.Layout.LastCheckpoint()
	}
	return j.Layout.BestCheckpoint()
}

// modelPath is the file of the model that the job uses: the one it trains, or
// the one that it loads.
func (j *Job) modelPath() string {
	if j.Config.Train.Enable {
		return j.Layout.BestCheckpoint()
	}
	return j.checkpointFile()
}

// loads says whether an item is to be taken from the checkpoint.
func (j *Job) loads(item string) bool { return slices.Contains(j.Config.Model.ItemsToLoad, item) }

// readStart reads the checkpoint that the job starts from and takes what it
// says about the network and about grey values into the job's configuration.
// nothing explains what to do when there is no such file.
func (j *Job) readStart(nothing error) (path string, checkpoint *weights.Checkpoint, err error) {
	path = j.checkpointFile()
	if _, err := os.Stat(path); err != nil {
		return path, nil, inputf("%s: %w: %w", path, filesys.WithoutPath(err), nothing)
	}
	if checkpoint, err = weights.ReadCheckpoint(path); err != nil {
		return path, nil, Input(err)
	}
	made, err := configMade(path, checkpoint)
	if err != nil {
		j.log().Warn("the configuration in the checkpoint is not used", "error", err)
	}
	if made == nil {
		return path, checkpoint, nil
	}
	return path, checkpoint, j.adopt(path, made)
}

// configMade is the configuration with which a checkpoint was made; nil when
// the file says nothing about it.
func configMade(path string, checkpoint *weights.Checkpoint) (*config.Config, error) {
	if f, err := inference.ModelFileOf(checkpoint.Weights); err == nil {
		if f.Settings.Config == "" {
			return nil, nil
		}
		c, _, err := config.Parse([]byte(f.Settings.Config), path+" (configuration inside)", predictionOnly...)
		return c, err
	}
	if checkpoint.Config == nil {
		return nil, nil
	}
	return configInside(path, checkpoint)
}

// adopt takes from the configuration of a checkpoint what
// MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT asks for.
func (j *Job) adopt(path string, made *config.Config) error {
	if j.loads("model_arch") && made.NDim() != j.Config.NDim() {
		return inputf("%s: its network is for %s, and PROBLEM.NDIM is %s", path, made.Problem.NDim, j.Config.Problem.NDim)
	}
	c := j.Config.Clone()
	const reason = "as MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT has "
	var told []config.Warning
	if j.loads("model_arch") {
		told = append(told, c.Adopt(made, reason+"model_arch", architecture...)...)
	}
	if j.loads("norm") {
		told = append(told, c.Adopt(made, reason+"norm", "DATA.NORMALIZATION.")...)
	}
	for _, w := range told {
		j.log().Warn(w.String())
	}
	if err := c.Validate(); err != nil {
		return inputf("with network and normalisation of %s: %w", path, err)
	}
	j.Config = c
	return nil
}

// errNoStart explains where a training could start from.
var errNoStart = fmt.Errorf("there is no checkpoint to start from: name one in PATHS.CHECKPOINT_FILE, or train with MODEL.LOAD_CHECKPOINT False")

// prepareNetwork makes the network that the job trains: with new weights, or
// those of a checkpoint, and with frozen layers.
func (j *Job) prepareNetwork() error {
	var path string
	var checkpoint *weights.Checkpoint
	var err error
	if j.Config.Model.LoadCheckpoint {
		if path, checkpoint, err = j.readStart(errNoStart); err != nil {
			return err
		}
	}
	network, err := unet.New(networkConfig(j.Config), seed(j.Config, j.RunID))
	if err != nil {
		return Input(err)
	}
	if prior := j.Config.Puncta.Prior; prior > 0 {
		if err := network.SetPrior(prior); err != nil {
			return Input(err)
		}
	}
	if checkpoint != nil && j.loads("weights") {
		if err := j.takeWeights(network, path, checkpoint.Weights.Params()); err != nil {
			return err
		}
	}
	if err := j.freeze(network); err != nil {
		return err
	}
	j.network = network
	return nil
}

func (j *Job) takeWeights(network *unet.Model, path string, set *weights.Set) error {
	if !j.Config.Model.SkipUnmatchedLayers {
		if err := network.SetWeights(set); err != nil {
			return inputf("%s: %w; MODEL.SKIP_UNMATCHED_LAYERS True takes what fits", path, err)
		}
		j.log().Info("training starts from weights", "of", path)
		return nil
	}
	unmatched, err := network.SetMatching(set)
	if err != nil {
		return inputf("%s: %w", path, err)
	}
	j.log().Info("training starts from weights", "of", path, "not taken", len(unmatched))
	if len(unmatched) > 0 {
		j.log().Warn("weights that do not fit are left out: " + strings.Join(unmatched, "; "))
	}
	return nil
}

// freeze keeps the layers as they are that MODEL.FREEZE_LAYERS_MATCHING names.
func (j *Job) freeze(network *unet.Model) error {
	var patterns []*regexp.Regexp
	for _, text := range j.Config.Model.FreezeLayersMatching {
		p, err := regexp.Compile(text)
		if err != nil {
			return inputf("MODEL.FREEZE_LAYERS_MATCHING: %w", err)
		}
		patterns = append(patterns, p)
	}
	names, err := network.Freeze(patterns...)
	if err != nil {
		return inputf("MODEL.FREEZE_LAYERS_MATCHING: %w", err)
	}
	if len(names) > 0 {
		j.log().Info("frozen parameters", "tensors", len(names), "from", names[0], "to", names[len(names)-1])
	}
	return nil
}

// errNoModel explains where a model would come from.
var errNoModel = fmt.Errorf("there is no model to predict with: train first (TRAIN.ENABLE), or name one in PATHS.CHECKPOINT_FILE with MODEL.LOAD_CHECKPOINT True")

// loadModel reads the model for a job that does not train. How images are cut
// and turned is what the job's configuration says.
func (j *Job) loadModel() error {
	path, checkpoint, err := j.readStart(errNoModel)
	if err != nil {
		return err
	}
	f, err := modelOf(path, checkpoint, j.Config)
	if err != nil {
		return err
	}
	c := j.Config
	if !j.loads("norm") {
		f.Settings.Normalise = normaliseOptions(c)
		if err := readStatistics(path, &f.Settings.Normalise); err != nil {
			return err
		}
	}
	if !j.loads("model_arch") {
		f.Settings.Network = networkConfig(c)
	}
	f.Settings.Tiles, f.Settings.Whole = testTiles(c), c.Test.FullImg
	f.Settings.Views, f.Settings.Combine = views(c), combine(c)
	if n := f.Settings.Network.OutChannels; n != c.Model.NClasses {
		return inputf("%s: its network has %d output channels, and MODEL.N_CLASSES is %d", path, n, c.Model.NClasses)
	}
	if _, err := f.Model(); err != nil {
		return inputf("%s: %w", path, err)
	}
	j.Model = f
	return j.compareStatistics(path)
}
