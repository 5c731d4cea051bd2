package config

import (
	"os"
	"path/filepath"
	"testing"
)

// sharedData finds the folder of test data beside the module.
func sharedData(t *testing.T) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	data := filepath.Join(dir, "..", "shared", "data")
	if _, err := os.Stat(data); err != nil {
		t.Skip("skipped: no shared data")
	}
	return data
}

// TestUsersFiles loads files as BiaPy's users have them. What this version
// does not implement is named, all of it, and nothing else is.
func TestUsersFiles(t *testing.T) {
	data := sharedData(t)
	for _, tt := range []struct {
		file     string
		settings []string
		warnings int
		faults   []string // without the file's name
	}{
		{"biapy_templates/2d_detection.yaml", nil, 3, nil},
		{"biapy_templates/3d_detection.yaml", nil, 4, nil},
		{"biapy_templates/3D_cell_detection_zarr_tutorial.yaml", nil, 12, []string{
			`:20: DATA.TRAIN.INPUT_IMG_AXES_ORDER is "ZYXC": not supported yet`,
			`:75: TEST.BY_CHUNKS.ENABLE is True: not supported yet`,
			`:77: TEST.BY_CHUNKS.INPUT_IMG_AXES_ORDER (now DATA.TEST.INPUT_IMG_AXES_ORDER) is "ZYXC": not supported yet`}},
		{"biapy_parity2d/config.yaml", nil, 3, nil},
		{"biapy_parity2d/config.yaml", []string{"TRAIN.ENABLE=False", "MODEL.LOAD_CHECKPOINT=True"}, 3, nil},
	} {
		path := filepath.Join(data, tt.file)
		c, warnings, err := Load(path, tt.settings...)
		if len(warnings) != tt.warnings {
			t.Errorf("%s: %d warnings, want %d: %v", tt.file, len(warnings), tt.warnings, warnings)
		}
		var want []string
		for _, f := range tt.faults {
			want = append(want, path+f)
		}
		same(t, tt.file, lines(err), want)
		if err == nil {
			if d, _, err := Parse([]byte(c.YAML()), "copy"); err != nil || !c.Equal(d) {
				t.Errorf("%s does not survive YAML(): %v", tt.file, err)
			}
		}
	}
	c, _, err := Load(filepath.Join(data, "biapy_parity2d/config.yaml"), "TRAIN.ENABLE=False", "MODEL.LOAD_CHECKPOINT=True")
	if err != nil {
		t.Fatal(err)
	}
	if c.PointRadius() != [3]int{0, 3, 3} || c.Padding() != [3]int{0, 32, 32} || c.Thresholds()[0] != 0.5 || c.Radii()[0] != 6 ||
		c.Tolerances()[0] != 10 || c.Train.LR != 1e-3 || c.Train.BatchSize != 6 || !c.Data.Test.LoadGT || c.Data.Val.FromTrain {
		t.Errorf("the parity run reads as\n%s", c.YAML())
	}
}
