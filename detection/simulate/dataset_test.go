package simulate

import (
	"slices"
	"strings"
	"testing"
)

func smallSet() DatasetOptions {
	o := DefaultDatasetOptions()
	o.Train, o.Val, o.Test, o.Seed = 3, 1, 2, 5
	o.Nuclei.Dims, o.Nuclei.Count = [3]int{1, 64, 64}, [2]int{2, 5}
	return o
}

func samples(t *testing.T, opts DatasetOptions) (out []Sample) {
	t.Helper()
	for s, err := range Dataset(opts) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

func TestDataset(t *testing.T) {
	got := samples(t, smallSet())
	var names []string
	seeds := map[uint64]bool{}
	for _, s := range got {
		names = append(names, string(s.Split)+"/"+s.Name)
		seeds[s.Options.Seed] = true
		image, points := mustNuclei(t, s.Options)
		if !slices.Equal(image.Data, s.Image.Data) || !slices.Equal(points, s.Points) {
			t.Errorf("%s: its options make another image", s.Name)
		}
	}
	want := []string{"train/nuclei-0001", "train/nuclei-0002", "train/nuclei-0003", "val/nuclei-0004", "test/nuclei-0005", "test/nuclei-0006"}
	if !slices.Equal(names, want) || len(seeds) != len(want) {
		t.Errorf("images %v with %d seeds, want %v, each with its own", names, len(seeds), want)
	}
}

// More images to train on leave those to test on as they are.
func TestDatasetSplitsApart(t *testing.T) {
	opts := smallSet()
	before := samples(t, opts)
	opts.Train += 2
	after := samples(t, opts)
	for i := range 3 {
		if !slices.Equal(before[i].Image.Data, after[i].Image.Data) {
			t.Errorf("image %d of train changed", i)
		}
		if b, a := before[3+i], after[5+i]; b.Split != a.Split || !slices.Equal(b.Image.Data, a.Image.Data) {
			t.Errorf("%s %s became %s %s, or its image changed", b.Split, b.Name, a.Split, a.Name)
		}
	}
	opts.Seed++
	if other := samples(t, opts); slices.Equal(other[0].Image.Data, after[0].Image.Data) {
		t.Error("another seed gives the same image")
	}
}

func TestDatasetStops(t *testing.T) {
	n := 0
	for range Dataset(smallSet()) {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("%d images after a break at 2", n)
	}
}

func TestDatasetErrors(t *testing.T) {
	for _, test := range []struct {
		want string
		set  func(*DatasetOptions)
	}{
		{"simulate: data set: Train is -1: want 0 to 9999", func(o *DatasetOptions) { o.Train = -1 }},
		{"simulate: data set: Val is 10000: want 0 to 9999", func(o *DatasetOptions) { o.Val = 10000 }},
		{"simulate: data set: Train, Val and Test are 10002 together: want at most 9999", func(o *DatasetOptions) { o.Test = 9998 }},
		{"simulate: data set: Nuclei: Blur is -1: want 0 to 64", func(o *DatasetOptions) { o.Nuclei.Blur = -1 }},
		{"simulate: data set: Test is -2: want 0 to 9999\nNuclei: Blur is -1: want 0 to 64", func(o *DatasetOptions) { o.Test, o.Nuclei.Blur = -2, -1 }},
		{"nuclei-0001: simulate: nuclei: no place for nucleus ", func(o *DatasetOptions) { o.Nuclei.Count = [2]int{500, 500} }},
	} {
		opts := smallSet()
		test.set(&opts)
		seen := 0
		for s, err := range Dataset(opts) {
			if seen++; err == nil || !strings.HasPrefix(err.Error(), test.want) || s.Image != nil {
				t.Errorf("error %v, want %s", err, test.want)
			}
		}
		if seen != 1 {
			t.Errorf("%s: %d errors, want one", test.want, seen)
		}
	}
}
