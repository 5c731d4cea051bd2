package config

import "strings"

// suggest returns the known key that name most likely means, or "". A key of
// the same section goes first, then one of the same last part, then the
// nearest of all.
func suggest(name string, known []string) string {
	section, last := cutLast(name)
	var same, lasts []string
	for _, k := range known {
		s, l := cutLast(k)
		if s == section {
			same = append(same, k)
		}
		if strings.EqualFold(l, last) {
			lasts = append(lasts, k)
		}
	}
	if k := nearest(name, same); k != "" {
		return k
	}
	if k := nearestOf(name, lasts, func(string, string) bool { return true }); k != "" {
		return k
	}
	return nearest(name, known)
}

func cutLast(name string) (section, last string) {
	i := strings.LastIndexByte(name, '.')
	return name[:i+1], name[i+1:]
}

// nearest returns the candidate with the least edit distance from word, the
// first of equals, if that is at most a third of the word's last part (at
// least 1), or if the last part is the start of the candidate's; else "".
func nearest(word string, candidates []string) string {
	_, last := cutLast(strings.ToUpper(word))
	limit := max(1, len(last)/3)
	return nearestOf(word, candidates, func(upper, candidate string) bool {
		_, l := cutLast(candidate)
		far := len(upper)-len(candidate) > limit || len(candidate)-len(upper) > limit
		return !far && distance(upper, candidate) <= limit || len(last) > 2 && strings.HasPrefix(l, last)
	})
}

func nearestOf(word string, candidates []string, near func(word, candidate string) bool) string {
	word = strings.ToUpper(word)
	best, least := "", 0
	if len(word) > 200 {
		return ""
	}
	for _, c := range candidates {
		upper := strings.ToUpper(c)
		if !near(word, upper) {
			continue
		}
		if d := distance(word, upper); best == "" || d < least {
			best, least = c, d
		}
	}
	return best
}

// distance is the number of insertions, deletions, replacements and swaps of
// neighbours that turn a into b, in bytes, no byte being touched twice
// (optimal string alignment).
func distance(a, b string) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replace := above[j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			row[j] = min(above[j]+1, row[j-1]+1, replace)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}
