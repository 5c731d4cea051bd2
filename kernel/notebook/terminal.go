package notebook

// terminal is the text of a stream, in which a carriage return goes to the
// beginning of the line, what follows overwrites it, and a backspace removes
// the character before it, and, within a line, the one that it stands on. Only
// the last line ever changes, so adding costs what is added.
//
// Source: processText of JupyterLab 4.6, but for characters outside the basic
// plane, which count as one here.
type terminal struct {
	done   []byte // lines that are complete
	line   []rune // the last line
	cursor int    // where in line the next character goes
}

func (t *terminal) add(text string) {
	for _, r := range text {
		switch r {
		case '\n':
			t.done = append(append(t.done, string(t.line)...), '\n')
			t.line, t.cursor = t.line[:0], 0
		case '\r':
			t.cursor = 0
		case '\b':
			if t.cursor > 0 {
				t.line = append(t.line[:t.cursor-1], t.line[min(t.cursor+1, len(t.line)):]...)
				t.cursor--
			}
		default:
			if t.cursor < len(t.line) {
				t.line[t.cursor] = r
			} else {
				t.line = append(t.line, r)
			}
			t.cursor++
		}
	}
}

func (t *terminal) text() string { return string(t.done) + string(t.line) }
