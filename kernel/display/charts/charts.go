// Package charts shows charts in a notebook, from cells: those of package plots,
// which can be pointed at, and the course of a training while it goes on.
//
// It is not part of package display because a cell that imports it links the
// charts' libraries, which takes longer than all the rest.
package charts

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/puncta-bio/puncta/kernel/display"
	"github.com/puncta-bio/puncta/plots"
	"github.com/puncta-bio/puncta/plots/echarts"
)

// Library puts the library of interactive charts into the notebook: 1 MB, in one
// cell, for all charts above and below it. Without it every chart is the picture
// that it carries. Where the library is not installed a sentence says so.
//
// Errors: a damaged copy of the library.
func Library() error {
	js, err := echarts.Installed()
	if errors.Is(err, echarts.ErrAbsent) {
		display.Markdown(err.Error())
		return nil
	}
	if err != nil {
		return err
	}
	var script bytes.Buffer
	if err := echarts.WriteScript(&script, js); err != nil {
		return err
	}
	display.HTML(script.String() + fmt.Sprintf("<small>echarts %s</small>", echarts.Version))
	return nil
}

// Show shows a chart of package plots so that it can be pointed at, or as a
// picture until [Library] has been called in a cell of the notebook and where
// scripts do not run.
//
// Errors: those of WriteHTML of [plots.Chart].
func Show(c plots.Chart) error {
	var fragment bytes.Buffer
	if err := c.WriteHTML(&fragment, plots.DefaultInteractiveOptions()); err != nil {
		return err
	}
	display.HTML(fragment.String())
	return nil
}
