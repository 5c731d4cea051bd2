package unet

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Freeze keeps the parameters as they are, byte for byte, whose name a pattern
// matches anywhere (as Python's re.search), whatever steps an optimiser takes,
// and returns their names in the order of [Config.Params]. Call it before the
// training graph is built; a second call adds to the first.
//
// Buffers of batch norm are matched by name too. The running statistics of a
// layer stay when one of them is matched, or when its weight and its bias both
// are: the layer then normalises by them in training as it does in use, so that
// a frozen part of the network computes what it did before. Dropout goes on.
//
// Errors, and then nothing has changed: a pattern that matches nothing, and
// patterns that leave nothing to train.
//
// Source: BiaPy's MODEL.FREEZE_LAYERS_MATCHING. Differs: there the running
// statistics of frozen layers go on moving, weight decay or not, so that what
// the layers compute changes; and a pattern without a match passes.
func (m *Model) Freeze(patterns ...*regexp.Regexp) ([]string, error) {
	params := m.config.Params()
	fixed := map[string]bool{}
	for _, pattern := range patterns {
		found := false
		for _, p := range params {
			if pattern.MatchString(p.Name) {
				fixed[p.Name], found = true, true
			}
		}
		if !found {
			return nil, fmt.Errorf("unet: no parameter matches %q: they are named such as %s and %s", pattern, params[0].Name, params[len(params)-1].Name)
		}
	}
	fixStatistics(params, fixed)
	left := func(p Param) bool { return p.Trainable() && !fixed[p.Name] && !m.frozen[p.Name] }
	if len(patterns) > 0 && !slices.ContainsFunc(params, left) {
		return nil, fmt.Errorf("unet: %s match every parameter: nothing is left to train", quoted(patterns))
	}
	if m.frozen == nil {
		m.frozen = map[string]bool{}
	}
	var names []string
	for _, p := range params {
		if fixed[p.Name] {
			m.frozen[p.Name] = true
			m.store.GetVariable(variablePath(p.Name)).SetTrainable(false)
			names = append(names, p.Name)
		}
	}
	return names, nil
}

// fixStatistics adds all three buffers of a batch norm to fixed where they have
// to stay together.
func fixStatistics(params []Param, fixed map[string]bool) {
	for _, p := range params {
		layer, isMean := strings.CutSuffix(p.Name, ".running_mean")
		if !isMean || p.Role != BufferMean {
			continue
		}
		mean, variance, count := layer+".running_mean", layer+".running_var", layer+".num_batches_tracked"
		if fixed[mean] || fixed[variance] || fixed[count] || fixed[layer+".weight"] && fixed[layer+".bias"] {
			fixed[mean], fixed[variance], fixed[count] = true, true, true
		}
	}
}

func quoted(patterns []*regexp.Regexp) string {
	texts := make([]string, len(patterns))
	for i, p := range patterns {
		texts[i] = fmt.Sprintf("%q", p)
	}
	return strings.Join(texts, " and ")
}
