package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// SweepCommands are the programs that [Sweep] compares, without a shell.
// "{output}" in their arguments stands for an empty folder.
type SweepCommands struct {
	// Whole is the sweep, Pass a prediction of the same images by the same model.
	Whole, Pass Command
	// Images and Settings are how many there are.
	Images, Settings int
}

// Sweep measures a sweep over settings behind the network, and in turn one
// prediction pass over the same images: whole programs from their start to their
// end, by the clock and by the time of the processors. The second says what was
// done on a machine that others use, too.
//
// Errors: those of [Alternate]; a program that fails, with the end of what it
// wrote to standard error.
func Sweep(ctx context.Context, c SweepCommands, opts Options) (*Report, error) {
	var processors [2][]float64
	side := func(k int, c Command) Side {
		return func(ctx context.Context) (float64, error) {
			clock, processor, err := c.measured(ctx)
			processors[k] = append(processors[k], processor)
			return clock, err
		}
	}
	name := fmt.Sprintf("%d settings on %s", c.Settings, plural(c.Images, "image"))
	clock, err := Alternate(ctx, name, side(0, c.Whole), side(1, c.Pass), opts)
	if err != nil {
		return nil, err
	}
	clock.Name, clock.Images = name+", by the clock", c.Images
	busy := newItem(name+", time of the processors", processors[0][opts.Warmups:], processors[1][opts.Warmups:])
	for _, it := range []*Item{&clock, &busy} {
		it.Note = fmt.Sprintf("the sweep takes %.2f times the prediction pass", it.Ours.Median/it.Peer.Median)
	}
	return &Report{
		Bench: "sweep", Machine: ThisMachine(), Peer: "one prediction pass: " + strings.Join(c.Pass, " "),
		Rounds: opts.Rounds, Warmups: opts.Warmups, Items: []Item{clock, busy},
	}, nil
}

// measured runs the program with an empty folder for its results and returns the
// seconds by the clock, and those that processors worked for it.
func (c Command) measured(ctx context.Context) (clock, processor float64, err error) {
	output, err := os.MkdirTemp("", "puncta-bench-out-")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(output)
	args := make([]string, len(c)-1)
	for i, a := range c[1:] {
		args[i] = strings.ReplaceAll(a, outputPlace, output)
	}
	var errs tail
	cmd := exec.CommandContext(ctx, c[0], args...)
	cmd.Stderr = &errs
	start := time.Now()
	err = cmd.Run()
	clock = time.Since(start).Seconds()
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %w\n%s", c[0], err, strings.TrimSpace(string(errs)))
	}
	return clock, (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), nil
}
