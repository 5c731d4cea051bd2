package bench

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/unet"
	"github.com/puncta-bio/puncta/internal/testkit"
)

// smallNetwork measures one round on small patches, with the fake peer.
func smallNetwork(t *testing.T) NetworkOptions {
	t.Helper()
	t.Setenv("PUNCTA_FAKE", "peer")
	o := DefaultNetworkOptions()
	o.Rounds, o.Warmups, o.Batch, o.Size, o.Steps = 2, 0, 2, 32, 3
	o.Python, o.Script = os.Args[0], "peer.py"
	return o
}

// writeSamples makes dir/x and dir/y with n images.
func writeSamples(t *testing.T, dir string, n int) {
	t.Helper()
	for _, sub := range []string{"x", "y"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for i := range n {
		v := detection.NewVolume([3]int{1, 32, 32}, 1)
		v.Data[i] = 200
		opts := imageio.DefaultTIFFOptions()
		opts.Kind = imageio.Uint8
		if err := imageio.WriteFile(filepath.Join(dir, "x", fmt.Sprintf("im%d.tif", i)), v, opts); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "y", fmt.Sprintf("im%d.csv", i)), []byte("index,axis-0,axis-1\n0,5,6\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestInference(t *testing.T) {
	r, err := Inference(t.Context(), testkit.Backend(t), smallNetwork(t))
	if err != nil {
		t.Fatal(err)
	}
	it := r.Items[0]
	if it.Images != 2 || it.Peer.Spread != (Spread{0.25, 0.25, 0.25}) || r.Peer == "" || !strings.Contains(it.Note, "cutting") {
		t.Errorf("got %+v with %+v", it, it.Peer)
	}
}

// A measurement with the loader takes opts.Steps steps on both sides.
func TestTrainingWithLoader(t *testing.T) {
	dir := t.TempDir()
	writeSamples(t, dir, 6)
	o := smallNetwork(t)
	var err error
	if o.Samples, err = ReadSamples(dir); err != nil {
		t.Fatal(err)
	}
	r, err := Training(t.Context(), testkit.Backend(t), o)
	if err != nil {
		t.Fatal(err)
	}
	it := r.Items[0]
	if it.Images != 6 || it.Name != "3 training steps with the loader" || it.Peer.Median != 0.75 || !strings.Contains(it.Note, "no loader") {
		t.Errorf("got %+v with %+v", it, it.Peer)
	}
	o.Steps = 4
	if _, err := Training(t.Context(), testkit.Backend(t), o); err == nil || !strings.Contains(err.Error(), "the samples give 3 batches of 2 patches: want at least 4") {
		t.Errorf("error %v", err)
	}
}

func TestPeerOfAnotherNetwork(t *testing.T) {
	o := smallNetwork(t)
	_, err := o.start(t.Context(), unet.NewConfig(2, 8, 16))
	if err == nil || !strings.Contains(err.Error(), "its network has 1944241 parameters: want ") {
		t.Errorf("error %v", err)
	}
	if p, err := o.start(t.Context(), unet.DefaultConfig(2)); err != nil {
		t.Error(err)
	} else if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestRepeated(t *testing.T) {
	var order strings.Builder
	if s, err := repeated(script(&order, "A", 1, 2, 4, 8), 3)(context.Background()); err != nil || s != 7 || order.String() != "AAA" {
		t.Errorf("got %v after %s, %v, want 1 + 2 + 4", s, order.String(), err)
	}
}

func TestNetworkOptionsValidate(t *testing.T) {
	o := DefaultNetworkOptions()
	if err := o.Validate(); err != nil {
		t.Fatal(err)
	}
	o.Rounds, o.Batch, o.Size, o.Steps = 0, 0, 40, 0
	const want = "Rounds is 0: want at least 1\nBatch is 0: want at least 1\nSize is 40: want a multiple of 16, at least 32\nSteps is 0: want at least 1"
	if err := o.Validate(); err == nil || err.Error() != want {
		t.Errorf("got %v, want\n%s", err, want)
	}
}

func TestReadSamples(t *testing.T) {
	dir := t.TempDir()
	writeSamples(t, dir, 2)
	samples, err := ReadSamples(dir)
	if err != nil || len(samples) != 2 {
		t.Fatalf("%d samples, %v", len(samples), err)
	}
	// The z-score of one bright pixel among n is the root of n-1.
	if s := samples[1]; math.Abs(float64(s.Image.Data[1])-math.Sqrt(1023)) > 1e-4 || s.Points[0].Pos != [3]float64{0, 5, 6} {
		t.Errorf("value %v, points %v", s.Image.Data[1], s.Points)
	}
	if err := os.Remove(filepath.Join(dir, "y", "im1.csv")); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadSamples(dir); err == nil || !strings.Contains(err.Error(), "im1.csv") {
		t.Errorf("error %v, want the missing file", err)
	}
}
