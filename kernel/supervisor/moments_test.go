//go:build linux

package supervisor

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/puncta-bio/puncta/kernel/rundir"
)

// latest is the longest time after which a part is killed: by then the engine
// has opened its device, compiled the network and predicted.
const latest = 2500 * time.Millisecond

// working starts a kernel whose cell predicts without end.
func working(t *testing.T, base string) *kernel {
	return start(t, base, "SUPERVISOR_TEST_WORK=1")
}

// works reads until the cell has got a prediction from the engine, and returns
// what was said before.
func (k *kernel) works(t *testing.T) (said []string) {
	t.Helper()
	for {
		line := k.read(t)
		if line == fmt.Sprintf("predicted %d %d", k.cell, k.engine) {
			return said
		}
		said = append(said, line)
	}
}

// drain keeps the cell from waiting for somebody who reads what it says.
func (k *kernel) drain(d time.Duration, t *testing.T) {
	t.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); {
		select {
		case <-k.lines:
		case <-time.After(time.Until(end)):
		}
	}
}

// A kernel of which any part is killed at any moment of its work goes on when it
// can, and otherwise leaves nothing.
func TestKilledAtAnyMoment(t *testing.T) {
	for victim, check := range map[string]func(*testing.T, *kernel){
		"engine":     engineKilled,
		"cell":       cellKilled,
		"GoNB":       func(t *testing.T, k *kernel) { kernelKilled(t, k, k.gonb) },
		"supervisor": func(t *testing.T, k *kernel) { kernelKilled(t, k, k.Process.Pid) },
	} {
		t.Run(victim, func(t *testing.T) {
			for range moments {
				k := working(t, t.TempDir())
				after := rand.N(latest)
				k.drain(after, t)
				check(t, k)
				if t.Failed() {
					t.Fatalf("killed after %v", after)
				}
				_ = k.Process.Signal(syscall.SIGKILL)
				_ = k.Wait()
			}
		})
	}
}

// The engine is replaced, the cell is told, and the next call works.
func engineKilled(t *testing.T, k *kernel) {
	old := k.engine
	if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	var said []string
	for k.engine == old {
		said = append(said, k.read(t))
	}
	said = append(said, k.works(t)...)
	if !slices.ContainsFunc(said, func(line string) bool {
		return strings.HasPrefix(line, "notice the engine had ended (signal: killed) and was started again")
	}) {
		t.Errorf("the cell was not told: %q", said)
	}
}

// The engine and what it holds outlive a cell.
func cellKilled(t *testing.T, k *kernel) {
	old, engine := k.cell, k.engine
	if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for k.cell == old {
		k.read(t)
	}
	k.works(t)
	if k.engine != engine {
		t.Errorf("the engine is process %d, was %d", k.engine, engine)
	}
}

// The rest ends, and the next kernel finds no folder that is not swept.
func kernelKilled(t *testing.T, k *kernel, pid int) {
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = k.Wait()
	gone(t, map[string]int{"GoNB": k.gonb, "the cell": k.cell, "the engine": k.engine, "the supervisor": k.Process.Pid})
	d, _, err := rundir.Create(filepath.Join(k.base, "puncta"))
	if err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(k.base, "puncta", "*-*")); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	if err := d.Remove(); err != nil {
		t.Error(err)
	}
}

// Two notebooks have nothing to do with each other: one dies, a third starts and
// sweeps its folder, and the other goes on with its engine.
func TestTwoNotebooks(t *testing.T) {
	base := t.TempDir()
	dies, stays := working(t, base), working(t, base)
	dies.works(t)
	stays.works(t)
	if dies.engine == stays.engine {
		t.Fatalf("both have engine %d", dies.engine)
	}
	if err := dies.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = dies.Wait()
	third := working(t, base)
	third.works(t)
	engine, cell := stays.engine, stays.cell
	stays.works(t)
	if stays.engine != engine || stays.cell != cell {
		t.Errorf("the other notebook has engine %d and cell %d, had %d and %d", stays.engine, stays.cell, engine, cell)
	}
	gone(t, map[string]int{"GoNB": dies.gonb, "the cell": dies.cell, "the engine": dies.engine})
	if left, _ := filepath.Glob(filepath.Join(base, "puncta", "*-*")); len(left) != 2 {
		t.Errorf("folders %v, want those of two kernels", left)
	}
}
