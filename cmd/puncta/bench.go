package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection/device"
	"github.com/puncta-bio/puncta/detection/simulate"
	"github.com/puncta-bio/puncta/detection/workflow"
	"github.com/puncta-bio/puncta/internal/bench"
)

func newBench(a *app) *cobra.Command {
	return group(&cobra.Command{
		Use:   "bench",
		Short: "Measure time: stages, training, inference, whole runs",
		Long: `Measures how long things take, on their own or in turn with another program: ours, the
peer's, ours, the peer's, in one run. Printed are medians, the least and the most, the ratio
of the medians and those of neighbouring pairs. Nothing is judged by its time.`,
	}, append([]*cobra.Command{newBenchStages(a), newBenchTrain(a), newBenchInfer(a), newBenchEndToEnd(a), newBenchSweep(a)}, kernelBenches(a)...)...)
}

// addRounds adds the flag that all benchmarks have.
func addRounds(c *cobra.Command, o *bench.Options) {
	c.Flags().IntVar(&o.Rounds, "rounds", o.Rounds, "measurements of each side that count")
}

func newBenchStages(a *app) *cobra.Command {
	o, field := bench.DefaultOptions(), bench.DefaultFieldOptions()
	var input, python string
	var only []string
	c := &cobra.Command{
		Use:   "stages",
		Short: "Peaks, close points, watershed, matching; with scikit-image and scipy",
		Long: `Measures the stages after the network on a probability map and points. With --peer-python, an
interpreter that has numpy, scipy and scikit-image, both sides work in turn on the same files,
and their results are compared: points, labels, pairs and summed distance.

The files prob.npy, gt.csv and pred.csv are read from --input, or generated: cells on a
jittered grid, and a Gaussian blob for each predicted one.`,
		Example: "  puncta bench stages --peer-python venv/bin/python3 --rounds 5",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.Validate(); err != nil {
				return usage("%w", err)
			}
			if err := checkProgram("--peer-python", python); err != nil {
				return err
			}
			if input == "" {
				dir, err := os.MkdirTemp("", "puncta-bench-")
				if err != nil {
					return err
				}
				defer os.RemoveAll(dir)
				if err := field.Validate(); err != nil {
					return usage("%w", err)
				}
				if err := bench.WriteStageInput(dir, field); err != nil {
					return err
				}
				input = dir
			}
			in, err := bench.ReadStageInput(input)
			if err != nil {
				return usage("--input: %w", err)
			}
			if err := bench.CheckStageNames(in, only); err != nil {
				return usage("--stages: %w", err)
			}
			o.Progress = a.progress()
			r, err := bench.Stages(c.Context(), in, only, python, o)
			return a.benchResult(r, err)
		},
	}
	addRounds(c, &o)
	fl := c.Flags()
	fl.StringVar(&python, "peer-python", "", "Python interpreter with numpy, scipy and scikit-image; without one only ours is measured")
	fl.StringVar(&input, "input", "", "folder with prob.npy, gt.csv and pred.csv (default: generated)")
	fl.IntVar(&field.Size, "size", field.Size, "side of the generated map, pixels")
	fl.IntVar(&field.Cells, "cells", field.Cells, "number of generated cells")
	fl.StringSliceVar(&only, "stages", nil, "only these, with commas: peaks_d1, peaks_d5, remove_close, watershed, match_2000, match_10000")
	c.MarkFlagsMutuallyExclusive("input", "size")
	c.MarkFlagsMutuallyExclusive("input", "cells")
	return c
}

// networkFlags are those of the benchmarks that need a device.
type networkFlags struct {
	bench.NetworkOptions
	gpu string
}

func (f *networkFlags) add(c *cobra.Command) {
	f.NetworkOptions = bench.DefaultNetworkOptions()
	addRounds(c, &f.Options)
	fl := c.Flags()
	fl.IntVar(&f.Batch, "batch", f.Batch, "patches in a batch")
	fl.IntVar(&f.Size, "size", f.Size, "side of a patch, pixels")
	fl.StringVar(&f.Python, "peer-python", "", "Python interpreter for --peer-script")
	fl.StringVar(&f.Script, "peer-script", "", `program that takes --batch, --size and --threads, prints {"parameters": N}, and answers each line "train" or "infer" with {"seconds": S}; without one only ours is measured`)
	c.MarkFlagsRequiredTogether("peer-python", "peer-script")
	addGPU(c, &f.gpu)
}

// check refuses what cannot be measured before the device is opened.
func (f *networkFlags) check() error {
	if err := f.Validate(); err != nil {
		return usage("%w", err)
	}
	if f.Script == "" {
		return nil
	}
	if _, err := os.Stat(f.Script); err != nil {
		return usage("--peer-script: %w", err)
	}
	return checkProgram("--peer-python", f.Python)
}

// run opens the device and measures on it.
func (f *networkFlags) run(ctx context.Context, a *app, measure func(*device.Runtime) (*bench.Report, error)) error {
	dev, err := a.device(f.gpu, "")
	if err != nil {
		return err
	}
	rt, err := device.Open(ctx, dev)
	if err != nil {
		return err
	}
	defer rt.Close()
	f.Progress = a.progress()
	r, err := measure(rt)
	if r != nil {
		r.Machine.Plugin = fmt.Sprintf("for %s, PJRT %s", rt.Plugin.Platform, rt.API)
	}
	return a.benchResult(r, err)
}

func newBenchTrain(a *app) *cobra.Command {
	f := &networkFlags{}
	var loader bool
	var data string
	c := &cobra.Command{
		Use:   "train",
		Short: "Steps of training, with BiaPy's U-Net on PyTorch",
		Long: `Measures optimiser steps of the default 2D network on one batch, in turn with the peer's.

With --loader the batches come from images on disk, through the loader of a real training:
patches are cut, turned by any angle, zoomed and painted while the device works.`,
		Example: "  puncta bench train --peer-python venv/bin/python3 --peer-script peer_training.py\n  puncta bench train --loader --data nuclei/train",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			if data != "" && !loader {
				return usage("--data is given without --loader: want both, or neither")
			}
			if loader {
				if err := f.readSamples(c.Context(), data); err != nil {
					return err
				}
			}
			return f.run(c.Context(), a, func(rt *device.Runtime) (*bench.Report, error) {
				return bench.Training(c.Context(), rt.Backend, f.NetworkOptions)
			})
		},
	}
	f.add(c)
	c.Flags().BoolVar(&loader, "loader", false, "include the loader: real batches, with changes")
	c.Flags().StringVar(&data, "data", "", "with --loader: folder with x (images) and y (CSV files of points) (default: generated nuclei)")
	c.Flags().IntVar(&f.Steps, "steps", f.Steps, "with --loader: steps in one measurement")
	return c
}

// readSamples reads the images of the loader, or generates as many as it needs
// first.
func (f *networkFlags) readSamples(ctx context.Context, dir string) error {
	if dir == "" {
		made, err := os.MkdirTemp("", "puncta-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(made)
		o := simulate.DefaultDatasetOptions()
		o.Train, o.Val, o.Test = f.Batch*f.Steps, 0, 0
		o.Nuclei.Dims = [3]int{1, f.Size, f.Size}
		if err := workflow.Generate(ctx, made, o, nil); err != nil {
			return err
		}
		dir = filepath.Join(made, string(simulate.Train))
	}
	var err error
	if f.Samples, err = bench.ReadSamples(dir); err != nil {
		return usage("--data: %w", err)
	}
	return nil
}

func newBenchInfer(a *app) *cobra.Command {
	f := &networkFlags{}
	c := &cobra.Command{
		Use:     "infer",
		Short:   "Forward passes, with BiaPy's U-Net on PyTorch",
		Example: "  puncta bench infer --peer-python venv/bin/python3 --peer-script peer_training.py",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			return f.run(c.Context(), a, func(rt *device.Runtime) (*bench.Report, error) {
				return bench.Inference(c.Context(), rt.Backend, f.NetworkOptions)
			})
		},
	}
	f.add(c)
	return c
}

func newBenchEndToEnd(a *app) *cobra.Command {
	o := bench.DefaultOptions()
	var input, model, gpu, peer string
	var images int
	c := &cobra.Command{
		Use:   "endtoend --input DIR --model FILE",
		Short: "puncta detect from a cold start, with another program",
		Long: `Measures "puncta detect" from the start of the process to its end: loading, compiling,
predicting, finding points, writing them. --peer-command names another program that does the
same; it is started without a shell. Its arguments are parted by blanks, or given as a JSON list
of strings; {input} stands for the folder of images and {output} for an empty folder.`,
		Example: "  puncta bench endtoend --input test/x --model nuclei.safetensors --peer-command 'venv/bin/python3 find.py {input} {output}'",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.Validate(); err != nil {
				return usage("%w", err)
			}
			if images < 0 {
				return usage("--images is %d: want a number of images, or 0 for all", images)
			}
			theirs, err := parseCommand(peer)
			if err != nil {
				return usage("--peer-command: %w", err)
			}
			if _, err := workflow.OpenModel(model, nil); err != nil {
				return usage("--model: %w", err)
			}
			self, err := os.Executable()
			if err != nil {
				return err
			}
			ours := bench.Command{self, "detect", "{input}", "--model", model, "--output", "{output}", "--quiet"}
			if gpu != "" {
				ours = append(ours, "--gpu", gpu)
			}
			dir, err := os.MkdirTemp("", "puncta-bench-")
			if err != nil {
				return err
			}
			defer os.RemoveAll(dir)
			if err := bench.CopyImages(dir, input, images); err != nil {
				return usage("--input: %w", err)
			}
			o.Progress = a.progress()
			r, err := bench.EndToEnd(c.Context(), dir, ours, theirs, o)
			return a.benchResult(r, err)
		},
	}
	addRounds(c, &o)
	fl := c.Flags()
	fl.StringVar(&input, "input", "", "folder of images (required)")
	fl.StringVar(&model, "model", "", "model file (required)")
	fl.IntVar(&images, "images", 0, "only so many images, in the order of their names; 0 for all")
	fl.StringVar(&peer, "peer-command", "", "program and arguments, with {input} and {output}; without one only ours is measured")
	addGPU(c, &gpu)
	for _, name := range []string{"input", "model"} {
		_ = c.MarkFlagRequired(name) // fails only for a flag that is not there
	}
	return c
}

// parseCommand reads a command without a shell: a JSON list of strings, or
// words parted by blanks. "" is none.
func parseCommand(s string) (bench.Command, error) {
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	c := bench.Command(strings.Fields(s))
	if strings.HasPrefix(strings.TrimSpace(s), "[") {
		c = nil
		if err := json.Unmarshal([]byte(s), &c); err != nil {
			return nil, fmt.Errorf("%q is no JSON list of strings: %w", s, err)
		}
	}
	return c, c.Validate()
}

// checkProgram refuses a program that is not there; "" is none.
func checkProgram(flag, program string) error {
	if program == "" {
		return nil
	}
	if _, err := exec.LookPath(program); err != nil {
		return usage("%s: %w", flag, err)
	}
	return nil
}

// benchResult prints a report.
func (a *app) benchResult(r *bench.Report, err error) error {
	if err != nil {
		return err
	}
	return a.result(r, r.Text())
}
