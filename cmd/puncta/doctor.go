package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection/device"
)

func newDoctor(a *app) *cobra.Command {
	var platform string
	var offline bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Show the machine, the XLA plug-in and its devices, and what is wrong",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			o := device.DefaultOptions()
			o.Platform, o.AllowInstall = platform, !offline
			o.Progress, o.Note = a.downloads(), func(s string) { a.log().Info(s) }
			if err := o.Validate(); err != nil {
				return usage("--platform: %w", err)
			}
			report := device.Doctor(c.Context(), o)
			if err := a.result(report, report.Text()); err != nil {
				return err
			}
			if n := len(report.Problems); n > 0 {
				return fmt.Errorf("%d problems found", n)
			}
			return nil
		},
	}
	c.Flags().StringVar(&platform, "platform", device.Auto, "auto, cpu or cuda")
	c.Flags().BoolVar(&offline, "offline", false, "do not download a missing plug-in")
	return c
}
