package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/internal/atomicfile"
	"github.com/puncta-bio/puncta/internal/gallery"
	"github.com/puncta-bio/puncta/plots/echarts"
)

func newGallery(a *app) *cobra.Command {
	output := "gallery.html"
	c := &cobra.Command{
		Use:   "gallery",
		Short: "Write a page with every widget and every chart, on generated images",
		Long: `Writes one page with all widgets and charts that notebooks and reports use, to look at and
to try. The images are generated. Charts are interactive where "puncta kernel install" has
brought their library, and still pictures otherwise.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			switch _, err := chartLibrary(); {
			case errors.Is(err, echarts.ErrAbsent):
				a.log().Info(err.Error())
			case err != nil:
				return err
			}
			if err := atomicfile.Write(output, func(w io.Writer) error { return gallery.Write(w, chartLibrary) }); err != nil {
				return err
			}
			type result struct {
				Output string `json:"output"`
			}
			return a.result(result{output}, fmt.Sprintf("wrote %s: open it in a browser", output))
		},
	}
	c.Flags().StringVarP(&output, "output", "o", output, "the page")
	return c
}
