package report

import (
	"cmp"
	"html/template"
	"slices"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/plots"
)

// Page is all that a report says. Parts that are nil or empty are left out.
type Page struct {
	// Job names the job and its run.
	Job string
	// Unit is that of all distances, such as "px".
	Unit string
	// Images are the test images, in any order.
	Images []Image
	// Score compares the points found with the true ones; nil when the truth is
	// not known.
	Score *Score
	// Detection are the settings by which points were found in the maps, and
	// where they come from.
	Detection []Entry
	// Thresholds are curves over the threshold.
	Thresholds Thresholds
	// Pictures are the images to look at, the most important first.
	Pictures []Picture
	// Browser is a widget with which a reader looks through the mistakes: a part of
	// HTML that is well-formed XML, with its script; "" for none. It is not
	// escaped: its text must be.
	Browser template.HTML
	// Training is the course of the training; nil when this job did not train.
	Training *Training
	// Settings are facts about the model, the machine and the program.
	Settings []Entry
	// Config is the whole configuration, as YAML.
	Config string
	// Commands repeat the job.
	Commands []Command
}

// Image is the outcome for one test image.
type Image struct {
	// Name is the file name.
	Name string
	// Counted is the number of points found.
	Counted int
	// Metrics compare them with the true points; without meaning when
	// [Page.Score] is nil.
	detection.Metrics
}

// True is the number of true objects.
func (i Image) True() int { return i.TP + i.FN }

// Difference is counted less true objects.
func (i Image) Difference() int { return i.Counted - i.True() }

// Score is the outcome over all test images.
type Score struct {
	detection.Evaluation
	// Interval is that of the pooled F1; nil when there are too few images.
	Interval *detection.Interval
	// Resamples is the number of draws behind the interval.
	Resamples int
	// Tolerances are the pooled metrics at other tolerances, ascending.
	Tolerances []detection.Metrics
	// Compared are the pooled metrics of other detectors on the same images.
	Compared []Compared
}

// Compared is the outcome of another detector.
type Compared struct {
	Name string
	detection.Metrics
}

// ThresholdScore is the pooled outcome at one threshold.
type ThresholdScore struct {
	Threshold float64
	detection.Score
}

// Thresholds are curves over the threshold, everything else as it was used.
type Thresholds struct {
	// Tuning is the curve on the images on which the setting was chosen; nil when
	// it was not.
	Tuning []ThresholdScore
	// TunedOn says which images they are, such as "validation images".
	TunedOn string
	// Test is the curve on the test images, on which nothing was chosen.
	Test []ThresholdScore
	// Used is the threshold of the job; NaN when there is not one for all.
	Used float64
}

// Picture is an image with marks.
type Picture struct {
	// Name is the file name of the image.
	Name string
	// Caption says what is seen.
	Caption string
	// Overlay is the picture; its title is made by [Write].
	Overlay plots.Overlay
}

// Epoch is a row of the training's log. Loss and IoU are those of the training
// patches; those of validation, and ValF1, are NaN without a validation set.
type Epoch struct {
	Epoch                             int
	Loss, IoU, ValLoss, ValIoU, ValF1 float64
	LearningRate, Seconds             float64
}

// Training is the course of a training.
type Training struct {
	Epochs []Epoch // at least one
	// Best is the index in Epochs of the weights that were kept.
	Best int
	// ByF1 says that the best is the one of the highest validation F1, and not of
	// the lowest validation loss.
	ByF1 bool
	// Stop says why it ended, in words.
	Stop string
}

// Entry is a named fact.
type Entry struct{ Name, Value string }

// Command is a line for a terminal with what it is for.
type Command struct{ Doc, Line string }

// WorstFirst sorts images by ascending F1, ties by the number of mistakes,
// most first, then by name.
func WorstFirst(images []Image) {
	slices.SortStableFunc(images, func(a, b Image) int {
		return cmp.Or(cmp.Compare(a.F1, b.F1), cmp.Compare(b.FP+b.FN, a.FP+a.FN), cmp.Compare(a.Name, b.Name))
	})
}
