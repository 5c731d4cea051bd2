package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection/workflow"
)

func newPredict(a *app) *cobra.Command {
	var configFile, checkpoint, input, output, gpu string
	c := &cobra.Command{
		Use:   "predict --checkpoint FILE --input DIR --output DIR",
		Short: "Write the probability maps of images as float32 TIFF",
		Long: `Predicts the probability map of an image, or of every image of a folder.

The checkpoint is a model file of Puncta, which brings its settings, or weights of BiaPy
(.safetensors or .pth) with the configuration of their training in --config. A .pth of
BiaPy holds its configuration and needs none.`,
		Example: "  puncta predict --checkpoint nuclei.safetensors --input images --output maps",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			items, err := workflow.Images(input)
			if err != nil {
				return err
			}
			if err := apart(input, output); err != nil {
				return err
			}
			model, err := openModel(checkpoint, configFile)
			if err != nil {
				return err
			}
			if err := workflow.CheckImages(items, model); err != nil {
				return err
			}
			p, closeAll, err := a.openPredictor(c.Context(), gpu, model)
			if err != nil {
				return err
			}
			defer closeAll()
			if err := workflow.PredictImages(c.Context(), p, items, output, a.progress()); err != nil {
				return err
			}
			return a.result(map[string]any{"images": len(items), "output": output},
				fmt.Sprintf("maps of %d images are in %s\n", len(items), output))
		},
	}
	c.Flags().StringVar(&configFile, "config", "", "configuration of the training, for weights without settings")
	c.Flags().StringVar(&checkpoint, "checkpoint", "", "model file or weights (required)")
	c.Flags().StringVar(&input, "input", "", "image or folder of images (required)")
	c.Flags().StringVar(&output, "output", "", "folder for the maps (required)")
	addGPU(c, &gpu)
	for _, name := range []string{"checkpoint", "input", "output"} {
		_ = c.MarkFlagRequired(name) // fails only for a flag that is not there
	}
	return c
}

// apart refuses an output folder that holds the input, where results would
// replace the images.
func apart(input, output string) error {
	dir := input
	if info, err := os.Stat(input); err == nil && !info.IsDir() {
		dir = filepath.Dir(input)
	}
	in, err := os.Stat(dir)
	if err != nil {
		return nil // said elsewhere
	}
	out, err := os.Stat(output)
	if err == nil && os.SameFile(in, out) {
		return usage("--output %s is the folder of the input: results would replace images of the same name", output)
	}
	if err == nil && !out.IsDir() {
		return usage("--output %s is a file: want a folder", output)
	}
	return nil
}
