package config

import "fmt"

// checkRandomPatches checks that patches can be drawn at all.
func (k *checker) checkRandomPatches() {
	const d = "DATA.TRAIN."
	t := k.c.Data.Train
	switch {
	case t.ProbabilityMap && !t.ExtractRandomPatch:
		k.fault([]string{d + "PROBABILITY_MAP", d + "EXTRACT_RANDOM_PATCH"},
			"%sPROBABILITY_MAP is True: want %sEXTRACT_RANDOM_PATCH True as well", d, d)
	case t.ProbabilityMap && t.WForeground == 0 && t.WBackground == 0:
		k.fault([]string{d + "W_FOREGROUND", d + "W_BACKGROUND"}, "%sW_FOREGROUND and W_BACKGROUND are both 0: want at least one above 0", d)
	}
}

// checkFolds checks cross validation, which deals out the training images.
func (k *checker) checkFolds() {
	const d, last = "DATA.VAL.", "DATA.TEST.USE_VAL_AS_TEST"
	v := k.c.Data.Val
	used := k.c.Train.Enable
	if k.c.Test.Enable && k.c.Data.Test.UseValAsTest {
		used = true
		if !v.CrossVal {
			k.fault([]string{last, d + "CROSS_VAL"}, "%s is True: want %sCROSS_VAL True as well", last, d)
		}
	}
	if !used || !v.CrossVal {
		return
	}
	if !v.FromTrain {
		k.fault([]string{d + "CROSS_VAL", d + "FROM_TRAIN"}, "%sCROSS_VAL is True: want %sFROM_TRAIN True as well", d, d)
	}
	if v.CrossValFold > v.CrossValNFold {
		k.fault([]string{d + "CROSS_VAL_FOLD", d + "CROSS_VAL_NFOLD"}, "%sCROSS_VAL_FOLD is %d: want 1 to %d, the number of folds", d, v.CrossValFold, v.CrossValNFold)
	}
}

// checkFilters checks that the lists of each filter in use belong together and
// that what they look at is there.
func (k *checker) checkFilters() {
	d := k.c.Data
	for _, set := range []struct {
		split string
		used  bool
		f     FilterSamples
	}{
		{"TRAIN", k.c.Train.Enable, d.Train.FilterSamples}, {"VAL", k.c.Train.Enable, d.Val.FilterSamples},
		{"TEST", k.c.Test.Enable, d.Test.FilterSamples},
	} {
		if !set.used || !set.f.Enable {
			continue
		}
		key := "DATA." + set.split + ".FILTER_SAMPLES."
		props, values, signs := shape(set.f.Props), shape(set.f.Values), shape(set.f.Signs)
		switch {
		case len(set.f.Props) == 0:
			k.fault([]string{key + "ENABLE", key + "PROPS"}, "%sENABLE is True: want at least one condition in PROPS, VALUES and SIGNS", key)
		case props != values:
			k.fault([]string{key + "VALUES", key + "PROPS"}, "%sVALUES is %s: want a value for each of PROPS, which is %s",
				key, format(set.f.Values), format(set.f.Props))
		case props != signs:
			k.fault([]string{key + "SIGNS", key + "PROPS"}, "%sSIGNS is %s: want a sign for each of PROPS, which is %s",
				key, format(set.f.Signs), format(set.f.Props))
		}
		for _, group := range set.f.Props {
			if len(group) == 0 {
				k.fault([]string{key + "PROPS"}, "%sPROPS is %s: want no empty group", key, format(set.f.Props))
			}
			for _, p := range group {
				if set.split == "TEST" && !d.Test.LoadGT && p != "mean" && p != "min" && p != "max" {
					k.fault([]string{key + "PROPS", "DATA.TEST.LOAD_GT"}, "%sPROPS has %s, which needs points: want DATA.TEST.LOAD_GT True", key, p)
				}
			}
		}
	}
}

// shape is the number of entries of each group, as text.
func shape[T any](groups [][]T) string {
	var sizes []int
	for _, g := range groups {
		sizes = append(sizes, len(g))
	}
	return fmt.Sprint(sizes)
}
