package detection

// openColumn is a column that a search has reached but not yet passed.
type openColumn struct {
	cost cost
	col  int
}

func (a openColumn) before(b openColumn) bool {
	return a.cost.less(b.cost) || a.cost == b.cost && a.col < b.col
}

// columnHeap is a binary heap, cheapest column first, lowest index among
// equally cheap ones.
type columnHeap []openColumn

func (h *columnHeap) push(c openColumn) {
	s := append(*h, c)
	i := len(s) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !c.before(s[parent]) {
			break
		}
		s[i] = s[parent]
		i = parent
	}
	s[i] = c
	*h = s
}

func (h *columnHeap) pop() openColumn {
	s := *h
	top, last := s[0], s[len(s)-1]
	s = s[:len(s)-1]
	*h = s
	if len(s) == 0 {
		return top
	}
	i := 0
	for {
		child := 2*i + 1
		if child >= len(s) {
			break
		}
		if child+1 < len(s) && s[child+1].before(s[child]) {
			child++
		}
		if !s[child].before(last) {
			break
		}
		s[i] = s[child]
		i = child
	}
	s[i] = last
	return top
}
