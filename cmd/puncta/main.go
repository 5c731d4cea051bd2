// Command puncta detects cells, nuclei and spots as centre points: it trains
// a U-Net from images and CSV files of points, predicts probability maps,
// finds the points in them and scores them. Run it without arguments for its
// commands.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/puncta-bio/puncta/detection/workflow"
)

// Exit statuses.
const (
	exitOK     = 0
	exitFailed = 1 // the job failed or was interrupted
	exitInput  = 2 // wrong use or bad input
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal ends the work after the device call in flight; with the
	// handler gone, a second one ends the process at once.
	context.AfterFunc(ctx, stop)
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is the whole program; it returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	a := &app{stdout: stdout, stderr: stderr}
	root := newRoot(a)
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "puncta: interrupted"+detail(err))
		return exitFailed
	case errors.Is(err, workflow.ErrInput), !a.started: // cobra's own errors come before a command starts
		fmt.Fprintln(stderr, "puncta: "+err.Error())
		return exitInput
	}
	fmt.Fprintln(stderr, "puncta: "+err.Error())
	return exitFailed
}

// detail is what an interrupted job says beside that it was.
func detail(err error) string {
	text := strings.TrimPrefix(err.Error(), context.Canceled.Error())
	if text == err.Error() {
		return ""
	}
	return text
}

// app holds what the commands share.
type app struct {
	stdout, stderr io.Writer
	json           bool
	quiet          bool
	started        bool
}
