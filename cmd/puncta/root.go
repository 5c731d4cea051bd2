package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection/workflow"
)

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "puncta",
		Short: "Find cells, nuclei and spots as centre points",
		Long: `Puncta finds objects in microscopy images as centre points. It learns from images
and CSV files of points, and writes points, counts and scores.

Start with "puncta demo", which needs no data.

Exit status: 0 done, 1 the job failed, 2 wrong use or bad input.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version(),
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.PersistentFlags().BoolVar(&a.json, "json", false, "print one JSON object as the last line of standard output")
	root.PersistentFlags().BoolVarP(&a.quiet, "quiet", "q", false, "no progress and no notices, only warnings, errors and results")
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(
		newDemo(a), newRun(a), newTrain(a), newPredict(a), newDetect(a), newTune(a), newScore(a), newCount(a), newExport(a), newExplore(a), newLabel(a),
		newSweep(a),
		newData(a), newConfig(a), newModel(a), newNotebook(a), newGallery(a), newBench(a), newDoctor(a),
	)
	root.AddCommand(kernelCommands(a)...)
	markStart(a, root)
	return root
}

// group is a command that holds others, and shows its help when it is called
// alone.
func group(c *cobra.Command, commands ...*cobra.Command) *cobra.Command {
	c.Args, c.RunE = cobra.NoArgs, func(c *cobra.Command, _ []string) error { return c.Help() }
	c.AddCommand(commands...)
	return c
}

// markStart makes every command note that it has started: errors before that
// are cobra's own, about how the program was called.
func markStart(a *app, c *cobra.Command) {
	if work := c.RunE; work != nil {
		c.RunE = func(c *cobra.Command, args []string) error {
			a.started = true
			return work(c, args)
		}
	}
	for _, sub := range c.Commands() {
		markStart(a, sub)
	}
}

// version is the module's version, as the Go tool stamped it.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}

// log returns the logger of a job: plain sentences on standard error.
func (a *app) log() *slog.Logger {
	level := slog.LevelInfo
	if a.quiet {
		level = slog.LevelWarn
	}
	return slog.New(newLineHandler(a.stderr, level))
}

// result prints v as the last line of standard output when --json is on, and
// text otherwise.
func (a *app) result(v any, text string) error {
	if !a.json {
		_, err := fmt.Fprint(a.stdout, text)
		return err
	}
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.stdout, string(line))
	return err
}

// usage is an error about how a command was called.
func usage(format string, args ...any) error { return workflow.Input(fmt.Errorf(format, args...)) }
