package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/internal/atomicfile"
	"github.com/puncta-bio/puncta/internal/filesys"
)

func newConfig(a *app) *cobra.Command {
	return group(&cobra.Command{
		Use:   "config",
		Short: "Configurations: write one, check one, explain keys",
	}, newConfigInit(a), newConfigCheck(a), newConfigExplain(a))
}

func newConfigInit(a *app) *cobra.Command {
	var name, data, output string
	var force, list bool
	names := make([]string, 0, 4)
	for _, t := range config.Templates() {
		names = append(names, t.Name)
	}
	c := &cobra.Command{
		Use:   "init [--template NAME] [--data DIR] [--output FILE]",
		Short: "Write a commented configuration to start from",
		Long: `Writes a commented configuration to standard output, or to a file.

With --data the paths are those of a set in the layout DIR/{train,val,test}/{x,y}; when there
is a folder DIR/val/x the validation images are taken from it, and from the training images
otherwise.`,
		Example: "  puncta config init --data nuclei > nuclei.yaml\n  puncta config init --template 3d --output stacks.yaml",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if list {
				return a.listTemplates()
			}
			for _, t := range config.Templates() {
				if t.Name == name {
					return a.writeTemplate(t, data, output, force)
				}
			}
			return usage("--template is %q: want %s", name, strings.Join(names, ", "))
		},
	}
	fl := c.Flags()
	fl.StringVar(&name, "template", names[0], "what to start from: "+strings.Join(names, ", "))
	fl.StringVar(&data, "data", "", "folder of the data set, for the paths")
	fl.StringVar(&output, "output", "", "file to write (default: standard output)")
	fl.BoolVar(&force, "force", false, "replace the file of --output")
	fl.BoolVar(&list, "list", false, "list the templates")
	return c
}

func (a *app) listTemplates() error {
	var b strings.Builder
	for _, t := range config.Templates() {
		fmt.Fprintf(&b, "%-9s %s\n", t.Name, t.Doc)
	}
	return a.result(config.Templates(), b.String())
}

func (a *app) writeTemplate(t config.Template, data, output string, force bool) error {
	if train := filepath.Join(data, "train", "x"); data != "" && !filesys.IsFolder(train) {
		a.log().Warn(train + ": there is no such folder yet")
	}
	text := t.Text(data, data != "" && filesys.IsFolder(filepath.Join(data, "val", "x")))
	if output == "" {
		return a.result(map[string]string{"template": t.Name, "text": text}, text)
	}
	if _, err := os.Stat(output); err == nil && !force {
		return usage("--output %s is there already: give another name, or --force to replace it", output)
	}
	err := atomicfile.Write(output, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
	if err != nil {
		return usage("--output: %w", err)
	}
	return a.result(map[string]string{"template": t.Name, "output": output},
		fmt.Sprintf("%s is written: puncta config check %[1]s says what its job would do\n", output))
}

func newConfigExplain(a *app) *cobra.Command {
	var markdown bool
	c := &cobra.Command{
		Use:   "explain [KEY|SECTION]",
		Short: "What a key means, takes and is by default",
		Long: `Explains a key; lists the keys of a section, such as TEST.POST_PROCESSING; or, without an
argument, lists all keys. Upper and lower case are the same.`,
		Example: "  puncta config explain TEST.DET_TOLERANCE\n  puncta config explain train",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if markdown {
				if len(args) > 0 {
					return usage("--markdown writes all keys: leave out %s", args[0])
				}
				return a.result(map[string]string{"markdown": config.Markdown()}, config.Markdown())
			}
			name := ""
			if len(args) > 0 {
				name = strings.ToUpper(strings.Trim(strings.TrimSuffix(args[0], "*"), ". "))
			}
			if k, ok := config.Explain(name); ok {
				return a.result([]config.Key{k}, k.Text())
			}
			if keys := config.Below(name); len(keys) > 0 {
				return a.result(keys, config.TextTable(keys))
			}
			if near := config.Nearest(name); near != "" {
				return usage("unknown key %s: did you mean %s?", args[0], near)
			}
			return usage("unknown key %s: puncta config explain lists all of them", args[0])
		},
	}
	c.Flags().BoolVar(&markdown, "markdown", false, "all keys as a document in Markdown")
	return c
}
