package notebook

// Object is a JSON object. Its values are nil, bool, string, json.Number,
// []any and map[string]any.
type Object = map[string]any

// Notebook is a notebook of format 4.
type Notebook struct {
	// Minor is the number after the dot: 5 for the format 4.5.
	Minor int
	// Metadata holds kernelspec, language_info and whatever else there is.
	Metadata Object
	// Cells are in the order of the page.
	Cells []*Cell

	extra Object // keys that the format does not have
}

// CellType says what a cell is.
type CellType string

// The types of the format. Others are kept as they are.
const (
	Code     CellType = "code"
	Markdown CellType = "markdown"
	Raw      CellType = "raw"
)

// Cell is a cell of a notebook.
type Cell struct {
	Type CellType
	// ID names the cell within the notebook; "" before the format 4.5.
	ID string
	// Source is the text of the cell.
	Source string
	// Metadata holds tags and whatever else there is.
	Metadata Object
	// Attachments are files of a markdown cell: by name, by MIME type. Nil when
	// the cell has none.
	Attachments Object
	// Outputs are those of a code cell.
	Outputs []*Output
	// Count is the number that the kernel gave a code cell, nil when it was
	// not executed.
	Count *int

	extra Object
}

// OutputType says what an output is.
type OutputType string

// The types of the format. Others are kept as they are.
const (
	Stream        OutputType = "stream"
	DisplayData   OutputType = "display_data"
	ExecuteResult OutputType = "execute_result"
	Error         OutputType = "error"
)

// Output is one output of a code cell.
type Output struct {
	Type OutputType
	// Name of a stream: stdout or stderr.
	Name string
	// Text of a stream.
	Text string
	// Data of display_data and execute_result, by MIME type. Texts are strings;
	// JSON types are what they are.
	Data Object
	// Metadata of display_data and execute_result.
	Metadata Object
	// Count of an execute_result; nil for none.
	Count *int
	// ErrorName, ErrorValue and Traceback of an error.
	ErrorName, ErrorValue string
	Traceback             []string

	extra Object
}

// Tags lists the tags of a cell. A value of tags that is not a list of texts
// counts as none.
func (c *Cell) Tags() []string {
	list, _ := c.Metadata["tags"].([]any)
	var tags []string
	for _, t := range list {
		if s, ok := t.(string); ok {
			tags = append(tags, s)
		}
	}
	return tags
}

// HasTag says whether the cell has that tag.
func (c *Cell) HasTag(tag string) bool {
	for _, t := range c.Tags() {
		if t == tag {
			return true
		}
	}
	return false
}

// KernelName is the kernel that the notebook was made with,
// metadata.kernelspec.name, or "".
func (nb *Notebook) KernelName() string { return nb.metadataText("kernelspec", "name") }

// Language is the language of the code cells: metadata.kernelspec.language, or
// else metadata.language_info.name, or "".
func (nb *Notebook) Language() string {
	if l := nb.metadataText("kernelspec", "language"); l != "" {
		return l
	}
	return nb.metadataText("language_info", "name")
}

func (nb *Notebook) metadataText(section, key string) string {
	m, _ := nb.Metadata[section].(Object)
	s, _ := m[key].(string)
	return s
}
