package bench

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// field is a small generated input.
func field(t *testing.T) *StageInput {
	t.Helper()
	dir := t.TempDir()
	if err := WriteStageInput(dir, FieldOptions{Size: 160, Cells: 64, Seed: 3}); err != nil {
		t.Fatal(err)
	}
	in, err := ReadStageInput(dir)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestWriteStageInput(t *testing.T) {
	in := field(t)
	if in.Prob.Dims != [3]int{1, 160, 160} || len(in.Truth) != 64 {
		t.Fatalf("map of %v, %d points", in.Prob.Dims, len(in.Truth))
	}
	for i, p := range in.Truth { // the middle of a field of 20 pixels, moved by a quarter of it
		y, x := float64(i/8*20+10), float64(i%8*20+10)
		if math.Abs(p.Pos[1]-y) > 5.0001 || math.Abs(p.Pos[2]-x) > 5.0001 {
			t.Errorf("point %d is at %v, want within 5 of (%v, %v)", i, p.Pos, y, x)
		}
	}
	if n := len(in.Pred); n < 55 || n >= 64+3 {
		t.Errorf("%d predicted points, want 3 more than true ones less some that are missing", n)
	}
	for i, p := range in.Pred {
		v, edge := p.Voxel(), false
		for _, a := range v[1:] {
			edge = edge || a < blobReach || a >= 160-blobReach
		}
		if !edge && in.Prob.At(0, v[1], v[2], 0) < 0.27 {
			t.Errorf("predicted point %d has %v, want a blob of 0.3 or more less noise", i, in.Prob.At(0, v[1], v[2], 0))
		}
	}
	if in.Prob.Data[0] < 0 || in.Prob.Data[0] > 0.05 {
		t.Errorf("the corner has %v, want noise", in.Prob.Data[0])
	}
	again := field(t)
	if !slices.Equal(in.Prob.Data, again.Prob.Data) || !slices.Equal(in.Pred, again.Pred) {
		t.Error("the same seed gave another field")
	}
}

func TestWriteStageInputRefuses(t *testing.T) {
	err := WriteStageInput(t.TempDir(), FieldOptions{Size: 63, Cells: 0})
	if err == nil || !strings.Contains(err.Error(), "Size is 63: want at least 64\nCells is 0: want 1 to 49") {
		t.Errorf("error %v", err)
	}
}

func TestReadStageInputErrors(t *testing.T) {
	tests := []struct {
		name, file, content, want string
	}{
		{"no map", probFile, "", "prob.npy"},
		{"map of bytes", probFile, "\x93NUMPY\x01\x00\x46\x00" + fmt.Sprintf("%-69s\n", "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2), }") + "1234", "want a float32 map"},
		{"no points", truthFile, "index,axis-0,axis-1\n", "gt.csv: no points"},
		{"bad point", predFile, "index,axis-0,axis-1\n0,a,1\n", `pred.csv:2: axis-0 is "a": want a number`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := field(t).Dir
			if err := os.WriteFile(filepath.Join(dir, tt.file), []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := ReadStageInput(dir); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q in it", err, tt.want)
			}
		})
	}
}

func TestStagesAlone(t *testing.T) {
	in := field(t)
	r, err := Stages(t.Context(), in, nil, "", Options{Rounds: 2})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, it := range r.Items {
		names = append(names, it.Name)
		if len(it.Ours.Seconds) != 2 || it.Peer != nil || it.Equal != nil || it.Note != "" {
			t.Errorf("%s: %+v, want two rounds of ours and nothing of a peer", it.Name, it)
		}
	}
	if want := []string{"peaks_d1", "peaks_d5", "remove_close", "watershed", "match_64"}; !slices.Equal(names, want) || !slices.Equal(StageNames(in), want) {
		t.Errorf("stages %v, want %v", names, want)
	}
	if r, err = Stages(t.Context(), in, []string{"match_64", "peaks_d1"}, "", Options{Rounds: 1}); err != nil || len(r.Items) != 2 || r.Items[1].Name != "match_64" {
		t.Errorf("two stages: %+v, %v", r, err)
	}
	if _, err = Stages(t.Context(), in, []string{"peaks"}, "", Options{Rounds: 1}); err == nil || !strings.Contains(err.Error(), `no stage is called "peaks": want some of peaks_d1, peaks_d5`) {
		t.Errorf("error %v", err)
	}
}

func TestStageNamesOfLargeFields(t *testing.T) {
	in := &StageInput{Truth: make([]detection.Point, 10_000)}
	if got := StageNames(in)[4:]; !slices.Equal(got, []string{"match_2000", "match_10000"}) {
		t.Errorf("got %v", got)
	}
}

// Every stage finds something, and finds what a comparison with itself says;
// any change of the other side's numbers is seen.
func TestCompare(t *testing.T) {
	in := field(t)
	raw := func(values any) []byte {
		var b bytes.Buffer
		if err := binary.Write(&b, binary.LittleEndian, values); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for _, s := range stages(in) {
		t.Run(s.name, func(t *testing.T) {
			run, err := s.prepare(in)
			if err != nil {
				t.Fatal(err)
			}
			got, err := run()
			if err != nil {
				t.Fatal(err)
			}
			var numbers []float64
			for _, p := range got.points {
				numbers = append(numbers, p.Pos[1], p.Pos[2])
			}
			for _, i := range got.indices {
				numbers = append(numbers, float64(i))
			}
			for _, p := range got.pairs {
				numbers = append(numbers, p.Distance)
			}
			theirs := raw(numbers)
			if got.labels != nil {
				theirs = raw(got.labels.Data)
			}
			if len(theirs) < 40*8 {
				t.Fatalf("the stage found only %d bytes", len(theirs))
			}
			if equal, text := s.compare(got, theirs); !equal {
				t.Fatalf("differs from itself: %s", text)
			}
			changed := slices.Clone(theirs)
			changed[2] ^= 4 // the low bits of a float64, or the third byte of a label
			if got.pairs != nil {
				changed[5] ^= 4 // above the slack of the sum
			}
			for what, other := range map[string][]byte{"one number": changed, "one byte less": theirs[:len(theirs)-1], "one byte more": append(slices.Clone(theirs), 0), "one number less": theirs[:len(theirs)-16], "nothing": nil} {
				if equal, text := s.compare(got, other); equal {
					t.Errorf("%s: taken for equal: %s", what, text)
				}
			}
		})
	}
}

func TestComparePointsSaysHow(t *testing.T) {
	ours := result{points: []detection.Point{{Pos: [3]float64{0, 1, 2}}, {Pos: [3]float64{0, 3, 4}}}}
	tests := []struct {
		theirs []float64
		want   string
	}{
		{[]float64{3, 4, 1, 2}, "2 points, the same in another order"},
		{[]float64{1, 2, 5, 6, 7, 8}, "2 points and 3: 1 only ours, 2 only the peer's"},
	}
	for _, tt := range tests {
		var b bytes.Buffer
		_ = binary.Write(&b, binary.LittleEndian, tt.theirs) // a buffer takes everything
		if equal, text := comparePoints(ours, b.Bytes()); equal || text != tt.want {
			t.Errorf("got %v, %q, want %q", equal, text, tt.want)
		}
	}
}
