package sweep

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"
)

// JournalFile is the name of a sweep's journal in its folder.
const JournalFile = "journal.jsonl"

// AskedFile is the copy of what was asked for in a sweep's folder.
const AskedFile = "sweep.yaml"

// lockFile beside it is locked while a sweep works in the folder.
const lockFile = "journal.lock"

// ErrBusy is wrapped when another sweep works in a folder.
var ErrBusy = errors.New("another sweep works in this folder")

// Journal is the file in which a sweep notes what it has done: a line of JSON
// for each finished piece of work, on the disk before the next begins, so that a
// sweep that was killed knows what it need not do again. Its methods may be called
// from several goroutines at once.
type Journal struct {
	mu    sync.Mutex
	file  *os.File
	lock  *flock.Flock
	known map[string]Record
}

// OpenJournal opens the journal of a sweep's folder, which is there, and reads
// it; a folder without one gets an empty one. The folder is locked until Close or
// the end of the process.
//
// A last line that is not whole, as a kill or a power cut leaves it, is cut off.
// Errors: [ErrBusy]; a line before the last that is damaged, with its number.
func OpenJournal(dir string) (*Journal, error) {
	lock := flock.New(filepath.Join(dir, lockFile))
	free, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	if !free {
		return nil, fmt.Errorf("sweep: %s: %w: wait for it, or give another --name", dir, ErrBusy)
	}
	path := filepath.Join(dir, JournalFile)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sweep: %w", err), lock.Close())
	}
	j := &Journal{file: f, lock: lock, known: map[string]Record{}}
	if err := j.read(); err != nil {
		return nil, errors.Join(fmt.Errorf("sweep: %s: %w", path, err), j.Close())
	}
	return j, nil
}

// read reads all whole lines and leaves the file there.
func (j *Journal) read() error {
	text, err := io.ReadAll(j.file)
	if err != nil {
		return err
	}
	good := 0
	for n := 1; good < len(text); n++ {
		end := bytes.IndexByte(text[good:], '\n')
		if end < 0 {
			break
		}
		var r Record
		if err := json.Unmarshal(text[good:good+end], &r); err != nil || r.ID == "" {
			if good+end+1 == len(text) { // the last one
				break
			}
			return fmt.Errorf("line %d is damaged: delete it, and what it said is done again", n)
		}
		j.known[r.ID] = r
		good += end + 1
	}
	if good < len(text) {
		if err := j.file.Truncate(int64(good)); err != nil {
			return err
		}
	}
	_, err = j.file.Seek(int64(good), io.SeekStart)
	return err
}

// Find returns what is known about a piece of work; of several lines the last
// one counts.
func (j *Journal) Find(id string) (Record, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	r, ok := j.known[id]
	return r, ok
}

// Done is Find for work that has not failed.
func (j *Journal) Done(id string) (Record, bool) {
	r, ok := j.Find(id)
	return r, ok && r.Error == ""
}

// Append notes finished work and brings it to the disk. Either all of records
// are there after a kill, or the first ones of them.
func (j *Journal) Append(records ...Record) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.write(records); err != nil || len(records) == 0 {
		return err
	}
	if err := j.file.Sync(); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	return nil
}

// Note is Append that does not wait for the disk: a kill leaves what it wrote, and
// a power cut may take it. It is for what can be done without.
func (j *Journal) Note(records ...Record) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.write(records)
}

func (j *Journal) write(records []Record) error {
	var lines []byte
	for _, r := range records {
		line, err := json.Marshal(r)
		if err != nil {
			return fmt.Errorf("sweep: journal: %w", err)
		}
		lines = append(append(lines, line...), '\n')
	}
	if _, err := j.file.Write(lines); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	for _, r := range records {
		j.known[r.ID] = r
	}
	return nil
}

// Close lets go of the folder.
func (j *Journal) Close() error {
	return errors.Join(j.file.Close(), j.lock.Close())
}
