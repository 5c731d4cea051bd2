package widgets

import (
	"fmt"
	"math"
	"strings"

	"github.com/puncta-bio/puncta/detection"
)

// Stages says what each stage does and what came of it.
func (s *Stepper) Stages() []Stage {
	list := []Stage{s.inputStage(), s.mapStage(), s.peaksStage(), s.pruneStage(), s.refineStage()}
	if s.hasTruth {
		list = append(list, s.scoreStage())
	}
	return list
}

func (s *Stepper) inputStage() Stage {
	lo, hi := s.image.Range()
	numbers := fmt.Sprintf("%s, values from %v to %v", sizeText(s.image.Dims), lo, hi)
	if n := s.image.Channels; n > 1 {
		numbers = fmt.Sprintf("%s, %d channels, values from %v to %v", sizeText(s.image.Dims), n, lo, hi)
	}
	return Stage{"Input", "The image, as it is.", numbers, "input"}
}

func (s *Stepper) mapStage() Stage {
	does := "The network says of each voxel how probable it is that an object has its middle there."
	if o := s.opts.Detect; o.Smooth != [3]float64{} {
		does = fmt.Sprintf("The network says of each voxel how probable it is that an object has its middle there; this map is then smoothed by a Gaussian of (z, y, x) = (%v, %v, %v) voxels.", o.Smooth[0], o.Smooth[1], o.Smooth[2])
	}
	above := 0
	for c := range s.prob.Channels {
		t := float32(s.threshold(c))
		for i := c; i < len(s.prob.Data); i += s.prob.Channels {
			if s.prob.Data[i] > t {
				above++
			}
		}
	}
	_, hi := s.prob.Range()
	share := 100 * float64(above) / float64(len(s.prob.Data))
	return Stage{"Probability map", does, fmt.Sprintf("Largest value %.4g; %.2g %% of all values above %s", hi, share, s.thresholdText()), "map"}
}

// threshold is that of channel c.
func (s *Stepper) threshold(c int) float64 {
	switch o := s.opts.Detect; {
	case s.otsu != nil:
		return s.otsu[c]
	case c < len(o.ClassThresholds):
		return o.ClassThresholds[c]
	default:
		return o.Peaks.Threshold
	}
}

// thresholdText is the threshold, or those of the classes, in words.
func (s *Stepper) thresholdText() string {
	var texts []string
	same := true
	for c := range s.prob.Channels {
		same = same && s.threshold(c) == s.threshold(0)
		texts = append(texts, fmt.Sprintf("%.4g (class %d)", s.threshold(c), c+1))
	}
	text := strings.Join(texts, ", ")
	if same {
		text = fmt.Sprintf("%.4g", s.threshold(0))
	}
	if s.otsu != nil {
		return "Otsu's threshold of " + text
	}
	return "the threshold " + text
}

func (s *Stepper) peaksStage() Stage {
	o := s.opts.Detect.Peaks
	does := fmt.Sprintf("Each voxel above %s that no neighbour exceeds is a peak.", s.thresholdText())
	if d := o.MinDistance; d != [3]int{1, 1, 1} {
		does = fmt.Sprintf("Each voxel above %s that none within (z, y, x) = (%d, %d, %d) voxels exceeds is a peak.", s.thresholdText(), d[0], d[1], d[2])
	}
	numbers := plural(len(s.peaks), "peak")
	if len(s.peaks) > 0 {
		numbers += fmt.Sprintf(", from %.3g to %.3g", s.peaks[len(s.peaks)-1].Prob, s.peaks[0].Prob)
	}
	return Stage{"Peaks", does, numbers, "peaks"}
}

func (s *Stepper) pruneStage() Stage {
	o := s.opts.Detect
	numbers := fmt.Sprintf("%d kept, %d removed", len(s.kept), len(s.peaks)-len(s.kept))
	if !o.RemoveClose {
		return Stage{"Close points removed", "Switched off: all peaks stay.", numbers, "pruned"}
	}
	within := fmt.Sprintf("at most %s apart", s.length(o.Prune.Radius, o.Prune.Spacing))
	if len(o.Prune.ClassRadii) > 0 {
		within = "closer than the radius of their class"
	}
	which := "Of two peaks"
	if o.Prune.PerClass {
		which = "Of two peaks of one class"
	}
	return Stage{"Close points removed", fmt.Sprintf("%s %s the less probable one is removed; a line leads to the one that stays.", which, within), numbers, "pruned"}
}

func (s *Stepper) refineStage() Stage {
	sum, most := 0.0, 0.0
	spacing := s.opts.Detect.Prune.Spacing
	for k, i := range s.kept {
		d := detection.Distance(s.peaks[i], s.points[k], spacing)
		sum, most = sum+d, max(most, d)
	}
	numbers := plural(len(s.points), "point")
	if n := len(s.points); n > 0 && s.opts.Detect.Refine != detection.RefineNone {
		numbers += fmt.Sprintf(", moved by %s on average and %s at most", s.length(threeDigits(sum/float64(n)), spacing), s.length(threeDigits(most), spacing))
	}
	does := map[detection.RefineKind]string{
		detection.RefineNone:     "Switched off: points stay on the voxels of their peaks.",
		detection.RefinePeak:     "Points move from their voxels to the top of the surface of the map between voxels.",
		detection.RefineCentroid: "Points move to the centroids of their objects in the image; a line leads back to the peak.",
	}[s.opts.Detect.Refine]
	return Stage{"Refined", does, numbers, "refined"}
}

func (s *Stepper) scoreStage() Stage {
	o := s.opts.Match
	within := "at most " + s.length(o.Tolerance, o.Spacing) + " apart"
	if len(o.ClassTolerances) > 0 {
		within = "within the tolerance of its class"
	}
	sc := s.matching.Score()
	return Stage{
		"Scored", fmt.Sprintf("Each true point is paired with one point %s, so that as many pairs as possible are made.", within),
		fmt.Sprintf("%d found (TP), %d false (FP), %d missed (FN): F1 %.3f, precision %.3f, recall %.3f", sc.TP, sc.FP, sc.FN, sc.F1(), sc.Precision(), sc.Recall()), "scored",
	}
}

// length is a distance in words.
func (s *Stepper) length(v float64, spacing detection.Spacing) string {
	return strings.TrimSpace(fmt.Sprintf("%v %s", v, distanceUnit(s.image, spacing)))
}

// distanceUnit is the unit of distances of a spacing, for people.
func distanceUnit(image *detection.Volume, spacing detection.Spacing) string {
	if spacing != detection.UnitSpacing {
		return image.Unit
	}
	if image.NDim() == 3 {
		return "voxels"
	}
	return "px"
}

// plural is a number with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// threeDigits rounds to three digits.
func threeDigits(v float64) float64 {
	if v == 0 {
		return 0
	}
	scale := math.Pow(10, 2-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*scale) / scale
}
