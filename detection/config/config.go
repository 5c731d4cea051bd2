package config

import (
	"maps"
	"reflect"
)

// Config is a run of the detection workflow. Start from [Default], [Load] or
// [Parse]. Fields hold values as they were written; the methods of Config
// resolve lists of one entry to one per axis, level or class. Meaning, unit
// and range of every field are what [Explain] says about its key.
type Config struct {
	System    System
	Problem   Problem
	Data      Data
	Augmentor Augmentor
	Model     Model
	Loss      Loss
	Train     Train
	Test      Test
	Paths     Paths
	Log       Log
	Puncta    Puncta

	file   string              // name of the file, "" without one
	origin map[string]position // where a key was set; absent: it is the default
	extra  map[string]any      // values of keys without a field
}

// System is the SYSTEM section.
type System struct {
	NumCPUs    int    // threads, -1 for all
	NumWorkers int    // batches made at a time, -1 for as many as help
	Seed       int    // of all that is random, 0 or more
	Device     string // "cpu", "cuda" or "cuda:N"
}

// Problem is the PROBLEM section.
type Problem struct {
	Type      string // "DETECTION"
	NDim      string // "2D" or "3D"; see Config.NDim
	Detection Detection
}

// Detection is PROBLEM.DETECTION.
type Detection struct {
	CentralPointDilation         []int // semi-axes of the painted ellipsoid, voxels; 1 or one per axis
	CheckPointsCreated           bool
	ClassRebalanceWithinChannels bool
}

// Data is the DATA section.
type Data struct {
	PatchSize              []int // (y, x, c) or (z, y, x, c), voxels
	ReflectToCompleteShape bool
	Normalization          Normalization
	FilterByImage          bool
	SaveFilteredImages     bool
	SaveFilteredImagesNum  int // 1 or more
	Preprocess             Preprocess
	Train                  DataTrain
	Val                    DataVal
	Test                   DataTest
}

// Normalization is DATA.NORMALIZATION. In PercClip and the fixed statistics
// -1 (alone in a list) means not set.
type Normalization struct {
	Type     string // "div", "scale_range", "zero_mean_unit_variance" or "custom"
	PercClip PercClip
	MeanVal  []float64 // grey values; 1 or one per channel
	StdVal   []float64 // grey values, above 0; 1 or one per channel
}

// PercClip is DATA.NORMALIZATION.PERC_CLIP.
type PercClip struct {
	Enable                 bool
	LowerPerc, UpperPerc   float64   // percentiles, above 0 and below 100
	LowerValue, UpperValue []float64 // grey values; 1 or one per channel
}

// DataTrain is DATA.TRAIN.
type DataTrain struct {
	Path, GTPath string
	Overlap      []float64 // fraction of the patch, [0, 1); 1 or one per axis
	Padding      []int     // voxels, below half the patch; 1 or one per axis

	ExtractRandomPatch, ProbabilityMap bool
	WForeground, WBackground           float64 // 0 or more
	Replicate                          int     // 0 or more

	FilterSamples FilterSamples
}

// DataVal is DATA.VAL.
type DataVal struct {
	FromTrain    bool
	SplitTrain   float64 // fraction of the training images, (0, 1)
	Random       bool
	Path, GTPath string
	Overlap      []float64 // fraction of the patch, [0, 1); 1 or one per axis
	Padding      []int     // voxels, below half the patch; 1 or one per axis

	CrossVal                    bool
	CrossValNFold, CrossValFold int // 2 or more; 1 to CrossValNFold

	FilterSamples FilterSamples
}

// DataTest is DATA.TEST.
type DataTest struct {
	Path, GTPath string
	UseValAsTest bool
	LoadGT       bool
	Overlap      []float64 // fraction of the patch, [0, 1); 1 or one per axis
	Padding      []int     // voxels, below half the patch; 1 or one per axis
	Resolution   []float64 // physical units per voxel; 1 or one per axis; -1 alone: not known

	FilterSamples FilterSamples
}

// FilterSamples is FILTER_SAMPLES of a set: groups of conditions. The lists
// have the same groups of the same lengths.
type FilterSamples struct {
	Enable     bool
	Props      [][]string  // see detection.SampleProperty
	Values     [][]float64 // what each is compared with
	Signs      [][]string  // "gt", "ge", "lt" or "le"
	NormBefore bool
}

// Augmentor is the AUGMENTOR section. Probabilities are in [0, 1].
// Ranges are two numbers, the smaller first.
type Augmentor struct {
	Enable                     bool
	ShuffleEachEpoch           bool
	VFlip, HFlip, ZFlip, Rot90 Transform

	RandomRot, Zoom, Shear, Shift, Elastic Transform

	RandomRotRange []float64 // degrees
	ZoomRange      []float64 // factor
	ZoomInZ        bool
	ShearRange     []float64 // degrees
	ShiftRange     []float64 // share of the patch's side
	EAlpha         []float64 // voxels
	ESigma         float64   // voxels

	Grayscale, ChannelShuffle, CutBlur, CutNoise, Brightness, Contrast, GammaContrast Transform
	GaussianNoise, PoissonNoise, Salt, Pepper, SaltAndPepper, MissingSections         Transform
	GridMask, Cutout, GBlur, MedianBlur, MotionBlur, Dropout                          Transform

	CBlurSize                              []float64 // share of the patch's side
	CBlurDownRange                         []int
	CBlurInside                            bool
	CNoiseScale                            []float64
	CNoiseNBIterations                     []int
	CNoiseSize                             []float64
	BrightnessFactor, ContrastFactor       []float64
	GCGamma                                []float64
	GaussianNoiseMean, GaussianNoiseVar    float64
	GaussianNoiseUseInputImgMeanAndVar     bool
	SaltAmount, PepperAmount               float64
	SaltAndPepperAmount, SaltAndPepperProp float64
	MissPIterations                        []int
	MissPChannelPB                         float64
	GridRatio                              float64
	GridDRange                             []float64
	GridRotate                             float64
	GridInvert                             bool
	CoutNBIterations                       []int
	CoutSize                               []float64
	CoutCVal                               float64
	CoutApplyToMask                        bool
	GSigma                                 []float64 // voxels
	MBKernel, MotBKRange                   []int     // voxels
	DropRange                              []float64

	AugSamples    bool
	AugNumSamples int
	DrawGrid      bool
}

// Transform is a change of training patches and its probability.
type Transform struct {
	On   bool
	Prob float64
}

// Model is the MODEL section. Lists go from the first level to the
// bottleneck; see Expand.
type Model struct {
	Architecture   string
	NClasses       int // k, background not counted
	FeatureMaps    []int
	DropoutValues  []float64 // [0, 1); 1 or one per level
	Normalization  string    // "in", "bn", "sync_bn", "gn" or "none"
	KernelSize     int       // odd
	UpsampleLayer  string    // "convtranspose" or "upsampling"
	Activation     string
	ZDown, YXDown  []int // 1, 2 or (all) 0 for 2; 1 or one per step between levels
	Isotropy       []bool
	ConvLayers     []int
	ConvBlockOrder string // "conv_norm_act" or "norm_act_conv"
	LargerIO       bool

	LoadCheckpoint       bool
	LoadCheckpointEpoch  string   // "best_on_val" or "last_on_train"
	ItemsToLoad          []string // of "weights", "norm", "model_arch"
	SkipUnmatchedLayers  bool
	FreezeLayersMatching []string // regular expressions
	SaveCkptFreq         int      // epochs; -1 for never
}

// Loss is the LOSS section.
type Loss struct {
	Type string // "CE"
}

// Train is the TRAIN section.
type Train struct {
	Enable    bool
	Optimizer string // "SGD", "ADAM" or "ADAMW"
	LR        float64
	WDecay    float64
	OptBetas  []float64 // two, [0, 1)
	BatchSize int       // patches per step
	Epochs    int
	Patience  int // epochs; -1 for no early stop

	CheckpointMonitor string // "val_loss" or "val_f1"

	GradientClipNorm float64 // 0: no limit
	LRScheduler      LRScheduler
}

// LRScheduler is TRAIN.LR_SCHEDULER.
type LRScheduler struct {
	Name                    string // "", "reduceonplateau", "warmupcosine", "onecycle" or "warmupreduceonplateau"
	MinLR                   float64
	ReduceOnPlateauFactor   float64
	ReduceOnPlateauPatience int
	WarmupCosineDecayEpochs int
	CosineDecayFraction     float64
}

// Test is the TEST section.
type Test struct {
	Enable                              bool
	DetThType                           string    // "manual" or "auto"
	DetMinThToBePeak                    []float64 // probability, [0, 1); 1 or one per class
	DetPeakLocalMaxMinDistance          int       // voxels
	DetExcludeBorder                    bool
	FullImg                             bool
	Augmentation                        bool
	AugmentationMode, AugmentationGroup string
	DetTolerance                        []float64 // physical units; 1 or one per class
	PostProcessing                      PostProcessing
}

// PostProcessing is TEST.POST_PROCESSING.
type PostProcessing struct {
	RemoveClosePoints       bool
	RemoveClosePointsRadius []float64 // physical units; 1 or one per class
}

// Paths is the PATHS section.
type Paths struct {
	CheckpointFile string
}

// Log is the LOG section.
type Log struct {
	ChartCreationFreq int // epochs
}

// Puncta is the PUNCTA section: options that BiaPy does not have.
type Puncta struct {
	Target        string    // "disk" or "gaussian"
	GaussianSigma []float64 // voxels; 1 or one per axis
	Prior         float64   // 0: none
	EMADecay      float64   // 0: none
	Plateau       string    // "one" or "pixel"
	Smoothing     []float64 // voxels; 1 or one per axis
	// Refine is none, subpixel or centroid.
	Refine           string
	CentroidFactor   float64
	CentroidMaxShift float64 // unit of DATA.TEST.RESOLUTION
	DarkObjects      bool
	SkipBadPoints    bool
	Steps            int // 0: by epochs
	Tune             bool
	TuneImages       string
}

// Default is the configuration that an empty file gives. It is valid; stages
// have to be enabled (TRAIN.ENABLE, TEST.ENABLE).
func Default() *Config {
	c := new(Config)
	for _, r := range table(c) {
		if r.field != nil {
			r.assign(r.def)
		}
	}
	return c
}

// Clone returns a deep copy.
func (c *Config) Clone() *Config {
	out := *c
	from, to := table(c), table(&out)
	for i := range from {
		if from[i].field != nil {
			to[i].assign(from[i].value())
		}
	}
	out.origin, out.extra = maps.Clone(c.origin), maps.Clone(c.extra)
	return &out
}

// Differences lists the keys of all supported options in which c and d differ,
// in the order of the table.
func (c *Config) Differences(d *Config) []string {
	var keys []string
	a, b := table(c), table(d) // rows in the same order
	for i := range a {
		if a[i].field != nil && !reflect.DeepEqual(a[i].value(), b[i].value()) {
			keys = append(keys, a[i].name)
		}
	}
	return keys
}

// Equal says whether all supported options of c and d have the same values.
// Where they were set does not count.
func (c *Config) Equal(d *Config) bool { return len(c.Differences(d)) == 0 }
