package imageio_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/puncta-bio/puncta/detection"
	"github.com/puncta-bio/puncta/detection/imageio"
)

func Example() {
	dir, err := os.MkdirTemp("", "imageio")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)

	stack := detection.NewVolume([3]int{5, 64, 48}, 2)
	stack.Spacing, stack.Unit = detection.Spacing{0.5, 0.1, 0.1}, "um"
	opts := imageio.DefaultTIFFOptions()
	opts.Kind = imageio.Uint16
	if err := imageio.WriteFile(filepath.Join(dir, "cells10.tif"), stack, opts); err != nil {
		fmt.Println(err)
		return
	}
	if err := imageio.WriteFile(filepath.Join(dir, "cells9.npy"), stack, opts); err != nil {
		fmt.Println(err)
		return
	}
	paths, err := imageio.List(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, path := range paths {
		img, err := imageio.Read(path)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s %v %d %v %s %v %q\n", filepath.Base(path), img.Dims, img.Channels, img.Kind, img.Axes, img.Spacing, img.Unit)
	}
	// Output:
	// cells9.npy [5 64 48] 2 float32 ZYXC [1 1 1] ""
	// cells10.tif [5 64 48] 2 uint16 ZCYX [0.5 0.1 0.1] "um"
}
