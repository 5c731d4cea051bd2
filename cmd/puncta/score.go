package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/workflow"
)

func newScore(a *app) *cobra.Command {
	var gt, pred string
	var tolerances, resolution []float64
	c := &cobra.Command{
		Use:   "score --gt DIR --pred DIR --tolerance T[,T…]",
		Short: "Precision, recall and F1 of points against true points",
		Long: `Compares CSV files of predicted points with CSV files of true points of the same
names (NAME.csv, NAME_prob.csv or NAME_points.csv). Every predicted point is matched with
at most one true point within the tolerance, so that the number of matches is the largest
possible and, among those, the sum of distances the smallest.`,
		Example: "  puncta score --gt test/y --pred results/points --tolerance 3,5,10",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			spacing, err := parseResolution(resolution)
			if err != nil {
				return err
			}
			for _, t := range tolerances {
				if !(t > 0) {
					return usage("--tolerance is %v: want a distance above 0", t)
				}
			}
			evaluations, _, err := workflow.ScoreFolders(gt, pred, detection.MatchOptions{Spacing: spacing}, tolerances)
			if err != nil {
				return err
			}
			metrics := make([]detection.Metrics, len(evaluations))
			for i, e := range evaluations {
				metrics[i] = e.Pooled
			}
			if len(metrics) == 1 {
				return a.result(metrics[0], metricsTable(evaluations))
			}
			return a.result(metrics, metricsTable(evaluations))
		},
	}
	c.Flags().StringVar(&gt, "gt", "", "folder (or file) of true points (required)")
	c.Flags().StringVar(&pred, "pred", "", "folder (or file) of predicted points (required)")
	c.Flags().Float64SliceVar(&tolerances, "tolerance", nil, "largest distance of a match, physical units; several with commas (required)")
	c.Flags().Float64SliceVar(&resolution, "resolution", nil, "physical units per voxel, y,x or z,y,x (default 1)")
	for _, name := range []string{"gt", "pred", "tolerance"} {
		_ = c.MarkFlagRequired(name) // fails only for a flag that is not there
	}
	return c
}

// parseResolution turns one, two or three numbers into a spacing.
func parseResolution(r []float64) (detection.Spacing, error) {
	s := detection.UnitSpacing
	switch len(r) {
	case 0:
	case 1:
		s = detection.Spacing{r[0], r[0], r[0]}
	case 2:
		s = detection.Spacing{1, r[0], r[1]}
	case 3:
		s = detection.Spacing(r)
	default:
		return s, usage("--resolution has %d numbers: want y,x or z,y,x", len(r))
	}
	if err := s.Validate(); err != nil {
		return s, usage("--resolution: %w", err)
	}
	return s, nil
}

// metricsTable shows evaluations as lines, pooled and as the mean over images.
func metricsTable(evaluations []detection.Evaluation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%9s  %6s %9s %6s  %6s %6s %6s  %s\n", "tolerance", "F1", "precision", "recall", "TP", "FP", "FN", "mean F1 of images")
	for _, e := range evaluations {
		p := e.Pooled
		fmt.Fprintf(&b, "%9g  %6.3f %9.3f %6.3f  %6d %6d %6d  %.3f\n", p.Tolerance, p.F1, p.Precision, p.Recall, p.TP, p.FP, p.FN, e.Mean.F1)
		for _, c := range e.Classes {
			fmt.Fprintf(&b, "%9s  %6.3f %9.3f %6.3f  %6d %6d %6d\n", fmt.Sprintf("class %d", c.Class), c.F1, c.Precision, c.Recall, c.TP, c.FP, c.FN)
		}
	}
	return b.String()
}
