//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/puncta-bio/puncta/kernel/protocol"
	"github.com/puncta-bio/puncta/kernel/session"
)

// newKernelSavePoints is the command by which the point editor saves: its script
// has the kernel run a cell that begins with %%script and this command, which
// takes a moment, compiles nothing and leaves no name in the notebook.
func newKernelSavePoints(a *app) *cobra.Command {
	return &cobra.Command{
		Use:    "save-points",
		Short:  "Save the points that come on standard input (called by the point editor)",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE:   func(c *cobra.Command, _ []string) error { return a.savePoints(c.Context(), c.InOrStdin()) },
	}
}

// savedPoints is the answer, as one line of JSON.
type savedPoints struct {
	Saved bool `json:"saved"`
	// Points is how many were saved.
	Points int `json:"points,omitempty"`
	// Error says in a sentence why nothing was saved, and Changed that somebody
	// else has changed the file.
	Error   string `json:"error,omitempty"`
	Changed bool   `json:"changed,omitempty"`
	// Hash is that of what the file holds, saved or changed.
	Hash string `json:"hash"`
}

// savePoints reads a line with path, base and classes of
// [protocol.SavePointsArgs] as JSON, and the CSV file after it, and answers on
// standard output. A refusal is an answer and no error of the command.
func (a *app) savePoints(ctx context.Context, in io.Reader) error {
	r := bufio.NewReader(in)
	head, err := r.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	var args protocol.SavePointsArgs
	if err := json.Unmarshal([]byte(head), &args); err != nil {
		return usage("the first line of standard input is %q: want path, base and classes as JSON (%w)", strings.TrimSpace(head), err)
	}
	var csv strings.Builder
	if _, err := io.Copy(&csv, r); err != nil {
		return err
	}
	s, err := session.Connect()
	if err != nil {
		return err
	}
	defer s.Close()
	path, err := filepath.Abs(args.Path) // from the working directory of the kernel
	if err != nil {
		return err
	}
	file := &session.PointsFile{Path: path, Hash: args.Base}
	reply := savedPoints{Saved: true}
	if err := s.SavePoints(ctx, file, csv.String(), args.Classes); err != nil {
		reply = savedPoints{Error: err.Error()}
		reply.Hash, reply.Changed = session.IsChanged(err)
	} else {
		reply.Points, reply.Hash = len(file.Points), file.Hash
	}
	text, err := json.Marshal(reply)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.stdout, string(text))
	return err
}
