// Package pretrained holds the models that come with Puncta, weights and all
// settings in one, so that an image can be worked on before anything has been
// trained.
//
// The weights are in half precision (see
// [github.com/puncta-bio/puncta/detection/unet/weights.WriteSafetensorsHalf]).
// Models are listed with what they were trained on; MODELS.md beside them says
// how, and what they reach.
package pretrained

import (
	"bytes"
	"embed"
	"fmt"
	"strings"

	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/unet/weights"
)

//go:embed *.safetensors
var files embed.FS

// Model describes a model.
type Model struct {
	// Name is what [Open] takes.
	Name string
	// Doc is one sentence that says what it finds, in which images.
	Doc string
	// Data says on what it was trained, with the licence of the data.
	Data string
}

// List returns the models, the most general one first.
func List() []Model {
	return []Model{{
		Name: "nuclei2d",
		Doc:  "Nuclei in 2D fluorescence images with one channel, bright on a dark ground, 8 to 60 pixels across.",
		Data: "118 fluorescence images of BBBC038v1, the 2018 Data Science Bowl (Caicedo et al., Nature Methods 16, 2019), with the corrections of its users; CC0 1.0.",
	}}
}

// Names are the names of [List], with commas.
func Names() string {
	var names []string
	for _, m := range List() {
		names = append(names, m.Name)
	}
	return strings.Join(names, ", ")
}

// Has says whether there is a model of that name.
func Has(name string) bool {
	for _, m := range List() {
		if m.Name == name {
			return true
		}
	}
	return false
}

// Open reads a model. Each call gives one of its own. The error is that of a
// name that is not in [List].
func Open(name string) (*inference.ModelFile, error) {
	if !Has(name) {
		return nil, fmt.Errorf("there is no model %q: want one of %s", name, Names())
	}
	data, err := files.ReadFile(name + ".safetensors")
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", name, err)
	}
	set, err := weights.ReadSafetensors(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", name, err)
	}
	f, err := inference.ModelFileOf(set)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", name, err)
	}
	return f, nil
}
