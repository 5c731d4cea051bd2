package browser

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/puncta-bio/puncta/detection"
)

// explorerJS is what a page is given to look into the explorers of package
// widgets.
const explorerJS = `window.explorers = {
  hosts: () => [...document.querySelectorAll(".puncta-widget")],
  root: i => explorers.hosts()[i].shadowRoot,
  painted: () => new Promise(done => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  })),
  async ready() {
    for (let k = 0; k < 1200 && !(explorers.hosts().length && explorers.hosts().every(h => h.dataset.ready)); k++) await new Promise(r => setTimeout(r, 25));
    if (!explorers.hosts().every(h => h.dataset.ready)) throw new Error("an explorer is not ready");
    await explorers.painted();
  },
  async set(i, type, key, value) {
    const input = explorers.root(i).querySelector("input[type=" + type + "]." + key);
    const start = performance.now();
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    await explorers.painted();
    return performance.now() - start;
  },
  shown: i => ({ ...explorers.root(i).querySelector("section").dataset }),
};`

// Ready waits until all explorers of the page are there.
func (p *Page) Ready() {
	p.t.Helper()
	p.Eval("(async () => {"+explorerJS+"await explorers.ready(); })()", nil)
}

// Move gives explorer i (from 0) a value through an input of a type, "range"
// or "number", of the key threshold, radius, tolerance, and returns the
// milliseconds until it is painted.
func (p *Page) Move(i int, kind, key string, value float64) (ms float64) {
	p.t.Helper()
	args, err := json.Marshal([]any{i, kind, key, strconv.FormatFloat(value, 'g', -1, 64)})
	if err != nil {
		p.t.Fatal(err)
	}
	p.Eval("explorers.set(..."+string(args)+")", &ms)
	return ms
}

// Shown are the numbers of explorer i, all digits.
func (p *Page) Shown(i int) map[string]float64 {
	p.t.Helper()
	var texts map[string]string
	p.Eval("explorers.shown("+strconv.Itoa(i)+")", &texts)
	numbers := map[string]float64{}
	for key, text := range texts {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			p.t.Fatalf("explorer %d shows %s %q: want a number", i, key, text)
		}
		numbers[key] = v
	}
	return numbers
}

// CheckShown compares what explorer i shows with [detection.Detect] and
// [detection.Match] at the setting that it shows, to the last digit. detect and
// match give what has no slider.
func (p *Page) CheckShown(i int, prob *detection.Volume, truth []detection.Point, detect detection.DetectOptions, match detection.MatchOptions) {
	p.t.Helper()
	got := p.Shown(i)
	detect.Peaks.ThresholdType, detect.Peaks.Threshold = detection.Manual, got["threshold"]
	detect.RemoveClose, detect.Prune.Radius = got["radius"] > 0, got["radius"]
	points, err := detection.Detect(prob, detect)
	if err != nil {
		p.t.Fatal(err)
	}
	match.Tolerance = got["tolerance"]
	matching, err := detection.Match(truth, points, match)
	if err != nil {
		p.t.Fatal(err)
	}
	want := matching.Score()
	for key, v := range map[string]float64{
		"tp": float64(want.TP), "fp": float64(want.FP), "fn": float64(want.FN), "points": float64(len(points)),
		"precision": want.Precision(), "recall": want.Recall(), "f1": want.F1(),
	} {
		if math.Float64bits(got[key]) != math.Float64bits(v) {
			p.t.Errorf("at threshold %v, radius %v, tolerance %v the page shows %s %v, Go computes %v", got["threshold"], got["radius"], got["tolerance"], key, got[key], v)
		}
	}
}
