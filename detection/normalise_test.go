package detection_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// pixelRow is an image of one row with the given values of one channel.
func pixelRow(values ...float32) *detection.Volume {
	v := detection.NewVolume([3]int{1, 1, len(values)}, 1)
	copy(v.Data, values)
	return v
}

func closeTo(got, want []float32, tolerance float64) bool {
	return slices.EqualFunc(got, want, func(a, b float32) bool { return math.Abs(float64(a)-float64(b)) <= tolerance })
}

func TestNormalise(t *testing.T) {
	digits := []float32{3, 1, 4, 1, 5, 9, 2, 6}
	tests := []struct {
		name string
		in   []float32
		mod  func(*detection.NormaliseOptions)
		want []float32
	}{
		{"zero mean, numpy: (v-v.mean())/v.std()", digits, func(o *detection.NormaliseOptions) {},
			[]float32{-0.34035167, -1.11829829, 0.04862167, -1.11829829, 0.43759498, 1.99348831, -0.729325, 0.82656831}},
		{"constant image", []float32{7, 7}, func(o *detection.NormaliseOptions) {}, []float32{0, 0}},
		{"a channel of 0 and 1 is an image like others", []float32{0, 1, 1, 0}, func(o *detection.NormaliseOptions) {}, []float32{-1, 1, 1, -1}},
		{"mean given", []float32{0, 2}, func(o *detection.NormaliseOptions) { o.Mean = []float64{3} }, []float32{-3, -1}},
		{"std given", []float32{0, 2}, func(o *detection.NormaliseOptions) { o.Std = []float64{4} }, []float32{-0.25, 0.25}},
		{"custom", []float32{0, 2}, func(o *detection.NormaliseOptions) {
			o.Kind, o.Mean, o.Std = detection.NormaliseCustom, []float64{3}, []float64{4}
		}, []float32{-0.75, -0.25}},
		{"std below the least divisor", []float32{0, 2}, func(o *detection.NormaliseOptions) { o.Std = []float64{1e-9} }, []float32{-1e6, 1e6}},
		{"scale range", []float32{2, 4, 6}, func(o *detection.NormaliseOptions) { o.Kind = detection.NormaliseScaleRange }, []float32{0, 0.5, 1}},
		{"scale range of a constant", []float32{2, 2}, func(o *detection.NormaliseOptions) { o.Kind = detection.NormaliseScaleRange }, []float32{0, 0}},
		{"div, known", []float32{0, 1, 51}, func(o *detection.NormaliseOptions) { o.Kind, o.SampleMax = detection.NormaliseDiv, 255 }, []float32{0, 1.0 / 255, 0.2}},
		{"div, a dark 16-bit image", []float32{13107}, func(o *detection.NormaliseOptions) { o.Kind, o.SampleMax = detection.NormaliseDiv, 65535 }, []float32{0.2}},
		{"div, unknown, up to 1", []float32{0.5, 1}, func(o *detection.NormaliseOptions) { o.Kind = detection.NormaliseDiv }, []float32{0.5, 1}},
		{"div, unknown, up to 255", []float32{51, 255}, func(o *detection.NormaliseOptions) { o.Kind = detection.NormaliseDiv }, []float32{0.2, 1}},
		{"div, unknown, above 255", []float32{13107, 256}, func(o *detection.NormaliseOptions) { o.Kind = detection.NormaliseDiv }, []float32{0.2, 256.0 / 65535}},
		{"div, unknown, just above 255", []float32{256}, func(o *detection.NormaliseOptions) { o.Kind = detection.NormaliseDiv }, []float32{256.0 / 65535}},
		{"clip to values", []float32{-5, 1, 3, 99}, func(o *detection.NormaliseOptions) {
			o.Kind, o.Clip = detection.NormaliseScaleRange, detection.ClipValue
			o.LowerValue, o.UpperValue = []float64{1}, []float64{5}
		}, []float32{0, 0, 0.5, 1}},
		{"clip to percentiles: of 5 values, 25 % and 75 % are the second and fourth", []float32{0, 10, 20, 30, 1000}, func(o *detection.NormaliseOptions) {
			o.Kind, o.Clip, o.LowerPercentile, o.UpperPercentile = detection.NormaliseScaleRange, detection.ClipPercentile, 25, 75
		}, []float32{0, 0, 0.5, 1, 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opts := detection.DefaultNormaliseOptions()
			tt.mod(&opts)
			in := pixelRow(tt.in...)
			got, _, err := detection.Normalise(in, opts)
			if err != nil || !closeTo(got.Data, tt.want, 1e-6*float64(max(1, slices.Max(tt.want)))) {
				t.Errorf("Normalise = %v, %v; want %v", got, err, tt.want)
			}
			if !slices.Equal(in.Data, tt.in) {
				t.Errorf("the image was changed to %v", in.Data)
			}
		})
	}
}

// One channel does not get another divisor than the next.
func TestNormaliseDivChannels(t *testing.T) {
	v := detection.NewVolume([3]int{1, 1, 1}, 3)
	v.Data = []float32{51, 256, 0.5}
	opts := detection.DefaultNormaliseOptions()
	opts.Kind = detection.NormaliseDiv
	got, _, err := detection.Normalise(v, opts)
	if want := []float32{51.0 / 65535, 256.0 / 65535, 0.5 / 65535}; err != nil || !closeTo(got.Data, want, 1e-9) {
		t.Errorf("Normalise = %v, %v; want %v", got, err, want)
	}
}

func TestNormaliseStats(t *testing.T) {
	v := detection.NewVolume([3]int{1, 2, 2}, 2)
	v.Data = []float32{0, 10, 2, 10, 4, 30, 6, 30}
	v.Spacing, v.Unit = detection.Spacing{1, 2, 3}, "um"
	opts := detection.DefaultNormaliseOptions()
	opts.Std = []float64{1, 5} // per channel, in place of the measured ones
	got, stats, err := detection.Normalise(v, opts)
	if err != nil {
		t.Fatal(err)
	}
	want := []detection.IntensityStats{
		{Mean: 3, Std: 1, Min: 0, Max: 6, Lower: 0, Upper: 6, Divisor: 255},
		{Mean: 20, Std: 5, Min: 10, Max: 30, Lower: 10, Upper: 30, Divisor: 255},
	}
	if !slices.Equal(stats, want) {
		t.Errorf("stats %+v, want %+v", stats, want)
	}
	if want := []float32{-3, -2, -1, -2, 1, 2, 3, 2}; !slices.Equal(got.Data, want) {
		t.Errorf("values %v, want %v", got.Data, want)
	}
	if got.Spacing != v.Spacing || got.Unit != "um" {
		t.Errorf("spacing %v %q, want that of the image", got.Spacing, got.Unit)
	}
}

// Percentiles as numpy 2.4 gives them: np.percentile(x, q).
func TestNormalisePercentiles(t *testing.T) {
	digits := []float32{3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5}
	tests := []struct {
		x              []float32
		lowerQ, upperQ float64
		lower, upper   float64
	}{
		{digits, 0.5, 99.5, 1, 8.849999999999998},
		{digits, 37.5, 50, 3, 4},
		{[]float32{10, 3}, 40, 60, 5.800000000000001, 7.199999999999999}, // from the nearer end
		{[]float32{7}, 40, 60, 7, 7},
	}
	for _, tt := range tests {
		opts := detection.DefaultNormaliseOptions()
		opts.Clip, opts.LowerPercentile, opts.UpperPercentile = detection.ClipPercentile, tt.lowerQ, tt.upperQ
		stats, err := detection.MeasureIntensity(pixelRow(tt.x...), opts)
		if err != nil || stats[0].Lower != tt.lower || stats[0].Upper != tt.upper {
			t.Errorf("percentiles %v and %v of %v: %+v, %v; want %v and %v", tt.lowerQ, tt.upperQ, tt.x, stats, err, tt.lower, tt.upper)
		}
	}
}

// slowStats sorts, and sums in the obvious way.
func slowStats(values []float64, lowerQ, upperQ float64) (s detection.IntensityStats) {
	slices.Sort(values)
	at := func(q float64) float64 {
		r := q / 100 * float64(len(values)-1)
		i := int(math.Floor(r))
		return values[i]*(1-(r-float64(i))) + values[min(i+1, len(values)-1)]*(r-float64(i))
	}
	s.Lower, s.Upper = at(lowerQ), at(upperQ)
	for i, x := range values {
		values[i] = math.Max(s.Lower, math.Min(s.Upper, x))
		s.Mean += values[i] / float64(len(values))
	}
	for _, x := range values {
		s.Std += (x - s.Mean) * (x - s.Mean) / float64(len(values))
	}
	s.Std = math.Sqrt(s.Std)
	s.Min, s.Max = slices.Min(values), slices.Max(values)
	return s
}

// Measuring chunks as one image is measuring the image, and both are what
// sorting gives.
func TestMeasureIntensityMatchesSlow(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for range 60 {
		channels := 1 + rng.IntN(3)
		opts := detection.DefaultNormaliseOptions()
		opts.Clip = detection.ClipPercentile
		opts.LowerPercentile = 0.01 + 50*rng.Float64()
		opts.UpperPercentile = opts.LowerPercentile + 1 + 48*rng.Float64()
		var chunks []*detection.Volume
		values := make([][]float64, channels)
		for range 1 + rng.IntN(3) {
			v := detection.NewVolume([3]int{1 + rng.IntN(3), 1 + rng.IntN(6), 1 + rng.IntN(6)}, channels)
			for i := range v.Data {
				v.Data[i] = float32(rng.NormFloat64() * math.Exp(4*rng.NormFloat64()))
				if rng.IntN(3) == 0 {
					v.Data[i] = float32(rng.IntN(3) - 1) // ties, zeros
				}
				values[i%channels] = append(values[i%channels], float64(v.Data[i]))
			}
			chunks = append(chunks, v)
		}
		got, err := detection.MeasureIntensityAll(func(yield func(*detection.Volume, error) bool) {
			for _, v := range chunks {
				if !yield(v, nil) {
					return
				}
			}
		}, opts)
		if err != nil {
			t.Fatal(err)
		}
		for c, g := range got {
			w := slowStats(values[c], opts.LowerPercentile, opts.UpperPercentile)
			for i, pair := range [][2]float64{{g.Lower, w.Lower}, {g.Upper, w.Upper}, {g.Min, w.Min}, {g.Max, w.Max}, {g.Mean, w.Mean}, {g.Std, w.Std}} {
				if math.Abs(pair[0]-pair[1]) > 1e-9*(1+math.Abs(pair[1])) {
					t.Fatalf("channel %d of %d values, number %d: %v, want %v", c, len(values[c]), i, pair[0], pair[1])
				}
			}
		}
	}
}

// The statistics of the whole give the pieces the values they have in the
// whole, also in place.
func TestApplyNormalisationPieces(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	whole := detection.NewVolume([3]int{1, 1, 50}, 1)
	for i := range whole.Data {
		whole.Data[i] = rng.Float32() * 100
	}
	for _, kind := range []detection.NormaliseKind{detection.NormaliseDiv, detection.NormaliseScaleRange, detection.NormaliseZeroMean} {
		opts := detection.DefaultNormaliseOptions()
		opts.Kind, opts.Clip = kind, detection.ClipPercentile
		want, stats, err := detection.Normalise(whole, opts)
		if err != nil {
			t.Fatal(err)
		}
		for at := 0; at < 50; at += 10 {
			piece := pixelRow(whole.Data[at : at+10]...)
			if err := detection.ApplyNormalisation(piece, piece, stats, opts); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(piece.Data, want.Data[at:at+10]) {
				t.Errorf("%s: piece at %d is %v, want %v", kind, at, piece.Data, want.Data[at:at+10])
			}
		}
	}
}

func TestNormaliseErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	image := pixelRow(1, 2)
	spoilt := detection.NewVolume([3]int{2, 3, 4}, 2)
	spoilt.Set(1, 2, 3, 1, float32(inf))
	short := pixelRow(1, 2, 3)
	short.Dims[2] = 4
	tests := []struct {
		name string
		v    *detection.Volume
		opts detection.NormaliseOptions
		want []string
	}{
		{"zero value", image, detection.NormaliseOptions{}, []string{`Kind ""`, `Clip ""`}},
		{"div", image, detection.NormaliseOptions{Kind: "div", SampleMax: inf, Clip: "percentile", LowerPercentile: 0, UpperPercentile: 99},
			[]string{"SampleMax +Inf", "LowerPercentile 0, UpperPercentile 99"}},
		{"negative div", image, detection.NormaliseOptions{Kind: "div", SampleMax: -1, Clip: "percentile", LowerPercentile: 1, UpperPercentile: 100},
			[]string{"SampleMax -1", "UpperPercentile 100"}},
		{"percentile order", image, detection.NormaliseOptions{Kind: "scale_range", Clip: "percentile", LowerPercentile: 50, UpperPercentile: 50}, []string{"LowerPercentile 50"}},
		{"percentile NaN", image, detection.NormaliseOptions{Kind: "scale_range", Clip: "percentile", LowerPercentile: nan, UpperPercentile: nan}, []string{"LowerPercentile NaN"}},
		{"custom without values", image, detection.NormaliseOptions{Kind: "custom", Clip: "value"},
			[]string{"Mean is empty", "Std is empty", "LowerValue is empty", "UpperValue is empty"}},
		{"bad lists", image, detection.NormaliseOptions{Kind: "zero_mean_unit_variance", Mean: []float64{1, nan}, Std: []float64{0},
			Clip: "value", LowerValue: []float64{1, 2, -inf}, UpperValue: []float64{2, 2, 2}},
			[]string{"Mean[1] NaN", "Std[0] 0", "LowerValue[2] -Inf", "LowerValue 2, UpperValue 2 of channel 1"}},
		{"lists of another length", image, detection.NormaliseOptions{Kind: "custom", Mean: []float64{1, 2}, Std: []float64{1, 2, 3},
			Clip: "value", LowerValue: []float64{0, 0}, UpperValue: []float64{1, 1, 1}},
			[]string{"Mean has 2 values", "Std has 3", "LowerValue has 2", "UpperValue has 3"}},
		{"infinite value", spoilt, detection.DefaultNormaliseOptions(), []string{"(1, 2, 3), channel 1 is +Inf"}},
		{"NaN", pixelRow(1, float32(nan)), detection.DefaultNormaliseOptions(), []string{"(0, 0, 1), channel 0 is NaN"}},
		{"size", short, detection.DefaultNormaliseOptions(), []string{"shapes do not fit"}},
		{"nil", nil, detection.DefaultNormaliseOptions(), []string{"shapes do not fit"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, stats, err := detection.Normalise(tt.v, tt.opts)
			if err == nil || got != nil || stats != nil {
				t.Fatalf("Normalise = %v, %v, %v", got, stats, err)
			}
			for _, w := range tt.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %q does not say %q", err, w)
				}
			}
		})
	}
}

func TestApplyNormalisationErrors(t *testing.T) {
	opts := detection.DefaultNormaliseOptions()
	stats := make([]detection.IntensityStats, 1)
	for name, err := range map[string]error{
		"size of dst":     detection.ApplyNormalisation(pixelRow(1), pixelRow(1, 2), stats, opts),
		"dst nil":         detection.ApplyNormalisation(nil, pixelRow(1, 2), stats, opts),
		"number of stats": detection.ApplyNormalisation(pixelRow(1), pixelRow(1), nil, opts),
	} {
		if !errors.Is(err, detection.ErrShape) {
			t.Errorf("%s: error %v, want ErrShape", name, err)
		}
	}
	broken := errors.New("disk on fire")
	for name, seq := range map[string]func(func(*detection.Volume, error) bool){
		"error of the sequence": func(yield func(*detection.Volume, error) bool) { yield(nil, broken) },
		"channels differ": func(yield func(*detection.Volume, error) bool) {
			_ = yield(pixelRow(1), nil) && yield(detection.NewVolume([3]int{1, 1, 1}, 2), nil)
		},
		"nothing to measure": func(func(*detection.Volume, error) bool) {},
	} {
		if _, err := detection.MeasureIntensityAll(seq, opts); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestDefaultNormaliseOptions(t *testing.T) {
	const want = "{Kind:zero_mean_unit_variance SampleMax:0 Clip:none LowerPercentile:0.5 UpperPercentile:99.5 LowerValue:[] UpperValue:[] Mean:[] Std:[]}"
	if got := fmt.Sprintf("%+v", detection.DefaultNormaliseOptions()); got != want {
		t.Errorf("defaults are %s, want %s", got, want)
	}
}
