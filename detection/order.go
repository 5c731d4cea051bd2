package detection

// smallest moves the value that is number k of a sorted list, from 0, to its
// place, smaller ones before and larger ones behind it, and returns it: Hoare's
// selection, on average in linear time. values hold no NaN, and k is one of their
// places.
func smallest(values []float32, k int) float32 {
	for lo, hi := 0, len(values)-1; lo < hi; {
		// The median of three keeps sorted and constant lists from being slow.
		a, b, c := values[lo], values[lo+(hi-lo)/2], values[hi]
		pivot := max(min(a, b), min(max(a, b), c))
		i, j := lo, hi
		for i <= j {
			for values[i] < pivot {
				i++
			}
			for values[j] > pivot {
				j--
			}
			if i <= j {
				values[i], values[j] = values[j], values[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			return values[k]
		}
	}
	return values[k]
}
