package workflow

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/puncta-bio/puncta/detection/config"
	"github.com/puncta-bio/puncta/detection/training"
	"github.com/puncta-bio/puncta/detection/unet"
)

// CodeHash is the SHA-256, in hexadecimal, of the sources of the packages
// unet, training and config in this program, tests left out: two programs with
// the same hash train the same network in the same way, as far as that depends
// on these packages.
func CodeHash() (string, error) {
	return hashSources(map[string]fs.FS{"unet": unet.Sources, "training": training.Sources, "config": config.Sources})
}

// hashSources hashes name, length and contents of each file, in order.
func hashSources(packages map[string]fs.FS) (string, error) {
	hash := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		files, err := fs.Glob(packages[name], "*.go")
		if err != nil {
			return "", err
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := fs.ReadFile(packages[name], file)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(hash, "%s/%s %d\n", name, file, len(text))
			hash.Write(text)
		}
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// programVersion is the version of this program as Go's tools wrote it into
// it, with the commit where they knew one.
func programVersion(info *debug.BuildInfo) string {
	version := info.Main.Version
	if version == "" {
		version = "unknown"
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	revision := settings["vcs.revision"]
	switch {
	case revision == "":
		return version + ", built without a commit's name"
	case settings["vcs.modified"] == "true":
		return version + ", commit " + revision + " with changes"
	}
	return version + ", commit " + revision
}

// moduleVersion is the version of a module that this program is built with.
func moduleVersion(info *debug.BuildInfo, path string) string {
	for _, d := range info.Deps {
		if d.Path == path {
			if d.Replace != nil {
				d = d.Replace
			}
			return d.Version
		}
	}
	return "unknown"
}
