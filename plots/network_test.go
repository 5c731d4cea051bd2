package plots

import (
	"bytes"
	"errors"
	"testing"
)

func smallNetwork() Network {
	return Network{
		Title: "cells_1: unet, 2D", Notes: []string{"1,234 trainable parameters", "batch norm; elu"},
		Input: Box{"image", "3 channels"}, Output: Box{"probability", "1 channel"},
		Levels: []NetworkLevel{
			{Box{"8 maps", "64 × 64", "2 conv 3 × 3", "100 parameters"}, Box{"8 maps", "64 × 64"}, "skip, 8 maps", "max-pool 2 × 2", "transposed conv 2 × 2"},
			{Box{"16 maps", "32 × 32"}, Box{"16 maps", "32 × 32"}, "skip, 16 maps", "max-pool 2 × 2", "transposed conv 2 × 2"},
		},
		Bottom: Box{"32 maps"},
	}
}

func TestNetworkGolden(t *testing.T) {
	var b, again bytes.Buffer
	if err := smallNetwork().WritePNG(&b); err != nil {
		t.Fatal(err)
	}
	if err := smallNetwork().WritePNG(&again); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("two drawings of the same network differ")
	}
	checkGolden(t, "network_golden.png", b.Bytes())
}

func TestNetworkErrors(t *testing.T) {
	if err := (Network{}).WritePNG(&bytes.Buffer{}); err == nil || err.Error() != "plots: a network needs at least one level" {
		t.Errorf("no level: %v", err)
	}
	long := smallNetwork()
	long.Levels[1].Up = Box{"a", "b", "c", "d", "e"}
	if err := long.WritePNG(&bytes.Buffer{}); err == nil || err.Error() != "plots: a box of a network has 5 lines: want at most 4" {
		t.Errorf("a long box: %v", err)
	}
	if err := smallNetwork().WritePNG(failingWriter{}); !errors.Is(err, errDisk) {
		t.Errorf("error %v, want %v", err, errDisk)
	}
}
