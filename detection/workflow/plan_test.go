package workflow

import (
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection/config"
)

// TestPlan: 1,944,241 is the number of parameters that BiaPy reports for its
// default network.
func TestPlan(t *testing.T) {
	for _, tt := range []struct {
		name     string
		settings []string
		want     string
	}{
		{"nothing to do", nil, `check
with
  network   unet, 5 levels of 16 to 256 channels, 1944241 parameters
`},
		{"everything", []string{"TRAIN.ENABLE=True", "TEST.ENABLE=True", "DATA.TEST.LOAD_GT=True", "AUGMENTOR.ENABLE=True", "AUGMENTOR.ZOOM=True",
			"AUGMENTOR.HFLIP=True", "AUGMENTOR.GAUSSIAN_NOISE=True", "PUNCTA.TUNE=True", "TRAIN.LR_SCHEDULER.NAME=onecycle", "PUNCTA.STEPS=7",
			"MODEL.FREEZE_LAYERS_MATCHING=[down_path]", "TEST.FULL_IMG=True"}, `check masks train tune predict detect score report
with
  network   unet, 5 levels of 16 to 256 channels, 1944241 parameters
  training  360 epochs or 7 steps, 2 patches of 256 x 256 voxels a step, 1 image channel
  optimiser ADAMW, learning rate 0.0001, onecycle
  changes   HFLIP, ZOOM, GAUSSIAN_NOISE
  frozen    parameters that match down_path
  test      whole images, scored at tolerance 10
`},
		{"a checkpoint in a volume", []string{"PROBLEM.NDIM=3D", "DATA.PATCH_SIZE=(32, 64, 64, 1)", "TEST.ENABLE=True", "MODEL.LOAD_CHECKPOINT=True",
			"DATA.TEST.PADDING=(4, 8, 8)"}, `check predict detect report
with
  network   that of this job's checkpoint best_on_val
  test      tiles of 32 x 64 x 64 voxels with 4 x 8 x 8 of context, not scored
`},
		{"weights for this network", []string{"TRAIN.ENABLE=True", "MODEL.LOAD_CHECKPOINT=True", "PATHS.CHECKPOINT_FILE=a.pth",
			"MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT=[weights, norm]"}, `check masks train report
with
  network   unet, 5 levels of 16 to 256 channels, 1944241 parameters
  start     a.pth
  training  360 epochs, 2 patches of 256 x 256 voxels a step, 1 image channel
  optimiser ADAMW, learning rate 0.0001, constant
  changes   none
`},
	} {
		c, _, err := config.Parse(nil, "f", tt.settings...)
		if err != nil {
			t.Fatal(err)
		}
		p := PlanOf(c)
		var names []string
		for _, s := range p.Steps {
			names = append(names, s.Name)
			if !strings.Contains(p.Text(), s.Doc) {
				t.Errorf("%s: the text does not say what %s does", tt.name, s.Name)
			}
		}
		_, rest, _ := strings.Cut(p.Text(), "with\n")
		if got := strings.Join(names, " ") + "\nwith\n" + rest; got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
}
