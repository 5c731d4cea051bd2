package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
)

// exploreFiles writes an image, a map with three bumps and the CSV of two of
// them and one more.
func exploreFiles(t *testing.T) (image, prob, gt string) {
	t.Helper()
	dir := t.TempDir()
	image, prob, gt = filepath.Join(dir, "a.tif"), filepath.Join(dir, "map.tif"), filepath.Join(dir, "a.csv")
	v, m := detection.NewVolume([3]int{1, 40, 50}, 1), detection.NewVolume([3]int{1, 40, 50}, 1)
	for i := range v.Data {
		v.Data[i] = float32(i % 17)
	}
	for k, at := range [][2]int{{10, 10}, {20, 30}, {30, 12}} {
		m.Set(0, at[0], at[1], 0, 0.3+0.2*float32(k))
	}
	for path, volume := range map[string]*detection.Volume{image: v, prob: m} {
		if err := imageio.WriteFile(path, volume, imageio.DefaultTIFFOptions()); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(gt, []byte("index,axis-0,axis-1\n0,11,10\n1,20,31.5\n2,5,40\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return image, prob, gt
}

func TestExplore(t *testing.T) {
	image, prob, gt := exploreFiles(t)
	page := filepath.Join(t.TempDir(), "page.html")
	var got struct {
		Peaks, Points, TP, FP, FN int
		F1, Tolerance             float64
		Output                    string
	}
	outcome(t, &got, "explore", image, "--prob", prob, "--gt", gt, "-o", page, "--threshold", "0.4", "--tolerance", "2")
	if got.Peaks != 3 || got.Points != 2 || got.TP != 1 || got.FP != 1 || got.FN != 2 || got.F1 != 0.4 || got.Tolerance != 2 || got.Output != page {
		t.Errorf("result %+v", got)
	}
	text, err := os.ReadFile(page)
	if err != nil || !strings.Contains(string(text), "a.tif: image of 40 x 50 pixels, 2 points at threshold 0.4 and close-point radius 6 px; at a tolerance of 2 px F1 0.400") {
		t.Errorf("the page does not say what it shows: %v", err)
	}
	outcome(t, &got, "explore", image, "--prob", prob, "-o", page, "--lowest", "0.35", "--radius", "0")
	if got.Peaks != 3 { // the threshold to begin with, 0.2, is lower
		t.Errorf("result %+v", got)
	}
}

func TestExploreErrors(t *testing.T) {
	image, prob, gt := exploreFiles(t)
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.csv")
	if err := os.WriteFile(bad, []byte("index,axis-0,axis-1\n0,1,x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(dir, "page.html")
	for _, tt := range []struct {
		status int
		says   string
		args   []string
	}{
		{exitInput, "accepts 1 arg(s)", nil},
		{exitInput, "nothing.tif", []string{"nothing.tif", "--prob", prob}},
		{exitInput, "values from 0 to 16: want a probability map", []string{image, "--prob", image}},
		{exitInput, "bad.csv:2", []string{image, "--prob", prob, "--gt", bad}},
		{exitInput, "is a folder", []string{image, "--prob", prob, "--gt", dir}},
		{exitInput, "--model has no meaning with --prob", []string{image, "--prob", prob, "--model", "nuclei2d"}},
		{exitInput, "want a model file", []string{image, "--model", "other"}},
		{exitInput, "--tolerance is 0", []string{image, "--prob", prob, "--gt", gt, "--tolerance", "0"}},
		{exitInput, `--refine is "centroid"`, []string{image, "--prob", prob, "--refine", "centroid"}},
		{exitInput, "MostPeaks is 0", []string{image, "--prob", prob, "--most_peaks", "0"}},
		{exitInput, "more than 1 peaks exceed", []string{image, "--prob", prob, "--most_peaks", "1"}},
		{exitInput, "is a folder: want a file", []string{image, "--prob", prob, "--output", dir}},
		{exitFailed, "no such file or directory", []string{image, "--prob", prob, "--output", filepath.Join(dir, "no", "page.html")}},
	} {
		var stdout, stderr bytes.Buffer
		status := run(t.Context(), append([]string{"explore", "--output", page}, tt.args...), &stdout, &stderr)
		if status != tt.status || !strings.Contains(stderr.String(), tt.says) {
			t.Errorf("%v: status %d, %q; want %d and %q", tt.args, status, stderr.String(), tt.status, tt.says)
		}
	}
	if _, err := os.Stat(page); err == nil {
		t.Error("a page was written")
	}
}
