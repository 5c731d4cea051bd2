package imageio

import (
	"math"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/detection"
)

func TestParseImageJ(t *testing.T) {
	nan := math.NaN()
	for _, tt := range []struct {
		name    string
		text    string
		res     resolution
		axes    string
		spacing detection.Spacing
		unit    string
	}{
		{"hyperstack", "ImageJ=1.53t\nimages=30\nchannels=3\nslices=10\nhyperstack=true\nunit=micron\nspacing=0.5\n",
			resolution{0.25, 0.2, 1}, "T=1 Z=10 C=3", detection.Spacing{0.5, 0.2, 0.25}, "um"},
		{"images alone are z", "ImageJ=1.53t\nimages=7\n", resolution{1, 1, 1}, "T=1 Z=7 C=1", detection.UnitSpacing, ""},
		{"counts that do not multiply", "ImageJ=1.53t\nimages=7\nslices=3\nchannels=2\n", resolution{1, 1, 1}, "T=1 Z=7 C=1", detection.UnitSpacing, ""},
		{"frames", "ImageJ=1.53t\nimages=6\nframes=3\nslices=2\n", resolution{1, 1, 1}, "T=3 Z=2 C=1", detection.UnitSpacing, ""},
		{"escaped unit", "ImageJ=1.53t\nunit=\\u00B5m\n", resolution{2, 2, 1}, "T=1 Z=1 C=1", detection.Spacing{1, 2, 2}, "um"},
		{"line ends of Windows", "ImageJ=1.53t\r\nimages=2\r\nunit=nm\r\n", resolution{2, 2, 1}, "T=1 Z=2 C=1", detection.Spacing{1, 2, 2}, "nm"},
		{"units that differ", "ImageJ=1.53t\nunit=um\nyunit=nm\nzunit=mm\nspacing=0.002\n", resolution{0.1, 100, 1}, "T=1 Z=1 C=1", detection.Spacing{2, 0.1, 0.1}, "um"},
		{"negative spacing", "ImageJ=1.53t\nspacing=-2.5\n", resolution{1, 1, 1}, "T=1 Z=1 C=1", detection.Spacing{2.5, 1, 1}, ""},
		{"spacing 0 and no resolution", "ImageJ=1.53t\nspacing=0\n", resolution{nan, math.Inf(1), 2}, "T=1 Z=1 C=1", detection.UnitSpacing, ""},
		{"72 pixels per inch are no size", "ImageJ=1.53t\n", resolution{1.0 / 72, 1.0 / 72, 2}, "T=1 Z=1 C=1", detection.UnitSpacing, ""},
		{"300 pixels per inch are", "ImageJ=1.53t\n", resolution{1.0 / 300, 1.0 / 300, 2}, "T=1 Z=1 C=1", detection.Spacing{1, 1.0 / 300, 1.0 / 300}, "inch"},
		{"centimetres", "ImageJ=1.53t\n", resolution{0.01, 0.01, 3}, "T=1 Z=1 C=1", detection.Spacing{1, 0.01, 0.01}, "cm"},
	} {
		meta, err := parseImageJ(tt.text, tt.res)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if describeAxes(meta.axes) != tt.axes || meta.unit != tt.unit || !near(meta.spacing, tt.spacing) {
			t.Errorf("%s: %s %v %q, want %s %v %q", tt.name, describeAxes(meta.axes), meta.spacing, meta.unit, tt.axes, tt.spacing, tt.unit)
		}
	}
}

// near allows for the rounding of a conversion between units.
func near(a, b detection.Spacing) bool {
	for i := range a {
		if !(math.Abs(a[i]-b[i]) <= 1e-12*b[i]) {
			return false
		}
	}
	return true
}

func TestNormalUnit(t *testing.T) {
	for in, want := range map[string]string{
		"micron": "um", "Microns": "um", "µm": "um", "μm": "um", `\u00B5m`: "um", "\xb5m": "um", "um": "um", " micrometer ": "um",
		"nanometer": "nm", "mm": "mm", "cm": "cm", "inch": "inch", "Å": "angstrom",
		"pixel": "", "Pixels": "", "": "", "parsec": "parsec",
		`\u00`: `\u00`, `\u00zzm`: `\u00zzm`,
	} {
		if got := normalUnit(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func TestMicrometres(t *testing.T) {
	for unit, want := range map[string]float64{"pm": 1e-6, "Å": 1e-4, "nm": 1e-3, "microns": 1, "mm": 1e3, "cm": 1e4, "inches": 25400, "m": 1e6, "pixel": 0, "": 0, "parsec": 0} {
		if got, ok := Micrometres(unit); got != want || ok != (want > 0) {
			t.Errorf("%q is %v um, %v, want %v", unit, got, ok, want)
		}
	}
}

const omeHead = `<?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0"><Pixels `

func TestParseOME(t *testing.T) {
	for _, tt := range []struct {
		name    string
		pixels  string
		samples int
		axes    string
		spacing detection.Spacing
		unit    string
	}{
		{"sizes and default unit", `DimensionOrder="XYCZT" SizeX="9" SizeY="8" SizeZ="5" SizeC="2" SizeT="1" PhysicalSizeX="0.1" PhysicalSizeY="0.2" PhysicalSizeZ="0.7">`, 1,
			"T=1 Z=5 C=2", detection.Spacing{0.7, 0.2, 0.1}, "um"},
		{"order and units", `DimensionOrder="XYTZC" SizeZ="5" SizeC="2" SizeT="1" PhysicalSizeX="0.1" PhysicalSizeY="100" PhysicalSizeYUnit="nm" PhysicalSizeZ="0.001" PhysicalSizeZUnit="mm">`, 1,
			"C=2 Z=5 T=1", detection.Spacing{1, 0.1, 0.1}, "um"},
		{"no size", `DimensionOrder="XYZCT" SizeZ="5" SizeC="1" SizeT="1">`, 1, "T=1 C=1 Z=5", detection.UnitSpacing, ""},
		{"no z size", `DimensionOrder="XYZCT" SizeZ="1" SizeC="1" SizeT="1" PhysicalSizeX="2" PhysicalSizeXUnit="nm" PhysicalSizeY="3" PhysicalSizeYUnit="nm">`, 1,
			"T=1 C=1 Z=1", detection.Spacing{1, 3, 2}, "nm"},
		{"RGB", `DimensionOrder="XYCZT" SizeZ="5" SizeC="3" SizeT="1"><TiffData IFD="1" FirstZ="1" FirstC="0"/>`, 3, "T=1 Z=5 C=1", detection.UnitSpacing, ""},
		{"RGB twice", `DimensionOrder="XYCZT" SizeZ="1" SizeC="6" SizeT="1"><TiffData IFD="1" FirstC="3"/>`, 3, "T=1 Z=1 C=2", detection.UnitSpacing, ""},
		{"planes in order", `DimensionOrder="XYCZT" SizeZ="2" SizeC="2" SizeT="1"><TiffData IFD="0"/><TiffData FirstC="1" IFD="1"/><TiffData FirstZ="1" IFD="2"/>`, 1,
			"T=1 Z=2 C=2", detection.UnitSpacing, ""},
	} {
		meta, err := parseOME(omeHead+tt.pixels+"</Pixels></Image></OME>", tt.samples)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if describeAxes(meta.axes) != tt.axes || meta.unit != tt.unit || !near(meta.spacing, tt.spacing) {
			t.Errorf("%s: %s %v %q, want %s %v %q", tt.name, describeAxes(meta.axes), meta.spacing, meta.unit, tt.axes, tt.spacing, tt.unit)
		}
	}
	for _, tt := range []struct{ name, pixels, want string }{
		{"no order", `SizeZ="5" SizeC="1" SizeT="1">`, `DimensionOrder="", want XY`},
		{"double order", `DimensionOrder="XYZZT" SizeZ="5" SizeC="1" SizeT="1">`, `DimensionOrder="XYZZT"`},
		{"size 0", `DimensionOrder="XYZCT" SizeZ="0" SizeC="1" SizeT="1">`, "SizeZ=0, want 1 to"},
		{"size in words", `DimensionOrder="XYZCT" SizeZ="five" SizeC="1" SizeT="1">`, "OME-XML: "},
		{"planes out of order", `DimensionOrder="XYZCT" SizeZ="2" SizeC="1" SizeT="1"><TiffData FirstZ="1" IFD="0"/>`, "puts plane z=1 c=0 t=0 in directory 0, want 1"},
		{"unit in words", `DimensionOrder="XYZCT" SizeZ="2" SizeC="1" SizeT="1" PhysicalSizeX="1" PhysicalSizeZ="1" PhysicalSizeZUnit="parsec">`, "want units that can be converted"},
	} {
		if _, err := parseOME(omeHead+tt.pixels+"</Pixels></Image></OME>", 1); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	if _, err := parseOME(omeHead+`DimensionOrder="XYCZT" SizeZ="1" SizeC="4" SizeT="1"></Pixels></Image></OME>`, 3); err == nil || !strings.Contains(err.Error(), "SizeC=4, want a multiple of the 3 samples") {
		t.Errorf("RGB of 4 channels: %v", err)
	}
}

// TestDescriptions reads whole files by their description.
func TestDescriptions(t *testing.T) {
	pages := func(text string) []byte {
		first := with(gray(0), description(text))
		return forge(directoryWriter{}, first, gray(1), gray(2), gray(3))
	}
	for _, tt := range []struct {
		name, text string
		axes       string
	}{
		{"nothing known", "made by a microscope", "ZYX"},
		{"XML of someone else", "<?xml version='1.0'?><MetaData>half", "ZYX"},
		{"OME", "\ufeff" + omeHead + `DimensionOrder="XYCZT" SizeZ="2" SizeC="2" SizeT="1"></Pixels></Image></OME>`, "ZCYX"},
		{"tifffile with axes", `{"shape": [2, 2, 2, 2], "axes": "CZYX"}`, "CZYX"},
		{"tifffile without axes", `{"shape": [4, 2, 2]}`, "ZYX"},
		{"tifffile, of other pages", `{"shape": [9, 2, 2], "axes": "CYX"}`, "ZYX"},
		{"tifffile, of other pixels", `{"shape": [4, 3, 3], "axes": "CYX"}`, "ZYX"},
		{"tifffile, letters that name nothing", `{"shape": [4, 2, 2], "axes": "QYX"}`, "ZYX"},
		{"JSON of someone else", `{"shape": "round"}`, "ZYX"},
	} {
		if img := mustDecode(t, pages(tt.text), DefaultReadOptions()); img.Axes != tt.axes {
			t.Errorf("%s: axes %s, want %s", tt.name, img.Axes, tt.axes)
		}
	}
	for text, want := range map[string]string{
		`{"shape": [2, 2, 2, 2]}`: "more than one could be z, name them with ReadOptions.Axes",
		omeHead + `DimensionOrder="XYCZT" SizeZ="9" SizeC="2" SizeT="1"></Pixels></Image></OME>`: "OME-XML describes 18 pages, the file has 4",
	} {
		checkBad(t, pages(text), want)
	}
	opts := DefaultReadOptions()
	opts.Axes = "CZYX"
	if img := mustDecode(t, pages(`{"shape": [2, 2, 2, 2]}`), opts); img.Axes != "CZYX" {
		t.Errorf("axes %s, want CZYX", img.Axes)
	}
}
