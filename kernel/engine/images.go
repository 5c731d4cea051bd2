//go:build unix

package engine

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"os"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/internal/filesys"
	"github.com/puncta-bio/puncta/kernel/protocol"
)

// source is an image that is held: as a file in memory, and what was said about
// it where it came from.
type source struct {
	key   string
	about imageio.Image // without the volume
	*result
}

// volume reads the image.
func (s source) image() (*imageio.Image, error) {
	v, err := s.blob.Volume()
	if err != nil {
		return nil, err
	}
	image := s.about
	image.Volume = v
	return &image, nil
}

// open answers with an image.
func open(ctx context.Context, e *Engine, c *call) (any, []*protocol.Blob, error) {
	var args protocol.OpenArgs
	if err := c.args(&args); err != nil {
		return nil, nil, err
	}
	if args.Path == "" {
		if len(c.blobs) != 1 {
			return nil, nil, workflow.Input(fmt.Errorf("open with %d volumes and no path: want one of the two", len(c.blobs)))
		}
		v, err := c.blobs[0].Volume()
		if err != nil {
			return nil, nil, err
		}
		key := imageKey(&imageio.Image{Volume: v})
		e.memo.add(key, &result{blob: c.blobs[0], value: imageio.Image{}, bytes: c.blobs[0].Bytes()})
		c.blobs = nil // the memo's now
		return protocol.OpenReply{Key: key}, nil, nil
	}
	s, err := e.image(ctx, c, protocol.ImageRef{Path: args.Path})
	if err != nil {
		return nil, nil, err
	}
	return protocol.OpenReply{Key: s.key}, []*protocol.Blob{s.blob}, nil
}

// image finds an image, and holds it for the call.
func (e *Engine) image(ctx context.Context, c *call, ref protocol.ImageRef) (source, error) {
	if ref.Key == "" && ref.Path == "" {
		return source{}, workflow.Input(fmt.Errorf("no image: want a path or a key"))
	}
	if ref.Path == "" {
		r := e.memo.get(ref.Key)
		if r == nil {
			return source{}, &protocol.Error{Code: protocol.Unknown, Text: "the engine does not hold the image any more"}
		}
		return sourceOf(ref.Key, c.hold(r))
	}
	// A file that has changed has another time or another size.
	info, err := os.Stat(ref.Path)
	if err != nil {
		return source{}, workflow.Input(fmt.Errorf("%s: %w", ref.Path, filesys.WithoutPath(err)))
	}
	version := fmt.Sprintf("file %s %d %d", ref.Path, info.Size(), info.ModTime().UnixNano())
	named, _, err := e.memo.do(ctx, version, func(ctx context.Context) (*result, error) {
		image, err := imageio.Read(ref.Path)
		if err != nil {
			return nil, workflow.Input(err)
		}
		r, err := imageResult(image)
		if err != nil {
			return nil, err
		}
		key := imageKey(image)
		e.memo.add(key, r)
		return &result{value: key, bytes: int64(len(version))}, nil
	})
	if err != nil {
		return source{}, err
	}
	key := c.hold(named).value.(string)
	if r := e.memo.get(key); r != nil {
		return sourceOf(key, c.hold(r))
	}
	image, err := imageio.Read(ref.Path) // its place was taken by later results
	if err != nil {
		return source{}, workflow.Input(err)
	}
	return e.keep(c, image)
}

// keep makes an image one that is held, for the call and in the memo.
func (e *Engine) keep(c *call, image *imageio.Image) (source, error) {
	key := imageKey(image)
	if r := e.memo.get(key); r != nil {
		return sourceOf(key, c.hold(r))
	}
	r, err := imageResult(image)
	if err != nil {
		return source{}, err
	}
	r.held++
	e.memo.add(key, r)
	return sourceOf(key, c.hold(r))
}

func sourceOf(key string, r *result) (source, error) {
	about, ok := r.value.(imageio.Image)
	if !ok {
		return source{}, workflow.Input(fmt.Errorf("the key %.8s is not that of an image", key))
	}
	return source{key, about, r}, nil
}

// imageResult copies an image into a file in memory.
func imageResult(image *imageio.Image) (*result, error) {
	blob, err := protocol.NewBlob(image.Volume)
	if err != nil {
		return nil, err
	}
	about := *image
	about.Volume = nil
	return &result{blob: blob, value: about, bytes: blob.Bytes()}, nil
}

// imageKey is the hash of all that a prediction may depend on.
func imageKey(image *imageio.Image) string {
	return volumeKey("image", image.Volume, uint64(image.Kind))
}

// volumeKey is a hash of a volume.
func volumeKey(what string, v *detection.Volume, more ...uint64) string {
	h := sha256.New()
	h.Write([]byte(what + v.Unit + "\x00"))
	head := append([]uint64{uint64(v.Dims[0]), uint64(v.Dims[1]), uint64(v.Dims[2]), uint64(v.Channels)}, more...)
	for _, s := range v.Spacing {
		head = append(head, math.Float64bits(s))
	}
	buffer := make([]byte, 0, 1<<16)
	for _, n := range head {
		buffer = binary.LittleEndian.AppendUint64(buffer, n)
	}
	for _, x := range v.Data {
		if len(buffer)+4 > cap(buffer) {
			h.Write(buffer)
			buffer = buffer[:0]
		}
		buffer = binary.LittleEndian.AppendUint32(buffer, math.Float32bits(x))
	}
	h.Write(buffer)
	return hex.EncodeToString(h.Sum(nil))
}
