//go:build unix

package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/kernel/protocol"
)

// keyOf is a hash of values that JSON can write.
func keyOf(values ...any) string {
	text, err := json.Marshal(values)
	if err != nil { // of options with NaN, which no stage takes
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// subject finds the image and the model of a call. The caller releases the
// model.
func (e *Engine) subject(ctx context.Context, c *call, args protocol.PredictArgs) (source, *loadedModel, error) {
	s, err := e.image(ctx, c, args.Image)
	if err != nil {
		return source{}, nil, err
	}
	m, err := e.models.open(args.Model)
	return s, m, err
}

// predict answers with the map of an image.
func predict(ctx context.Context, e *Engine, c *call) (any, []*protocol.Blob, error) {
	var args protocol.PredictArgs
	if err := c.args(&args); err != nil {
		return nil, nil, err
	}
	s, m, err := e.subject(ctx, c, args)
	if err != nil {
		return nil, nil, err
	}
	defer e.models.release(m)
	key, r, known, err := e.mapOf(ctx, c, s, m, c)
	if err != nil {
		return nil, nil, err
	}
	return protocol.PredictReply{Key: key, Known: known}, []*protocol.Blob{r.blob}, nil
}

// mapOf predicts the map of an image, or knows it. progress may be nil.
func (e *Engine) mapOf(ctx context.Context, c *call, s source, m *loadedModel, progress detection.Progress) (key string, r *result, known bool, err error) {
	key = keyOf("map", s.key, m.hash)
	r, known, err = e.memo.do(ctx, key, func(ctx context.Context) (*result, error) {
		image, err := s.image()
		if err != nil {
			return nil, err
		}
		prob, err := e.models.predict(ctx, m, image, progress)
		if err != nil {
			return nil, err
		}
		blob, err := protocol.NewBlob(prob)
		if err != nil {
			return nil, err
		}
		return &result{blob: blob, bytes: blob.Bytes()}, nil
	})
	if err != nil {
		return "", nil, false, err
	}
	return key, c.hold(r), known, nil
}

// points answers with the points in an image.
func points(ctx context.Context, e *Engine, c *call) (any, []*protocol.Blob, error) {
	var args protocol.PointsArgs
	if err := c.args(&args); err != nil {
		return nil, nil, err
	}
	s, m, err := e.subject(ctx, c, args.PredictArgs)
	if err != nil {
		return nil, nil, err
	}
	defer e.models.release(m)
	found, err := e.pointsOf(ctx, c, s, m, m.detectOptions(args.Options), c)
	if err != nil {
		return nil, nil, err
	}
	return protocol.PointsReply{Points: found}, nil, nil
}

// pointSize is about what a point takes in memory.
const pointSize = 64

// pointsOf finds the points in an image, or knows them. progress may be nil.
func (e *Engine) pointsOf(ctx context.Context, c *call, s source, m *loadedModel, o detection.DetectOptions, progress detection.Progress) ([]detection.Point, error) {
	if err := o.Validate(); err != nil {
		return nil, workflow.Input(err)
	}
	r, _, err := e.memo.do(ctx, keyOf("points", s.key, m.hash, o), func(ctx context.Context) (*result, error) {
		_, r, _, err := e.mapOf(ctx, c, s, m, progress)
		if err != nil {
			return nil, err
		}
		prob, err := r.blob.Volume()
		if err != nil {
			return nil, err
		}
		image, err := s.image()
		if err != nil {
			return nil, err
		}
		found, err := detection.DetectInImage(prob, image.Volume, o)
		if errors.Is(err, detection.ErrShape) {
			err = workflow.Input(err)
		}
		return &result{value: found, bytes: pointSize * int64(len(found)+1)}, err
	})
	if err != nil {
		return nil, err
	}
	return c.hold(r).value.([]detection.Point), nil
}
