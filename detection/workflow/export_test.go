package workflow

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/export"
	"github.com/puncta-bio/puncta/detection/imageio"
)

// filesBelow lists the files below a folder, with slashes.
func filesBelow(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, filepath.ToSlash(strings.TrimPrefix(path, dir+string(filepath.Separator))))
		}
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return names
}

// Every format and kind of object gives back what the CSV files hold, at the
// place of each file.
func TestExportPointSets(t *testing.T) {
	dir := tree(t, "control/a_prob.csv", "treated/deep/ü 神経.csv", "none.csv|index,axis-0,axis-1\n", "z.csv|index,axis-0,axis-1,axis-2\n0,3,4,5.5\n")
	stems := []string{"control/a", "none", "treated/deep/ü 神経", "z"}
	for _, o := range []ExportOptions{{Format: FormatFiji}, {Format: FormatFiji, Objects: "point", ClassNames: []string{"a", "b"}},
		{Format: FormatQuPath}, {Format: FormatQuPath, Objects: "annotation", ClassNames: []string{"a", "b"}}} {
		sets := read(t, dir)
		out := filepath.Join(t.TempDir(), "new", "folder")
		if err := ExportPointSets(t.Context(), sets, out, o, nil); err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, s := range stems {
			want = append(want, s+o.Extension())
		}
		if got := filesBelow(t, out); !slices.Equal(got, want) {
			t.Errorf("%+v: files %q, want %q", o, got, want)
		}
		for _, s := range sets {
			data, err := os.ReadFile(filepath.Join(out, filepath.FromSlash(s.Key())) + o.Extension())
			if err != nil {
				t.Fatal(err)
			}
			var got []detection.Point
			if o.Format == FormatFiji {
				got, err = export.ReadROISet(data, s.Name, export.DefaultReadROISetOptions())
			} else {
				got, err = export.ReadGeoJSON(data, s.Name, export.ReadGeoJSONOptions{ClassNames: o.ClassNames})
			}
			points := slices.Clone(s.Points)
			if o.Objects == "annotation" || o.Format == FormatFiji && o.Objects == "" {
				for i := range points {
					points[i].Prob = 1
				}
			}
			if err != nil || !slices.Equal(got, points) {
				t.Errorf("%+v, %s: %v, %v, want %v", o, s.Name, got, err, points)
			}
		}
	}
}

// Points that a person has set have no probability.
func TestExportWithoutProbability(t *testing.T) {
	for _, o := range []ExportOptions{{Format: FormatFiji, Objects: "point"}, {Format: FormatQuPath}} {
		for _, p := range []float64{1, 0.5} {
			var b bytes.Buffer
			if err := o.Write(&b, []detection.Point{{Prob: 1}, {Prob: p}}, 2, 1); err != nil {
				t.Fatal(err)
			}
			text := b.String()
			if o.Format == FormatFiji {
				archive, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
				if err != nil {
					t.Fatal(err)
				}
				roi, err := fs.ReadFile(archive, "0001.roi")
				if err != nil {
					t.Fatal(err)
				}
				text = strings.ReplaceAll(string(roi), "\x00", "") // of UTF-16
			}
			if strings.Contains(text, "probability") != (p < 1) {
				t.Errorf("%s, %v: %q", o.Format, p, text)
			}
		}
	}
}

// The slices of a stack count its channels, and RGB is one.
func TestExportStack(t *testing.T) {
	for _, test := range []struct {
		name     string
		channels int
		kind     imageio.SampleKind
		places   int
	}{
		{"one channel", 1, imageio.Uint8, 1}, {"two channels", 2, imageio.Uint16, 2}, {"RGB", 3, imageio.Uint8, 1},
	} {
		dir := tree(t, "a.csv|index,axis-0,axis-1,axis-2\n0,2,4,5\n")
		opts := imageio.DefaultTIFFOptions()
		opts.Kind = test.kind
		if err := imageio.WriteFile(filepath.Join(dir, "a.tif"), detection.NewVolume([3]int{4, 10, 10}, test.channels), opts); err != nil {
			t.Fatal(err)
		}
		sets := read(t, dir)
		if err := FindImages(sets, []string{dir}); err != nil {
			t.Fatal(err)
		}
		if err := ExportPointSets(t.Context(), sets, dir, ExportOptions{Format: FormatFiji}, nil); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, "a.zip"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := export.ReadROISet(data, "a.zip", export.DefaultReadROISetOptions()) // as if of one channel
		if err != nil || got[0].Pos[0] != float64(2*test.places) {
			t.Errorf("%s: %v, %v, want place %d", test.name, got, err, 2*test.places)
		}
	}
}

func TestExportRefuses(t *testing.T) {
	const two = "index,axis-0,axis-1,class\n0,1,1,1\n1,2,2,2\n"
	for _, test := range []struct {
		name  string
		files []string
		opts  ExportOptions
		want  string
	}{
		{"format", nil, ExportOptions{Format: "napari"}, `--format is "napari": want "fiji" or "qupath"`},
		{"objects of the other format", nil, ExportOptions{Format: FormatFiji, Objects: "detection"}, `--objects is "detection": want "multipoint" or "point" with fiji`},
		{"objects", nil, ExportOptions{Format: FormatQuPath, Objects: "x"}, `--objects is "x": want "detection" or "annotation" with qupath`},
		{"class names", nil, ExportOptions{Format: FormatQuPath, ClassNames: []string{"a:b"}}, `--class_names: ClassNames[0] is "a:b": want a name without ":"`},
		{"a class without a name", []string{"a.csv|" + two, "b.csv|" + two}, ExportOptions{Format: FormatQuPath, ClassNames: []string{"x"}}, "DIR/a.csv: a point has class 2, but there are names for 1\nDIR/b.csv: a point has class 2"},
		{"above the stack", []string{"a.csv|" + two, "b.csv|index,axis-0,axis-1,axis-2\n0,-3,1,1\n"}, ExportOptions{Format: FormatFiji}, "DIR/b.csv: export: write ROI set: point at index 0: z is -3: want a plane of the stack"},
		{"a plane for a stack", []string{"a.csv|index,axis-0,axis-1,axis-2\n0,3,1,1\n", "a.tif|um"}, ExportOptions{Format: FormatFiji}, "DIR/a.csv: has a column axis-2, but DIR/a.tif has one plane"},
	} {
		dir := tree(t, append(test.files, "x.csv")...)
		sets := read(t, dir)
		if err := FindImages(sets, nil); err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(t.TempDir(), "out")
		err := ExportPointSets(t.Context(), sets, out, test.opts, nil)
		if !errors.Is(err, ErrInput) || !strings.HasPrefix(strings.ReplaceAll(err.Error(), dir, "DIR"), test.want) {
			t.Errorf("%s: error %v, want %s", test.name, err, test.want)
		}
		if _, err := os.Stat(out); !os.IsNotExist(err) {
			t.Errorf("%s: the output folder was made", test.name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := ExportPointSets(ctx, read(t, tree(t, "a.csv")), t.TempDir(), ExportOptions{Format: FormatFiji}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
