package config

import (
	"embed"
	"path/filepath"
	"regexp"
	"strings"
)

//go:embed templates/*.yaml
var templateFiles embed.FS

// templateNames lists the templates, the usual one first.
var templateNames = []string{"2d", "3d", "spots", "nuclei2d"}

// Template is a commented configuration to start from.
type Template struct {
	// Name is a short word, such as "2d".
	Name string `json:"name"`
	// Doc is one sentence that says what it is for.
	Doc string `json:"doc"`

	text string
}

// Templates lists what there is to start from, the usual one first.
func Templates() []Template {
	list := make([]Template, len(templateNames))
	for i, name := range templateNames {
		text, err := templateFiles.ReadFile("templates/" + name + ".yaml")
		if err != nil {
			panic("config: " + err.Error()) // a name of the list that is not embedded; a test reads them all
		}
		first, _, _ := strings.Cut(string(text), "\n")
		list[i] = Template{Name: name, Doc: strings.TrimPrefix(first, "# "), text: string(text)}
	}
	return list
}

var (
	templatePath = regexp.MustCompile(`(?m)^(\s*(?:# )?(?:GT_)?PATH: )data/(\S+)( *)`)
	templateVal  = regexp.MustCompile(`(?m)^( +)# ((?:GT_)?PATH: .*)$`)
	templatePart = regexp.MustCompile(`(?m)^( +)(SPLIT_TRAIN: .*)$`)
)

// Text is the file, for a data set in the layout dir/{train,val,test}/{x,y};
// "" for the folder "data". With val the validation images are those of
// dir/val instead of a share of the training images.
func (t Template) Text(dir string, val bool) string {
	if dir == "" {
		dir = "data"
	}
	text := templatePath.ReplaceAllStringFunc(t.text, func(line string) string {
		m := templatePath.FindStringSubmatch(line)
		path := formatText(filepath.ToSlash(filepath.Join(dir, m[2])))
		if m[3] == "" { // no comment behind
			return m[1] + path
		}
		return m[1] + path + strings.Repeat(" ", max(1, len("data/"+m[2]+m[3])-len(path)))
	})
	if val {
		text = strings.Replace(text, "FROM_TRAIN: True ", "FROM_TRAIN: False", 1)
		text = templateVal.ReplaceAllString(text, "$1$2")
		text = templatePart.ReplaceAllString(text, "$1# $2")
	}
	return text
}
