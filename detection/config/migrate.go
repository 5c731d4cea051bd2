package config

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// migration rewrites one older spelling.
type migration struct {
	old string
	now string // the new spelling, for people
	// when says whether the value is an older one; nil: the key itself is.
	when func(*yaml.Node) bool
	// to makes the new entries; none when the value has no effect.
	to func(entry) []entry
	// fills says that new entries give way to keys that the file sets.
	fills bool
}

// renamed moves a value as it is.
func renamed(old, now string) migration {
	return migration{old: old, now: now, to: func(e entry) []entry { return []entry{e.as(now, e.node)} }}
}

// onTrue gives now a value when the older key is True.
func onTrue(old, now string, value *yaml.Node) migration {
	return migration{old: old, now: now, to: func(e entry) []entry {
		if !isTrue(e.node) {
			return nil
		}
		return []entry{e.as(now, value)}
	}}
}

// migrations are the rules by which BiaPy 3.7.1 reads its older files, as far
// as the detection workflow goes, with the corrections that the package
// comment names.
func migrations() []migration {
	const n, chunks, post = "DATA.NORMALIZATION.", "TEST.BY_CHUNKS.", "TEST.POST_PROCESSING."
	const measure, median = post + "MEASURE_PROPERTIES.", post + "MEDIAN_FILTER"
	list := []migration{
		renamed("TEST.STATS.FULL_IMG", "TEST.FULL_IMG"),
		renamed("TEST.DET_IGNORE_POINTS_OUTSIDE_BOX", "TEST.EVAL_BORDER_CROP"),
		renamed("MODEL.CONVNEXT_LAYERS", "MODEL.CONV_LAYERS"),
		renamed("MODEL.BMZ.SOURCE_MODEL_DOI", "MODEL.BMZ.SOURCE_MODEL_ID"),
		renamed(n+"PERC_LOWER", n+"PERC_CLIP.LOWER_PERC"),
		renamed(n+"PERC_UPPER", n+"PERC_CLIP.UPPER_PERC"),
		renamed(n+"CUSTOM_MEAN", n+"ZERO_MEAN_UNIT_VAR.MEAN_VAL"),
		renamed(n+"CUSTOM_STD", n+"ZERO_MEAN_UNIT_VAR.STD_VAL"),
		renamed("DATA.TEST.BINARY_MASKS", "DATA.TEST.ROI_MASK.PATH"),
		renamed(post+"APPLY_MASK", "DATA.TEST.ROI_MASK.ENABLE"),
		renamed(measure+"REMOVE_BY_PROPERTIES.SIGN", measure+"REMOVE_BY_PROPERTIES.SIGNS"),
		renamed(post+"REMOVE_BY_PROPERTIES_VALUES", measure+"REMOVE_BY_PROPERTIES.VALUES"),
		renamed(post+"REMOVE_BY_PROPERTIES_SIGN", measure+"REMOVE_BY_PROPERTIES.SIGNS"),
		onTrue("MODEL.BATCH_NORMALIZATION", "MODEL.NORMALIZATION", text("bn")),
		onTrue("MODEL.LOAD_CHECKPOINT_ONLY_WEIGHTS", "MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT", text("weights")),
		onTrue(post+"YZ_FILTERING", median, truth()),
		onTrue(post+"Z_FILTERING", median, truth()),
		renamed(post+"YZ_FILTERING_SIZE", median+"_SIZE"),
		renamed(post+"Z_FILTERING_SIZE", median+"_SIZE"),
		{old: "AUGMENTOR.DA_PROB", now: "the _PROB of each transform", to: spreadProbability, fills: true},
		{old: n + "PERC_CLIP", now: n + "PERC_CLIP.ENABLE", to: func(e entry) []entry {
			return []entry{e.as(n+"PERC_CLIP.ENABLE", e.node)}
		}, when: isScalar},
		{old: "LOSS.CLASS_REBALANCE", now: "PROBLEM.DETECTION.CLASS_REBALANCE_WITHIN_CHANNELS", to: func(e entry) []entry {
			return []entry{e.as("PROBLEM.DETECTION.CLASS_REBALANCE_WITHIN_CHANNELS", e.node)}
		}, when: func(v *yaml.Node) bool { return v.Kind == yaml.ScalarNode && isBool(v.Value) }},
		{old: "LOSS.TYPE", now: "LOSS.TYPE CE", to: func(entry) []entry { return nil },
			when: func(v *yaml.Node) bool { return v.Kind == yaml.SequenceNode && len(v.Content) == 0 }},
		{old: post + "REMOVE_BY_PROPERTIES", now: measure + "REMOVE_BY_PROPERTIES", to: func(e entry) []entry {
			return []entry{e.as(measure+"ENABLE", truth()), e.as(measure+"REMOVE_BY_PROPERTIES.ENABLE", truth()),
				e.as(measure+"REMOVE_BY_PROPERTIES.PROPS", e.node)}
		}},
	}
	for _, key := range []string{"EXTRACT_RANDOM_PATCH", "PROBABILITY_MAP", "W_FOREGROUND", "W_BACKGROUND"} {
		list = append(list, renamed("DATA."+key, "DATA.TRAIN."+key))
	}
	for _, key := range []string{"INPUT_IMG_AXES_ORDER", "INPUT_MASK_AXES_ORDER", "INPUT_ZARR_MULTIPLE_DATA",
		"INPUT_ZARR_MULTIPLE_DATA_RAW_PATH", "INPUT_ZARR_MULTIPLE_DATA_GT_PATH", "INPUT_ZARR_MULTIPLE_DATA_ID_PATH",
		"INPUT_ZARR_MULTIPLE_DATA_PARTNERS_PATH", "INPUT_ZARR_MULTIPLE_DATA_LOCATIONS_PATH",
		"INPUT_ZARR_MULTIPLE_DATA_RESOLUTION_PATH"} {
		list = append(list, renamed(chunks+key, "DATA.TEST."+key))
	}
	for _, split := range []string{"TRAIN", "VAL", "TEST"} {
		filter := "DATA." + split + ".FILTER_SAMPLES"
		list = append(list, migration{old: "DATA." + split + ".MINIMUM_FOREGROUND_PER", now: filter,
			to: func(e entry) []entry { return foregroundFilter(e, filter) }})
	}
	return list
}

// spreadProbability gives the one probability of older files to each transform.
func spreadProbability(e entry) []entry {
	var out []entry
	for _, r := range table(new(Config)) {
		if strings.HasPrefix(r.name, "AUGMENTOR.") && strings.HasSuffix(r.name, "_PROB") {
			out = append(out, e.as(r.name, e.node))
		}
	}
	return out
}

// foregroundFilter removes samples with too little foreground; -1 was off.
func foregroundFilter(e entry, filter string) []entry {
	if v, ok := toFloat(e.node); ok && v == -1 {
		return nil
	}
	return []entry{
		e.as(filter+".ENABLE", truth()), e.as(filter+".PROPS", text("foreground")),
		e.as(filter+".VALUES", e.node), e.as(filter+".SIGNS", text("lt")),
	}
}

// migrate rewrites the older spellings among the entries of one source. An
// older spelling beside the newer one is a fault, save where it only fills in.
func migrate(entries []entry) (out []entry, warnings []Warning, faults Faults) {
	rules := migrations()
	set := map[string]position{}
	for _, e := range entries {
		set[e.key] = e.pos
	}
	for _, e := range entries {
		i := slices.IndexFunc(rules, func(m migration) bool {
			return m.old == e.key && (m.when == nil || m.when(e.node))
		})
		if i < 0 {
			out = append(out, e)
			continue
		}
		m := rules[i]
		made := m.to(e)
		if len(made) == 0 {
			warnings = append(warnings, e.pos.warning(e.key, "%s is an older spelling of %s: %s changes nothing", e.key, m.now, show(e.node)))
			continue
		}
		for _, f := range made {
			at, taken := set[f.key]
			switch {
			case !taken || f.key == e.key:
				set[f.key] = f.pos
				out = append(out, f)
			case !m.fills:
				faults = append(faults, e.pos.fault(e.key, "%s is an older spelling of %s, which is set%s: keep one of them",
					e.key, f.key, lineOf(at)))
			}
		}
		warnings = append(warnings, e.pos.warning(e.key, "%s is an older spelling: read as %s", e.key, m.now))
	}
	return out, warnings, faults
}

func lineOf(p position) string {
	if p.line == 0 {
		return " too"
	}
	return " in line " + format(p.line)
}

// as is a new entry in the place of e.
func (e entry) as(key string, node *yaml.Node) entry {
	pos := e.pos
	pos.old = e.key
	if node != e.node {
		pos.was = show(e.node)
	}
	return entry{key: key, node: node, pos: pos}
}

func text(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }

func truth() *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "True"} }

func isTrue(n *yaml.Node) bool { v, ok := toBool(n); return ok && v }

func isScalar(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode }
