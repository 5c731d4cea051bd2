package workflow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
)

func masksStep() Step {
	return Step{Name: "masks", Doc: "paints the training targets, or finds those of an earlier run", Run: makeMasks}
}

// makeMasks writes the mask of each training and validation image that is not
// there yet. A mask's name holds a key of the points and options it was made
// from, so a changed CSV makes a new one and the old one goes.
func makeMasks(ctx context.Context, j *Job) error {
	items := slices.Concat(j.Train, j.Val)
	if err := os.MkdirAll(j.Layout.Masks(), 0o755); err != nil {
		return err
	}
	made := 0
	for _, it := range items {
		if err := ctx.Err(); err != nil {
			return err
		}
		path := j.maskPath(it)
		if _, err := os.Stat(path); err == nil {
			continue
		}
		target, err := j.paint(it)
		if err != nil {
			return inputf("%s: %w", it.PointsPath, err)
		}
		opts := imageio.DefaultTIFFOptions()
		if j.Config.Puncta.Target != targetGaussian {
			opts.Kind = imageio.Uint8
		}
		if err := imageio.WriteFile(path, target, opts); err != nil {
			return err
		}
		if err := removeStaleMasks(path); err != nil {
			return err
		}
		made++
	}
	j.log().Info("masks", "made", made, "found", len(items)-made)
	return nil
}

const targetGaussian = "gaussian"

// paint makes the training target of an image.
func (j *Job) paint(it Item) (*detection.Volume, error) {
	if j.Config.Puncta.Target == targetGaussian {
		return detection.Heatmap(it.Dims, it.Truth, heatmapOptions(j.Config))
	}
	return detection.PointMask(it.Dims, it.Truth, maskOptions(j.Config))
}

// maskPath is where the target of an image lies, by the content of what it is
// made from.
func (j *Job) maskPath(it Item) string {
	key := detection.MaskKey(it.csv, it.Dims, maskOptions(j.Config))
	if j.Config.Puncta.Target == targetGaussian {
		sum := sha256.Sum256(fmt.Appendf(nil, "gaussian %v %s", heatmapOptions(j.Config), key))
		key = hex.EncodeToString(sum[:])
	}
	return filepath.Join(j.Layout.Masks(), it.Name+"-"+key[:maskKeyLength]+".tif")
}

// maskKeyLength is how much of a key a mask's name holds: 64 bits.
const maskKeyLength = 16

// removeStaleMasks removes the masks of the same image with another key.
func removeStaleMasks(path string) error {
	dir, name := filepath.Split(path)
	prefix := strings.TrimSuffix(name, ".tif")
	prefix = prefix[:len(prefix)-maskKeyLength]
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		key, ok := strings.CutPrefix(strings.TrimSuffix(e.Name(), ".tif"), prefix)
		if _, err := hex.DecodeString(key); ok && err == nil && len(key) == maskKeyLength && e.Name() != name {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}
