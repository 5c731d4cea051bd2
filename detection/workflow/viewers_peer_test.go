//go:build peer

package workflow

import (
	"context"
	_ "embed"
	"encoding/json"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/training"
	"github.com/puncta-bio/puncta/internal/peer"
)

//go:embed testdata/viewers.py
var viewersScript string

// viewed is what testdata/viewers.py prints.
type viewed struct {
	TIFF map[string]struct {
		Shape         []int
		Type          string
		Min, Max, Sum float64
	}
	Napari map[string][]struct {
		Type     string
		Shape    []int
		RGB      bool
		Data     [][]float64
		Features []string
	}
	Scalars map[string]map[string][][2]float64
}

// The files of a job are read by the programs that they are made for:
// TensorBoard finds every value of every epoch once, although the training was
// interrupted and resumed; tifffile reads every TIFF; napari makes a layer of
// points of every table of points that has any (version 0.9.2 stops on tables
// of a header only, whoever wrote them), and a layer of every image.
func TestViewersOpenTheResults(t *testing.T) {
	_, c := smallData(t)
	results := t.TempDir()
	j := newJob(t, c, results, 1)
	ctx, cancel := context.WithCancel(context.Background())
	j.Progress = detection.ProgressFunc(func(e detection.ProgressEvent) {
		if strings.HasPrefix(e.Line, "epoch 2:") {
			cancel()
		}
	})
	if err := Run(ctx, j, Steps(c)); err == nil {
		t.Fatal("the training was not interrupted")
	}
	j = newJob(t, c, results, 1)
	j.Resume = true
	if err := Run(context.Background(), j, Steps(c)); err != nil {
		t.Fatal(err)
	}
	var got viewed
	if err := json.Unmarshal(peer.Run(t, peer.Viewers, viewersScript, j.Layout.Dir), &got); err != nil {
		t.Fatal(err)
	}
	checkScalars(t, got, j)
	checkTIFFs(t, got, j)
	checkLayers(t, got, j)
}

func checkScalars(t *testing.T, got viewed, j *Job) {
	t.Helper()
	want := map[string]func(training.Epoch) float64{
		"loss/train": func(e training.Epoch) float64 { return e.Loss }, "loss/val": func(e training.Epoch) float64 { return e.ValLoss },
		"IoU/train": func(e training.Epoch) float64 { return e.IoU }, "IoU/val": func(e training.Epoch) float64 { return e.ValIoU },
		"F1/val": func(e training.Epoch) float64 { return e.ValF1 }, "learning rate": func(e training.Epoch) float64 { return e.LearningRate },
	}
	if len(got.Scalars) != 1 || len(j.History.Epochs) != 4 {
		t.Fatalf("%d event files, %d epochs, want 1 and 4", len(got.Scalars), len(j.History.Epochs))
	}
	for _, tags := range got.Scalars {
		if len(tags) != len(want) {
			t.Errorf("%d tags, want %d: %v", len(tags), len(want), tags)
		}
		for tag, value := range want {
			if len(tags[tag]) != 4 {
				t.Errorf("%s has %v, want four steps", tag, tags[tag])
				continue
			}
			for i, e := range j.History.Epochs {
				if point := tags[tag][i]; point != [2]float64{float64(e.Epoch), float64(float32(value(e)))} {
					t.Errorf("%s: TensorBoard reads %v at epoch %d, want %v", tag, point, e.Epoch, float32(value(e)))
				}
			}
		}
	}
}

func checkTIFFs(t *testing.T, got viewed, j *Job) {
	t.Helper()
	var want []string
	for _, name := range files(t, j.Layout.Dir) {
		if strings.HasSuffix(name, ".tif") && !strings.HasPrefix(name, "masks/") { // whose names files changes
			want = append(want, name)
		}
	}
	if len(want) != 16 || len(got.TIFF) != len(want)+len(j.Train)+len(j.Val) {
		t.Errorf("%d TIFF files, of which tifffile reads %d, want 16 beside the masks", len(want), len(got.TIFF))
	}
	for name, seen := range got.TIFF {
		im, err := imageio.Read(filepath.Join(j.Layout.Dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		shape := []int{im.Dims[1], im.Dims[2]}
		if im.Channels > 1 {
			shape = append(shape, im.Channels)
		}
		var sum float64
		for _, v := range im.Data {
			sum += float64(v)
		}
		lo, hi := im.Range()
		if !slices.Equal(seen.Shape, shape) || seen.Type != im.Kind.String() || seen.Min != float64(lo) || seen.Max != float64(hi) || math.Abs(seen.Sum-sum) > 1e-9*math.Abs(sum)+1e-9 {
			t.Errorf("%s: tifffile reads %+v, want %v %v from %v to %v, sum %v", name, seen, shape, im.Kind, lo, hi, sum)
		}
	}
}

func checkLayers(t *testing.T, got viewed, j *Job) {
	t.Helper()
	tables := 0
	for name, layers := range got.Napari {
		if len(layers) != 1 {
			t.Errorf("%s: %d layers, want 1", name, len(layers))
			continue
		}
		layer := layers[0]
		if strings.HasSuffix(name, ".tif") {
			picture := strings.Contains(name, "point_associations/") && !strings.Contains(name, "_ids")
			if layer.Type != "Image" || layer.RGB != picture {
				t.Errorf("%s: a layer of %s, in colour %v", name, layer.Type, layer.RGB)
			}
			continue
		}
		tables++
		if layer.Type != "Points" || layer.Shape[1] != 2 {
			t.Errorf("%s: a layer of %s %v, want 2D points", name, layer.Type, layer.Shape)
		}
		if !strings.HasSuffix(name, probSuffix) {
			continue
		}
		points, err := readPointsFile(filepath.Join(j.Layout.Dir, filepath.FromSlash(name)), 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(layer.Data) != len(points) || !slices.Equal(layer.Features, []string{"probability"}) {
			t.Errorf("%s: %d points with %v, want %d", name, len(layer.Data), layer.Features, len(points))
			continue
		}
		for i, p := range points {
			if !slices.Equal(layer.Data[i], p.Pos[1:]) {
				t.Errorf("%s: point %d is at %v, want %v", name, i, layer.Data[i], p.Pos[1:])
			}
		}
	}
	if tables < 2*len(j.Test) { // those of found points and of associations
		t.Errorf("napari opened %d tables", tables)
	}
	if len(got.Napari)-tables != len(got.TIFF) {
		t.Errorf("napari opened %d of %d images", len(got.Napari)-tables, len(got.TIFF))
	}
}
