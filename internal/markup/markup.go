// Package markup helps tests of what is written as HTML.
package markup

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// WellFormed fails a test of a fragment that does not close what it opens.
func WellFormed(t testing.TB, fragment string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(fragment))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v in %s", err, fragment)
		}
	}
}
