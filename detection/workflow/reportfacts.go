package workflow

import (
	"fmt"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/device"
	"github.com/puncta-bio/puncta/detection/workflow/report"
)

// detectionFacts are the settings by which points were found, and whence.
func (j *Job) detectionFacts() []report.Entry {
	o, unit := j.detectOptions(), distanceUnit(j)
	origin := "the configuration"
	if t := j.Tuned; t != nil {
		origin = fmt.Sprintf("chosen on %d %s, where they give an F1 of %.3f", len(j.tuneItems()), j.tunedOn(), t.F1)
	}
	threshold := fmt.Sprintf("%g", o.Peaks.Threshold)
	if o.Peaks.ThresholdType == detection.Otsu {
		threshold = "Otsu's, of each map"
	} else if len(o.ClassThresholds) > 0 {
		threshold = join(o.ClassThresholds) + perClass(o.ClassThresholds)
	}
	radius := "not removed"
	if o.RemoveClose {
		radius = fmt.Sprintf("%g %s", o.Prune.Radius, unit)
		if len(o.Prune.ClassRadii) > 0 {
			radius = join(o.Prune.ClassRadii) + " " + unit + perClass(o.Prune.ClassRadii)
		}
	}
	smoothing := "none"
	if o.Smooth != [3]float64{} {
		smoothing = fmt.Sprintf("Gaussian, standard deviation %s voxels (y, x)", join(o.Smooth[1:]))
		if j.Config.NDim() == 3 {
			smoothing = fmt.Sprintf("Gaussian, standard deviation %s voxels (z, y, x)", join(o.Smooth[:]))
		}
	}
	return []report.Entry{
		{Name: "origin", Value: origin}, {Name: "smoothing of the map", Value: smoothing},
		{Name: "threshold of the probability", Value: threshold}, {Name: "removal of close points", Value: radius},
		{Name: "refinement", Value: detection.Refinement{Kind: o.Refine, Factor: o.Centroid.ThresholdFactor}.String()},
		{Name: "smallest distance of peaks", Value: fmt.Sprintf("%d voxels", o.Peaks.MinDistance[1])},
	}
}

func perClass(list []float64) string {
	if len(list) < 2 {
		return ""
	}
	return " (classes 1 to " + strconv.Itoa(len(list)) + ")"
}

func join(list []float64) string {
	texts := make([]string, len(list))
	for i, v := range list {
		texts[i] = fmt.Sprintf("%g", v)
	}
	return strings.Join(texts, ", ")
}

// facts are those about model, machine and program.
func (j *Job) facts() ([]report.Entry, error) {
	var list []report.Entry
	add := func(name, format string, args ...any) {
		list = append(list, report.Entry{Name: name, Value: fmt.Sprintf(format, args...)})
	}
	add("run and seed", "run %d, seed %d", j.RunID, seed(j.Config, j.RunID))
	if j.Model != nil {
		n := j.Model.Settings.Network
		add("network", "%s, %dD, feature maps %v, %s norm, %s", n.Kind(), n.NDim, n.FeatureMaps, n.Norm, n.Activation)
		add("parameters", "%d trainable", n.NumParams())
		if e := j.Model.Settings.Epoch; e > 0 {
			add("weights", "of epoch %d", e)
		}
	}
	if j.History != nil {
		add("data of the training", "%d training and %d validation images", len(j.Train), len(j.Val))
	} else if j.Model != nil {
		add("model file", "%s", j.modelPath())
	}
	if r := j.runtime; r != nil {
		plugin := filepath.Base(r.Plugin.Path)
		if r.Plugin.Pinned {
			plugin += ", the pinned one"
		}
		add("device", "%s", r.Plugin.Platform)
		add("XLA plug-in", "%s, PJRT %s", plugin, r.API)
	}
	add("machine", "%s/%s, %d cores used", runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
	if info, ok := debug.ReadBuildInfo(); ok {
		add("puncta", "%s", programVersion(info))
		for _, m := range []string{"github.com/gomlx/gomlx", "github.com/gomlx/go-xla", "github.com/gomlx/compute"} {
			add(strings.TrimPrefix(m, "github.com/gomlx/"), "%s", moduleVersion(info, m))
		}
		add("Go", "%s", info.GoVersion)
	}
	hash, err := CodeHash()
	if err != nil {
		return nil, err
	}
	add("SHA-256 of the code of model, training and configuration", "%s", hash)
	return list, nil
}

// commands repeat the job, and its score from its files.
func (j *Job) commands() []report.Command {
	run := []string{"puncta", "run", "--config", j.Layout.ConfigFile(), "--result_dir", filepath.Dir(j.Layout.Dir),
		"--name", j.Layout.Name, "--run_id", strconv.Itoa(j.RunID)}
	if r := j.runtime; r != nil && r.Plugin.Platform == device.CPU {
		run = append(run, "--gpu", "none")
	} else if r != nil {
		gpu := 0
		if len(j.Device.Devices) > 0 {
			gpu = j.Device.Devices[0]
		}
		run = append(run, "--gpu", strconv.Itoa(gpu))
	}
	list := []report.Command{{
		Doc:  fmt.Sprintf("The whole job, over these results (seed %d is SYSTEM.SEED %d and run %d):", seed(j.Config, j.RunID), j.Config.System.Seed, j.RunID),
		Line: report.ShellLine(run),
	}}
	if j.Evaluation != nil {
		tolerance := strconv.FormatFloat(j.Evaluation.Pooled.Tolerance, 'g', -1, 64)
		line := []string{"puncta", "score", "--gt", j.Config.Data.Test.GTPath, "--pred", j.Layout.Points(), "--tolerance", tolerance}
		if r, known := j.Config.Resolution(); known {
			line = append(line, "--resolution", strings.ReplaceAll(join(r[:]), ", ", ","))
		}
		list = append(list, report.Command{Doc: "The score alone, from the files of points:", Line: report.ShellLine(line)})
	}
	if j.Model != nil {
		list = append(list, report.Command{
			Doc:  "The same model on another image:",
			Line: report.ShellLine([]string{"puncta", "detect", "IMAGE", "--model", j.modelPath()}),
		})
	}
	return list
}
