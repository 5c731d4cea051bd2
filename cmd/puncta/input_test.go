package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
)

// world is a small data set and configuration in a folder of its own, which
// each test spoils in its way. In wanted messages DIR stands for it.
type world struct{ dir string }

func newWorld(t *testing.T) world {
	t.Helper()
	w := world{t.TempDir()}
	for _, split := range []string{"train", "val", "test"} {
		for i := range 2 {
			v := detection.NewVolume([3]int{1, 40, 48}, 1)
			for k := range v.Data {
				v.Data[k] = float32(k % 97)
			}
			opts := imageio.DefaultTIFFOptions()
			opts.Kind = imageio.Uint8
			w.mkdir(t, split+"/x")
			if err := imageio.WriteFile(w.path(fmt.Sprintf("%s/x/im%d.tif", split, i)), v, opts); err != nil {
				t.Fatal(err)
			}
			w.write(t, fmt.Sprintf("%s/y/im%d.csv", split, i), "index,axis-0,axis-1\n0,5,6\n1,20,30\n")
		}
	}
	w.write(t, "config.yaml", w.config())
	return w
}

func (w world) config() string {
	return fmt.Sprintf(`PROBLEM:
  TYPE: DETECTION
  NDIM: 2D
DATA:
  PATCH_SIZE: (32, 32, 1)
  TRAIN:
    PATH: %[1]s/train/x
    GT_PATH: %[1]s/train/y
  VAL:
    FROM_TRAIN: False
    PATH: %[1]s/val/x
    GT_PATH: %[1]s/val/y
  TEST:
    PATH: %[1]s/test/x
    GT_PATH: %[1]s/test/y
    LOAD_GT: True
    PADDING: (4, 4)
MODEL:
  ARCHITECTURE: unet
  FEATURE_MAPS: [4, 8]
TRAIN:
  ENABLE: True
  OPTIMIZER: ADAMW
  EPOCHS: 1
TEST:
  ENABLE: True
`, w.dir)
}

func (w world) path(name string) string { return filepath.Join(w.dir, filepath.FromSlash(name)) }

func (w world) mkdir(t *testing.T, name string) {
	t.Helper()
	if err := os.MkdirAll(w.path(name), 0o755); err != nil {
		t.Fatal(err)
	}
}

func (w world) write(t *testing.T, name, text string) {
	t.Helper()
	w.mkdir(t, filepath.Dir(name))
	if err := os.WriteFile(w.path(name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (w world) replace(t *testing.T, name, old, text string) {
	t.Helper()
	b, err := os.ReadFile(w.path(name))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b, []byte(old)) {
		t.Fatalf("%s does not hold %q", name, old)
	}
	w.write(t, name, strings.Replace(string(b), old, text, 1))
}

func (w world) remove(t *testing.T, name string) {
	t.Helper()
	if err := os.Remove(w.path(name)); err != nil {
		t.Fatal(err)
	}
}

// Every case ends with status 2, one message that says where and what, and no
// trace of an output folder.
func TestBadInput(t *testing.T) {
	job := []string{"run", "--config", "DIR/config.yaml", "--result_dir", "DIR/out", "--name", "job"}
	detect := []string{"detect", "DIR/test/x", "--classical", "centroid", "--output", "DIR/out"}
	log := []string{"detect", "DIR/test/x", "--classical", "log", "--output", "DIR/out"}
	tune := []string{"tune", "--classical", "log", "--input", "DIR/test/x", "--gt", "DIR/test/y", "--tolerance", "2"}
	tuneMaps := []string{"tune", "--prob", "DIR/maps", "--gt", "DIR/test/y", "--tolerance", "2", "--output", "DIR/out.json"}
	settings := func(text string) func(t *testing.T, w world) {
		return func(t *testing.T, w world) { w.write(t, "settings.json", text) }
	}
	tests := []struct {
		name  string
		spoil func(t *testing.T, w world)
		args  []string
		want  []string // parts of the message
	}{
		{"no such configuration", nil, []string{"run", "--config", "DIR/none.yaml", "--result_dir", "DIR/out"},
			[]string{"DIR/none.yaml", "no such file"}},
		{"misspelt key", func(t *testing.T, w world) { w.replace(t, "config.yaml", "EPOCHS: 1", "EPOCH: 1") }, job,
			[]string{"DIR/config.yaml:24: unknown key TRAIN.EPOCH: did you mean TRAIN.EPOCHS?"}},
		{"text for a number", func(t *testing.T, w world) { w.replace(t, "config.yaml", "EPOCHS: 1", "EPOCHS: many") }, job,
			[]string{"DIR/config.yaml:24: TRAIN.EPOCHS is \"many\": want"}},
		{"an option that is not there yet", nil, append(job, "--set", "MODEL.ARCHITECTURE=hrnet"),
			[]string{"--set: MODEL.ARCHITECTURE is \"hrnet\": not supported yet"}},
		{"patch that cannot be halved", func(t *testing.T, w world) { w.replace(t, "config.yaml", "(32, 32, 1)", "(32, 33, 1)") }, job,
			[]string{"DIR/config.yaml:5: DATA.PATCH_SIZE", "32 or 34"}},
		{"missing folder", func(t *testing.T, w world) { w.replace(t, "config.yaml", "/train/x", "/training/x") }, job,
			[]string{"DIR/config.yaml:7: DATA.TRAIN.PATH", "DIR/training/x"}},
		{"image without its CSV", func(t *testing.T, w world) { w.remove(t, "train/y/im1.csv") }, job,
			[]string{"DIR/train/x/im1.tif has no points file: want DIR/train/y/im1.csv"}},
		{"CSV without its image", func(t *testing.T, w world) { w.remove(t, "test/x/im0.tif") }, job,
			[]string{"DIR/test/y/im0.csv has no image: want DIR/test/x/im0 with the extension of an image"}},
		{"truncated image", func(t *testing.T, w world) {
			b, err := os.ReadFile(w.path("val/x/im0.tif"))
			if err != nil {
				t.Fatal(err)
			}
			w.write(t, "val/x/im0.tif", string(b[:len(b)/2]))
		}, job, []string{"DIR/val/x/im0.tif: "}},
		{"text with the name of an image", func(t *testing.T, w world) { w.write(t, "train/x/im0.tif", "not an image") }, job,
			[]string{"DIR/train/x/im0.tif: "}},
		{"3D image in a 2D job", func(t *testing.T, w world) {
			if err := imageio.WriteFile(w.path("test/x/im1.tif"), detection.NewVolume([3]int{3, 40, 48}, 1), imageio.DefaultTIFFOptions()); err != nil {
				t.Fatal(err)
			}
		}, job, []string{"DIR/test/x/im1.tif: the image has 3 planes, but PROBLEM.NDIM is 2D"}},
		{"colour image in a grey job", func(t *testing.T, w world) {
			if err := imageio.WriteFile(w.path("test/x/im1.tif"), detection.NewVolume([3]int{1, 40, 48}, 3), imageio.DefaultTIFFOptions()); err != nil {
				t.Fatal(err)
			}
		}, job, []string{"DIR/test/x/im1.tif: the image has 3 channels, but DATA.PATCH_SIZE asks for 1"}},
		{"column missing", func(t *testing.T, w world) { w.write(t, "train/y/im0.csv", "index,axis-0\n0,5\n") }, job,
			[]string{"DIR/train/y/im0.csv:1: ", "axis-1"}},
		{"text for a coordinate", func(t *testing.T, w world) {
			w.write(t, "train/y/im0.csv", "index,axis-0,axis-1\n0,5,6\n1,abc,30\n")
		}, job, []string{"DIR/train/y/im0.csv:3: axis-0 is \"abc\": want a"}},
		{"NaN", func(t *testing.T, w world) { w.write(t, "train/y/im0.csv", "index,axis-0,axis-1\n0,NaN,6\n") }, job,
			[]string{"DIR/train/y/im0.csv:2: axis-0 is \"NaN\": want a finite number"}},
		{"repeated point", func(t *testing.T, w world) {
			w.write(t, "train/y/im0.csv", "index,axis-0,axis-1\n0,5,6\n1,5.2,6.1\n")
		}, job, []string{"DIR/train/y/im0.csv:3: ", "line 2"}},
		{"point outside", func(t *testing.T, w world) {
			w.write(t, "test/y/im0.csv", "index,axis-0,axis-1\n0,5,60\n")
		}, job, []string{"DIR/test/y/im0.csv:2: axis-1 is 60"}},
		{"3D points for a 2D image", func(t *testing.T, w world) {
			w.write(t, "val/y/im0.csv", "index,axis-0,axis-1,axis-2\n0,0,5,6\n")
		}, job, []string{"DIR/val/y/im0.csv:1: ", "axis-2"}},
		{"a name that is a path", nil, []string{"run", "--config", "DIR/config.yaml", "--result_dir", "DIR/out", "--name", "a/b"},
			[]string{`--name is "a/b": want`}},
		{"test without a model", nil, append(job, "--set", "TRAIN.ENABLE=False", "--set", "MODEL.LOAD_CHECKPOINT=True"),
			[]string{"DIR/out/job/checkpoints/job_1-checkpoint-best.safetensors", "train first"}},
		{"weights of another network", func(t *testing.T, w world) { w.write(t, "weights.safetensors", "garbage") },
			[]string{"predict", "--checkpoint", "DIR/weights.safetensors", "--input", "DIR/test/x", "--output", "DIR/out"},
			[]string{"DIR/weights.safetensors"}},
		{"two images of one name", nil, []string{"detect", "DIR/test/x", "DIR/val/x", "--classical", "centroid", "--output", "DIR/out"},
			[]string{"DIR/test/x/im0.tif and DIR/val/x/im0.tif have the same name", "DIR/test/x/im1.tif and DIR/val/x/im1.tif have the same name"}},
		{"nothing to detect in", nil, []string{"detect", "--output", "DIR/out"},
			[]string{"want one of --model FILE, --prob DIR, --classical log and --classical centroid"}},
		{"two ways to detect", nil, []string{"detect", "DIR/test/x", "--model", "nuclei2d", "--classical", "log", "--output", "DIR/out"},
			[]string{"want one of --model FILE, --prob DIR, --classical log and --classical centroid"}},
		{"a model that does not come with Puncta", nil, []string{"detect", "DIR/test/x", "--model", "nuclei3d", "--output", "DIR/out"},
			[]string{"nuclei3d: want a model file, or one of the models that come with Puncta (nuclei2d)"}},
		{"maps that are no probabilities", nil, []string{"detect", "--prob", "DIR/test/x", "--output", "DIR/out"},
			[]string{"DIR/test/x/im0.tif: values from 0 to 96: want a probability map, 0 to 1"}},
		{"corrupt image among good ones", func(t *testing.T, w world) { w.write(t, "test/x/im1.tif", "II*\x00") }, detect,
			[]string{"DIR/test/x/im1.tif: "}},
		{"results over the images", nil, []string{"detect", "DIR/test/x", "--classical", "centroid", "--output", "DIR/test/x"},
			[]string{"--output DIR/test/x is the folder of the input"}},
		{"a detector that is not there", nil, []string{"detect", "DIR/test/x", "--classical", "otsu"},
			[]string{`--classical is "otsu": want "log" or "centroid"`}},
		{"flag of another detector", nil, append(detect, "--sigma", "2"), []string{"--sigma has no meaning with --classical centroid"}},
		{"scale of nothing", nil, append(log, "--sigma", "1,0"), []string{"Sigmas[1] is 0: want a finite number above 0"}},
		{"share above all", nil, append(log, "--threshold", "1"), []string{"Threshold is 1, relative: want at least 0 and less than 1"}},
		{"absolute without threshold", nil, append(log, "--absolute"), []string{"--absolute changes the meaning of the threshold: want --threshold too"}},
		{"image with NaN", func(t *testing.T, w world) {
			v := detection.NewVolume([3]int{1, 8, 8}, 1)
			v.Data[9] = float32(math.NaN())
			if err := imageio.WriteFile(w.path("test/x/im0.tif"), v, imageio.DefaultTIFFOptions()); err != nil {
				t.Fatal(err)
			}
		}, log, []string{"DIR/test/x/im0.tif: ", "voxel (z, y, x) = (0, 1, 1) is NaN"}},
		{"no file of settings", nil, append(log, "--settings", "DIR/none.json"), []string{"DIR/none.json: want a file of settings", "no such file"}},
		{"settings that are no JSON", settings("{\n\"version\": 1,\n\"detector\": log}"), append(log, "--settings", "DIR/settings.json"),
			[]string{"DIR/settings.json:3: want settings"}},
		{"settings of a wrong kind", settings("{\"version\": 1,\n\"images\": \"two\"}"), append(log, "--settings", "DIR/settings.json"),
			[]string{"DIR/settings.json:2: want settings", "images"}},
		{"settings for another detector", settings(`{"version": 1, "detector": "centroid"}`), append(log, "--settings", "DIR/settings.json"),
			[]string{`DIR/settings.json: detector is "centroid": want settings for "log"`}},
		{"settings of a later version", settings(`{"version": 2}`), append(log, "--settings", "DIR/settings.json"),
			[]string{"DIR/settings.json: version is 2: this program reads version 1"}},
		{"settings out of range", settings(`{"version": 1, "detector": "centroid", "settings": [{"tolerance": 2, "centroid": {"MinSize": -1}}]}`), append(detect, "--settings", "DIR/settings.json"),
			[]string{"DIR/settings.json: settings[0]: ", "MinSize is -1"}},
		{"settings without options", settings(`{"version": 1, "detector": "maps", "settings": [{"tolerance": 2}]}`), []string{"detect", "--prob", "DIR/test/x", "--settings", "DIR/settings.json"},
			[]string{`DIR/settings.json: settings[0] has no options for "maps"`}},
		{"tolerance without settings", nil, append(log, "--tolerance", "2"), []string{"--tolerance chooses among the settings of a file: want --settings FILE too"}},
		{"tuning nothing", nil, []string{"tune", "--gt", "DIR/test/y", "--tolerance", "2"}, []string{"want one of --model FILE, --prob DIR"}},
		{"tuning without images", nil, []string{"tune", "--classical", "log", "--gt", "DIR/test/y", "--tolerance", "2"},
			[]string{"--classical log needs images: want --input DIR"}},
		{"tuning to a tolerance twice", nil, append(tune, "--tolerance", "3,2"), []string{"--tolerance has 2 twice"}},
		{"grid that is no grid", nil, append(tune, "--thresholds", "0.1:0.5"), []string{`--thresholds is "0.1:0.5": want lo:hi:step`}},
		{"grid backwards", nil, append(tune, "--sigmas", "3:1:1"), []string{`--sigmas is "3:1:1": want lo:hi:step with lo at most hi`}},
		{"endless grid", nil, append(tune, "--sigmas", "1:2:1e-5"), []string{"100001 values: want at most 10000"}},
		{"grid out of range", nil, append(tune, "--thresholds", "0.5,1.5"), []string{"grid: Thresholds[1] is 1.5, relative"}},
		{"grid of absolute thresholds missing", nil, append(tune, "--absolute"), []string{"--absolute needs a grid of responses"}},
		{"grid of another way", nil, append(tune, "--radii", "2"), []string{"--radii has no meaning with --classical log"}},
		{"factors of nothing", nil, []string{"tune", "--classical", "centroid", "--input", "DIR/test/x", "--gt", "DIR/test/y", "--tolerance", "2", "--thresholds", "0:1:1"},
			[]string{"ThresholdFactor is 0"}},
		{"curve of an unknown kind", nil, append(tune, "--curve", "DIR/curve.pdf"), []string{"--curve DIR/curve.pdf: want a file that ends in .csv or .png"}},
		{"settings into a folder that is not there", nil, append(tune, "--output", "DIR/none/out.json"), []string{"--output DIR/none/out.json: there is no folder DIR/none"}},
		{"settings over a folder", nil, append(tune, "--output", "DIR/test"), []string{"--output DIR/test is a folder: want a file"}},
		{"settings over the curve", nil, append(tune, "--output", "DIR/a.csv", "--curve", "DIR/a.csv"), []string{"want two files"}},
		{"saving several settings", nil, []string{"tune", "--model", "DIR/m.safetensors", "--input", "DIR/test/x", "--gt", "DIR/test/y", "--tolerance", "2,3", "--save"},
			[]string{"--save with 2 tolerances"}},
		{"saving into a checkpoint of PyTorch", nil, []string{"tune", "--model", "DIR/m.pth", "--input", "DIR/test/x", "--gt", "DIR/test/y", "--tolerance", "2", "--save"},
			[]string{"--save: DIR/m.pth is no .safetensors file"}},
		{"tuning a model that is not there", nil, []string{"tune", "--model", "DIR/m.safetensors", "--input", "DIR/test/x", "--gt", "DIR/test/y", "--tolerance", "2"},
			[]string{"DIR/m.safetensors: want a model file"}},
		{"tuning image without its CSV", func(t *testing.T, w world) { w.remove(t, "test/y/im1.csv") }, tune,
			[]string{"DIR/test/x/im1.tif has no points file: want DIR/test/y/im1.csv"}},
		{"tuning on no point", func(t *testing.T, w world) {
			for _, name := range []string{"im0", "im1"} {
				w.write(t, "test/y/"+name+".csv", "index,axis-0,axis-1\n")
			}
		}, tune, []string{"DIR/test/y: no true point in any file"}},
		{"tuning maps that are no probabilities", func(t *testing.T, w world) { w.maps(t, 1, 2) }, tuneMaps,
			[]string{"DIR/maps/im0.tif: values from 0 to 2: want a probability map, 0 to 1"}},
		{"maps of two classes, points of none", func(t *testing.T, w world) { w.maps(t, 2, 1) }, tuneMaps,
			[]string{"DIR/test/y/im0.csv:1: ", "class"}},
		{"truth without prediction", func(t *testing.T, w world) { w.remove(t, "val/y/im1.csv") },
			[]string{"score", "--gt", "DIR/test/y", "--pred", "DIR/val/y", "--tolerance", "5"},
			[]string{"DIR/test/y/im1.csv has no prediction: want DIR/val/y/im1.csv"}},
		{"tolerance of nothing", nil, []string{"score", "--gt", "DIR/test/y", "--pred", "DIR/test/y", "--tolerance", "0"},
			[]string{"--tolerance is 0: want a distance above 0"}},
		{"check of a folder that is no set", nil, []string{"data", "check", "DIR/train/x", "--sheet", "DIR/sheet.png"},
			[]string{"DIR/train/x: not a set of images and points: want the folders x (images) and y (CSV files of points)"}},
		{"check with a patch of four axes", nil, []string{"data", "check", "DIR", "--patch", "1,2,3,4"},
			[]string{"--patch has 4 numbers: want y,x or z,y,x"}},
		{"a public set that is not", nil, []string{"data", "get", "nuclie", "--output", "DIR/out"},
			[]string{`no set is called "nuclie": want blood, nuclei, spots`}},
		{"a public set over other data", nil, []string{"data", "get", "spots", "--output", "DIR/train"},
			[]string{"--output DIR/train: holds something else than this set: want a new folder"}},
		{"a manifest that leaves its folder", func(t *testing.T, w world) {
			w.write(t, "own.yaml", "name: own\nalso: [{path: ../../a, bytes: 1, sha256: no}]\n")
		}, []string{"data", "get", "DIR/own.yaml", "--output", "DIR/out"},
			[]string{`DIR/own.yaml: `, `path "../../a": want a path within the set`, "want 64 hexadecimal digits", "licence is missing"}},
		{"several GPUs", nil, append(job, "--gpu", "0, 1"), []string{`--gpu is "0, 1": this version works on one device`}},
		{"unknown command", nil, []string{"detekt"}, []string{`unknown command "detekt"`}},
		{"unknown flag", nil, []string{"score", "--tolerence", "5"}, []string{"unknown flag: --tolerence"}},
		{"required flag missing", nil, []string{"run", "--result_dir", "DIR/out"}, []string{`required flag(s) "config" not set`}},
	}
	if len(tests) < 20 {
		t.Fatal("fewer than twenty cases")
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			if tt.spoil != nil {
				tt.spoil(t, w)
			}
			before := w.listing(t)
			args := make([]string, len(tt.args))
			for i, a := range tt.args {
				args[i] = strings.ReplaceAll(a, "DIR", w.dir)
			}
			var stdout, stderr bytes.Buffer
			status := run(context.Background(), append(args, "--quiet"), &stdout, &stderr)
			message := strings.ReplaceAll(stderr.String(), w.dir, "DIR")
			t.Log(strings.TrimSpace(message))
			if status != exitInput {
				t.Errorf("status %d, want %d", status, exitInput)
			}
			for _, want := range tt.want {
				if !strings.Contains(message, want) {
					t.Errorf("the message does not say %q:\n%s", want, message)
				}
			}
			if stdout.Len() > 0 {
				t.Errorf("standard output: %s", stdout.String())
			}
			if after := w.listing(t); after != before {
				t.Errorf("files changed:\nbefore\n%s\nafter\n%s", before, after)
			}
		})
	}
}

// maps writes a map of values 0 to top for each test image.
func (w world) maps(t *testing.T, channels int, top float32) {
	t.Helper()
	w.mkdir(t, "maps")
	for i := range 2 {
		v := detection.NewVolume([3]int{1, 40, 48}, channels)
		for k := range v.Data {
			v.Data[k] = top * float32(k%11) / 10
		}
		if err := imageio.WriteFile(w.path(fmt.Sprintf("maps/im%d.tif", i)), v, imageio.DefaultTIFFOptions()); err != nil {
			t.Fatal(err)
		}
	}
}

// listing names every file and folder with its size.
func (w world) listing(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(w.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		size := info.Size()
		if d.IsDir() {
			size = 0
		}
		fmt.Fprintln(&b, path, size)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
