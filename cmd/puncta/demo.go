package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/workflow"
)

func newDemo(a *app) *cobra.Command {
	var dir, gpu string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Watch a network learn to find generated nuclei; needs no data",
		Long: `Generates images of nuclei under uneven light, with noise, haze and nuclei that touch, which
no threshold separates. Then trains a small U-Net, finds the nuclei of images that it has not
seen, and scores it beside a classical detector tuned on the same training images.

Takes a few minutes on two cores. The first start downloads the XLA plug-in, 63 MB.`,
		Example: "  puncta demo --result_dir puncta-demo",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dev, err := a.device(gpu, "")
			if err != nil {
				return err
			}
			layout, err := workflow.NewLayout(dir, "demo", 1)
			if err != nil {
				return err
			}
			j := &workflow.Job{Layout: layout, Device: dev, Progress: a.progress(), Log: a.log()}
			r, err := workflow.Demo(c.Context(), j)
			if err != nil {
				return err
			}
			return a.result(demoJSON{r.Network, r.Classical.F1, r.Pictures, r.Results, j.Layout.Report()}, demoText(r, j))
		},
	}
	c.Flags().StringVar(&dir, "result_dir", "puncta-demo", "folder for the data and the results")
	addGPU(c, &gpu)
	return c
}

// demoJSON is the last line of standard output with --json.
type demoJSON struct {
	detection.Metrics
	ClassicalF1 float64  `json:"classical_f1"`
	Pictures    []string `json:"pictures"`
	Results     string   `json:"results"`
	Report      string   `json:"report"`
}

func demoText(r *workflow.DemoResult, j *workflow.Job) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%d nuclei in %d images that neither has seen, tolerance %g px:\n\n", r.Network.TP+r.Network.FN, len(j.Test), r.Network.Tolerance)
	fmt.Fprintf(&b, "%-36s %6s %9s %6s\n", "", "F1", "precision", "recall")
	for _, row := range []struct {
		name string
		m    detection.Metrics
	}{{"Otsu, distance transform, watershed", r.Classical}, {"the network", r.Network}} {
		fmt.Fprintf(&b, "%-36s %6.3f %9.3f %6.3f\n", row.name, row.m.F1, row.m.Precision, row.m.Recall)
	}
	b.WriteString("\nLook at (green: right, yellow: missed, orange: not a nucleus)\n")
	for _, p := range r.Pictures {
		fmt.Fprintf(&b, "  %s\n", p)
	}
	fmt.Fprintf(&b, "\nAll of it on one page, for a browser: %s\n", j.Layout.Report())
	fmt.Fprintf(&b, "\nThe same on your own images: see %s for the configuration, and \"puncta run --help\".\n", j.Layout.ConfigFile())
	return b.String()
}
