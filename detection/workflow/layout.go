package workflow

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// Layout is the tree of a job's results:
//
//	<result_dir>/<name>/
//	  config_files/<name>.yaml                  configuration, written anew by each run
//	  checkpoints/<job>-checkpoint-best.safetensors   weights of the best epoch, with all settings
//	  checkpoints/<job>-checkpoint-last.safetensors   where training stands, to go on from
//	  checkpoints/<job>-checkpoint-<epoch>.safetensors   weights of one epoch, as MODEL.SAVE_CKPT_FREQ asks
//	  checkpoints/normalization_mean_value.npy, normalization_std_value.npy
//	                                          of the training set, for DATA.NORMALIZATION.TYPE custom
//	  masks/<image>-<key>.tif                   training targets, by content
//	  results/<job>/
//	    report.html                             all of it on one page
//	    test_results_metrics.csv                one row per image
//	    test_results_summary.csv                pooled, mean and per class
//	    cell_counter.csv                        number of points per image
//	    aug/<n>_<image>_x.tif, _y.tif, _grid.tif   changed training patches
//	    train_logs/<job>.csv                    one row per epoch
//	    charts/<job>_loss.png, <job>_IoU.png, <job>_lr.png
//	    charts/model_plot_<job>.png             the network
//	    tensorboard/events.out.tfevents.<job>   the same curves for TensorBoard
//	    filtering_information/                  what FILTER_SAMPLES found, and some of it
//	    per_image/<image>.tif                   probability maps
//	    per_image_local_max_check/<image>.tif   image with the points as white dots
//	    per_image_local_max_check/<image>_points.csv, <image>_prob.csv
//	    point_associations/<image>.tif          found green, missed red, false positives blue
//	    point_associations/<image>_gt_ids.tif, <image>_pred_ids.tif
//	    point_associations/<image>_gt_assoc.csv, <image>_fp.csv
//
// where <job> is <name>_<run_id>.
type Layout struct {
	// Dir is <result_dir>/<name>.
	Dir string
	// Name is the name of the job without the run.
	Name string
	// Job is <name>_<run_id>.
	Job string
}

var jobName = regexp.MustCompile(`^[\pL\pN][\pL\pN._ -]*$`)

// NewLayout names the tree; it makes nothing. Errors: a name that is not a
// plain file name, a run below 1.
func NewLayout(resultDir, name string, run int) (Layout, error) {
	if !jobName.MatchString(name) {
		return Layout{}, inputf("--name is %q: want letters, digits, '.', '_', '-' and blanks, a letter or digit first", name)
	}
	if run < 1 {
		return Layout{}, inputf("--run_id is %d: want 1 or more", run)
	}
	return Layout{Dir: filepath.Join(resultDir, name), Name: name, Job: fmt.Sprintf("%s_%d", name, run)}, nil
}

// ConfigFile is the copy of the configuration.
func (l Layout) ConfigFile() string { return filepath.Join(l.Dir, "config_files", l.Name+".yaml") }

// BestCheckpoint is the model file of the best epoch.
func (l Layout) BestCheckpoint() string {
	return filepath.Join(l.Dir, "checkpoints", l.Job+"-checkpoint-best.safetensors")
}

// LastCheckpoint is the model file of the last epoch with the state of the
// training.
func (l Layout) LastCheckpoint() string {
	return filepath.Join(l.Dir, "checkpoints", l.Job+"-checkpoint-last.safetensors")
}

// EpochCheckpoint is the model file of an epoch, counted from 1.
func (l Layout) EpochCheckpoint(epoch int) string {
	return filepath.Join(l.Dir, "checkpoints", fmt.Sprintf("%s-checkpoint-%d.safetensors", l.Job, epoch))
}

// Masks is the folder of the training targets.
func (l Layout) Masks() string { return filepath.Join(l.Dir, "masks") }

// Results is the folder of this run's results, or a file or folder in it.
func (l Layout) Results(elem ...string) string {
	return filepath.Join(append([]string{l.Dir, "results", l.Job}, elem...)...)
}

// Maps is the folder of the probability maps.
func (l Layout) Maps() string { return l.Results("per_image") }

// Points is the folder of the detected points.
func (l Layout) Points() string { return l.Results("per_image_local_max_check") }

// Associations is the folder of the tables and pictures that say which
// predicted point belongs to which true one.
func (l Layout) Associations() string { return l.Results("point_associations") }

// Augmented is the folder of samples of changed training patches.
func (l Layout) Augmented() string { return l.Results("aug") }

// Events is the file that TensorBoard shows.
func (l Layout) Events() string { return l.Results("tensorboard", "events.out.tfevents."+l.Job) }

// ModelPlot is the picture of the network.
func (l Layout) ModelPlot() string { return l.Results("charts", "model_plot_"+l.Job+".png") }

// Report is the page about the job.
func (l Layout) Report() string { return l.Results("report.html") }

// Chart is the file of a chart by its short name.
func (l Layout) Chart(name string) string { return l.Results("charts", l.Job+"_"+name+".png") }

// makeFolder makes the folder of a file.
func makeFolder(file string) error { return os.MkdirAll(filepath.Dir(file), 0o755) }
