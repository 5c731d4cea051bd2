package dataset

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ClassCount is the number of points of a class.
type ClassCount struct {
	Class  int `json:"class"`
	Points int `json:"points"`
}

// mostUnbalanced is the ratio of the most to the least frequent class above
// which a network may well pass over the rarer one.
const mostUnbalanced = 10

// countClasses counts the points of each class, in ascending order; nil
// without classes.
func countClasses(images []*examined) []ClassCount {
	n := map[int]int{}
	for _, it := range images {
		for _, p := range it.table.points {
			if p.Class > 0 {
				n[p.Class]++
			}
		}
	}
	var counts []ClassCount
	for _, class := range slices.Sorted(maps.Keys(n)) {
		counts = append(counts, ClassCount{class, n[class]})
	}
	return counts
}

// checkClasses looks at the classes of the whole set and of each split. A
// split to train on must have all; a network cannot learn the others.
func checkClasses(splits []*split, images []*examined, classes int) []Finding {
	var found []Finding
	all := countClasses(images)
	if len(all) == 0 {
		return nil
	}
	k := classes
	if k == 0 {
		k = all[len(all)-1].Class
	}
	for _, it := range images {
		if len(it.table.points) > 0 && !it.table.hasClass && classes == 0 {
			found = append(found, Finding{Severity: Error, Kind: KindClasses, File: it.points, Line: 1, Column: "class",
				Message: "column class is missing, which other files of the set have"})
		}
	}
	for _, s := range splits {
		own := imagesOf(images, s)
		if len(own) == 0 {
			continue
		}
		counts := countClasses(own)
		severity := Note
		if s.name == "train" || s.name == "" {
			severity = Error
		}
		if missing := missingClasses(counts, k); missing != "" {
			found = append(found, Finding{Severity: severity, Kind: KindClasses, File: s.points, Column: "class",
				Message: fmt.Sprintf("no point is of class %s, where the set has classes 1 to %d", missing, k)})
		}
		if severity != Error || len(counts) == 0 {
			continue
		}
		byPoints := func(a, b ClassCount) int { return a.Points - b.Points }
		rare, frequent := slices.MinFunc(counts, byPoints), slices.MaxFunc(counts, byPoints)
		if frequent.Points > mostUnbalanced*rare.Points {
			found = append(found, Finding{Severity: Warning, Kind: KindClasses, File: s.points, Column: "class", Message: fmt.Sprintf(
				"class %d has %s and class %d %d: a network may pass over the rarer one unless classes are weighted",
				frequent.Class, count(frequent.Points, "point"), rare.Class, rare.Points)})
		}
	}
	return found
}

// missingClasses lists the ids from 1 to k without points, the first ten in
// words.
func missingClasses(counts []ClassCount, k int) string {
	var missing []string
	have := 0
	for _, c := range counts {
		if c.Class <= k {
			have++
		}
	}
	for id := 1; id <= k && len(missing) < 10; id++ {
		if !slices.ContainsFunc(counts, func(c ClassCount) bool { return c.Class == id }) {
			missing = append(missing, fmt.Sprint(id))
		}
	}
	text := strings.Join(missing, ", ")
	if more := k - have - len(missing); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func imagesOf(images []*examined, s *split) []*examined {
	var own []*examined
	for _, it := range images {
		if it.split == s {
			own = append(own, it)
		}
	}
	return own
}
