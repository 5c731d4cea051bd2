package widgets

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

// errorImages are generated images with their maps and what Detect finds there;
// images with an even number are read when they are shown.
func errorImages(t testing.TB, n int, dims [3]int, count, classes int) []ErrorImage {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(n), 5))
	o := detection.DefaultDetectOptions()
	o.Peaks.Threshold = 0.3
	var list []ErrorImage
	for i := range n {
		s := newSample(t, dims, max(count/2+r.IntN(count), 2), classes, uint64(100+i))
		found, err := detection.Detect(s.prob, o)
		if err != nil {
			t.Fatal(err)
		}
		im := ErrorImage{Name: fmt.Sprintf("image-%02d.tif", (11*i)%n), Truth: s.truth, Found: found}
		if i%2 == 0 {
			im.Load = func() (*detection.Volume, *detection.Volume, error) { return s.image, s.prob, nil }
		} else {
			im.Image, im.Map = s.image, s.prob
		}
		list = append(list, im)
	}
	return list
}

func newErrorBrowser(t testing.TB, images []ErrorImage, change func(*ErrorBrowserOptions)) *ErrorBrowser {
	t.Helper()
	o := DefaultErrorBrowserOptions()
	o.Match.Tolerance = 5
	if change != nil {
		change(&o)
	}
	b, err := NewErrorBrowser(images, o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
