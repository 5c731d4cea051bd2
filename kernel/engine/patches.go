//go:build unix

package engine

import (
	"context"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/kernel/protocol"
)

// patches answers with patches of the training of a configuration.
func patches(ctx context.Context, e *Engine, c *call) (any, []*protocol.Blob, error) {
	var args protocol.PatchesArgs
	if err := c.args(&args); err != nil {
		return nil, nil, err
	}
	j, err := e.job(args.TrainArgs, c)
	if err != nil {
		return nil, nil, err
	}
	list, err := j.PreviewPatches(ctx, workflow.PatchesOptions{Epoch: args.Epoch, First: args.First, Count: args.Count, Grid: args.Grid})
	if err != nil {
		return nil, nil, err
	}
	reply := protocol.PatchesReply{Planes: list[0].Image.Dims[0], Channels: list[0].Image.Channels, Patches: list}
	blob, err := protocol.NewBlob(stacked(list))
	if err != nil {
		return nil, nil, err
	}
	for i := range list {
		list[i].Image, list[i].Target, list[i].Original, list[i].Grid = nil, nil, nil, nil
	}
	c.hold(&result{blob: blob, held: 1, gone: true}) // of this call alone
	return reply, []*protocol.Blob{blob}, nil
}

// stacked puts the volumes of patches into one; see [protocol.PatchesReply].
func stacked(list []detection.PatchPreview) *detection.Volume {
	layers := func(p detection.PatchPreview) (of []*detection.Volume) {
		for _, v := range []*detection.Volume{p.Image, p.Original, p.Grid, p.Target} {
			if v != nil {
				of = append(of, v)
			}
		}
		return of
	}
	channels := 0
	for _, v := range layers(list[0]) {
		channels += v.Channels
	}
	dims := list[0].Image.Dims
	voxels := list[0].Image.Voxels()
	out := detection.NewVolume([3]int{dims[0] * len(list), dims[1], dims[2]}, channels)
	for k, p := range list {
		at := 0
		for _, v := range layers(p) {
			for i := range voxels {
				copy(out.Data[(k*voxels+i)*channels+at:], v.Data[i*v.Channels:][:v.Channels])
			}
			at += v.Channels
		}
	}
	return out
}
