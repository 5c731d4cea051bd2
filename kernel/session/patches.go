//go:build unix

package session

import (
	"context"
	"fmt"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/kernel/protocol"
)

// Patches says which patches of a training [Session.Patches] makes.
type Patches struct {
	// Epoch of the training, from 0: in each the patches come in another order and
	// are changed in another way.
	Epoch int
	// First is the position of the first patch in the epoch, from 0, and Count how
	// many are made, 1 to 500; where the epoch ends the next one goes on. Default
	// 12.
	First, Count int
	// Grid adds the patches with lines that show how they were moved.
	Grid bool
}

// Patches makes patches of the training of a configuration, as the network will be
// given them, without training: each with the same patch unchanged and what was
// done to it, for [github.com/puncta-bio/puncta/widgets.NewAugmentPreview]. Of t
// the configuration, its settings and the number of the run count. Nothing is
// written.
//
// Errors: those of the configuration and the data; a position that the epoch does
// not have.
func (s *Session) Patches(ctx context.Context, t Training, which Patches) ([]detection.PatchPreview, error) {
	train, err := t.args()
	if err != nil {
		return nil, err
	}
	if which.Count == 0 {
		which.Count = 12
	}
	args := protocol.PatchesArgs{TrainArgs: train, Epoch: which.Epoch, First: which.First, Count: which.Count, Grid: which.Grid}
	var reply protocol.PatchesReply
	var stack *detection.Volume
	if err := s.call(ctx, request{op: protocol.OpPatches, args: args, result: &reply, volume: &stack}); err != nil {
		return nil, err
	}
	layers := 2 // image, original
	if which.Grid {
		layers++
	}
	if n := len(reply.Patches); stack.Dims[0] != n*reply.Planes || stack.Channels <= layers*reply.Channels {
		return nil, fmt.Errorf("session: %w: %d patches of %d planes in a volume of %v with %d channels", detection.ErrShape, n, reply.Planes, stack.Dims, stack.Channels)
	}
	for k := range reply.Patches {
		p := &reply.Patches[k]
		at := 0
		take := func(channels int) *detection.Volume {
			v := unstacked(stack, k*reply.Planes, reply.Planes, at, channels)
			at += channels
			return v
		}
		p.Image, p.Original = take(reply.Channels), take(reply.Channels)
		if which.Grid {
			p.Grid = take(reply.Channels)
		}
		p.Target = take(stack.Channels - at)
	}
	return reply.Patches, nil
}

// MustPatches is [Session.Patches], for cells.
func (s *Session) MustPatches(t Training, which Patches) []detection.PatchPreview {
	return must(s.Patches(context.Background(), t, which))
}

// unstacked is a copy of some planes and channels of a volume.
func unstacked(v *detection.Volume, first, planes, channel, channels int) *detection.Volume {
	out := detection.NewVolume([3]int{planes, v.Dims[1], v.Dims[2]}, channels)
	start := v.Index(first, 0, 0)
	for i := range out.Voxels() {
		copy(out.Data[i*channels:][:channels], v.Data[start+i*v.Channels+channel:])
	}
	return out
}
