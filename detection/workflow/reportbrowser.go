package workflow

import (
	"html/template"
	"path/filepath"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/widgets"
)

// browserBytes bounds the pictures of the error browser: with the still pictures
// the report stays below 15 MB, which mail takes.
const browserBytes = 6_000_000

// reportBrowser is the error browser of the test images, "" where there is no
// mistake or the truth is not known. Images and maps are read one at a time.
func (j *Job) reportBrowser(points [][]detection.Point) (template.HTML, error) {
	if j.Evaluation == nil || j.Evaluation.Pooled.FP+j.Evaluation.Pooled.FN == 0 {
		return "", nil
	}
	opts := widgets.DefaultErrorBrowserOptions()
	opts.Title, opts.Match, opts.MostBytes = "Mistakes in the test images", matchOptions(j.Config), browserBytes
	images := make([]widgets.ErrorImage, len(j.Test))
	for i := range j.Test {
		it := &j.Test[i]
		images[i] = widgets.ErrorImage{Name: filepath.Base(it.Path), Truth: it.Truth, Found: points[i], Load: func() (image, prob *detection.Volume, err error) {
			loaded, err := it.load()
			if err != nil {
				return nil, nil, err
			}
			m, err := imageio.Read(j.mapPath(*it))
			if err != nil {
				return nil, nil, err
			}
			return loaded.Volume, m.Volume, nil
		}}
	}
	browser, err := widgets.NewErrorBrowser(images, opts)
	if err != nil {
		return "", err
	}
	part, err := widgets.HTML(browser)
	return template.HTML(part), err
}
