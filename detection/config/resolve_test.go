package config

import (
	"reflect"
	"testing"
)

func TestResolve(t *testing.T) {
	c := Default()
	if _, err := c.Set("PROBLEM.NDIM=3D", "DATA.PATCH_SIZE=(20, 64, 96, 2)", "PROBLEM.DETECTION.CENTRAL_POINT_DILATION=[1,2,3]",
		"DATA.TEST.PADDING=(4,16,20)", "DATA.TEST.OVERLAP=0.25", "DATA.TRAIN.OVERLAP=(0,0)", "DATA.TRAIN.PADDING=8", "DATA.PREPROCESS.GAUSSIAN_BLUR.SIGMA=[1,2,3]",
		"DATA.PREPROCESS.MEDIAN_BLUR.KERNEL_SIZE=(5,3,1,1)", "DATA.PREPROCESS.CLAHE.KERNEL_SIZE=[4,8,16]", "DATA.VAL.PADDING=(2,3,4)", "DATA.VAL.OVERLAP=0.5", "PUNCTA.GAUSSIAN_SIGMA=3",
		"MODEL.FEATURE_MAPS=[8,16,32]", "MODEL.Z_DOWN=1", "MODEL.DROPOUT_VALUES=[0,0.1,0.2]"); err != nil {
		t.Fatal(err)
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	d := Default() // 2D
	d.Data.Test.Padding = []int{16, 20}
	d.Data.Test.Resolution = []float64{0.5}
	patch3, channels3 := c.Patch()
	patch2, channels2 := d.Patch()
	spacing3, known3 := c.Resolution()
	spacing2, known2 := d.Resolution()
	m := c.Model.Expand()
	for _, tt := range []struct {
		name      string
		got, want any
	}{
		{"NDim", []int{c.NDim(), d.NDim()}, []int{3, 2}},
		{"Patch 3D", patch3, [3]int{20, 64, 96}},
		{"Patch 2D", patch2, [3]int{1, 256, 256}},
		{"channels", []int{channels3, channels2}, []int{2, 1}},
		{"PointRadius 3D", c.PointRadius(), [3]int{1, 2, 3}},
		{"PointRadius 2D", d.PointRadius(), [3]int{0, 2, 2}},
		{"Padding 3D", c.Padding(), [3]int{4, 16, 20}},
		{"Padding 2D", d.Padding(), [3]int{0, 16, 20}},
		{"TestOverlap", c.TestOverlap(), [3]float64{0.25, 0.25, 0.25}},
		{"GaussianBlurSigma", [][3]float64{c.GaussianBlurSigma(), d.GaussianBlurSigma()}, [][3]float64{{1, 2, 3}, {0, 1, 1}}},
		{"MedianBlurKernel", [][3]int{c.MedianBlurKernel(), d.MedianBlurKernel()}, [][3]int{{5, 3, 1}, {1, 3, 3}}},
		{"CLAHEKernel", [][3]int{c.CLAHEKernel(), d.CLAHEKernel()}, [][3]int{{4, 8, 16}, {1, 0, 0}}},
		{"TrainPadding", c.TrainPadding(), [3]int{8, 8, 8}},
		{"ValPadding", c.ValPadding(), [3]int{2, 3, 4}},
		{"ValOverlap", c.ValOverlap(), [3]float64{0.5, 0.5, 0.5}},
		{"TrainOverlap", c.TrainOverlap(), [3]float64{}},
		{"GaussianSigma", c.GaussianSigma(), [3]float64{3, 3, 3}},
		{"Resolution 3D", spacing3, [3]float64{1, 1, 1}},
		{"Resolution 2D", spacing2, [3]float64{1, 0.5, 0.5}},
		{"known", []bool{known3, known2}, []bool{false, true}},
		{"Thresholds", d.Thresholds(), []float64{0.2}},
		{"DownFactor 3D", c.DownFactor(), [3]int{1, 4, 4}},
		{"DownFactor 2D", d.DownFactor(), [3]int{1, 16, 16}},
		{"ZDown", m.ZDown, []int{1, 1}},
		{"YXDown", m.YXDown, []int{2, 2}},
		{"DropoutValues", m.DropoutValues, []float64{0, 0.1, 0.2}},
		{"ConvLayers", m.ConvLayers, []int{2, 2, 2}},
		{"Isotropy", m.Isotropy, []bool{true, true, true}},
	} {
		if !reflect.DeepEqual(tt.got, tt.want) {
			t.Errorf("%s is %v, want %v", tt.name, tt.got, tt.want)
		}
	}
	m.FeatureMaps[0] = 99
	if c.Model.FeatureMaps[0] != 8 {
		t.Error("Expand shares its lists with the model")
	}
}

func TestClone(t *testing.T) {
	c, _, err := Parse([]byte("TRAIN:\n  EPOCHS: 3\nTEST:\n  BY_CHUNKS:\n    ENABLE: True\n"), "f")
	if err != nil {
		t.Fatal(err)
	}
	d := c.Clone()
	if !c.Equal(d) || !reflect.DeepEqual(c, d) {
		t.Fatal("a clone is not equal")
	}
	d.Data.PatchSize[0] = 7
	d.extra["TEST.FULL_IMG"] = true
	d.origin["TRAIN.LR"] = position{line: 3}
	if c.Equal(d) || c.Data.PatchSize[0] == 7 || len(c.extra) != 1 || len(c.origin) != 2 {
		t.Errorf("a clone shares its lists: %+v", c)
	}
}
