package workflow

import (
	"fmt"
	"slices"
	"strings"

	"github.com/puncta-bio/puncta/detection/config"
)

// Plan is what a job would do, as far as its configuration says without its
// data.
type Plan struct {
	// Steps in order; the check alone when neither training nor testing is on.
	Steps []PlannedStep `json:"steps"`
	// Network is what is trained or used.
	Network PlannedNetwork `json:"network"`
	// Training is nil when there is none, Test too.
	Training *PlannedTraining `json:"training,omitempty"`
	Test     *PlannedTest     `json:"test,omitempty"`
}

// PlannedStep is a [Step] without its function.
type PlannedStep struct {
	Name string `json:"name"`
	Doc  string `json:"doc"`
}

// PlannedNetwork describes a network.
type PlannedNetwork struct {
	// Start is the checkpoint that it comes from; "" for a new one.
	Start string `json:"start,omitempty"`
	// Unknown says that the checkpoint decides the rest.
	Unknown      bool   `json:"unknown,omitempty"`
	Architecture string `json:"architecture,omitempty"`
	// FeatureMaps are the channels per level.
	FeatureMaps []int `json:"feature_maps,omitempty"`
	// Parameters is the number of trainable values, frozen ones included.
	Parameters int `json:"parameters,omitempty"`
}

// PlannedTraining describes a training.
type PlannedTraining struct {
	// Patch is (z, y, x) in voxels, Channels those of the image.
	Patch    [3]int `json:"patch"`
	Channels int    `json:"channels"`
	// BatchSize is the number of patches per step. Epochs is the most there
	// are, Steps as well; 0 for no such limit.
	BatchSize int `json:"batch_size"`
	Epochs    int `json:"epochs"`
	Steps     int `json:"steps,omitempty"`
	// Optimizer, LearningRate and Schedule are those of the configuration.
	Optimizer    string  `json:"optimizer"`
	LearningRate float64 `json:"learning_rate"`
	Schedule     string  `json:"schedule,omitempty"`
	// Changes names the random changes of patches.
	Changes []string `json:"changes"`
	// Frozen are the patterns of parameters that stay.
	Frozen []string `json:"frozen,omitempty"`
}

// PlannedTest describes the use of the network.
type PlannedTest struct {
	// Whole says that images are predicted in one piece; Tile and Padding,
	// (z, y, x) in voxels, how they are cut otherwise.
	Whole   bool   `json:"whole"`
	Tile    [3]int `json:"tile"`
	Padding [3]int `json:"padding"`
	// Tolerances at which found points are scored; nil without true ones.
	Tolerances []float64 `json:"tolerances,omitempty"`
}

// PlanOf says what the job of a valid configuration would do.
func PlanOf(c *config.Config) *Plan {
	p := &Plan{Network: plannedNetwork(c)}
	for _, s := range Steps(c) {
		p.Steps = append(p.Steps, PlannedStep{s.Name, s.Doc})
	}
	patch, channels := c.Patch()
	if t := c.Train; t.Enable {
		p.Training = &PlannedTraining{
			Patch: patch, Channels: channels, BatchSize: t.BatchSize, Epochs: t.Epochs, Steps: c.Puncta.Steps,
			Optimizer: t.Optimizer, LearningRate: t.LR, Schedule: t.LRScheduler.Name,
			Changes: c.Changes(), Frozen: c.Model.FreezeLayersMatching,
		}
	}
	if c.Test.Enable {
		p.Test = &PlannedTest{Whole: c.Test.FullImg, Tile: patch, Padding: c.Padding()}
		if c.Data.Test.LoadGT {
			p.Test.Tolerances = c.Tolerances()
		}
	}
	return p
}

// CheckWork refuses a configuration that asks for neither training nor testing;
// name is its file's. The error is for [ErrInput].
func CheckWork(c *config.Config, name string) error {
	if c.Train.Enable || c.Test.Enable {
		return nil
	}
	return inputf("%s: neither TRAIN.ENABLE nor TEST.ENABLE is True: there is nothing to do", name)
}

func plannedNetwork(c *config.Config) PlannedNetwork {
	var n PlannedNetwork
	if m := c.Model; m.LoadCheckpoint {
		n.Start = c.Paths.CheckpointFile
		if n.Start == "" {
			n.Start = "this job's checkpoint " + m.LoadCheckpointEpoch
		}
		if n.Unknown = slices.Contains(m.ItemsToLoad, "model_arch"); n.Unknown {
			return n
		}
	}
	n.Architecture, n.FeatureMaps = c.Model.Architecture, c.Model.FeatureMaps
	n.Parameters = networkConfig(c).NumParams()
	return n
}

// Text is the plan in lines for people.
func (p *Plan) Text() string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "  %-9s %s\n", name, fmt.Sprintf(format, args...))
	}
	b.WriteString("The job\n")
	for _, s := range p.Steps {
		line(s.Name, "%s", s.Doc)
	}
	b.WriteString("with\n")
	switch n := p.Network; {
	case n.Unknown:
		line("network", "that of %s", n.Start)
	default:
		line("network", "%s, %d levels of %d to %d channels, %d parameters", n.Architecture, len(n.FeatureMaps),
			slices.Min(n.FeatureMaps), slices.Max(n.FeatureMaps), n.Parameters)
		if n.Start != "" {
			line("start", "%s", n.Start)
		}
	}
	if t := p.Training; t != nil {
		limit := ""
		if t.Steps > 0 {
			limit = fmt.Sprintf(" or %d steps", t.Steps)
		}
		channels := "1 image channel"
		if t.Channels > 1 {
			channels = fmt.Sprintf("%d image channels", t.Channels)
		}
		schedule := "constant"
		if t.Schedule != "" {
			schedule = t.Schedule
		}
		line("training", "%d epochs%s, %d patches of %s voxels a step, %s", t.Epochs, limit, t.BatchSize, sizeText(t.Patch), channels)
		line("optimiser", "%s, learning rate %g, %s", t.Optimizer, t.LearningRate, schedule)
		changes := "none"
		if len(t.Changes) > 0 {
			changes = strings.Join(t.Changes, ", ")
		}
		line("changes", "%s", changes)
		if len(t.Frozen) > 0 {
			line("frozen", "parameters that match %s", strings.Join(t.Frozen, ", "))
		}
	}
	if t := p.Test; t != nil {
		how := fmt.Sprintf("tiles of %s voxels with %s of context", sizeText(t.Tile), sizeText(t.Padding))
		if t.Whole {
			how = "whole images"
		}
		scored := "not scored"
		if t.Tolerances != nil {
			scored = "scored at tolerance " + strings.Trim(strings.ReplaceAll(fmt.Sprint(t.Tolerances), " ", ", "), "[]")
		}
		line("test", "%s, %s", how, scored)
	}
	return b.String()
}

// sizeText is z x y x x, or y x x for a plane.
func sizeText(zyx [3]int) string {
	if zyx[0] <= 1 {
		return fmt.Sprintf("%d x %d", zyx[1], zyx[2])
	}
	return fmt.Sprintf("%d x %d x %d", zyx[0], zyx[1], zyx[2])
}
