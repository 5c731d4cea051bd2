package workflow

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/puncta-bio/puncta/detection/imageio"
	"github.com/puncta-bio/puncta/internal/filesys"
)

// FindImages sets the image of each set: the one of the same name below dirs
// or, without dirs, beside the points file. Of several images of one name in
// subfolders, that in the set's folder is taken.
//
// Errors are for [ErrInput]: a folder that is not there, and, with dirs, a set
// without an image or with several.
func FindImages(sets []PointSet, dirs []string) error {
	if len(dirs) == 0 {
		for i := range sets {
			found, err := imagesBelow(filepath.Dir(sets[i].Path), false)
			if err != nil {
				return err
			}
			if candidates := found[sets[i].Name]; len(candidates) == 1 {
				sets[i].Image = candidates[0].path
			}
		}
		return nil
	}
	all := map[string][]foundImage{}
	for _, dir := range dirs {
		if !filesys.IsFolder(dir) {
			return inputf("--image %s: want a folder of images", dir)
		}
		found, err := imagesBelow(dir, true)
		if err != nil {
			return err
		}
		for name, images := range found {
			all[name] = append(all[name], images...)
		}
	}
	var errs []error
	for i := range sets {
		var err error
		if sets[i].Image, err = sets[i].chooseImage(all[sets[i].Name]); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) > 0 {
		return Input(limitErrors(errs))
	}
	return nil
}

// foundImage is an image with its folder, as PointSet.Folder has it: once
// from below the folder that was given, and once with that folder's name.
type foundImage struct{ path, below, with string }

// imagesBelow lists the images of a folder, and of those in it, by their name.
func imagesBelow(dir string, deep bool) (map[string][]foundImage, error) {
	place, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	found := map[string][]foundImage{}
	visit := func(dir, sub string) error {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return inputf("%s: %w", dir, filesys.WithoutPath(err))
		}
		for _, e := range entries {
			if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") && imageio.Supported(e.Name()) {
				name := filesys.Stem(e.Name())
				found[name] = append(found[name], foundImage{filepath.Join(dir, e.Name()), sub, path.Join(filepath.Base(place), sub)})
			}
		}
		return nil
	}
	if !deep {
		return found, visit(dir, "")
	}
	return found, walkFolders(dir, "", visit)
}

// chooseImage is the only candidate, or the only one in the set's folder.
func (s *PointSet) chooseImage(candidates []foundImage) (string, error) {
	if len(candidates) > 1 {
		var same []foundImage
		for _, c := range candidates {
			if c.below == s.Folder || c.with == s.Folder {
				same = append(same, c)
			}
		}
		if len(same) != 1 {
			return "", inputf("%s: %s and %s have its name: want one image, or one in a folder %q", s.Path, candidates[0].path, candidates[1].path, s.Folder)
		}
		candidates = same
	}
	if len(candidates) == 0 {
		return "", inputf("%s: has no image of the name %s in the folders of --image", s.Path, s.Name)
	}
	return candidates[0].path, nil
}

// readImage reads the image of a set. Points of a plane may belong to a stack,
// of which they are a projection, but not the other way round.
func (s *PointSet) readImage() (*imageio.Image, error) {
	image, err := imageio.Read(s.Image)
	if err != nil {
		return nil, Input(err)
	}
	if s.NDim == 3 && image.Dims[0] == 1 {
		return nil, inputf("%s: has a column axis-2, but %s has one plane", s.Path, s.Image)
	}
	return image, nil
}
