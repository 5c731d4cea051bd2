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
	check := func(key, path string, folder bool) {
		info, err := os.Stat(path)
		pos := c.position(key)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			faults = append(faults, pos.fault(key, "%s is %q: there is no such %s", key, path, kindOf(folder)))
		case err != nil:
			faults = append(faults, pos.fault(key, "%s is %q: cannot be read (%v)", key, path, errors.Unwrap(err)))
		case info.IsDir() != folder:
			faults = append(faults, pos.fault(key, "%s is %q: that is a %s, want a %s", key, path, kindOf(!folder), kindOf(folder)))
		}
	}
	fold := c.Test.Enable && c.Data.Test.UseValAsTest
	if c.Train.Enable || fold {
		check("DATA.TRAIN.PATH", c.Data.Train.Path, true)
		check("DATA.TRAIN.GT_PATH", c.Data.Train.GTPath, true)
		if !c.Data.Val.FromTrain {
			check("DATA.VAL.PATH", c.Data.Val.Path, true)
			check("DATA.VAL.GT_PATH", c.Data.Val.GTPath, true)
		}
	}
	if c.Test.Enable && !fold {
		check("DATA.TEST.PATH", c.Data.Test.Path, true)
		if c.Data.Test.LoadGT {
			check("DATA.TEST.GT_PATH", c.Data.Test.GTPath, true)
		}
	}
	if p := c.Data.Preprocess; p.used() && p.MatchHistogram.Enable {
		check("DATA.PREPROCESS.MATCH_HISTOGRAM.REFERENCE_PATH", p.MatchHistogram.ReferencePath, true)
	}
	if c.Model.LoadCheckpoint && c.Paths.CheckpointFile != "" {
		check("PATHS.CHECKPOINT_FILE", c.Paths.CheckpointFile, false)
	}
	return faults
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
