package detection

import "math"

// cost is what an assignment is judged by: first how many true points it
// leaves out, then the summed distance. It is compared entry by entry, so
// that no distance outweighs a pair and no large number swallows a distance.
type cost struct {
	left     int
	distance float64
}

func (a cost) plus(b cost) cost  { return cost{a.left + b.left, a.distance + b.distance} }
func (a cost) minus(b cost) cost { return cost{a.left - b.left, a.distance - b.distance} }

func (a cost) less(b cost) bool {
	return a.left < b.left || a.left == b.left && a.distance < b.distance
}

// assigner matches true points ("rows") to predicted points ("columns").
//
// Rows are placed one at a time. Every row also has a place of its own
// outside the columns, at a cost of {1, 0}: being left out. Placing a row
// means finding the cheapest chain "the row takes a column, whose row takes
// another column, and so on" that ends at a free column or with a row left
// out. Dual variables keep all reduced costs at zero or more, so that
// Dijkstra's method finds the chain, and it ends as soon as no open column
// is nearer than the best end: with sparse data after a few steps.
//
// A row left out is never reached again, since nobody else wants its place.
type assigner struct {
	rows    []Point
	index   *neighbourIndex // of the columns
	rowDual []cost
	colDual []cost
	colOf   []int // of a row; -1 is none
	rowOf   []int // of a column; -1 is none

	// The search for one row. Entries of dist, via and done count only for
	// columns that carry the mark of this search.
	mark   []int
	dist   []cost
	via    []int // the row from which a column was reached
	done   []bool
	closed []int // the columns that are done, in order
	open   columnHeap
	near   []neighbour
}

// end is where a chain stops.
type end struct {
	cost cost
	col  int // a free column, or -1: row is left out
	row  int
}

// assign returns the column of each row, -1 for none: as many rows as can be
// within reach (inclusive), at the smallest summed distance.
func assign(rows, cols []Point, spacing Spacing, reach float64) []int {
	a := &assigner{
		rows:    rows,
		index:   newNeighbourIndex(cols, spacing, reach),
		rowDual: make([]cost, len(rows)),
		colDual: make([]cost, len(cols)),
		colOf:   make([]int, len(rows)),
		rowOf:   make([]int, len(cols)),
		mark:    make([]int, len(cols)),
		dist:    make([]cost, len(cols)),
		via:     make([]int, len(cols)),
		done:    make([]bool, len(cols)),
	}
	for i := range a.colOf {
		a.colOf[i] = -1
	}
	for j := range a.rowOf {
		a.rowOf[j] = -1
	}
	for i := range rows {
		a.place(i)
	}
	return a.colOf
}

// place adds row start to the assignment.
func (a *assigner) place(start int) {
	best := a.search(start)

	// Shift the duals so that the edges of the chain have reduced cost zero.
	a.rowDual[start] = a.rowDual[start].plus(best.cost)
	for _, j := range a.closed {
		shift := best.cost.minus(a.dist[j])
		a.colDual[j] = a.colDual[j].minus(shift)
		a.rowDual[a.rowOf[j]] = a.rowDual[a.rowOf[j]].plus(shift)
	}

	// Move every row of the chain to its new column, from the end backwards.
	col := best.col
	if col < 0 {
		col = a.colOf[best.row] // the column that becomes free
		a.colOf[best.row] = -1
		if best.row == start {
			return
		}
	}
	for {
		row := a.via[col]
		left := a.colOf[row]
		a.colOf[row], a.rowOf[col] = col, row
		if row == start {
			return
		}
		col = left
	}
}

// search finds the cheapest chain from row start. Among equally cheap ends it
// prefers a column to a row left out, the lowest column, and the latest row.
func (a *assigner) search(start int) end {
	stamp := start + 1
	a.closed, a.open = a.closed[:0], a.open[:0]
	row, so := start, cost{}
	best := end{cost: cost{left: math.MaxInt}}
	for {
		// Leaving this row out ends a chain.
		if c := so.plus(cost{left: 1}).minus(a.rowDual[row]); c.less(best.cost) || c == best.cost && best.col < 0 && row > best.row {
			best = end{cost: c, col: -1, row: row}
		}
		a.near = a.index.near(a.rows[row], a.near[:0])
		base := so.minus(a.rowDual[row])
		for _, n := range a.near {
			a.relax(int(n.point), row, stamp, so, base.plus(cost{distance: n.distance}), &best)
		}
		col := a.nextOpen(best)
		if col < 0 {
			return best
		}
		a.done[col] = true
		a.closed = append(a.closed, col)
		row, so = a.rowOf[col], a.dist[col]
	}
}

// relax notes that column col can be reached from row at c, its own dual not
// yet counted. so is the cost of reaching row.
func (a *assigner) relax(col, row, stamp int, so, c cost, best *end) {
	isNew := a.mark[col] != stamp
	if !isNew && a.done[col] {
		return
	}
	c = c.minus(a.colDual[col])
	if c.less(so) {
		c = so // reduced costs are zero or more but for rounding
	}
	if !isNew && !c.less(a.dist[col]) {
		return
	}
	free := a.rowOf[col] < 0
	if best.cost.less(c) || c == best.cost && !(free && (best.col < 0 || col < best.col)) {
		return
	}
	a.mark[col], a.dist[col], a.via[col], a.done[col] = stamp, c, row, false
	if free {
		*best = end{cost: c, col: col}
		return
	}
	a.open.push(openColumn{c, col})
}

// nextOpen takes the nearest open column that is nearer than the best end; -1
// when there is none.
func (a *assigner) nextOpen(best end) int {
	for len(a.open) > 0 {
		top := a.open.pop()
		if !top.cost.less(best.cost) {
			return -1
		}
		if !a.done[top.col] {
			return top.col
		}
	}
	return -1
}
