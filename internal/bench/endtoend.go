package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/puncta-bio/puncta/detection/imageio"
)

// Placeholders in a [Command].
const (
	inputPlace  = "{input}"
	outputPlace = "{output}"
)

// Command is a program with its arguments, as it is started: no shell takes
// part. "{input}" and "{output}" in arguments stand for the folder of images
// and an empty folder for results.
type Command []string

// Validate accepts a program that can be found and arguments that name the
// input.
func (c Command) Validate() error {
	if len(c) == 0 {
		return errors.New("the command is empty: want a program and its arguments")
	}
	if !slices.ContainsFunc(c[1:], func(a string) bool { return strings.Contains(a, inputPlace) }) {
		return fmt.Errorf("%q: no argument holds %s: the images would not be read", []string(c), inputPlace)
	}
	_, err := exec.LookPath(c[0])
	return err
}

// run starts the program anew with an empty folder for its results, waits for
// it and returns the seconds in between.
func (c Command) run(ctx context.Context, input string) (float64, error) {
	output, err := os.MkdirTemp("", "puncta-bench-out-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(output)
	replace := strings.NewReplacer(inputPlace, input, outputPlace, output)
	args := make([]string, len(c)-1)
	for i, a := range c[1:] {
		args[i] = replace.Replace(a)
	}
	var errs tail
	cmd := exec.CommandContext(ctx, c[0], args...)
	cmd.Stderr = &errs
	start := time.Now()
	err = cmd.Run()
	seconds := time.Since(start).Seconds()
	if err != nil {
		return 0, fmt.Errorf("%s: %w\n%s", c[0], err, strings.TrimSpace(string(errs)))
	}
	return seconds, nil
}

// EndToEnd measures whole programs from their start to their end on the
// images in a folder: a measurement is one run, in which everything is loaded
// and compiled anew; only the system's cache of files is warm. peer may be nil. What the programs write is thrown away,
// and not compared.
//
// Errors: no image in the folder; those of [Command.Validate] and
// [Alternate]; a program that fails, with the end of what it wrote to
// standard error.
func EndToEnd(ctx context.Context, input string, ours, peer Command, opts Options) (*Report, error) {
	names, err := imageio.List(input)
	if err != nil {
		return nil, err
	}
	if err := ours.Validate(); err != nil {
		return nil, fmt.Errorf("bench: ours: %w", err)
	}
	side := func(c Command) Side {
		return func(ctx context.Context) (float64, error) { return c.run(ctx, input) }
	}
	r := &Report{Bench: "endtoend", Machine: ThisMachine(), Rounds: opts.Rounds, Warmups: opts.Warmups}
	var theirs Side
	if peer != nil {
		if err := peer.Validate(); err != nil {
			return nil, fmt.Errorf("bench: the peer: %w", err)
		}
		theirs, r.Peer = side(peer), strings.Join(peer, " ")
	}
	it, err := Alternate(ctx, fmt.Sprintf("%s, cold start to points", plural(len(names), "image")), side(ours), theirs, opts)
	if err != nil {
		return nil, err
	}
	it.Images = len(names)
	r.Items = []Item{it}
	return r, nil
}

// CopyImages copies the first n images of a folder into another, all for 0.
func CopyImages(dst, src string, n int) error {
	names, err := imageio.List(src)
	if err != nil {
		return err
	}
	if n > len(names) {
		return fmt.Errorf("%s: %s: want at least %d", src, plural(len(names), "image"), n)
	}
	if n > 0 {
		names = names[:n]
	}
	for _, path := range names {
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dst, filepath.Base(path)), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}
