package widgets

import (
	"errors"
	"fmt"
	"image/color"
	"math"

	"github.com/puncta-bio/puncta/detection"
)

// ChannelOptions says how a channel of an image is shown to begin with. The zero
// value leaves all of it to the image.
type ChannelOptions struct {
	// Name of the channel, such as "DAPI". "" is "red", "green" and "blue" for an
	// image of three channels and the number of the channel otherwise.
	Name string
	// Colour of the channel, in which its light is added to that of the others; its
	// alpha is not used. The zero value is white for an image of one channel, red,
	// green and blue for one of three, and colours told apart by most people
	// otherwise.
	Colour color.RGBA
	// Hidden switches the channel off.
	Hidden bool
	// Low and High are the values that are black and full colour, finite, Low <
	// High. Both 0 are the 0.5th and the 99.5th percentile of the channel.
	Low, High float64
}

// validate reports every invalid field of channel i, counted from 0.
func (o ChannelOptions) validate(i int) error {
	if o.Low == 0 && o.High == 0 {
		return nil
	}
	if !(o.Low < o.High) || math.IsInf(o.Low, 0) || math.IsInf(o.High, 0) {
		return fmt.Errorf("Channels[%d] has Low %v and High %v: want finite numbers, Low < High, or both 0", i, o.Low, o.High)
	}
	return nil
}

// checkChannels reports every invalid field, and more channels than there are.
func checkChannels(list []ChannelOptions, channels int) error {
	var errs []error
	for i, o := range list {
		errs = append(errs, o.validate(i))
	}
	if len(list) > channels {
		errs = append(errs, fmt.Errorf("Channels has %d entries, the image %d channels", len(list), channels))
	}
	return errors.Join(errs...)
}

// usualChannel is name and colour of channel c of n.
func usualChannel(c, n int) (name string, colour [3]int) {
	switch n {
	case 1:
		return "value", [3]int{255, 255, 255}
	case 3:
		return []string{"red", "green", "blue"}[c], [][3]int{{255, 0, 0}, {0, 255, 0}, {0, 0, 255}}[c]
	}
	some := [][3]int{{0, 200, 255}, {255, 60, 200}, {255, 220, 0}, {0, 220, 130}, {255, 120, 0}, {150, 130, 255}}
	return fmt.Sprintf("channel %d", c+1), some[c%len(some)]
}

// describe gives bands what the options say of their channels.
func describe(bands []band, list []ChannelOptions) {
	for c, o := range list {
		b := &bands[c]
		if o.Name != "" {
			b.Name = o.Name
		}
		if o.Colour != (color.RGBA{}) {
			b.Colour = [3]int{int(o.Colour.R), int(o.Colour.G), int(o.Colour.B)}
		}
		if o.Low != 0 || o.High != 0 {
			b.Contrast = [2]float64{o.Low, o.High}
		}
		b.Hidden = o.Hidden
	}
}

// probabilityContrast is from 0 to 1, or over all values where some lie outside.
func probabilityContrast(bands []band) {
	for c := range bands {
		b := &bands[c]
		b.Contrast = [2]float64{0, 1}
		if b.Range[0] < 0 || b.Range[1] > 1 {
			b.Contrast = [2]float64{b.Range[0], max(b.Range[1], b.Range[0]+1e-6)}
		}
	}
}

// composite is a plane as red, green and blue, 0 to 255: the light of all
// channels that are shown, as the script adds it. It is reduced, so that its
// longer side has about most pixels at least; factor says how much.
func composite(v *detection.Volume, bands []band, z, most int) (rgb *detection.Volume, factor int) {
	factor = max(max(v.Dims[1], v.Dims[2])/most, 1)
	plane := pooled(planeOf(v, z), factor, poolMean)
	rgb = detection.NewVolume(plane.Dims, 3)
	for c, b := range bands {
		if b.Hidden {
			continue
		}
		for i := range plane.Voxels() {
			light := math.Round((float64(plane.Data[i*v.Channels+c]) - b.Contrast[0]) * 255 / (b.Contrast[1] - b.Contrast[0]))
			if !(light > 0) {
				continue
			}
			light = min(light, 255)
			for k := range 3 {
				p := &rgb.Data[3*i+k]
				*p = min(*p+float32(math.Floor(float64(b.Colour[k])*light/255+0.5)), 255)
			}
		}
	}
	return rgb, factor
}

// planeOf is one plane as a volume that shares the values.
func planeOf(v *detection.Volume, z int) *detection.Volume {
	area := v.Dims[1] * v.Dims[2] * v.Channels
	return &detection.Volume{Dims: [3]int{1, v.Dims[1], v.Dims[2]}, Channels: v.Channels, Data: v.Data[z*area : (z+1)*area], Spacing: v.Spacing, Unit: v.Unit}
}
