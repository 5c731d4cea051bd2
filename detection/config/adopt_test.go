package config

import (
	"reflect"
	"testing"
)

func TestAdopt(t *testing.T) {
	c, _, err := Parse([]byte("MODEL:\n  FEATURE_MAPS: [4, 8]\n  ACTIVATION: relu\n  KERNEL_SIZE: 5\nTRAIN:\n  LR: 1\n"), "f", "DATA.NORMALIZATION.TYPE=div")
	if err != nil {
		t.Fatal(err)
	}
	d, _, err := Parse([]byte("MODEL: {FEATURE_MAPS: [2, 4, 8], ACTIVATION: RELU, KERNEL_SIZE: 7, NORMALIZATION: bn}\nTRAIN: {LR: 2}\n"), "g",
		"DATA.NORMALIZATION.PERC_CLIP.LOWER_PERC=1")
	if err != nil {
		t.Fatal(err)
	}
	warnings := c.Adopt(d, "for a test", "MODEL.FEATURE_MAPS", "MODEL.ACTIVATION", "MODEL.NORMALIZATION", "DATA.NORMALIZATION.", "DATA.TEST")
	same(t, "warnings", texts(warnings), []string{
		`--set: DATA.NORMALIZATION.TYPE is "div": "zero_mean_unit_variance" is used, for a test`,
		"f:2: MODEL.FEATURE_MAPS is [4, 8]: [2, 4, 8] is used, for a test",
	})
	if m := c.Model; !reflect.DeepEqual(m.FeatureMaps, []int{2, 4, 8}) || m.Normalization != "bn" || m.KernelSize != 5 || c.Train.LR != 1 {
		t.Errorf("got\n%s", c.YAML())
	}
	if n := c.Data.Normalization; n.Type != "zero_mean_unit_variance" || n.PercClip.LowerPerc != 1 {
		t.Errorf("got %+v", n)
	}
	d.Model.FeatureMaps[0] = 99
	if c.Model.FeatureMaps[0] != 2 {
		t.Error("the lists are shared")
	}
}
