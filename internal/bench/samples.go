package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/detection/training"
)

// ReadSamples reads the images of dir/x with their points in dir/y, files of
// the same name, and normalises them by the defaults, for
// [NetworkOptions.Samples]. Errors name the file: one that cannot be read, an
// image without points, an image that is not 2D with one channel.
func ReadSamples(dir string) ([]training.Sample, error) {
	names, err := imageio.List(filepath.Join(dir, "x"))
	if err != nil {
		return nil, err
	}
	var samples []training.Sample
	for _, path := range names {
		s, err := readSample(path, dir)
		if err != nil {
			return nil, err
		}
		samples = append(samples, s)
	}
	return samples, nil
}

func readSample(path, dir string) (s training.Sample, err error) {
	s.Name = path
	image, err := imageio.Read(path)
	if err != nil {
		return s, err
	}
	if v := image.Volume; v.NDim() != 2 || v.Channels != 1 {
		return s, fmt.Errorf("%s: %d channels and size %v: want one channel and one plane", path, v.Channels, v.Dims)
	}
	if s.Image, _, err = detection.Normalise(image.Volume, detection.DefaultNormaliseOptions()); err != nil {
		return s, fmt.Errorf("%s: %w", path, err)
	}
	stem := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	points := filepath.Join(dir, "y", stem+".csv")
	f, err := os.Open(points)
	if err != nil {
		return s, err
	}
	defer f.Close()
	read := detection.DefaultReadPointsOptions()
	read.Dims = image.Volume.Dims
	s.Points, err = detection.ReadPoints(f, points, read)
	return s, err
}
