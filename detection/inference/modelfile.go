package inference

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/unet"
	"github.com/puncta-bio/puncta/detection/unet/weights"
)

// settingsKey is where the settings lie in the file's metadata.
const settingsKey = "puncta"

// formatVersion counts changes of [Settings] that older programs cannot read.
const formatVersion = 1

// ErrNoSettings is wrapped when a file holds weights alone, as BiaPy writes
// them: the network has to be described by other means.
var ErrNoSettings = errors.New("the file holds weights without Puncta's settings")

// Settings is all that must be known, besides the weights, to find points in
// a new image as the model was trained to.
type Settings struct {
	// Version is the version of this structure, 1.
	Version int `json:"version"`
	// Network is the network's description.
	Network unet.Config `json:"network"`
	// Preprocess is what is done to images before they are normalised; nil for
	// nothing.
	Preprocess *detection.PreprocessOptions `json:"preprocess,omitempty"`
	// Normalise is how the training images were normalised.
	Normalise detection.NormaliseOptions `json:"normalise"`
	// Tiles is how images are cut.
	Tiles detection.TileOptions `json:"tiles"`
	// Whole says that images are predicted in one piece instead.
	Whole bool `json:"whole,omitempty"`
	// Views and Combine say which turned copies of a tile are predicted too.
	Views   Views   `json:"views,omitempty"`
	Combine Combine `json:"combine,omitempty"`
	// Detect is how points are found in the map: after tuning the best setting
	// on the validation images.
	Detect detection.DetectOptions `json:"detect"`
	// Tolerance is the matching tolerance that the settings were made for, in
	// physical units; one per class or one for all.
	Tolerance []float64 `json:"tolerance,omitempty"`
	// Epoch of the weights, counted from 1; 0 when not known.
	Epoch int `json:"epoch,omitempty"`
	// ValLoss is the validation loss of that epoch; 0 without validation.
	ValLoss float64 `json:"val_loss,omitempty"`
	// Config is the configuration of the training, as YAML; "" when not known.
	Config string `json:"config,omitempty"`
}

// Validate names every part of the settings that is not usable.
func (s Settings) Validate() error {
	var errs []error
	if s.Version != formatVersion {
		errs = append(errs, fmt.Errorf("version %d: this program reads version %d", s.Version, formatVersion))
	}
	var preprocess error
	if s.Preprocess != nil {
		preprocess = s.Preprocess.Validate()
	}
	for _, part := range []struct {
		name string
		err  error
	}{
		{"network", s.Network.Validate()}, {"preprocess", preprocess}, {"normalise", s.Normalise.Validate()},
		{"tiles", s.Tiles.Validate()}, {"detect", s.Detect.Validate()},
		{"views", s.Views.Validate()}, {"combine", s.Combine.Validate()},
	} {
		if part.err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", part.name, part.err))
		}
	}
	return errors.Join(errs...)
}

// ModelFile is a trained network with its settings, as stored in one
// safetensors file: the weights in PyTorch's names, the settings as JSON in
// the metadata under "puncta". Other programs can read the weights; the same
// contents give the same bytes.
type ModelFile struct {
	Settings Settings
	Weights  *weights.Set
}

// Save writes the file at path, complete or not at all. The settings are added
// to the metadata of the weights.
func (f *ModelFile) Save(path string) error { return f.save(path, weights.WriteSafetensorsFile) }

// SaveHalf is [ModelFile.Save] with the weights in half precision; see
// [weights.WriteSafetensorsHalf] for what that costs and its errors.
func (f *ModelFile) SaveHalf(path string) error {
	return f.save(path, weights.WriteSafetensorsHalfFile)
}

func (f *ModelFile) save(path string, write func(path string, s *weights.Set) error) error {
	settings := f.Settings
	settings.Version = formatVersion
	if err := settings.Validate(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	text, err := json.Marshal(settings)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if f.Weights.Metadata == nil {
		f.Weights.Metadata = map[string]string{}
	}
	f.Weights.Metadata[settingsKey], f.Weights.Metadata["format"] = string(text), "pt"
	return write(path, f.Weights)
}

// LoadModelFile reads a file that [ModelFile.Save] wrote. A file without
// settings gives an error that wraps [ErrNoSettings]; all errors name path.
func LoadModelFile(path string) (*ModelFile, error) {
	set, err := weights.ReadSafetensorsFile(path)
	if err != nil {
		return nil, err
	}
	f, err := ModelFileOf(set)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// ModelFileOf takes the settings out of the metadata of weights that have been
// read. Weights without settings give [ErrNoSettings].
func ModelFileOf(set *weights.Set) (*ModelFile, error) {
	text, ok := set.Metadata[settingsKey]
	if !ok {
		return nil, ErrNoSettings
	}
	f := &ModelFile{Weights: set}
	f.Settings.Detect.Centroid = detection.DefaultCentroidOptions() // which older files lack
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&f.Settings); err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	if err := f.Settings.Validate(); err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	return f, nil
}

// Model builds the network, without the state of a training that may be in the
// file. The error names parameters that do not fit.
func (f *ModelFile) Model() (*unet.Model, error) {
	return unet.FromWeights(f.Settings.Network, f.Weights.Params())
}
