package imageio

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/puncta-bio/puncta/detection"
)

// normalUnit gives a unit of length its short form: all spellings of the
// micrometre become "um", pixels become "", which is no unit, and what is not
// known stays as it is. ImageJ writes characters beyond ASCII as \u00B5.
func normalUnit(s string) string {
	s = strings.TrimSpace(unescape(s))
	if !utf8.ValidString(s) { // the micro sign of Latin-1
		s = strings.ReplaceAll(s, "\xb5", "µ")
	}
	switch strings.ToLower(s) {
	case "um", "µm", "μm", "micron", "microns", "micrometer", "micrometers", "micrometre", "micrometres":
		return "um" // with the micro sign or the Greek letter
	case "nm", "nanometer", "nanometers", "nanometre", "nanometres":
		return "nm"
	case "å", "angstrom", "angstroms":
		return "angstrom"
	case "mm", "millimeter", "millimeters", "millimetre", "millimetres":
		return "mm"
	case "cm", "centimeter", "centimeters", "centimetre", "centimetres":
		return "cm"
	case "in", "inch", "inches", `"`:
		return "inch"
	case "pm", "picometer", "picometre":
		return "pm"
	case "m", "meter", "meters", "metre", "metres":
		return "m"
	case "pixel", "pixels", "px", "voxel", "voxels", "reference frame":
		return ""
	}
	return s
}

// Micrometres is the length of a unit in micrometres, in any of its usual
// spellings, and false for what is no unit of length that is known. It knows
// pm, angstrom, nm, um, mm, cm, inch and m.
func Micrometres(unit string) (float64, bool) {
	switch normalUnit(unit) {
	case "pm":
		return 1e-6, true
	case "angstrom":
		return 1e-4, true
	case "nm":
		return 1e-3, true
	case "um":
		return 1, true
	case "mm":
		return 1e3, true
	case "cm":
		return 1e4, true
	case "inch":
		return 25400, true
	case "m":
		return 1e6, true
	}
	return 0, false
}

// inOneUnit expresses a spacing whose axes have units of their own, (z, y, x),
// in the unit of x.
func inOneUnit(s detection.Spacing, units [3]string) (detection.Spacing, string, error) {
	x := normalUnit(units[2])
	for i := range s {
		unit := normalUnit(units[i])
		if unit == x {
			continue
		}
		from, ok1 := Micrometres(unit)
		to, ok2 := Micrometres(x)
		if !ok1 || !ok2 {
			return s, "", fmt.Errorf("the voxel size is in %q along %s and in %q along x, want units that can be converted",
				units[i], detection.AxisNames[i], units[2])
		}
		s[i] = step(s[i] * (from / to))
	}
	return s, x, nil
}

// unescape replaces \uXXXX by its character.
func unescape(s string) string {
	var out strings.Builder
	for {
		i := strings.Index(s, `\u`)
		if i < 0 || len(s) < i+6 {
			break
		}
		code, err := strconv.ParseUint(s[i+2:i+6], 16, 16)
		if err != nil {
			out.WriteString(s[:i+2])
			s = s[i+2:]
			continue
		}
		out.WriteString(s[:i])
		out.WriteRune(rune(code))
		s = s[i+6:]
	}
	return out.String() + s
}

// escape is the inverse of unescape for characters beyond ASCII.
func escape(s string) string {
	var out strings.Builder
	for _, r := range s {
		if r < 0x80 {
			out.WriteRune(r)
		} else {
			fmt.Fprintf(&out, `\u%04X`, r)
		}
	}
	return out.String()
}
