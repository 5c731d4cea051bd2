package config

import (
	"maps"
	"slices"
	"strings"
)

// on says whether a condition of the table holds: one of its alternatives and
// all that this one needs in turn.
func (k *checker) on(needs string) bool {
	if needs == "" {
		return true
	}
	for alternative := range strings.SplitSeq(needs, "|") {
		key, want, compared := strings.Cut(alternative, "=")
		r := k.rows[key]
		v := r.def
		if r.field != nil {
			v = r.value()
		} else if set, ok := k.c.extra[key]; ok {
			v = set
		}
		if (compared && plain(v) == want || !compared && isOn(v)) && k.on(r.needs) {
			return true
		}
	}
	return false
}

// lost says whether a condition rests on an option that is not supported or
// has a fault.
func (k *checker) lost(needs string) bool {
	if needs == "" {
		return false
	}
	for alternative := range strings.SplitSeq(needs, "|") {
		if key, _, _ := strings.Cut(alternative, "="); k.rows[key].field == nil || k.bad[key] {
			return true
		}
	}
	return false
}

// plain is format without quotes.
func plain(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return format(v)
}

// isOn says whether a switch is on: True, a number above 0, or text.
func isOn(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case int:
		return v > 0
	case string:
		return v != ""
	}
	return false
}

// advice warns of options that are set and switched off by another, and of
// defaults that BiaPy does not share.
func (c *Config) advice() []Warning {
	rows := table(c)
	k := &checker{c: c, rows: map[string]row{}}
	for _, r := range rows {
		k.rows[r.name] = r
	}
	var out []Warning
	for _, r := range rows {
		p, set := c.origin[r.name]
		stage := r.needs == "TRAIN.ENABLE" || r.needs == "TEST.ENABLE" // a file may switch a whole stage off
		if !set || p.old != "" || r.field == nil || stage || r.harmless(r.value()) {
			continue
		}
		own, _, _ := strings.Cut(r.needs, "|")
		key, _, _ := strings.Cut(own, "=")
		if gate := k.rows[key]; !k.on(r.needs) && k.on(gate.needs) {
			out = append(out, p.warning(r.name, "%s has no effect while %s is %s", r.name, key, plain(gate.value())))
		}
	}
	warn := func(key, msg string) { out = append(out, c.position(key).warning(key, "%s", msg)) }
	if _, set := c.origin["TRAIN.OPTIMIZER"]; !set && c.Train.Enable {
		warn("TRAIN.OPTIMIZER", "TRAIN.OPTIMIZER is not set: ADAMW is used, where BiaPy uses SGD")
	}
	if m := c.Model; m.LoadCheckpoint {
		if !c.Train.Enable && m.SkipUnmatchedLayers {
			warn("MODEL.SKIP_UNMATCHED_LAYERS", "MODEL.SKIP_UNMATCHED_LAYERS has no effect while TRAIN.ENABLE is False: all weights have to fit")
		}
		if c.Paths.CheckpointFile != "" && m.LoadCheckpointEpoch != "best_on_val" {
			warn("MODEL.LOAD_CHECKPOINT_EPOCH", "MODEL.LOAD_CHECKPOINT_EPOCH has no effect while PATHS.CHECKPOINT_FILE names the checkpoint")
		}
		if slices.Contains(m.ItemsToLoad, "weights") && !slices.Contains(m.ItemsToLoad, "norm") {
			warn("MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT",
				"MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT has no norm: weights expect grey values normalised as in their training")
		}
	}
	if p := c.Data.Preprocess; c.Train.Enable && p.used() && p.Train != p.Test {
		warn("DATA.PREPROCESS.TEST", "DATA.PREPROCESS.TRAIN is "+format(p.Train)+" and TEST is "+format(p.Test)+
			": the network is used on images unlike those that it learnt from")
	}
	if _, known := c.Resolution(); !known && c.Test.Enable && c.Test.PostProcessing.RemoveClosePoints {
		warn("DATA.TEST.RESOLUTION", "DATA.TEST.RESOLUTION is not set: REMOVE_CLOSE_POINTS_RADIUS counts voxels")
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
