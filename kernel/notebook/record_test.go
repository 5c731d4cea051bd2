package notebook

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// obvious is what JupyterLab does, on the whole text at every step.
func obvious(text []rune, cursor int, add string) ([]rune, int) {
	for _, r := range add {
		switch r {
		case '\b':
			if cursor > 0 && text[cursor-1] != '\n' {
				rest := text[min(cursor+1, len(text)):]
				text = append(append([]rune{}, text[:cursor-1]...), rest...)
				cursor--
			}
		case '\r':
			for cursor > 0 && text[cursor-1] != '\n' {
				cursor--
			}
		case '\n':
			text = append(text, '\n')
			cursor = len(text)
		default:
			text = append(append(append([]rune{}, text[:cursor]...), r), text[min(cursor+1, len(text)):]...)
			cursor++
		}
	}
	return text, cursor
}

func TestTerminalEqualsObvious(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	alphabet := []rune("abé\r\b\n")
	for range 3000 {
		var fast terminal
		var slow []rune
		cursor := 0
		for range 1 + random.IntN(4) {
			var piece strings.Builder
			for range random.IntN(12) {
				piece.WriteRune(alphabet[random.IntN(len(alphabet))])
			}
			fast.add(piece.String())
			slow, cursor = obvious(slow, cursor, piece.String())
		}
		if fast.text() != string(slow) {
			t.Fatalf("got %q, want %q", fast.text(), string(slow))
		}
	}
}

// said is a message as "type json".
func record(t *testing.T, r *Recorder, c *Cell, said ...string) {
	t.Helper()
	r.Begin(c)
	for _, s := range said {
		kind, body, _ := strings.Cut(s, " ")
		if err := r.Message(kind, json.RawMessage(body)); err != nil {
			t.Fatal(err)
		}
	}
	r.End()
}

// show writes outputs on one line.
func show(c *Cell) string {
	var parts []string
	for _, o := range c.Outputs {
		switch o.Type {
		case Stream:
			parts = append(parts, fmt.Sprintf("%s%q", o.Name, o.Text))
		case Error:
			parts = append(parts, "error:"+o.ErrorName+":"+o.ErrorValue)
		default:
			parts = append(parts, fmt.Sprintf("%s:%v", o.Type, o.Data["text/plain"]))
		}
	}
	return strings.Join(parts, " ")
}

func display(kind, id, text string) string {
	return fmt.Sprintf(`%s {"data":{"text/plain":%q},"metadata":{},"transient":{"display_id":%q}}`, kind, text, id)
}

func stream(name, text string) string {
	return fmt.Sprintf(`stream {"name":%q,"text":%q}`, name, text)
}

func TestRecorderFolds(t *testing.T) {
	for _, test := range []struct {
		name string
		said []string
		want string
	}{
		{"one name merges", []string{stream("stdout", "a"), stream("stdout", "b\n"), stream("stderr", "e"), stream("stdout", "c")}, `stdout"ab\n" stderr"e" stdout"c"`},
		{"a display cuts a stream", []string{stream("stdout", "a"), display("display_data", "", "x"), stream("stdout", "b")}, `stdout"a" display_data:x stdout"b"`},
		{"progress bars", []string{stream("stdout", "10%"), stream("stdout", "\r20%"), stream("stdout", "\rX\b\n")}, "stdout\"%\\n\""},
		{"overwriting starts anew behind a display", []string{stream("stdout", "abc"), display("display_data", "", "x"), stream("stdout", "\rX")}, `stdout"abc" display_data:x stdout"X"`},
		{"update", []string{display("display_data", "i", "1"), display("display_data", "j", "2"), display("update_display_data", "i", "3")}, `display_data:3 display_data:2`},
		{"update of nothing", []string{display("update_display_data", "i", "3")}, ``},
		{"the same id again changes the first", []string{display("display_data", "i", "1"), display("display_data", "i", "2")}, `display_data:2 display_data:2`},
		{"an update does not cut a stream", []string{display("display_data", "i", "1"), stream("stdout", "a"), display("update_display_data", "i", "2"), stream("stdout", "b")}, `display_data:2 stdout"ab"`},
		{"clear at once", []string{stream("stdout", "a"), `clear_output {"wait":false}`, stream("stdout", "b")}, `stdout"b"`},
		{"clear at once and nothing more", []string{stream("stdout", "a"), `clear_output {"wait":false}`}, ``},
		{"clear with wait", []string{stream("stdout", "a"), `clear_output {"wait":true}`}, `stdout"a"`},
		{"clear with wait, then output", []string{stream("stdout", "a"), `clear_output {"wait":true}`, stream("stdout", "b"), stream("stdout", "c")}, `stdout"bc"`},
		{"clear with wait, then display", []string{stream("stdout", "a"), `clear_output {"wait":true}`, display("display_data", "", "x")}, `display_data:x`},
		{"clear takes back a waiting one", []string{stream("stdout", "a"), `clear_output {"wait":true}`, `clear_output {"wait":false}`, stream("stdout", "b"), stream("stdout", "c")}, `stdout"bc"`},
		{"result", []string{`execute_input {"code":"","execution_count":7}`, `execute_result {"data":{"text/plain":["a","b"]},"metadata":{},"execution_count":7}`}, `execute_result:ab`},
		{"error", []string{`error {"ename":"E","evalue":"v","traceback":["t"]}`}, `error:E:v`},
		{"others", []string{`comm_open {"comm_id":"x"}`, `status {"execution_state":"busy"}`}, ``},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &Cell{Type: Code, Outputs: []*Output{{Type: Stream, Text: "old"}}}
			record(t, NewRecorder(), c, test.said...)
			if got := show(c); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestRecorderUpdatesOtherCells(t *testing.T) {
	r := NewRecorder()
	a, b := &Cell{Type: Code}, &Cell{Type: Code}
	record(t, r, a, display("display_data", "i", "1"), display("display_data", "i", "1"))
	record(t, r, b, display("display_data", "k", "1"), display("update_display_data", "i", "2"))
	if show(a) != "display_data:2 display_data:2" || show(b) != "display_data:1" {
		t.Errorf("cells %s and %s", show(a), show(b))
	}
	if !reflect.DeepEqual(a.Outputs[0].Data, Object{"text/plain": "2"}) {
		t.Errorf("data %v", a.Outputs[0].Data)
	}
}

func TestRecorderRefuses(t *testing.T) {
	r, c := NewRecorder(), &Cell{Type: Code}
	r.Begin(c)
	if err := r.Message("stream", json.RawMessage(`{"text": 3}`)); err == nil || !strings.Contains(err.Error(), "stream") {
		t.Errorf("error %v", err)
	}
	if len(c.Outputs) != 0 {
		t.Error("it left an output")
	}
}
