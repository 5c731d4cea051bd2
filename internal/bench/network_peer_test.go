//go:build peer

package bench

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/puncta-bio/puncta/internal/peer"
	"github.com/puncta-bio/puncta/internal/shareddata"
	"github.com/puncta-bio/puncta/internal/testkit"
)

// TestPeerThroughput alternates steps of BiaPy's U-Net on PyTorch and of
// ours, 6 patches of 256 x 256, and prints both. It needs the peer's program:
// PUNCTA_PEER_TRAINING names it, or it lies beside the repository.
func TestPeerThroughput(t *testing.T) {
	o := DefaultNetworkOptions()
	o.Script = os.Getenv("PUNCTA_PEER_TRAINING")
	if o.Script == "" {
		o.Script = filepath.Join(shareddata.Path(t), "..", "bench", "peer_training.py")
	}
	if _, err := os.Stat(o.Script); err != nil {
		t.Skip("skipped: no peer_training.py; PUNCTA_PEER_TRAINING names one")
	}
	o.Python = peer.Python(t, peer.BiaPy)
	for _, measure := range []func() (*Report, error){
		func() (*Report, error) { return Training(t.Context(), testkit.Backend(t), o) },
		func() (*Report, error) { return Inference(t.Context(), testkit.Backend(t), o) },
	} {
		r, err := measure()
		if err != nil {
			t.Fatal(err)
		}
		t.Log(r.Text())
	}
}
