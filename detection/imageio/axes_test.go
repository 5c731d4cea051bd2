package imageio

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// axesOf parses "Z=2 Y=3 X=4".
func axesOf(t testing.TB, s string) []axis {
	t.Helper()
	var out []axis
	for _, part := range strings.Fields(s) {
		var a axis
		if _, err := fmt.Sscanf(part, "%c=%d", &a.name, &a.size); err != nil {
			t.Fatal(err)
		}
		out = append(out, a)
	}
	return out
}

func TestPlace(t *testing.T) {
	for _, tt := range []struct {
		stored  string
		dims    [3]int
		chans   int
		strides []int
		axes    string
	}{
		{"Y=3 X=4", [3]int{1, 3, 4}, 1, []int{4, 1}, "YX"},
		{"?=2 Y=3 X=4", [3]int{2, 3, 4}, 1, []int{12, 4, 1}, "ZYX"},
		{"?=1 Y=3 X=4 S=3", [3]int{1, 3, 4}, 3, []int{0, 12, 3, 1}, "YXS"},
		{"T=1 Z=2 C=5 Y=3 X=4", [3]int{2, 3, 4}, 5, []int{0, 60, 1, 20, 5}, "ZCYX"},
		{"C=2 Y=3 X=4 S=3", [3]int{1, 3, 4}, 6, []int{3, 24, 6, 1}, "CYXS"},
		{"X=4 Y=3 Z=2", [3]int{2, 3, 4}, 1, []int{1, 4, 12}, "XYZ"},
		{"Y=1 X=1", [3]int{1, 1, 1}, 1, []int{1, 1}, ""},
		{"Z=1 ?=2 ?=1 Y=3 X=4", [3]int{2, 3, 4}, 1, []int{0, 12, 0, 4, 1}, "ZYX"},
	} {
		p, err := place(axesOf(t, tt.stored))
		if err != nil {
			t.Errorf("%s: %v", tt.stored, err)
			continue
		}
		if p.dims != tt.dims || p.channels != tt.chans || !slices.Equal(p.strides, tt.strides) || p.axes != tt.axes {
			t.Errorf("%s: %+v, want %v %d %v %s", tt.stored, p, tt.dims, tt.chans, tt.strides, tt.axes)
		}
	}
	for stored, want := range map[string]string{
		"T=2 Y=3 X=4":     "2 time points (axes T=2 Y=3 X=4), want 1",
		"Z=2 Z=2 Y=3 X=4": "name Z twice",
		"Z=2 ?=2 Y=3 X=4": "more than one could be z",
		"?=2 ?=2 Y=3 X=4": "more than one could be z",
		"Z=2 X=4":         "want Y and X among them",
	} {
		if _, err := place(axesOf(t, stored)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", stored, err, want)
		}
	}
}

func TestRename(t *testing.T) {
	for _, tt := range []struct{ stored, axes, want string }{
		{"Z=5 Y=3 X=4", "CYX", "C=5 Y=3 X=4"},
		{"T=5 Z=1 C=1 Y=3 X=4", "zyx", "Z=5 ?=1 ?=1 Y=3 X=4"},
		{"T=1 Z=1 C=1 Y=3 X=4", "ZYX", "?=1 ?=1 Z=1 Y=3 X=4"},
		{"?=1 Y=1 X=4", "YX", "?=1 Y=1 X=4"},
		{"?=2 Y=3 X=4 S=3", "ZYXC", "Z=2 Y=3 X=4 C=3"},
	} {
		got, err := rename(axesOf(t, tt.stored), tt.axes)
		if err != nil || describeAxes(got) != tt.want {
			t.Errorf("%s as %s: %s (%v), want %s", tt.stored, tt.axes, describeAxes(got), err, tt.want)
		}
	}
	for _, tt := range []struct{ stored, axes string }{
		{"Z=5 Y=3 X=4", "YX"}, {"Y=3 X=4", "ZYX"}, {"T=5 Z=2 C=1 Y=3 X=4", "ZYX"},
	} {
		_, err := rename(axesOf(t, tt.stored), tt.axes)
		if err == nil || !strings.Contains(err.Error(), "the file stores "+tt.stored) {
			t.Errorf("%s as %s: %v", tt.stored, tt.axes, err)
		}
	}
}
