package protocol

import "github.com/puncta-bio/puncta/detection"

// The operations of the engine, by the name in [Message.Op].
const (
	OpOpen       = "open"        // [OpenArgs], or a volume -> [OpenReply], the volume
	OpPredict    = "predict"     // [PredictArgs] -> [PredictReply], the map
	OpPoints     = "points"      // [PointsArgs] -> [PointsReply]
	OpReadPoints = "read points" // [ReadPointsArgs] -> [ReadPointsReply]
	OpSavePoints = "save points" // [SavePointsArgs] -> [SavePointsReply]
	OpModel      = "model"       // [ModelArgs] -> [ModelReply]
	OpScore      = "score"       // [ScoreArgs] -> [ScoreReply]
	OpTune       = "tune"        // [TuneArgs] -> [TuneReply]
	OpSweep      = "sweep"       // [SweepArgs] -> [SweepReply]
	OpTrain      = "train"       // [TrainArgs] -> [TrainReply]
	OpPatches    = "patches"     // [PatchesArgs] -> [PatchesReply], images stacked along z
	OpCounters   = "counters"    // nothing -> [Counters]
	OpForget     = "forget"      // nothing -> nothing
)

// OpenArgs names an image file, by an absolute path. Without one the image is
// the request's volume.
type OpenArgs struct {
	Path string `json:"path,omitempty"`
}

// OpenReply says under which key the engine knows an image: a hash of its
// contents.
type OpenReply struct {
	Key string `json:"key"`
}

// ImageRef names an image: a file, or one that the engine knows.
type ImageRef struct {
	Path string `json:"path,omitempty"`
	Key  string `json:"key,omitempty"`
}

// PredictArgs asks for the probability map of an image.
type PredictArgs struct {
	Image ImageRef `json:"image"`
	// Model is an absolute path or the name of a model that comes with Puncta.
	Model string `json:"model"`
}

// PredictReply comes with the map.
type PredictReply struct {
	Key string `json:"key"`
	// Known is set when the map had been predicted before.
	Known bool `json:"known"`
}

// PointsArgs asks for the points in an image.
type PointsArgs struct {
	PredictArgs
	// Options are nil for those of the model.
	Options *detection.DetectOptions `json:"options,omitempty"`
}

// PointsReply holds the points, by descending probability.
type PointsReply struct {
	Points []detection.Point `json:"points"`
}

// ModelArgs asks about a model.
type ModelArgs struct {
	Model string `json:"model"`
}

// ModelReply describes a model.
type ModelReply struct {
	// Architecture of the network, dimensions of its images (2 or 3), channels
	// that it takes and gives, and trainable values.
	Architecture string `json:"architecture"`
	NDim         int    `json:"ndim"`
	Channels     int    `json:"channels"`
	Classes      int    `json:"classes"`
	Parameters   int    `json:"parameters"`
	// Detect says how points are found in its maps, and Tolerance the matching
	// for which that was chosen, in physical units.
	Detect    detection.DetectOptions `json:"detect"`
	Tolerance []float64               `json:"tolerance"`
	// Epoch of the weights, counted from 1; 0 when not known.
	Epoch int `json:"epoch"`
}

// ScoreArgs asks how well a model finds the points of a folder of images.
type ScoreArgs struct {
	// Images and Points are folders, by absolute paths.
	Images string `json:"images"`
	Points string `json:"points"`
	Model  string `json:"model"`
	// Options are nil for those of the model.
	Options *detection.DetectOptions `json:"options,omitempty"`
	Match   detection.MatchOptions   `json:"match"`
}

// ScoreReply holds the score, with the names of the images in the order of
// Evaluation.Images, and their points.
type ScoreReply struct {
	Names      []string             `json:"names"`
	Truth      [][]detection.Point  `json:"truth"`
	Points     [][]detection.Point  `json:"points"`
	Evaluation detection.Evaluation `json:"evaluation"`
}

// TuneArgs asks for the best settings on a folder of images.
type TuneArgs struct {
	Images string                 `json:"images"`
	Points string                 `json:"points"`
	Model  string                 `json:"model"`
	Match  detection.MatchOptions `json:"match"`
}

// TuneReply holds the settings that were chosen, and what they reach on the
// images.
type TuneReply struct {
	Detect  detection.DetectOptions `json:"detect"`
	Metrics detection.Metrics       `json:"metrics"`
	// Text says the settings in words.
	Text string `json:"text"`
	// Curve is F1 over the threshold, the other settings as chosen; empty with
	// several classes.
	Thresholds []float64 `json:"thresholds,omitempty"`
	F1         []float64 `json:"f1,omitempty"`
}

// TrainArgs asks for the job of a configuration.
type TrainArgs struct {
	// Config is the text of the configuration, and Name what messages call it.
	Config string `json:"config"`
	Name   string `json:"name"`
	// Dir is the absolute folder at which the configuration's relative paths
	// start.
	Dir string `json:"dir"`
	// Set are settings over it, KEY=VALUE.
	Set []string `json:"set,omitempty"`
	// ResultDir, Job and RunID say where results go: an absolute folder, the
	// name of the job, the number of the run, from 1.
	ResultDir string `json:"result_dir"`
	Job       string `json:"job"`
	RunID     int    `json:"run_id"`
	// Afresh begins anew where a training that was interrupted could go on.
	Afresh bool `json:"afresh,omitempty"`
}

// PatchesArgs asks for patches of the training of a configuration.
type PatchesArgs struct {
	TrainArgs
	// Epoch and First, from 0, and Count, at least 1, say which, Grid whether they
	// are made with lines as well.
	Epoch int  `json:"epoch"`
	First int  `json:"first"`
	Count int  `json:"count"`
	Grid  bool `json:"grid,omitempty"`
}

// PatchesReply comes with one volume: the patches lie one behind the other along z,
// Planes each; its channels are those of the image, of the original, of the grid
// where there is one (Channels each), then those of the target.
type PatchesReply struct {
	Planes   int `json:"planes"`
	Channels int `json:"channels"`
	// Patches are without their volumes.
	Patches []detection.PatchPreview `json:"patches"`
}

// Epoch is the course of a training at the end of one epoch.
type Epoch struct {
	Epoch int     `json:"epoch"`
	Loss  float64 `json:"loss"`
	// ValLoss is that of the validation patches, F1 the highest over thresholds
	// on them; nil when not measured.
	ValLoss      *float64 `json:"val_loss,omitempty"`
	F1           *float64 `json:"f1,omitempty"`
	LearningRate float64  `json:"learning_rate"`
}

// Course is a training so far: the body of messages of the kind
// [CourseMessage].
type Course struct {
	Epochs []Epoch `json:"epochs"`
	// Best is the index of the best epoch, and Total the most there will be.
	Best  int `json:"best"`
	Total int `json:"total"`
}

// TrainReply says what a job came to.
type TrainReply struct {
	Course
	// Stop says why the training ended.
	Stop string `json:"stop"`
	// Checkpoint is the model file of the best epoch, Report the page about the
	// job, Results the folder of the rest.
	Checkpoint string `json:"checkpoint"`
	Report     string `json:"report"`
	Results    string `json:"results"`
	// Test is the score on the test images; nil when none was asked for.
	Test *detection.Metrics `json:"test,omitempty"`
}

// Counters say what the engine has done since it started.
type Counters struct {
	// Calls is the number of calls, this one included.
	Calls int `json:"calls"`
	// Computed counts results that were worked out, Known those that had been
	// before.
	Computed int `json:"computed"`
	Known    int `json:"known"`
	// Compiled counts the networks that XLA compiled, one for each size of
	// input.
	Compiled int `json:"compiled"`
	// Models is the number of models in memory; Bytes is what results take, and
	// Limit how much they may.
	Models int   `json:"models"`
	Bytes  int64 `json:"bytes"`
	Limit  int64 `json:"limit"`
	// PID is the engine's process.
	PID int `json:"pid"`
}
