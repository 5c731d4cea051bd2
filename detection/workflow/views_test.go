package workflow

import (
	"testing"

	"github.com/puncta-bio/puncta/detection/inference"
)

func TestViewsOfAConfiguration(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct {
		settings []string
		views    inference.Views
		combine  inference.Combine
	}{
		{nil, inference.NoViews, ""},
		{[]string{"TEST.AUGMENTATION=True"}, inference.AllViews, inference.Mean},
		{[]string{"TEST.AUGMENTATION=True", "TEST.AUGMENTATION_GROUP=full", "TEST.AUGMENTATION_MODE=max"}, inference.AllViews, inference.Maximum},
		{[]string{"TEST.AUGMENTATION=True", "TEST.AUGMENTATION_GROUP=flips", "TEST.AUGMENTATION_MODE=min"}, inference.Flips, inference.Minimum},
		{[]string{"TEST.AUGMENTATION=True", "TEST.AUGMENTATION_GROUP=none"}, inference.NoViews, ""},
	} {
		c := smallConfig(t, dir, tt.settings...)
		s := settingsOf(c, networkConfig(c))
		if s.Views != tt.views || s.Combine != tt.combine {
			t.Errorf("%v: views %q, combined by %q, want %q and %q", tt.settings, s.Views, s.Combine, tt.views, tt.combine)
		}
	}
}
