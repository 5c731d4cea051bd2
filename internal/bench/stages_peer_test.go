//go:build peer

package bench

import (
	"testing"

	"github.com/puncta-bio/puncta/internal/peer"
)

// Every stage gives what scikit-image and scipy give, on a field of 4096 x
// 4096 pixels with 10,000 cells, and on a crowded one whose blobs meet.
func TestPeerStages(t *testing.T) {
	crowded := FieldOptions{Size: 1024, Cells: 6000, Seed: 1}
	for name, field := range map[string]FieldOptions{"default": DefaultFieldOptions(), "crowded": crowded} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := WriteStageInput(dir, field); err != nil {
				t.Fatal(err)
			}
			in, err := ReadStageInput(dir)
			if err != nil {
				t.Fatal(err)
			}
			r, err := Stages(t.Context(), in, nil, peer.Python(t, peer.Imaging), Options{Rounds: 1})
			if err != nil {
				t.Fatal(err)
			}
			for _, it := range r.Items {
				if it.Equal == nil || !*it.Equal {
					t.Errorf("%s: %s", it.Name, it.Comparison)
				}
			}
			t.Log(r.Text())
		})
	}
}
