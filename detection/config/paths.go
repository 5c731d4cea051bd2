package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// CheckPaths reports each file or folder that an enabled stage reads and that
// is not there or of the wrong kind. Relative paths start at the working
// directory. The error is [Faults].
func (c *Config) CheckPaths() error { return c.missingPaths().err() }

func (c *Config) missingPaths() Faults {
	var faults Faults
	for _, in := range c.Inputs() {
		info, err := os.Stat(in.Path)
		pos := c.position(in.Key)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			faults = append(faults, pos.fault(in.Key, "%s is %q: there is no such %s", in.Key, in.Path, kindOf(in.Folder)))
		case err != nil:
			faults = append(faults, pos.fault(in.Key, "%s is %q: cannot be read (%v)", in.Key, in.Path, errors.Unwrap(err)))
		case info.IsDir() != in.Folder:
			faults = append(faults, pos.fault(in.Key, "%s is %q: that is a %s, want a %s", in.Key, in.Path, kindOf(!in.Folder), kindOf(in.Folder)))
		}
	}
	return faults
}

// Input is a file or folder that a job reads.
type Input struct {
	Key, Path string
	Folder    bool
}

// Inputs lists the files and folders that the enabled stages read, but for a
// checkpoint of the job itself, which has no path in the configuration.
func (c *Config) Inputs() []Input {
	var inputs []Input
	add := func(key, path string, folder bool) { inputs = append(inputs, Input{key, path, folder}) }
	fold := c.Test.Enable && c.Data.Test.UseValAsTest
	if c.Train.Enable || fold {
		add("DATA.TRAIN.PATH", c.Data.Train.Path, true)
		add("DATA.TRAIN.GT_PATH", c.Data.Train.GTPath, true)
		if !c.Data.Val.FromTrain {
			add("DATA.VAL.PATH", c.Data.Val.Path, true)
			add("DATA.VAL.GT_PATH", c.Data.Val.GTPath, true)
		}
	}
	if c.Test.Enable && !fold {
		add("DATA.TEST.PATH", c.Data.Test.Path, true)
		if c.Data.Test.LoadGT {
			add("DATA.TEST.GT_PATH", c.Data.Test.GTPath, true)
		}
	}
	if p := c.Data.Preprocess; p.used() && p.MatchHistogram.Enable {
		add("DATA.PREPROCESS.MATCH_HISTOGRAM.REFERENCE_PATH", p.MatchHistogram.ReferencePath, true)
	}
	if c.Model.LoadCheckpoint && c.Paths.CheckpointFile != "" {
		add("PATHS.CHECKPOINT_FILE", c.Paths.CheckpointFile, false)
	}
	return inputs
}

func kindOf(folder bool) string {
	if folder {
		return "folder"
	}
	return "file"
}

// ResolvePaths makes the relative paths of the configuration start at dir
// instead of the working directory.
func (c *Config) ResolvePaths(dir string) {
	data := &c.Data
	for _, path := range []*string{
		&data.Train.Path, &data.Train.GTPath, &data.Val.Path, &data.Val.GTPath, &data.Test.Path, &data.Test.GTPath,
		&data.Preprocess.MatchHistogram.ReferencePath, &c.Paths.CheckpointFile,
	} {
		if *path != "" && !filepath.IsAbs(*path) {
			*path = filepath.Join(dir, *path)
		}
	}
}
