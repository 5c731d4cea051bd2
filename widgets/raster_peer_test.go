//go:build peer

package widgets

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/browser"
)

// rasterPage is a page whose script has the classes of a raster, and functions
// for a test.
func rasterPage(t *testing.T) *browser.Page {
	t.Helper()
	p := browser.Open(t)
	p.Size(900, 700, "light")
	p.Load("<!DOCTYPE html><title>raster</title><style>* { margin: 0 } canvas { position: absolute; inset: 0; width: 100%; height: 100% }</style>")
	script, err := read("kit.js", []string{"pane.js", "raster.js", "layer.js"})
	if err != nil {
		t.Fatal(err)
	}
	p.Eval("(async () => { (function () {\n"+script+`
const rasters = [];
// texts keep what JSON has no word for.
const texts = values => Array.from(values, v => String(v));
window.load = async (data, plane) => { rasters.push(new Raster(data)); await rasters.at(-1).load(plane); return rasters.length - 1; };
window.values = (i, plane) => {
  const r = rasters[i], out = [];
  for (let y = 0; y < r.height; y++) for (let x = 0; x < r.width; x++) for (let c = 0; c < r.channels; c++) out.push(r.value(plane, y, x, c));
  return texts(out);
};
window.some = (i, plane, places) => places.map(([y, x, c]) => [String(rasters[i].value(plane, y, x, c)), rasters[i].text(plane, y, x, c)]);
window.levels = (i, plane, c) => rasters[i].loaded.get(plane)[c].map(({ width, height, numbers }) => ({ width, height, numbers: texts(numbers) }));
// drawn is what a pane of a size, that shows the place (y, x) in its middle at a
// scale, or all of the image at scale 0, has on the canvas of a layer.
window.drawn = async (i, plane, blend, width, height, scale, y, x) => {
  const box = element("div", { style: "position: relative; width: " + width + "px; height: " + height + "px" });
  document.body.append(box);
  const pane = new RasterPane(rasters[i], box, blend === "light" ? {} : { over: [["over", rasters[i], blend]] });
  pane.mostScale = 100;
  pane.resize();
  if (scale) pane.look(y, x, scale);
  await pane.show(plane);
  await new Promise(requestAnimationFrame);
  const canvas = pane.layers.at(-1), d = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  box.remove();
  return btoa(Array.from(d, v => String.fromCharCode(v)).join(""));
};
})(); })()`, nil)
	return p
}

// call calls a function of the page.
func call(t *testing.T, p *browser.Page, out any, name string, args ...any) {
	t.Helper()
	var texts []string
	for _, a := range args {
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	p.Eval(name+"("+strings.Join(texts, ", ")+")", out)
}

// number parses what JavaScript writes.
func number(t *testing.T, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func same(a, b float64) bool { return a == b || a != a && b != b }

// shownValue is the value that a raster has for one of an image.
func shownValue(b band, value float32) float64 {
	if b.Type == "float32" || b.Step == 1 && !b.Gap {
		return float64(value)
	}
	v := float64(value)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return math.NaN()
	}
	decimals := max(0, -int(math.Floor(math.Log10(b.Step)+1e-9)))
	v, _ = strconv.ParseFloat(strconv.FormatFloat(math.Round(v/b.Step)*b.Step, 'f', decimals, 64), 64)
	return v
}

// The script has every value of an image of every type, with all digits, and
// writes it with as few digits as tell it from others.
func TestRasterValuesInScript(t *testing.T) {
	p := rasterPage(t)
	r := rand.New(rand.NewPCG(1, 3))
	for name, v := range kinds(r, [3]int{2, 23, 19}, 2) {
		for _, most := range []int{0, 3000} {
			packed, _ := rasterOf(v, poolMean, most)
			if packed.Factor > 1 {
				continue
			}
			var i int
			call(t, p, &i, "load", packed, 1)
			var got []string
			call(t, p, &got, "values", i, 1)
			for k, text := range got {
				c := k % 2
				value := v.Data[v.Index(1, 0, 0)+k]
				if want := shownValue(packed.Bands[c], value); !same(number(t, text), want) {
					t.Fatalf("%s within %d: value %d is %s, want %v (%v)", name, most, k, text, want, value)
				}
			}
			var some [][2]string
			call(t, p, &some, "some", i, 1, [][3]int{{0, 0, 0}, {22, 18, 1}, {-1, 0, 0}, {0, 19, 0}, {23, 0, 0}})
			for k, text := range some {
				if k >= 2 { // outside
					if text[0] != "NaN" {
						t.Errorf("%s: outside there is %s", name, text[0])
					}
					continue
				}
				if shown, value := number(t, text[1]), number(t, text[0]); !same(float64(float32(shown)), float64(float32(value))) || len(text[1]) > 14 {
					t.Errorf("%s: %s is written %s", name, text[0], text[1])
				}
			}
		}
	}
	p.Clean()
}

// halve is a slow twin of the pyramid: means, or whatever pool says, of the numbers
// of four pixels, of those that are numbers.
func halve(numbers [][]float64, pool pooling, whole, gap bool) [][]float64 {
	height, width := len(numbers), len(numbers[0])
	out := make([][]float64, (height+1)/2)
	for y := range out {
		out[y] = make([]float64, (width+1)/2)
		for x := range out[y] {
			var four []float64
			for _, at := range [][2]int{{2 * y, 2 * x}, {2 * y, 2*x + 1}, {2*y + 1, 2 * x}, {2*y + 1, 2*x + 1}} {
				// a pixel beyond the end is the one before
				v := numbers[min(at[0], height-1)][min(at[1], width-1)]
				if pool == poolFirst || !(gap && v == 0) && v == v {
					four = append(four, v)
				}
			}
			switch {
			case len(four) == 0 && whole:
				out[y][x] = 0
			case len(four) == 0:
				out[y][x] = math.NaN()
			case pool == poolFirst:
				out[y][x] = four[0]
			case pool == poolLargest:
				out[y][x] = slices.Max(four)
			default:
				sum := 0.0
				for _, v := range four {
					sum += v
				}
				out[y][x] = float64(float32(sum / float64(len(four))))
				if whole {
					out[y][x] = math.Floor(sum/float64(len(four)) + 0.5)
				}
			}
		}
	}
	return out
}

// Every level of the pyramid is that of its slow twin.
func TestRasterPyramid(t *testing.T) {
	p := rasterPage(t)
	r := rand.New(rand.NewPCG(6, 3))
	for name, v := range kinds(r, [3]int{1, 301, 138}, 1) {
		if name == "special" { // sums of the largest numbers depend on their order
			continue
		}
		for _, pool := range []pooling{poolMean, poolLargest, poolFirst} {
			for _, most := range []int{0, 70_000} {
				packed, _ := rasterOf(v, pool, most)
				if packed.Factor > 1 {
					continue
				}
				b := packed.Bands[0]
				want := make([][]float64, v.Dims[1])
				for y := range want {
					for x := range v.Dims[2] {
						value := v.At(0, y, x, 0)
						if b.Type != "float32" {
							value = float32(b.number(value))
						}
						want[y] = append(want[y], float64(value))
					}
				}
				var i int
				call(t, p, &i, "load", packed, 0)
				var levels []struct {
					Width, Height int
					Numbers       []string
				}
				call(t, p, &levels, "levels", i, 0, 0)
				if len(levels) != 4 {
					t.Fatalf("%d levels of 301 x 138, want 4", len(levels))
				}
				for k, level := range levels {
					if k > 0 {
						want = halve(want, pool, b.Type != "float32", b.Gap)
					}
					if level.Height != len(want) || level.Width != len(want[0]) {
						t.Fatalf("%s, %s: level %d is %d x %d, want %d x %d", name, pool, k, level.Height, level.Width, len(want), len(want[0]))
					}
					for at, text := range level.Numbers {
						if w := want[at/level.Width][at%level.Width]; !same(number(t, text), w) {
							t.Fatalf("%s of %s, %s: level %d, pixel %d is %s, want %v", name, b.Type, pool, k, at, text, w)
						}
					}
				}
			}
		}
	}
	p.Clean()
}

// The largest values over z are those of Go, NaN left out.
func TestRasterLargest(t *testing.T) {
	p := rasterPage(t)
	r := rand.New(rand.NewPCG(7, 3))
	for name, v := range kinds(r, [3]int{5, 21, 17}, 2) {
		packed, _ := rasterOf(v, poolMean, 0)
		var i int
		call(t, p, &i, "load", packed, "max")
		var got []string
		call(t, p, &got, "values", i, "max")
		for k, text := range got {
			want := math.NaN()
			for z := range 5 {
				if value := float64(v.Data[v.Index(z, 0, 0)+k]); value > want || want != want {
					want = value
				}
			}
			if !same(number(t, text), want) {
				t.Fatalf("%s: value %d is %s, want %v", name, k, text, want)
			}
		}
	}
	p.Clean()
}

// pixels are what the page has drawn, red, green, blue and alpha of each.
func pixels(t *testing.T, p *browser.Page, i int, plane any, blend string, width, height int, scale, y, x float64) []byte {
	t.Helper()
	var text string
	call(t, p, &text, "drawn", i, plane, blend, width, height, scale, y, x)
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) != 4*width*height {
		t.Fatal(len(raw), err)
	}
	return raw
}

// What is on the screen is the light of the channels, as Go adds it: at a pixel of
// the screen for each of the image, and with single pixels enlarged.
func TestRasterDrawsLight(t *testing.T) {
	p := rasterPage(t)
	r := rand.New(rand.NewPCG(8, 3))
	for _, channels := range []int{1, 2, 3, 5} {
		for name, v := range kinds(r, [3]int{1, 60, 80}, channels) {
			if name == "special" {
				continue
			}
			packed, _ := rasterOf(v, poolMean, 0)
			for c := range packed.Bands {
				b := &packed.Bands[c]
				span := b.Contrast[1] - b.Contrast[0]
				b.Contrast = [2]float64{b.Contrast[0] + 0.13*span, b.Contrast[1] - 0.21*span}
			}
			want, _ := composite(v, packed.Bands, 0, 1000)
			var i int
			call(t, p, &i, "load", packed, 0)
			compare := func(what string, got []byte, width int, of func(x, y int) (int, int)) {
				for at := 0; at < len(got); at += 4 {
					x, y := of(at/4%width, at/4/width)
					for k := range 3 {
						// half way between two levels, tables and sums may round apart
						if w := want.At(0, y, x, k); math.Abs(float64(got[at+k])-float64(w)) > float64(channels) || got[at+3] != 255 {
							t.Fatalf("%d channels, %s, %s: voxel (%d, %d) is drawn %v, want %v in colour %d", channels, name, what, y, x, got[at:at+4], w, k)
						}
					}
				}
			}
			compare("all", pixels(t, p, i, 0, "light", 80, 60, 0, 0, 0), 80, func(x, y int) (int, int) { return x, y })
			// 60 x 40 pixels of the screen, 20 a voxel, around the voxel (30, 41)
			compare("enlarged", pixels(t, p, i, 0, "light", 60, 40, 20, 30, 41), 60, func(x, y int) (int, int) { return 40 + (x+0)/20, 29 + (y+10)/20 })
		}
	}
	p.Clean()
}

// A map is clear where it is low, labels where they are 0, each label in a colour
// of its own.
func TestRasterDrawsOver(t *testing.T) {
	p := rasterPage(t)
	prob := detection.NewVolume([3]int{1, 50, 50}, 1)
	labels := detection.NewVolume([3]int{1, 50, 50}, 1)
	for i := range prob.Data {
		prob.Data[i] = float32(i%51) / 50
		labels.Data[i] = float32(max(i%40-20, 0))
	}
	packed, _ := rasterOf(prob, poolLargest, 0)
	packed.Bands[0].Contrast = [2]float64{0, 1}
	var i int
	call(t, p, &i, "load", packed, 0)
	for k, got := 0, pixels(t, p, i, 0, "tint", 50, 50, 0, 0, 0); k < 2500; k++ {
		alpha := math.Round(255 * float64(prob.Data[k]))
		if math.Abs(float64(got[4*k+3])-alpha) > 0.5 {
			t.Fatalf("pixel %d of probability %v has the alpha %d, want %v", k, prob.Data[k], got[4*k+3], alpha)
		}
		if alpha > 100 && (math.Abs(float64(got[4*k])-tintColour[0]) > 2 || math.Abs(float64(got[4*k+1])-tintColour[1]) > 2) {
			t.Fatalf("pixel %d is drawn %v, want the colour %v", k, got[4*k:4*k+4], tintColour)
		}
	}
	packed, _ = rasterOf(labels, poolFirst, 0)
	call(t, p, &i, "load", packed, 0)
	of := map[float32][4]byte{}
	for k, got := 0, pixels(t, p, i, 0, "labels", 50, 50, 0, 0, 0); k < 2500; k++ {
		n, pixel := labels.Data[k], [4]byte(got[4*k:4*k+4])
		if seen, ok := of[n]; ok && seen != pixel {
			t.Fatalf("label %v is drawn %v and %v", n, seen, pixel)
		}
		of[n] = pixel
		if (n == 0) != (pixel[3] == 0) {
			t.Fatalf("label %v is drawn %v", n, pixel)
		}
	}
	seen := map[[4]byte]float32{}
	for n, pixel := range of {
		if m, ok := seen[pixel]; ok {
			t.Errorf("labels %v and %v are both drawn %v", m, n, pixel)
		}
		seen[pixel] = n
	}
	p.Clean()
}

// A large image that is reduced is drawn in its place, and has its values at
// places all over it.
func TestRasterLarge(t *testing.T) {
	p := rasterPage(t)
	r := rand.New(rand.NewPCG(9, 3))
	v := detection.NewVolume([3]int{1, 1801, 2303}, 1)
	for i := range v.Data {
		v.Data[i] = float32(r.IntN(50) + i%2303/12)
	}
	for _, most := range []int{0, 1_000_000} {
		packed, _ := rasterOf(v, poolMean, most)
		shown := pooled(v, packed.Factor, poolMean)
		var i int
		call(t, p, &i, "load", packed, 0)
		var places [][3]int
		for range 500 {
			places = append(places, [3]int{r.IntN(1801), r.IntN(2303), 0})
		}
		places = append(places, [3]int{1800, 2302, 0}, [3]int{0, 2302, 0}, [3]int{1800, 0, 0})
		var got [][2]string
		call(t, p, &got, "some", i, 0, places)
		for k, at := range places {
			want := math.Floor(float64(shown.At(0, at[0]/packed.Factor, at[1]/packed.Factor, 0)) + 0.5)
			if d := math.Abs(number(t, got[k][0]) - want); d > packed.Bands[0].Step/2 {
				t.Fatalf("within %d, factor %d: the value at %v is %s, want %v", most, packed.Factor, at, got[k][0], want)
			}
		}
		// the ramp along x is seen in its place: all of the image on 461 x 361 pixels
		drawn := pixels(t, p, i, 0, "light", 461, 361, 0, 0, 0)
		b := packed.Bands[0]
		for _, x := range []int{30, 200, 430} {
			sum := 0.0
			for y := range 361 {
				sum += float64(drawn[4*(y*461+x)])
			}
			want := (24.5 + (float64(x)+0.5)*2303/461/12 - b.Contrast[0]) / (b.Contrast[1] - b.Contrast[0]) * 255
			if math.Abs(sum/361-want) > 3 {
				t.Errorf("factor %d: column %d has the mean %v, want %v", packed.Factor, x, sum/361, want)
			}
		}
	}
	p.Clean()
}
