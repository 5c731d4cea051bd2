package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection/dataset"
	"github.com/puncta-bio/puncta/detection/workflow"
)

func newDataList(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "Public sets that \"data get\" downloads",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			sets, err := dataset.Manifests()
			if err != nil {
				return err
			}
			type row struct {
				Name       string   `json:"name"`
				What       string   `json:"what"`
				Images     int      `json:"images"`
				MB         int      `json:"mb"`
				Licence    string   `json:"licence"`
				Repository string   `json:"repository"`
				Commit     string   `json:"commit"`
				Cite       string   `json:"cite"`
				Notes      []string `json:"notes"`
			}
			var rows []row
			var text strings.Builder
			fmt.Fprintf(&text, "%-8s %6s %4s  %-13s %s\n", "name", "images", "MB", "licence", "what")
			for _, m := range sets {
				rows = append(rows, row{m.Name, m.What, len(m.Fields), m.MB, m.Licence, m.Repository, m.Commit, m.Cite, m.Notes})
				fmt.Fprintf(&text, "%-8s %6d %4d  %-13s %s\n%36s%s, commit %.12s\n", m.Name, len(m.Fields), m.MB, m.Licence, m.What, "", m.Repository, m.Commit)
			}
			return a.result(rows, text.String())
		},
	}
}

func newDataGet(a *app) *cobra.Command {
	var output string
	c := &cobra.Command{
		Use:   "get NAME|MANIFEST.yaml",
		Short: "Download a public set, checked file by file",
		Long: `Downloads a set of "puncta data list", or that of a manifest of your own, from its public
repository at a fixed commit, compares size and SHA-256 of every file with the manifest, and
turns its annotations into points: OUTPUT/{train,val,test}/{x,y}, with PROVENANCE.txt, which
says where it comes from and under which licence. An interrupted download is continued by
the same command.`,
		Example: "  puncta data get nuclei --output nuclei\n  puncta data check nuclei",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			m, err := manifest(args[0])
			if err != nil {
				return err
			}
			if output == "" {
				output = m.Name
			}
			got, err := dataset.Get(c.Context(), m, output, dataset.DefaultGetOptions(), a.progress())
			if errors.Is(err, dataset.ErrOccupied) {
				return usage("--output %w", err)
			}
			if err != nil {
				return err
			}
			text := fmt.Sprintf("%d images with %d points are in %s\n", got.Images, got.Points, output)
			if got.Already {
				text = fmt.Sprintf("%d images with %d points were in %s already\n", got.Images, got.Points, output)
			}
			type result struct {
				Name   string `json:"name"`
				Output string `json:"output"`
				*dataset.Got
			}
			return a.result(result{m.Name, output, got}, text)
		},
	}
	c.Flags().StringVar(&output, "output", "", "folder for the set (default: its name)")
	return c
}

// manifest is a built-in one by name, or one from a file.
func manifest(name string) (*dataset.Manifest, error) {
	if ext := strings.ToLower(filepath.Ext(name)); ext == ".yaml" || ext == ".yml" {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, workflow.Input(err)
		}
		m, err := dataset.ParseManifest(text)
		if err != nil {
			return nil, usage("%s: %w", name, err)
		}
		return m, nil
	}
	sets, err := dataset.Manifests()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, m := range sets {
		if m.Name == name {
			return m, nil
		}
		names = append(names, m.Name)
	}
	return nil, usage("no set is called %q: want %s, or the file of a manifest, *.yaml", name, strings.Join(names, ", "))
}
