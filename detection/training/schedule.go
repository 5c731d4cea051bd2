package training

import (
	"errors"
	"fmt"
	"math"
)

// ScheduleKind names how the learning rate changes; the values are those of
// BiaPy's TRAIN.LR_SCHEDULER.NAME.
type ScheduleKind string

// The schedules; see [Schedule.Rate] for what each does.
const (
	Constant              ScheduleKind = ""
	ReduceOnPlateau       ScheduleKind = "reduceonplateau"
	WarmupCosine          ScheduleKind = "warmupcosine"
	OneCycle              ScheduleKind = "onecycle"
	WarmupReduceOnPlateau ScheduleKind = "warmupreduceonplateau"
)

// Schedule says how the learning rate changes during training. The zero value
// keeps it constant.
type Schedule struct {
	Kind ScheduleKind
	// MinRate is the lowest rate of ReduceOnPlateau and the last one of
	// WarmupCosine, at least 0.
	MinRate float64
	// Factor multiplies the rate at a plateau, above 0 and below 1.
	Factor float64
	// Patience is how many epochs in a row may pass without a better validation
	// loss before the rate falls, at least 0.
	Patience int
	// WarmupEpochs is over how many epochs WarmupCosine raises the rate from 0,
	// at least 0.
	WarmupEpochs int
	// DecayFraction is the share of all epochs, [0, 1], over which WarmupCosine
	// lowers the rate at the end.
	DecayFraction float64
}

// Validate names every field that the kind needs and that is not usable.
func (s Schedule) Validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	switch s.Kind {
	case Constant, OneCycle, WarmupReduceOnPlateau:
	case ReduceOnPlateau:
		check(s.Factor > 0 && s.Factor < 1, "Schedule.Factor %v: want above 0 and below 1", s.Factor)
		check(s.Patience >= 0, "Schedule.Patience %d: want at least 0", s.Patience)
		check(s.MinRate >= 0, "Schedule.MinRate %v: want at least 0", s.MinRate)
	case WarmupCosine:
		check(s.WarmupEpochs >= 0, "Schedule.WarmupEpochs %d: want at least 0", s.WarmupEpochs)
		check(s.DecayFraction >= 0 && s.DecayFraction <= 1, "Schedule.DecayFraction %v: want 0 to 1", s.DecayFraction)
		check(s.MinRate >= 0, "Schedule.MinRate %v: want at least 0", s.MinRate)
	default:
		check(false, "Schedule.Kind %q: want %q, %q, %q, %q, or none", s.Kind, ReduceOnPlateau, WarmupCosine, OneCycle, WarmupReduceOnPlateau)
	}
	return errors.Join(errs...)
}

// Rate is the learning rate of a step.
//
// step counts from 0; perEpoch is the number of steps in an epoch and total
// that of the whole training, so that epochs are total/perEpoch, not always
// a whole number. losses are the validation losses of the epochs before, in
// order. The result depends on the arguments alone, which makes a training
// that was interrupted go on as if it had not been.
//
//   - Constant: top.
//   - ReduceOnPlateau: top, multiplied by Factor whenever more than Patience
//     epochs in a row had no loss below (1 - 1e-4) times the best, not below
//     MinRate. As PyTorch's ReduceLROnPlateau.
//   - WarmupCosine: linear from 0 to top over WarmupEpochs, flat until
//     DecayFraction of the epochs is left (rounded to a whole epoch), then half
//     a cosine down to MinRate. As BiaPy's.
//   - OneCycle: half a cosine from top/25 up to top over the first 3/10 of the
//     steps, then another down to top/250000 (L. N. Smith, N. Topin, 2019). As
//     PyTorch's OneCycleLR. Differs: the optimiser's first beta stays.
//   - WarmupReduceOnPlateau: linear from 0 over ten epochs, flat, and at the end
//     halved every ten epochs over the last 100 if there are more than 300, or
//     every five over the last 50 if more than 100. As Cellpose's.
func (s Schedule) Rate(top float64, step, perEpoch, total int, losses []float64) float64 {
	epoch, epochs := float64(step)/float64(perEpoch), float64(total)/float64(perEpoch)
	switch s.Kind {
	case ReduceOnPlateau:
		return s.plateau(top, losses)
	case WarmupCosine:
		return s.cosine(top, epoch, epochs)
	case OneCycle:
		rise := 0.3*float64(total) - 1
		fall := float64(total) - 1 - rise
		if x := float64(step); x <= rise {
			return halfCosine(top/25, top, x/rise)
		} else {
			return halfCosine(top, top/25/1e4, min((x-rise)/fall, 1))
		}
	case WarmupReduceOnPlateau:
		return stairs(top, int(epoch), int(math.Ceil(epochs)))
	}
	return top
}

// halfCosine goes from a to b as x goes from 0 to 1.
func halfCosine(a, b, x float64) float64 {
	return b + (a-b)*(1+math.Cos(math.Pi*x))/2
}

func (s Schedule) plateau(rate float64, losses []float64) float64 {
	best, worse := math.Inf(1), 0
	for _, l := range losses {
		if l < best*(1-1e-4) {
			best, worse = l, 0
		} else {
			worse++
		}
		if worse > s.Patience {
			rate, worse = max(rate*s.Factor, s.MinRate), 0
		}
	}
	return rate
}

func (s Schedule) cosine(top, epoch, epochs float64) float64 {
	warm := float64(s.WarmupEpochs)
	decay := math.Round(epochs * (1 - s.DecayFraction))
	switch {
	case epoch < warm:
		return top * epoch / warm
	case epoch < decay || epochs <= decay:
		return top
	}
	decay = max(decay, warm)
	return halfCosine(top, s.MinRate, min((epoch-decay)/(epochs-decay), 1))
}

// stairs is Cellpose's schedule by whole epochs.
func stairs(top float64, epoch, epochs int) float64 {
	every := 0
	switch {
	case epochs > 300:
		every = 10
	case epochs > 100:
		every = 5
	}
	rate := top
	if epoch < 10 {
		rate = top * float64(epoch) / 9 // ten values from 0 to top
	}
	if end := epochs - 10*every; every > 0 && epoch >= end {
		rate = top / math.Pow(2, float64(1+(epoch-end)/every))
	}
	return rate
}
