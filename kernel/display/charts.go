package display

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/puncta-bio/puncta/plots"
	"github.com/puncta-bio/puncta/plots/echarts"
)

// Charts puts the library of interactive charts into the notebook: 1 MB, in one
// cell, for all charts above and below it. Without it every chart is the picture
// that it carries. Where the library is not installed a sentence says so.
//
// Errors: a damaged copy of the library.
func Charts() error {
	js, err := echarts.Installed()
	if errors.Is(err, echarts.ErrAbsent) {
		Markdown(err.Error())
		return nil
	}
	if err != nil {
		return err
	}
	var script bytes.Buffer
	if err := echarts.WriteScript(&script, js); err != nil {
		return err
	}
	HTML(script.String() + fmt.Sprintf("<small>echarts %s</small>", echarts.Version))
	return nil
}

// Chart shows curves as an interactive chart, or as a picture until [Charts] has
// been called in a cell of the notebook and where scripts do not run.
//
// Errors: those of WriteHTML of [plots.Curves].
func Chart(c plots.Curves) error {
	var fragment bytes.Buffer
	if err := c.WriteHTML(&fragment, plots.DefaultInteractiveOptions()); err != nil {
		return err
	}
	HTML(fragment.String())
	return nil
}
