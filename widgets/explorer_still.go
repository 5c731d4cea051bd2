package widgets

import (
	"fmt"

	"github.com/puncta-bio/puncta/detection"
)

// PNG is the still picture of the setting to begin with: image, map and marks,
// 640 pixels along its longer side, small images enlarged three times at most.
// Of a volume it is the plane with the most true points. The same explorer
// gives the same bytes on one kind of machine.
//
// Errors: those of [Explorer.Points] and [detection.Match].
func (e *Explorer) PNG() ([]byte, error) {
	points, matching, err := e.atStart()
	if err != nil {
		return nil, err
	}
	s, err := newStill(e.grey, e.tint, e.plane(), stillSide, len(points)+len(matching.UnmatchedTruth))
	if err != nil {
		return nil, fmt.Errorf("widgets: explorer: %w", err)
	}
	if !e.hasTruth {
		s.draw(markFound, points...)
	}
	s.drawMatching(e.truth, points, matching)
	picture, err := s.encoded()
	if err != nil {
		return nil, fmt.Errorf("widgets: explorer: %w", err)
	}
	return picture, nil
}

// atStart are points and pairs of the setting to begin with; without true
// points there are no pairs.
func (e *Explorer) atStart() (points []detection.Point, m detection.Matching, err error) {
	if points, err = e.Points(e.initial); err == nil && e.hasTruth {
		m, err = e.Match(e.initial)
	}
	return points, m, err
}

// text says in words what the still picture shows.
func (e *Explorer) text() (string, error) {
	points, matching, err := e.atStart()
	if err != nil {
		return "", err
	}
	unit := ""
	if u := e.unit(); u != "" {
		unit = " " + u
	}
	text := fmt.Sprintf("%s: image of %s%s, %d points at threshold %v and close-point radius %v%s", e.opts.Title, sizeText(e.image.Dims), planeText(e.image.Dims[0], e.plane()), len(points), e.initial.Threshold, e.initial.Radius, unit)
	if !e.hasTruth {
		return text + ".", nil
	}
	s := matching.Score()
	return text + fmt.Sprintf("; at a tolerance of %v%s F1 %.3f, precision %.3f, recall %.3f: %d found, %d false, %d missed.",
		e.initial.Tolerance, unit, s.F1(), s.Precision(), s.Recall(), s.TP, s.FP, s.FN), nil
}
