package config

import (
	"fmt"
	"slices"
	"strings"
)

var axisNames = [3]string{"z", "y", "x"}

// checkModel checks the network against the patch.
func (k *checker) checkModel() {
	c := k.c
	for _, down := range []struct {
		key    string
		values []int
	}{{"MODEL.Z_DOWN", c.Model.ZDown}, {"MODEL.YX_DOWN", c.Model.YXDown}} {
		if slices.Contains(down.values, 0) && !onlyDefault(down.values, []int{0}) {
			k.fault([]string{down.key}, "%s is %s: want 1 or 2 each, or nothing but 0", down.key, format(down.values))
		}
	}
	k.checkDivides()
	least := map[string]int{"seunet": 16, "resunet_se": 16, "attention_unet": 2}[c.Model.Architecture]
	for _, f := range c.Model.FeatureMaps {
		if f < least {
			k.fault([]string{"MODEL.FEATURE_MAPS", "MODEL.ARCHITECTURE"},
				"MODEL.FEATURE_MAPS has %d: want %d or more, as MODEL.ARCHITECTURE is %s", f, least, c.Model.Architecture)
		}
	}
	if c.Model.Normalization == "gn" && c.Model.Architecture == "attention_unet" {
		k.fault([]string{"MODEL.NORMALIZATION", "MODEL.ARCHITECTURE"},
			"MODEL.NORMALIZATION is gn: want another, as MODEL.ARCHITECTURE attention_unet normalises single channels")
	} else if c.Model.Normalization == "gn" {
		groups := 16
		if c.NDim() == 3 {
			groups = 8
		}
		for _, f := range c.Model.FeatureMaps {
			if f%groups != 0 {
				k.fault([]string{"MODEL.FEATURE_MAPS", "MODEL.NORMALIZATION"},
					"MODEL.FEATURE_MAPS has %d: want multiples of %d, as MODEL.NORMALIZATION is gn", f, groups)
			}
		}
	}
}

// checkDivides compares the patch with the product of the down-sampling
// factors along each axis. The last of them must leave at least 2 voxels: with
// a single one, instance norm sees no variance.
func (k *checker) checkDivides() {
	keys := []string{"DATA.PATCH_SIZE", "PROBLEM.NDIM", "MODEL.FEATURE_MAPS", "MODEL.YX_DOWN"}
	if k.c.NDim() == 3 {
		keys = append(keys, "MODEL.Z_DOWN")
	}
	if slices.ContainsFunc(keys, func(key string) bool { return k.bad[key] }) {
		return
	}
	patch, _ := k.c.Patch()
	var wants []string
	for axis, factor := range k.c.DownFactor() {
		size := patch[axis]
		below, least := size/factor*factor, 2*factor
		switch {
		case factor == 1 || size%factor == 0 && size >= least:
		case below < least:
			wants = append(wants, fmt.Sprintf("%s a multiple of %d from %d", axisNames[axis], factor, least))
		default:
			wants = append(wants, fmt.Sprintf("%s a multiple of %d (nearest: %d or %d)", axisNames[axis], factor, below, below+factor))
		}
	}
	if len(wants) > 0 {
		k.fault(keys, "DATA.PATCH_SIZE is %s: want %s, as the network has %d levels", format(k.c.Data.PatchSize),
			strings.Join(wants, " and "), len(k.c.Model.FeatureMaps))
	}
}

// checkData checks patches, tiles and grey values.
func (k *checker) checkData() {
	c := k.c
	k.checkTiles("DATA.TEST.", c.TestOverlap(), c.Padding())
	k.checkTiles("DATA.TRAIN.", c.TrainOverlap(), c.TrainPadding())
	k.checkTiles("DATA.VAL.", c.ValOverlap(), c.ValPadding())
	const n = "DATA.NORMALIZATION."
	if c.Data.Normalization.Type == "custom" {
		for _, mode := range []string{n + "APPLICATION_MODE", n + "CUSTOM_MODE"} {
			if v, set := c.extra[mode]; set && v == "image" {
				k.fault([]string{mode, n + "TYPE"}, "%s: want zero_mean_unit_variance for %sTYPE, because custom is by the statistics of the training set", k.is(mode, v), n)
			}
		}
	}
	if z := c.Data.Normalization; isSet(z.MeanVal) != isSet(z.StdVal) {
		given, missing := n+"ZERO_MEAN_UNIT_VAR.MEAN_VAL", n+"ZERO_MEAN_UNIT_VAR.STD_VAL"
		if isSet(z.StdVal) {
			given, missing = missing, given
		}
		k.fault([]string{given, missing}, "%s is set without %s: want both or neither", given, missing)
	}
	if c.Data.Normalization.PercClip.Enable {
		k.checkClip(n + "PERC_CLIP.")
	}
}

// checkTiles checks that tiles have an inside and that the next one starts
// at least a voxel further on.
func (k *checker) checkTiles(split string, overlap [3]float64, padding [3]int) {
	patch, _ := k.c.Patch()
	key, margin := split+"OVERLAP", split+"PADDING"
	for axis := 3 - k.c.NDim(); axis < 3; axis++ {
		name, inside := axisNames[axis], patch[axis]-2*padding[axis]
		switch {
		case inside < 1:
			k.fault([]string{margin, "DATA.PATCH_SIZE", "PROBLEM.NDIM"},
				"%s is %s: want less than half of DATA.PATCH_SIZE, which is %d along %s",
				margin, format(k.rows[margin].value()), patch[axis], name)
		case int(float64(inside)*(1-overlap[axis])) < 1:
			k.fault([]string{key, margin, "DATA.PATCH_SIZE", "PROBLEM.NDIM"},
				"%s is %v along %s: want tiles of %d voxels at least one voxel apart", key, overlap[axis], name, inside)
		}
	}
}

// checkClip checks the two bounds of clipping.
func (k *checker) checkClip(prefix string) {
	p := k.c.Data.Normalization.PercClip
	for _, b := range []struct {
		side string
		perc float64
		vals []float64
	}{{"LOWER", p.LowerPerc, p.LowerValue}, {"UPPER", p.UpperPerc, p.UpperValue}} {
		perc, fixed := prefix+b.side+"_PERC", prefix+b.side+"_VALUE"
		switch {
		case b.perc == -1 && !isSet(b.vals):
			k.fault([]string{prefix + "ENABLE", perc, fixed}, "%sENABLE is True: want %s_PERC or %s_VALUE as well", prefix, b.side, b.side)
		case b.perc != -1 && isSet(b.vals):
			k.fault([]string{fixed, perc}, "%s and %s_PERC are both set: keep one of them", fixed, b.side)
		}
	}
	if p.LowerPerc != -1 && p.UpperPerc != -1 && !(p.LowerPerc < p.UpperPerc) {
		k.fault([]string{prefix + "LOWER_PERC", prefix + "UPPER_PERC"}, "%sLOWER_PERC is %v: want below UPPER_PERC, which is %v",
			prefix, p.LowerPerc, p.UpperPerc)
	}
	if isSet(p.LowerValue) && isSet(p.UpperValue) {
		channels := max(len(p.LowerValue), len(p.UpperValue))
		low, high := fit(p.LowerValue, channels), fit(p.UpperValue, channels)
		for i := range low {
			if !(low[i] < high[i]) {
				k.fault([]string{prefix + "LOWER_VALUE", prefix + "UPPER_VALUE"}, "%sLOWER_VALUE is %v: want below UPPER_VALUE, which is %v",
					prefix, low[i], high[i])
			}
		}
	}
}

// checkStages checks what the stages that are on need.
func (k *checker) checkStages() {
	c := k.c
	need := func(key, val, stage string) {
		if strings.TrimSpace(val) == "" {
			k.fault([]string{key}, "%s is empty: want a folder, as %s", key, stage)
		}
	}
	if c.Train.Enable {
		need("DATA.TRAIN.PATH", c.Data.Train.Path, "TRAIN.ENABLE is True")
		need("DATA.TRAIN.GT_PATH", c.Data.Train.GTPath, "TRAIN.ENABLE is True")
		if !c.Data.Val.FromTrain {
			need("DATA.VAL.PATH", c.Data.Val.Path, "DATA.VAL.FROM_TRAIN is False")
			need("DATA.VAL.GT_PATH", c.Data.Val.GTPath, "DATA.VAL.FROM_TRAIN is False")
		}
		k.checkAugmentor()
		k.checkScheduler()
		k.checkRandomPatches()
	}
	k.checkFolds()
	k.checkFilters()
	k.checkPreprocess()
	if !c.Test.Enable {
		return
	}
	if !c.Data.Test.UseValAsTest {
		need("DATA.TEST.PATH", c.Data.Test.Path, "TEST.ENABLE is True")
		if c.Data.Test.LoadGT {
			need("DATA.TEST.GT_PATH", c.Data.Test.GTPath, "DATA.TEST.LOAD_GT is True")
		}
	}
	if !c.Train.Enable && !c.Model.LoadCheckpoint {
		k.fault([]string{"MODEL.LOAD_CHECKPOINT", "TRAIN.ENABLE", "TEST.ENABLE"},
			"MODEL.LOAD_CHECKPOINT is False: want True to test without training")
	}
	if !c.Train.Enable && c.Model.LoadCheckpoint && !slices.Contains(c.Model.ItemsToLoad, "weights") {
		k.fault([]string{"MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT", "TRAIN.ENABLE", "TEST.ENABLE"},
			"MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT is %s: want weights among them to test without training", format(c.Model.ItemsToLoad))
	}
	if c.Test.FullImg && c.NDim() == 3 {
		k.fault([]string{"TEST.FULL_IMG", "PROBLEM.NDIM"}, "TEST.FULL_IMG is True: want False, as PROBLEM.NDIM is 3D")
	}
	const radius = "TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS_RADIUS"
	if post := c.Test.PostProcessing; post.RemoveClosePoints && slices.Contains(post.RemoveClosePointsRadius, 0) {
		k.fault([]string{radius, "TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS"},
			"%s is %s: want numbers above 0, as REMOVE_CLOSE_POINTS is True", radius, format(post.RemoveClosePointsRadius))
	}
}

func (k *checker) checkAugmentor() {
	a := k.c.Augmentor
	if !a.Enable {
		return
	}
	if a.ZFlip.On && k.c.NDim() == 2 {
		k.fault([]string{"AUGMENTOR.ZFLIP", "PROBLEM.NDIM"}, "AUGMENTOR.ZFLIP is True: want False, as PROBLEM.NDIM is 2D")
	}
	k.checkUnit()
	if patch, _ := k.c.Patch(); a.Rot90.On && patch[1] != patch[2] {
		k.fault([]string{"AUGMENTOR.ROT90", "DATA.PATCH_SIZE"},
			"AUGMENTOR.ROT90 is True: want y and x of DATA.PATCH_SIZE to be equal, got %d and %d", patch[1], patch[2])
	}
}

// checkScheduler checks that a schedule has what it needs.
func (k *checker) checkScheduler() {
	const plan = "TRAIN.LR_SCHEDULER."
	s := k.c.Train.LRScheduler
	var missing []string
	need := func(name string, value float64) {
		if value < 0 {
			missing = append(missing, plan+name)
		}
	}
	switch s.Name {
	case "reduceonplateau":
		need("MIN_LR", s.MinLR)
		need("REDUCEONPLATEAU_PATIENCE", float64(s.ReduceOnPlateauPatience))
		if p := k.c.Train.Patience; p >= 0 && s.ReduceOnPlateauPatience >= p {
			k.fault([]string{plan + "REDUCEONPLATEAU_PATIENCE", "TRAIN.PATIENCE"},
				"%sREDUCEONPLATEAU_PATIENCE is %d: want below TRAIN.PATIENCE, which is %d, or training ends before the step size falls",
				plan, s.ReduceOnPlateauPatience, p)
		}
	case "warmupcosine":
		need("MIN_LR", s.MinLR)
		need("WARMUP_COSINE_DECAY_EPOCHS", float64(s.WarmupCosineDecayEpochs))
	}
	if len(missing) > 0 {
		k.fault(append([]string{plan + "NAME"}, missing...), "%sNAME is %s: want %s as well", plan, s.Name, strings.Join(missing, " and "))
	}
}

// checkUnit refuses what is defined for grey values from 0 to 1 alone.
func (k *checker) checkUnit() {
	a := k.c.Augmentor
	for _, t := range []struct {
		name string
		on   bool
	}{{"GAMMA_CONTRAST", a.GammaContrast.On}, {"POISSON_NOISE", a.PoissonNoise.On}} {
		if kind := k.c.Data.Normalization.Type; t.on && (kind == "zero_mean_unit_variance" || kind == "custom") {
			k.fault([]string{"AUGMENTOR." + t.name, "DATA.NORMALIZATION.TYPE"},
				"AUGMENTOR.%s is True: want grey values from 0 to 1, and so another DATA.NORMALIZATION.TYPE than %s", t.name, kind)
		}
	}
}

// isSet says whether a list of grey values is anything but -1 alone.
func isSet(list []float64) bool { return !onlyDefault(list, []float64{-1}) }
