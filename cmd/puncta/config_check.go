package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/workflow"
)

// checkedConfig is what config check found.
type checkedConfig struct {
	File     string           `json:"file"`
	Faults   config.Faults    `json:"faults"`
	Warnings []config.Warning `json:"warnings"`
	Plan     *workflow.Plan   `json:"plan,omitempty"` // without faults
}

func newConfigCheck(a *app) *cobra.Command {
	var set []string
	var skipPaths bool
	c := &cobra.Command{
		Use:   "check FILE",
		Short: "Everything that is wrong with a configuration, or what its job would do",
		Long: `Reports all faults of a configuration at once, with file and line, and what its writer should
know: older spellings, options that have no effect. Files and folders that the job reads
have to be there; what is in them is not looked at. Without faults it says what the job
would do. Nothing is written.

Exit status: 0 without faults, 2 with faults.`,
		Example: "  puncta config check nuclei.yaml --set TRAIN.EPOCHS=20",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			cfg, warnings, faults, err := config.Check(args[0], !skipPaths, set...)
			if err != nil {
				return workflow.Input(err)
			}
			out := checkedConfig{File: args[0], Faults: faults, Warnings: warnings}
			if out.Faults == nil {
				out.Faults = config.Faults{}
			}
			if out.Warnings == nil {
				out.Warnings = []config.Warning{}
			}
			if cfg != nil {
				out.Plan = workflow.PlanOf(cfg)
			}
			if err := a.result(out, out.text()); err != nil {
				return err
			}
			switch n := len(faults); {
			case n == 1:
				return usage("%s: there is a fault, listed above", args[0])
			case n > 1:
				return usage("%s: there are %d faults, listed above", args[0], n)
			}
			return nil
		},
	}
	c.Flags().StringArrayVar(&set, "set", nil, "KEY=VALUE over the configuration, such as TRAIN.EPOCHS=20; may be repeated")
	c.Flags().BoolVar(&skipPaths, "skip-paths", false, "do not look for the files and folders that the job reads")
	return c
}

func (r checkedConfig) text() string {
	var b strings.Builder
	for _, f := range r.Faults {
		fmt.Fprintln(&b, f)
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", w)
	}
	if r.Plan != nil {
		fmt.Fprintf(&b, "%s: no faults\n%s", r.File, r.Plan.Text())
	}
	return b.String()
}
