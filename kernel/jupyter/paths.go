package jupyter

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
)

// DataPaths lists the folders in which Jupyter looks for its data, kernels
// among them, first come first served: those of JUPYTER_PATH; the user's, which
// is JUPYTER_DATA_DIR or the platform's default; share/jupyter of the Python
// environment that is active (VIRTUAL_ENV, CONDA_PREFIX) or that holds the
// jupyter on the PATH; and the system's. An active environment goes before the
// user's folder, as it does in Jupyter. The folders need not exist.
//
// Source: jupyter_path of jupyter_core 5.
func DataPaths() []string {
	var paths []string
	add := func(dirs ...string) {
		for _, d := range dirs {
			if d != "" && !slices.Contains(paths, d) {
				paths = append(paths, d)
			}
		}
	}
	add(filepath.SplitList(os.Getenv("JUPYTER_PATH"))...)
	for _, name := range []string{"VIRTUAL_ENV", "CONDA_PREFIX"} {
		if prefix := os.Getenv(name); prefix != "" {
			add(filepath.Join(prefix, "share", "jupyter"))
		}
	}
	add(UserData())
	if jupyter, err := exec.LookPath("jupyter"); err == nil {
		add(filepath.Join(filepath.Dir(filepath.Dir(jupyter)), "share", "jupyter"))
	}
	add(systemDataDirs()...)
	return paths
}

// UserData is the user's own folder among the [DataPaths], or "" where there is
// no home.
func UserData() string {
	if dir := os.Getenv("JUPYTER_DATA_DIR"); dir != "" {
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	switch runtime.GOOS {
	case "darwin":
		return filepath.Join(home, "Library", "Jupyter")
	case "windows":
		if dir := os.Getenv("APPDATA"); dir != "" {
			return filepath.Join(dir, "jupyter")
		}
		return filepath.Join(home, ".jupyter", "data")
	}
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "jupyter")
	}
	return filepath.Join(home, ".local", "share", "jupyter")
}

func systemDataDirs() []string {
	if runtime.GOOS == "windows" {
		if dir := os.Getenv("PROGRAMDATA"); dir != "" {
			return []string{filepath.Join(dir, "jupyter")}
		}
		return nil
	}
	return []string{"/usr/local/share/jupyter", "/usr/share/jupyter"}
}
