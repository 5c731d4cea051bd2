//go:build unix

package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/inference"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/kernel/protocol"
)

// maxModels is how many models stay in memory with their compiled networks: a
// comparison of some trainings, and not all of a sweep.
const maxModels = 4

// models are the models in use, by the contents of their files.
type models struct {
	device *lazyDevice

	mu       sync.Mutex
	loaded   []*loadedModel // the one used last at the end
	compiled int            // by models that are gone
}

// loadedModel is a model with its network on the device.
type loadedModel struct {
	hash string
	file *inference.ModelFile
	path string
	read stamp

	busy      chan struct{} // one prediction at a time
	predictor *workflow.Predictor
	progress  detection.Progress // of the prediction that runs
	users     int
	gone      bool
	compiled  int // as of the last prediction
}

// detectOptions are those of a call, or without any those of the model.
func (m *loadedModel) detectOptions(asked *detection.DetectOptions) detection.DetectOptions {
	if asked != nil {
		return *asked
	}
	return m.file.Settings.Detect
}

// stamp tells one version of a file from another.
type stamp struct {
	size int64
	time time.Time
}

func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}
	}
	return stamp{info.Size(), info.ModTime()}
}

func newModels(d *lazyDevice) *models { return &models{device: d} }

// open returns a model, read when it is not known or its file has changed. The
// caller closes it.
func (s *models) open(name string) (*loadedModel, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := stampOf(name)
	k := slices.IndexFunc(s.loaded, func(m *loadedModel) bool { return m.path == name && m.read == now })
	if k < 0 {
		m, err := readModel(name, now)
		if err != nil {
			return nil, err
		}
		if k = slices.IndexFunc(s.loaded, func(o *loadedModel) bool { return o.hash == m.hash }); k >= 0 {
			s.loaded[k].path, s.loaded[k].read = name, now // the same under another name
		} else {
			s.loaded = append(s.loaded, m)
			k = len(s.loaded) - 1
		}
	}
	m := s.loaded[k]
	s.loaded = append(slices.Delete(s.loaded, k, k+1), m)
	m.users++
	for len(s.loaded) > maxModels {
		old := s.loaded[0]
		s.loaded = s.loaded[1:]
		old.gone = true
		s.free(old)
	}
	return m, nil
}

func readModel(name string, now stamp) (*loadedModel, error) {
	f, err := workflow.OpenModel(name, nil)
	if err != nil {
		return nil, err
	}
	hash := sha256.New()
	if text, err := os.ReadFile(name); err == nil {
		hash.Write(text)
	} else { // one that comes with this program
		hash.Write([]byte("pretrained " + name))
	}
	return &loadedModel{hash: hex.EncodeToString(hash.Sum(nil)), file: f, path: name, read: now, busy: make(chan struct{}, 1)}, nil
}

// close lets go of a model.
func (s *models) release(m *loadedModel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m.users--
	s.free(m)
}

// free takes a model that is neither kept nor used off the device.
func (s *models) free(m *loadedModel) {
	if m.gone && m.users == 0 && m.predictor != nil {
		s.compiled += m.compiled
		m.predictor.Close()
		m.predictor = nil
	}
}

func (s *models) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.loaded {
		m.gone, m.users = true, 0
		s.free(m)
	}
	s.loaded = nil
}

// count is the number of models in memory, and of networks ever compiled.
func (s *models) count() (models, compiled int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	compiled = s.compiled
	for _, m := range s.loaded {
		compiled += m.compiled
	}
	return len(s.loaded), compiled
}

// predict predicts the map of an image. Predictions of one model wait for each
// other.
func (s *models) predict(ctx context.Context, m *loadedModel, image *imageio.Image, progress detection.Progress) (*detection.Volume, error) {
	select {
	case m.busy <- struct{}{}:
		defer func() { <-m.busy }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	m.progress = progress
	if m.predictor == nil {
		runtime, err := s.device.open(ctx)
		if err != nil {
			return nil, err
		}
		report := detection.ProgressFunc(func(e detection.ProgressEvent) { detection.Report(m.progress, e) })
		if m.predictor, err = workflow.NewPredictor(runtime.Backend, m.file, report); err != nil {
			return nil, err
		}
	}
	item := workflow.Item{Name: "image", Path: "the image", Image: image}
	if err := workflow.CheckImages([]workflow.Item{item}, m.file); err != nil {
		return nil, err
	}
	prob, err := m.predictor.Predict(ctx, image)
	s.mu.Lock()
	m.compiled = m.predictor.Compiled()
	s.mu.Unlock()
	return prob, err
}

// describe says what a model is.
func describe(_ context.Context, e *Engine, c *call) (any, []*protocol.Blob, error) {
	var args protocol.ModelArgs
	if err := c.args(&args); err != nil {
		return nil, nil, err
	}
	m, err := e.models.open(args.Model)
	if err != nil {
		return nil, nil, err
	}
	defer e.models.release(m)
	s := m.file.Settings
	return protocol.ModelReply{
		Architecture: s.Network.Architecture, NDim: s.Network.NDim, Channels: s.Network.InChannels, Classes: s.Network.OutChannels,
		Parameters: s.Network.NumParams(), Detect: s.Detect, Tolerance: s.Tolerance, Epoch: s.Epoch,
	}, nil, nil
}
