package dataset

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/internal/download"
)

// GetOptions configures [Get]. Start from [DefaultGetOptions].
type GetOptions struct {
	// Parallel is the number of files fetched at a time, 1 to 16. Default 4:
	// fewer waste the time in which a server thinks, more are rude to it.
	Parallel int
	// Client makes the requests. nil is [http.DefaultClient]. Default nil.
	Client *http.Client
}

// DefaultGetOptions returns the defaults named at each field.
func DefaultGetOptions() GetOptions { return GetOptions{Parallel: 4} }

// Validate reports an invalid field by name and value.
func (o GetOptions) Validate() error {
	if o.Parallel < 1 || o.Parallel > 16 {
		return fmt.Errorf("Parallel is %d: want 1 to 16", o.Parallel)
	}
	return nil
}

// Got says what [Get] has brought.
type Got struct {
	Images int `json:"images"`
	Points int `json:"points"`
	// Dropped is the number of points left out because an earlier one lies in
	// the same pixel or because they lie outside the image.
	Dropped int `json:"dropped,omitempty"`
	// Already is true when the set was there, complete.
	Already bool `json:"already,omitempty"`
}

const (
	// workFolder, in the folder of the set, holds what is not finished: a
	// PROVENANCE.txt that says of which set, the downloads and the set.
	workFolder     = ".download"
	sourceFolder   = workFolder + "/source"
	stageFolder    = workFolder + "/set"
	provenanceFile = "PROVENANCE.txt"
)

// ErrOccupied is wrapped by the error about a folder that holds something else.
var ErrOccupied = errors.New("holds something else than this set: want a new folder")

// getter is the state of one call of Get.
type getter struct {
	manifest *Manifest
	client   download.Client
	told     map[string]bool
}

// Get downloads the set of a manifest into dir, in the workflow's layout, with
// PROVENANCE.txt, which says where it comes from. The files arrive in the
// folder .download in dir, each under a temporary name until its size and
// SHA-256 are those of the manifest; the set is made in there too, and moved to
// dir when it is whole, PROVENANCE.txt last. An interrupted call is continued by
// the next; with PROVENANCE.txt of the same set and commit in dir nothing is
// done. Nothing that was in dir before is replaced.
//
// A broken connection, a stall of a minute and a server that is busy are
// tried again, four times in all, from where they stopped (an archive from its
// start). The first file that cannot be had ends the others; what has arrived
// is kept. progress may be nil; the task is "download", in kB or, from an
// archive, in files, and then "convert".
//
// Errors: of [Manifest.Validate] and [GetOptions.Validate], [ErrOccupied],
// that ctx ended, of the download with the address, and of annotations that
// are not what the manifest says.
func Get(ctx context.Context, m *Manifest, dir string, opts GetOptions, progress detection.Progress) (*Got, error) {
	if err := errors.Join(m.Validate(), opts.Validate()); err != nil {
		return nil, fmt.Errorf("dataset: get: %w", err)
	}
	g := &getter{manifest: m, client: download.DefaultClient(), told: map[string]bool{}}
	if opts.Client != nil {
		g.client.HTTP = opts.Client
	}
	return g.get(ctx, dir, opts.Parallel, progress)
}

func (g *getter) get(ctx context.Context, dir string, parallel int, progress detection.Progress) (*Got, error) {
	switch whole, err := g.complete(dir); {
	case err != nil:
		return nil, err
	case whole:
		return already(dir)
	}
	got, err := g.stage(ctx, dir, parallel, progress)
	if err != nil {
		return nil, err
	}
	if err := publish(dir); err != nil {
		return nil, err
	}
	if got == nil {
		if got, err = already(dir); err != nil {
			return nil, err
		}
		got.Already = false
	}
	return got, os.RemoveAll(filepath.Join(dir, workFolder))
}

// stage makes the set in the folder stageFolder of dir, with PROVENANCE.txt as
// its last file. It returns nil where an earlier call has come to that.
func (g *getter) stage(ctx context.Context, dir string, parallel int, progress detection.Progress) (*Got, error) {
	stage := filepath.Join(dir, stageFolder)
	if g.isOf(stage) {
		return nil, nil
	}
	if err := write(filepath.Join(dir, workFolder, provenanceFile), []byte(g.heading())); err != nil {
		return nil, err
	}
	source := filepath.Join(dir, sourceFolder)
	if err := g.fetchAll(ctx, source, parallel, progress); err != nil {
		return nil, err
	}
	if err := os.RemoveAll(stage); err != nil {
		return nil, err
	}
	got, err := g.convert(ctx, source, stage, progress)
	if err != nil {
		return nil, err
	}
	return got, write(filepath.Join(stage, provenanceFile), []byte(g.provenance(got)))
}

// publish moves the finished set to dir, PROVENANCE.txt last.
func publish(dir string) error {
	entries, err := os.ReadDir(filepath.Join(dir, stageFolder))
	if err != nil {
		return err
	}
	var names []string
	for _, e := range entries {
		if e.Name() != provenanceFile {
			names = append(names, e.Name())
		}
	}
	for _, name := range append(names, provenanceFile) {
		to := filepath.Join(dir, name)
		if _, err := os.Lstat(to); err == nil {
			return fmt.Errorf("%s: %w", to, ErrOccupied)
		}
		if err := os.Rename(filepath.Join(dir, stageFolder, name), to); err != nil {
			return err
		}
	}
	return nil
}

// isOf says whether dir has the PROVENANCE.txt of the set.
func (g *getter) isOf(dir string) bool {
	text, err := os.ReadFile(filepath.Join(dir, provenanceFile))
	return err == nil && bytes.HasPrefix(text, []byte(g.heading()))
}

// complete says whether dir holds the whole set. An error is that it holds
// something else.
func (g *getter) complete(dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, os.ErrNotExist), err == nil && len(entries) == 0:
		return false, nil
	case err != nil:
		return false, err
	case g.isOf(dir):
		return true, nil
	case g.isOf(filepath.Join(dir, workFolder)):
		return false, nil
	}
	return false, fmt.Errorf("%s: %w", dir, ErrOccupied)
}

// fetchAll brings all files to the folder source.
func (g *getter) fetchAll(ctx context.Context, source string, parallel int, progress detection.Progress) error {
	var mu sync.Mutex
	var done int64
	report := func(unit string, scale, total int64) func(int64) {
		detection.Report(progress, detection.ProgressEvent{Task: "download", Total: int((total + scale - 1) / scale), Unit: unit})
		return func(n int64) {
			mu.Lock()
			defer mu.Unlock()
			done += n
			detection.Report(progress, detection.ProgressEvent{Task: "download", Done: int((done + scale - 1) / scale),
				Total: int((total + scale - 1) / scale), Unit: unit})
		}
	}
	if g.manifest.Archive != "" {
		total := len(g.manifest.files())
		if g.manifest.Points.Format == "masks" {
			total += len(g.manifest.Fields)
		}
		return g.fetchArchive(ctx, source, report("files", 1, int64(total)))
	}
	step := report("kB", 1000, g.manifest.size())
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for _, f := range g.manifest.files() {
		group.Go(func() error { return g.fetch(ctx, f, local(source, f.Path), step) })
	}
	return group.Wait()
}

// heading is the first lines of PROVENANCE.txt, by which a set is known.
func (g *getter) heading() string {
	m := g.manifest
	return fmt.Sprintf("Data set    %s\nSource      %s\nCommit      %s\n", m.Name, m.Repository, m.Commit)
}

// provenance is the text of PROVENANCE.txt.
func (g *getter) provenance(got *Got) string {
	m := g.manifest
	var b strings.Builder
	b.WriteString(g.heading())
	fmt.Fprintf(&b, "Licence     %s\nWhat        %s\n", m.Licence, m.What)
	if m.Cite != "" {
		fmt.Fprintf(&b, "Cite        %s\n", m.Cite)
	}
	fmt.Fprintf(&b, "Contents    %d images, %d points", got.Images, got.Points)
	if got.Dropped > 0 {
		fmt.Fprintf(&b, " (%d more were in the pixel of another or outside)", got.Dropped)
	}
	b.WriteByte('\n')
	for _, note := range m.Notes {
		fmt.Fprintf(&b, "Note        %s\n", note)
	}
	return b.String()
}

// already counts a set that is there.
func already(dir string) (*Got, error) {
	splits, err := findSplits(dir)
	if err != nil {
		return nil, err
	}
	got := &Got{Already: true}
	for _, s := range splits {
		s.list()
		for _, it := range s.items {
			got.Images++
			text, err := os.ReadFile(it.points)
			if err != nil {
				return nil, err
			}
			_, rows := outline(text)
			got.Points += len(rows)
		}
	}
	return got, nil
}
