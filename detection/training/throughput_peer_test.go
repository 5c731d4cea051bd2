//go:build peer

package training

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/unet"
	"github.com/puncta-bio/puncta/internal/peer"
	"github.com/puncta-bio/puncta/internal/shareddata"
	"github.com/puncta-bio/puncta/internal/testkit"
)

// TestPeerThroughput alternates training steps of BiaPy's U-Net on PyTorch
// and of ours, 6 patches of 256 x 256, and prints images per second of both
// and their ratio (medians). It needs the peer's program: PUNCTA_PEER_TRAINING
// names it, or it lies beside the repository.
func TestPeerThroughput(t *testing.T) {
	script := os.Getenv("PUNCTA_PEER_TRAINING")
	if script == "" {
		script = filepath.Join(shareddata.Path(t), "..", "bench", "peer_training.py")
	}
	if _, err := os.Stat(script); err != nil {
		t.Skip("skipped: no peer_training.py; PUNCTA_PEER_TRAINING names one")
	}
	const batch, size, warm, counted = 6, 256, 2, 9
	other := startPeer(t, peer.Python(t, peer.BiaPy), script)

	m, err := unet.New(unet.DefaultConfig(2), 0)
	if err != nil {
		t.Fatal(err)
	}
	opts := DefaultOptions()
	opts.BatchSize, opts.Rebalance = batch, false // as the peer's loss
	trainer, err := NewTrainer(testkit.Backend(t), m, opts)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	rng := rand.New(rand.NewPCG(0, 1))
	data := Data{Target: Disks(detection.DefaultMaskOptions()), Tiles: detection.TileOptions{Patch: [3]int{1, size, size}}}
	for range batch {
		s := Sample{Image: detection.NewVolume([3]int{1, size, size}, 1)}
		for k := range s.Image.Data {
			s.Image.Data[k] = rng.Float32()
		}
		for range 40 {
			s.Points = append(s.Points, detection.Point{Pos: [3]float64{0, rng.Float64() * (size - 1), rng.Float64() * (size - 1)}})
		}
		data.Samples = append(data.Samples, s)
	}
	loader, err := NewLoader(data, opts)
	if err != nil {
		t.Fatal(err)
	}
	var ours, theirs []float64
	for i := range warm + counted {
		b, err := loader.Batch(i, 0)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if _, err := trainer.Step(b); err != nil {
			t.Fatal(err)
		}
		a := time.Since(start).Seconds()
		p := other.step(t, "train")
		if i >= warm {
			ours, theirs = append(ours, a), append(theirs, p)
		}
	}
	a, b := median(ours), median(theirs)
	ratios := make([]float64, len(ours))
	for i := range ours {
		ratios[i] = theirs[i] / ours[i]
	}
	t.Logf("training, %d patches of %d x %d, %d steps each, alternating: ours %.2f images/s (%.2f s a step), BiaPy on PyTorch %.2f images/s (%.2f s); ratio %.2f (of pairs: median %.2f, %.2f to %.2f)",
		batch, size, size, counted, batch/a, a, batch/b, b, b/a, median(ratios), slices.Min(ratios), slices.Max(ratios))
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

// peerProcess is the peer's program: a step per line.
type peerProcess struct {
	in  io.WriteCloser
	out *bufio.Scanner
}

func startPeer(t *testing.T, python, script string) *peerProcess {
	t.Helper()
	cmd := exec.Command(python, script, "--batch", "6", "--size", "256")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close() // ends the program
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	p := &peerProcess{in, bufio.NewScanner(out)}
	if parameters := p.answer(t)["parameters"]; parameters != float64(unet.DefaultConfig(2).NumParams()) {
		t.Fatalf("the peer's network has %v parameters", parameters)
	}
	return p
}

// step makes the peer take one step and returns its seconds.
func (p *peerProcess) step(t *testing.T, op string) float64 {
	t.Helper()
	if _, err := fmt.Fprintln(p.in, op); err != nil {
		t.Fatal(err)
	}
	seconds, ok := p.answer(t)["seconds"].(float64)
	if !ok {
		t.Fatal("the peer gave no time")
	}
	return seconds
}

// answer is the next line that is a JSON object; others are BiaPy talking.
func (p *peerProcess) answer(t *testing.T) map[string]any {
	t.Helper()
	for p.out.Scan() {
		var v map[string]any
		if json.Unmarshal(p.out.Bytes(), &v) == nil {
			return v
		}
	}
	t.Fatalf("the peer ended: %v", p.out.Err())
	return nil
}
