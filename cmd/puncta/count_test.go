package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
)

// experiment is a folder of points of two control images and a treated one,
// of images of 100 x 100 pixels without a pixel size, and of conditions.
func experiment(t *testing.T) world {
	t.Helper()
	w := world{t.TempDir()}
	const header = "index,axis-0,axis-1,class,probability\n"
	for name, text := range map[string]string{
		"points/control/a_prob.csv": header + "0,1,1,1,0.5\n1,2,2,1,0.5\n2,3,3,2,0.5\n",
		"points/control/b_prob.csv": header,
		"points/treated/a_prob.csv": header + "0,1,1,1,0.5\n",
		"conditions.csv":            "image,condition\ncontrol/a,x\nb,y\ntreated/a,x\n",
	} {
		w.mkdir(t, filepath.ToSlash(filepath.Dir(name)))
		w.write(t, name, text)
	}
	for _, name := range []string{"images/control/a.tif", "images/control/b.tif", "images/treated/a.tif"} {
		w.mkdir(t, filepath.ToSlash(filepath.Dir(name)))
		if err := imageio.WriteFile(w.path(name), detection.NewVolume([3]int{1, 100, 100}, 1), imageio.DefaultTIFFOptions()); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// puncta runs the program on a world; DIR in arguments and in what it says
// stands for the world's folder.
func (w world) puncta(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "DIR", w.dir)
	}
	var out, errs bytes.Buffer
	status = run(t.Context(), args, &out, &errs)
	return status, strings.ReplaceAll(out.String(), w.dir, "DIR"), strings.ReplaceAll(errs.String(), w.dir, "DIR")
}

func TestCount(t *testing.T) {
	w := experiment(t)
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"by folder", []string{"DIR/points"}, `condition  class  images  total  mean  sd     median
control    all    2       3      1.5   2.121  1.5
control    1      2       2      1     1.414  1
control    2      2       1      0.5   0.7071  0.5
treated    all    1       1      1     -      1
treated    1      1       1      1     -      1
treated    2      1       0      0     -      0
`},
		{"two folders", []string{"DIR/points/treated", "DIR/points/control"}, `condition  class  images  total  mean  sd      median
treated    all    1       1      1     -       1
treated    1      1       1      1     -       1
treated    2      1       0      0     -       0
control    all    2       3      1.5   2.121   1.5
control    1      2       2      1     1.414   1
control    2      2       1      0.5   0.7071  0.5
`},
		{"by a pattern", []string{"DIR/points", "--by", "/(?P<letter>.)$"}, `letter  class  images  total  mean  sd      median
a       all    2       4      2     1.414   2
a       1      2       3      1.5   0.7071  1.5
a       2      2       1      0.5   0.7071  0.5
b       all    1       0      0     -       0
b       1      1       0      0     -       0
b       2      1       0      0     -       0
`},
		{"by a table", []string{"DIR/points", "--conditions", "DIR/conditions.csv"}, `condition  class  images  total  mean  sd      median
x          all    2       4      2     1.414   2
x          1      2       3      1.5   0.7071  1.5
x          2      2       1      0.5   0.7071  0.5
y          all    1       0      0     -       0
y          1      1       0      0     -       0
y          2      1       0      0     -       0
`},
		{"densities", []string{"DIR/points/treated", "--image", "DIR/images/treated", "--resolution", "2,2"}, `condition  class  images  total  mean  sd  median  mean per_mm2  sd
treated    all    1       1      1     -   1       25            -
treated    1      1       1      1     -   1       25            -
`},
		{"densities per pixel", []string{"DIR/points/treated", "--image", "DIR/images/treated", "--resolution", "1", "--unit", "px"}, `condition  class  images  total  mean  sd  median  mean density  sd
treated    all    1       1      1     -   1       0.0001        -
treated    1      1       1      1     -   1       0.0001        -
`},
	} {
		status, stdout, stderr := w.puncta(t, append([]string{"count", "-q"}, test.args...)...)
		if status != 0 || !sameTable(stdout, test.want) || stderr != "" {
			t.Errorf("%s: status %d\n%s%s, want\n%s", test.name, status, stdout, stderr, test.want)
		}
	}
	_, _, stderr := w.puncta(t, "count", "DIR/points")
	if want := "no densities: DIR/points/control/a_prob.csv has no image beside it, which would say how large it is; --image names a folder of images\n"; stderr != want {
		t.Errorf("said %q, want %q", stderr, want)
	}
}

// sameTable compares texts whatever the widths of their columns.
func sameTable(a, b string) bool { return slices.Equal(strings.Fields(a), strings.Fields(b)) }

func TestCountOutput(t *testing.T) {
	w := experiment(t)
	status, stdout, stderr := w.puncta(t, "count", "-q", "--json", "DIR/points", "--image", "DIR/images", "--resolution", "2,2", "--output", "DIR/c.csv")
	if status != 0 || stderr != "" {
		t.Fatalf("status %d, %s", status, stderr)
	}
	for name, want := range map[string]string{
		"c.csv": `image,condition,count,class_1,class_2,area_um2,per_mm2,class_1_per_mm2,class_2_per_mm2
control/a,control,3,2,1,40000,75,50,25
control/b,control,0,0,0,40000,0,0,0
treated/a,treated,1,1,0,40000,25,25,0
`,
		"c_conditions.csv": `condition,class,images,total,mean,sd,median,area_um2,pooled_per_mm2,mean_per_mm2,sd_per_mm2,median_per_mm2
control,all,2,3,1.5,2.121320344,1.5,80000,37.5,37.5,53.03300859,37.5
control,1,2,2,1,1.414213562,1,80000,25,25,35.35533906,25
control,2,2,1,0.5,0.7071067812,0.5,80000,12.5,12.5,17.67766953,12.5
treated,all,1,1,1,,1,40000,25,25,,25
treated,1,1,1,1,,1,40000,25,25,,25
treated,2,1,0,0,,0,40000,0,0,,0
`} {
		if got, err := os.ReadFile(w.path(name)); err != nil || string(got) != want {
			t.Errorf("%s:\n%s%v, want\n%s", name, got, err, want)
		}
	}
	var result struct {
		Images, Points int
		Output         string
		Conditions     []struct {
			Condition     map[string]string
			Class, Images int
			Count         struct {
				Mean float64
				SD   *float64
			}
			Density     struct{ Mean float64 }
			DensityUnit string `json:"density_unit"`
		}
	}
	if err := json.Unmarshal([]byte(stdout), &result); err != nil {
		t.Fatalf("%s: %v", stdout, err)
	}
	c := result.Conditions
	if result.Images != 3 || result.Points != 4 || result.Output != "DIR/c.csv" || len(c) != 6 || c[0].Condition["condition"] != "control" || c[0].Count.SD == nil || c[0].Density.Mean != 37.5 ||
		c[3].Count.SD != nil || c[3].Count.Mean != 1 || c[3].DensityUnit != "per_mm2" {
		t.Errorf("result %s", stdout)
	}
}

func TestCountRefuses(t *testing.T) {
	w := experiment(t)
	w.mkdir(t, "images/c.csv")
	for want, args := range map[string][]string{
		"no points: name CSV files or folders of them":                                                                                          {},
		"DIR/none: want a CSV file of points or a folder of them: no such file or directory":                                                    {"DIR/none"},
		"--by and --conditions: want one of the two":                                                                                            {"DIR/points", "--by", "folder", "--conditions", "DIR/conditions.csv"},
		"--unit is that of --resolution: want both":                                                                                             {"DIR/points", "--unit", "nm"},
		`--unit is "x": want um, nm, mm, cm, m, inch, or px for none`:                                                                           {"DIR/points", "--unit", "x", "--resolution", "1"},
		"--resolution has 4 numbers: want y,x or z,y,x":                                                                                         {"DIR/points", "--resolution", "1,1,1,1"},
		"--output DIR/points/sub.csv is in DIR/points, whose CSV files are points: want another folder":                                         {"DIR/points", "--output", "DIR/points/sub.csv"},
		"--output DIR/points/treated/x.csv is in DIR/points, whose CSV files are points: want another folder":                                   {"DIR/points", "--output", "DIR/points/treated/x.csv"},
		"--output DIR/none/x.csv: there is no folder DIR/none":                                                                                  {"DIR/points", "--output", "DIR/none/x.csv"},
		"--output DIR/images is a folder: want a CSV file":                                                                                      {"DIR/points", "--output", "DIR/images"},
		"no densities: DIR/points/control/a_prob.csv has no image beside it, which would say how large it is; --image names a folder of images": {"DIR/points", "--resolution", "1"},
		"no densities: DIR/images/treated/a.tif does not say how large a pixel is; --resolution does":                                           {"DIR/points", "--image", "DIR/images"},
		"--image DIR/none: want a folder of images":                                                                                             {"DIR/points", "--image", "DIR/none"},
		"DIR/points/control/b_prob.csv: has no image of the name b in the folders of --image":                                                   {"DIR/points", "--image", "DIR/images/treated"},
		"--conditions DIR/none: no such file or directory":                                                                                      {"DIR/points", "--conditions", "DIR/none"},
	} {
		status, stdout, stderr := w.puncta(t, append([]string{"count", "-q"}, args...)...)
		if status != 2 || stderr != "puncta: "+want+"\n" || stdout != "" {
			t.Errorf("status %d, %s%s, want %s", status, stdout, stderr, want)
		}
	}
	// A table of conditions among the points is no points file.
	w.write(t, "points/conditions.csv", "image,condition\ncontrol/a,x\nb,y\ntreated/a,x\n")
	if status, _, stderr := w.puncta(t, "count", "-q", "DIR/points", "--conditions", "DIR/points/conditions.csv"); status != 0 {
		t.Errorf("status %d, %s", status, stderr)
	}
}
