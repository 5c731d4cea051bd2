package workflow

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/inference/pretrained"
	"github.com/puncta-bio/puncta/detection/unet"
	"github.com/puncta-bio/puncta/detection/unet/weights"
	"github.com/puncta-bio/puncta/internal/filesys"
)

// OpenModel reads a model from a file of any kind that holds weights:
//
//   - a model file of ours brings its own settings;
//   - a safetensors file with weights alone, or a .pth checkpoint of PyTorch,
//     takes its settings from c, and for a .pth of BiaPy without c (nil) from
//     the configuration inside it; the statistics of the normalisation custom
//     come from the files of its training beside it.
//
// A path that is no file but the name of a model of package pretrained means
// that model, whether or not there is a folder of the name. The network is
// built once to see that the weights fit. Errors name the file and are for
// ErrInput.
func OpenModel(path string, c *config.Config) (*inference.ModelFile, error) {
	info, err := os.Stat(path)
	if (err != nil || info.IsDir()) && pretrained.Has(path) { // a folder of that name may hold the data
		return pretrained.Open(path)
	}
	if err != nil {
		return nil, inputf("%s: want a model file, or one of the models that come with Puncta (%s): %w", path, pretrained.Names(), filesys.WithoutPath(err))
	}
	checkpoint, err := weights.ReadCheckpoint(path)
	if err != nil {
		return nil, Input(err)
	}
	f, err := modelOf(path, checkpoint, c)
	if err != nil {
		return nil, err
	}
	if _, err := f.Model(); err != nil {
		return nil, inputf("%s: %w", path, err)
	}
	return f, nil
}

// modelOf is the model in a file that has been read; whether its weights fit is
// not looked at.
func modelOf(path string, checkpoint *weights.Checkpoint, c *config.Config) (*inference.ModelFile, error) {
	f, err := inference.ModelFileOf(checkpoint.Weights)
	if errors.Is(err, inference.ErrNoSettings) {
		if c == nil {
			if c, err = configInside(path, checkpoint); err != nil {
				return nil, Input(err)
			}
		}
		f, err = &inference.ModelFile{Settings: settingsOf(c, networkConfig(c)), Weights: checkpoint.Weights}, nil
		if err := readStatistics(path, &f.Settings.Normalise); err != nil {
			return nil, err
		}
		if f.Settings.Preprocess, err = preprocessInUse(c); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, inputf("%s: %w", path, err)
	}
	return f, nil
}

// trainingSections of a configuration say nothing about using a network, so
// an option among them that this version does not have is no obstacle.
var trainingSections = []string{"AUGMENTOR", "TRAIN", "LOSS", "LOG", "PATHS"}

// configInside is the configuration that BiaPy puts into its checkpoints.
func configInside(path string, checkpoint *weights.Checkpoint) (*config.Config, error) {
	if checkpoint.Config == nil {
		return nil, fmt.Errorf("%s: %w: give the configuration of its training with --config", path, inference.ErrNoSettings)
	}
	for _, section := range trainingSections {
		delete(checkpoint.Config, section)
	}
	text, err := checkpoint.ConfigYAML()
	if err != nil {
		return nil, err
	}
	c, _, err := config.Parse(text, path+" (configuration inside)", slices.Concat(predictionOnly, []string{"MODEL.OUT_CHECKPOINT_FORMAT=safetensors"})...)
	return c, err
}

// predictionOnly are the settings with which a configuration of a training
// says how to use its weights: what concerns training alone is not looked at.
var predictionOnly = []string{"TRAIN.ENABLE=False", "TEST.ENABLE=True", "DATA.TEST.LOAD_GT=False", "MODEL.LOAD_CHECKPOINT=True",
	"MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT=[weights, norm, model_arch]",
	"DATA.TEST.FILTER_SAMPLES.ENABLE=False", "DATA.TEST.USE_VAL_AS_TEST=False"}

// LoadForPrediction reads the configuration of a training as [OpenModel]
// needs it; "" gives nil. Errors are for ErrInput.
func LoadForPrediction(path string) (*config.Config, error) {
	if path == "" {
		return nil, nil
	}
	c, _, err := config.Load(path, predictionOnly...)
	return c, Input(err)
}

// settingsOf is what a configuration says about using a network.
func settingsOf(c *config.Config, network unet.Config) inference.Settings {
	recorded := c.Clone()
	recorded.System.NumCPUs, recorded.System.NumWorkers = -1, -1 // of the machine, not of the model
	return inference.Settings{
		Version: 1, Network: network, Normalise: normaliseOptions(c), Tiles: testTiles(c), Whole: c.Test.FullImg,
		Views: views(c), Combine: combine(c),
		Detect: detectOptions(c), Tolerance: c.Tolerances(), Config: recorded.YAML(),
	}
}
