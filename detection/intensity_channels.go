package detection

import (
	"errors"
	"fmt"
	"math/rand/v2"
)

// Grayscale sets all channels of a voxel of v to their mean, in place. The
// number of channels stays, and one channel stays as it is. It works on every
// scale on which the channels share it, and no value leaves the range of v.
//
// Errors: those of [Volume.Validate].
//
// Source: BiaPy's grayscale. Differs: any number of channels, not three only.
func Grayscale(v *Volume) error {
	if err := v.Validate(); err != nil {
		return fmt.Errorf("detection: grayscale: %w", err)
	}
	for i := 0; i < len(v.Data); i += v.Channels {
		voxel := v.Data[i : i+v.Channels]
		mean := 0.0
		for _, x := range voxel {
			mean += float64(x)
		}
		mean /= float64(len(voxel))
		for c := range voxel {
			voxel[c] = float32(mean)
		}
	}
	return nil
}

// ShuffleChannels puts the channels of v into a random order, in place and the
// same for all voxels; every order is equally probable, also the one it has.
// It works on every scale and makes no new values.
//
// Errors: those of [Volume.Validate]; no rng.
//
// Source: BiaPy's shuffle_channels.
func ShuffleChannels(v *Volume, rng *rand.Rand) error {
	err := v.Validate()
	if rng == nil {
		err = errors.Join(err, errors.New("rng is nil: want a generator"))
	}
	if err != nil {
		return fmt.Errorf("detection: shuffle channels: %w", err)
	}
	order := rng.Perm(v.Channels)
	old := make([]float32, v.Channels)
	for i := 0; i < len(v.Data); i += v.Channels {
		voxel := v.Data[i : i+v.Channels]
		copy(old, voxel)
		for c, from := range order {
			voxel[c] = old[from]
		}
	}
	return nil
}
