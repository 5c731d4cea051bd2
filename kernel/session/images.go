//go:build unix

package session

import (
	"context"
	"path/filepath"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/kernel/protocol"
)

// Image is an image that the engine knows.
type Image struct {
	// Volume holds its values, as in its file; the caller's to change, which the
	// engine does not see.
	*detection.Volume
	// Path is its file; "" for one that came from the program.
	Path string

	key  string
	send *protocol.Blob // what was given, for an engine that does not hold it
}

// Open reads an image: TIFF, PNG, JPEG or NPY. The engine keeps it, and reads it
// anew when the file has changed.
func (s *Session) Open(ctx context.Context, path string) (*Image, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	image, reply := &Image{Path: path}, protocol.OpenReply{}
	err = s.call(ctx, request{op: protocol.OpOpen, args: protocol.OpenArgs{Path: path}, result: &reply, volume: &image.Volume})
	if err != nil {
		return nil, err
	}
	image.key = reply.Key
	return image, nil
}

// Image hands a volume of the program to the engine: shape (z, y, x, c), values
// as they would be in a file. It is copied.
func (s *Session) Image(ctx context.Context, v *detection.Volume) (*Image, error) {
	blob, err := protocol.NewBlob(v)
	if err != nil {
		return nil, err
	}
	image := &Image{Volume: v, send: blob}
	return image, s.upload(ctx, image)
}

func (s *Session) upload(ctx context.Context, image *Image) error {
	var reply protocol.OpenReply
	err := s.call(ctx, request{op: protocol.OpOpen, args: protocol.OpenArgs{}, send: []*protocol.Blob{image.send}, result: &reply})
	image.key = reply.Key
	return err
}

// ref names an image in a request.
func (i *Image) ref() protocol.ImageRef {
	if i.Path != "" {
		return protocol.ImageRef{Path: i.Path}
	}
	return protocol.ImageRef{Key: i.key}
}

// with does a call about an image, and sends the image again to an engine that
// does not hold it any more.
func (s *Session) with(ctx context.Context, image *Image, r func(protocol.ImageRef) request) error {
	err := s.call(ctx, r(image.ref()))
	if protocol.HasCode(err, protocol.Unknown) && image.send != nil {
		if err := s.upload(ctx, image); err != nil {
			return err
		}
		err = s.call(ctx, r(image.ref()))
	}
	return err
}

// Map is the probability map of an image.
type Map struct {
	// Volume holds the probabilities, [0, 1], of the image's spatial shape, with
	// one channel per class; the caller's to change.
	*detection.Volume
	// Known is set when the engine had predicted it before.
	Known bool
}

// Predict returns the probability map of an image. model is a model file or the
// name of a model that comes with Puncta, such as "nuclei2d".
//
// Errors: a model that cannot be read; an image that does not fit it; those of
// the device; ctx.Err() after the device call in flight.
func (s *Session) Predict(ctx context.Context, image *Image, model string) (*Map, error) {
	model, err := modelPath(model)
	if err != nil {
		return nil, err
	}
	var m Map
	var reply protocol.PredictReply
	err = s.with(ctx, image, func(ref protocol.ImageRef) request {
		return request{op: protocol.OpPredict, args: protocol.PredictArgs{Image: ref, Model: model}, result: &reply, volume: &m.Volume}
	})
	if err != nil {
		return nil, err
	}
	m.Known = reply.Known
	return &m, nil
}

// Detect returns the points in an image, by descending probability: predict,
// then [detection.DetectInImage]. nil options are those of the model, which its
// training or "puncta tune" has chosen.
func (s *Session) Detect(ctx context.Context, image *Image, model string, opts *detection.DetectOptions) ([]detection.Point, error) {
	model, err := modelPath(model)
	if err != nil {
		return nil, err
	}
	var reply protocol.PointsReply
	err = s.with(ctx, image, func(ref protocol.ImageRef) request {
		args := protocol.PointsArgs{PredictArgs: protocol.PredictArgs{Image: ref, Model: model}, Options: opts}
		return request{op: protocol.OpPoints, args: args, result: &reply}
	})
	return reply.Points, err
}
