package detection_test

import (
	"math"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// Shares within five standard errors, channel by channel, white and black
// being the largest and smallest value of the channel.
func TestSaltAndPepper(t *testing.T) {
	const n = 256 * 256
	for _, opts := range []detection.SaltAndPepperOptions{
		{Amount: 0.05, SaltShare: 0.5}, {Amount: 0.3, SaltShare: 0.9},
		{Amount: 0.1, SaltShare: 1}, {Amount: 0.1, SaltShare: 0}, {Amount: 0, SaltShare: 0.5}, {Amount: 1, SaltShare: 0.25},
	} {
		v := filled([3]int{1, 256, 256}, 2, 0.5)
		v.Data[0], v.Data[2] = -3, 2 // channel 0, as after normalisation to variance 1
		v.Data[1], v.Data[3] = 0, 1
		black, white := [2]float32{-3, 0}, [2]float32{2, 1}
		if err := detection.SaltAndPepper(v, opts, seeded(9)); err != nil {
			t.Fatal(err)
		}
		var salt, pepper [2]float64
		both := 0.0
		for i := 4; i < len(v.Data); i++ {
			switch v.Data[i] {
			case white[i%2]:
				salt[i%2]++
			case black[i%2]:
				pepper[i%2]++
			case 0.5:
			default:
				t.Fatalf("%+v: value %v", opts, v.Data[i])
			}
			if i%2 == 1 && v.Data[i] != 0.5 && v.Data[i-1] != 0.5 {
				both++
			}
		}
		within := func(p float64) float64 { return 5*math.Sqrt(p*(1-p)/n) + 1.0/n }
		for c := range 2 {
			p := opts.Amount * opts.SaltShare
			wantNear(t, "share of salt", salt[c]/(n-2), p, within(p))
			p = opts.Amount * (1 - opts.SaltShare)
			wantNear(t, "share of pepper", pepper[c]/(n-2), p, within(p))
		}
		p := opts.Amount * opts.Amount // channels are hit independently
		wantNear(t, "share of voxels hit in both channels", both/(n-2), p, within(p))
	}
}

// A constant channel, such as an empty one, stays.
func TestSaltAndPepperConstant(t *testing.T) {
	v := filled([3]int{1, 8, 8}, 1, 0.25)
	if err := detection.SaltAndPepper(v, detection.SaltAndPepperOptions{Amount: 1}, seeded(1)); err != nil {
		t.Fatal(err)
	}
	if lo, hi := v.Range(); lo != 0.25 || hi != 0.25 {
		t.Errorf("values %v to %v, want 0.25", lo, hi)
	}
}

// Whole voxels become 0, and as many as the drawn probability says.
func TestDropout(t *testing.T) {
	const n = 256 * 256
	share := func(opts detection.DropoutOptions, seed uint64) float64 {
		v := filled([3]int{1, 256, 256}, 3, -2)
		if err := detection.Dropout(v, opts, seeded(seed)); err != nil {
			t.Fatal(err)
		}
		dropped := 0.0
		for i := 0; i < len(v.Data); i += 3 {
			a, b, c := v.Data[i], v.Data[i+1], v.Data[i+2]
			switch {
			case a == 0 && b == 0 && c == 0:
				dropped++
			case a != -2 || b != -2 || c != -2:
				t.Fatalf("voxel %v %v %v: want all of it dropped or kept", a, b, c)
			}
		}
		return dropped / n
	}
	for _, p := range []float64{0, 0.1, 0.7, 1} {
		wantNear(t, "dropped share", share(detection.DropoutOptions{Range: [2]float64{p, p}}, 3), p, 5*math.Sqrt(p*(1-p)/n))
	}
	lowest, highest := 1.0, 0.0
	for seed := range uint64(40) { // 40 draws leave a third at an end empty with probability 1e-7
		s := share(detection.DropoutOptions{Range: [2]float64{0.2, 0.8}}, seed)
		lowest, highest = min(lowest, s), max(highest, s)
	}
	if lowest < 0.19 || lowest > 0.4 || highest > 0.81 || highest < 0.6 {
		t.Errorf("shares from %v to %v, want nearly 0.2 to 0.8", lowest, highest)
	}
}
