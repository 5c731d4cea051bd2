package page

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/puncta-bio/puncta/kernel/notebook"
)

func write(t *testing.T, opts Options, cells ...*notebook.Cell) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, &notebook.Notebook{Minor: 5, Cells: cells}, opts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func outputs(list ...*notebook.Output) *notebook.Cell {
	return &notebook.Cell{Type: notebook.Code, Source: "x", Outputs: list}
}

func data(pairs ...string) *notebook.Output {
	o := &notebook.Output{Type: notebook.DisplayData, Data: notebook.Object{}}
	for i := 0; i < len(pairs); i += 2 {
		o.Data[pairs[i]] = pairs[i+1]
	}
	return o
}

func TestOutputs(t *testing.T) {
	for _, test := range []struct {
		name  string
		out   *notebook.Output
		want  string
		never string
	}{
		{"stream", &notebook.Output{Type: notebook.Stream, Name: "stdout", Text: "\x1b[1;31ma<b\x1b[0m\n"}, `<pre class="stdout">a&lt;b` + "\n</pre>", "\x1b"},
		{"stderr", &notebook.Output{Type: notebook.Stream, Name: "stderr", Text: "w"}, `<pre class="stderr">w</pre>`, ""},
		{"error", &notebook.Output{Type: notebook.Error, ErrorName: "E", Traceback: []string{"\x1b[0;31mE\x1b[39m", "at <1>"}}, "<pre class=\"error\">E\nat &lt;1&gt;</pre>", "\x1b"},
		{"error without traceback", &notebook.Output{Type: notebook.Error, ErrorName: "E", ErrorValue: "v"}, `<pre class="error">E: v</pre>`, ""},
		{"html as it is", data("text/plain", "no", "text/html", "<script>a && b</script>"), "<script>a && b</script>", "no</pre>"},
		{"markdown", data("text/plain", "no", "text/markdown", "**b**"), "<strong>b</strong>", "no</pre>"},
		{"svg before png", data("image/png", "AAAA", "image/svg+xml", "<svg></svg>"), "<svg></svg>", "AAAA"},
		{"png", data("text/plain", "no", "image/png", "AA\nAA\n"), `<img alt="output" src="data:image/png;base64,AAAA">`, "no</pre>"},
		{"jpeg", data("image/jpeg", "BBBB"), `src="data:image/jpeg;base64,BBBB"`, ""},
		{"plain", data("text/plain", "<1>"), "<pre>&lt;1&gt;</pre>", ""},
		{"a type that pages do not show", data("application/x", "zz", "text/plain", "p"), "<pre>p</pre>", "zz"},
		{"nothing to show", data("application/x", "zz"), "", `class="out"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := write(t, Options{}, outputs(test.out))
			if !strings.Contains(got, test.want) || test.never != "" && strings.Contains(got, test.never) {
				t.Errorf("want %q and not %q in %s", test.want, test.never, got[strings.Index(got, "<body>"):])
			}
		})
	}
}

func TestCells(t *testing.T) {
	three := 3
	md := &notebook.Cell{Type: notebook.Markdown, Source: "# T & U\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<b>raw</b> ![](attachment:a.png)",
		Attachments: notebook.Object{"a.png": notebook.Object{"image/png": "QQ=="}}}
	code := &notebook.Cell{Type: notebook.Code, Source: "if a < \"b\" { // c\n}", Count: &three, Metadata: notebook.Object{"tags": []any{"parameters"}}}
	raw := &notebook.Cell{Type: notebook.Raw, Source: "<raw>"}
	got := write(t, Options{}, md, code, raw)
	for _, want := range []string{
		"<title>T &amp; U</title>", "<td>1</td>", "<b>raw</b>", `src="data:image/png;base64,QQ=="`,
		`<span class="k">if</span> a &lt; <span class="s">&#34;b&#34;</span> { <span class="c">// c</span>`,
		"[3] · parameters", "&lt;raw&gt;", "prefers-color-scheme: dark", `id="cell-3"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got[strings.Index(got, "<body>"):])
		}
	}
	if got := write(t, Options{HideCode: true, Title: "Mine"}, code); strings.Contains(got, "source\">") || !strings.Contains(got, "<title>Mine</title>") {
		t.Error("the code is there, or the title is not")
	}
}

// The page of a notebook without links asks for nothing.
func TestNoRequests(t *testing.T) {
	got := write(t, Options{}, &notebook.Cell{Type: notebook.Markdown, Source: "text"}, outputs(data("image/png", "AA==")))
	if found := regexp.MustCompile(`(https?:)?//[a-z]|@import|url\(`).FindString(got); found != "" {
		t.Errorf("the page holds %s", found)
	}
}

var tags = regexp.MustCompile(`</?span[^>]*>`)

// Highlighting loses no character, whatever the language.
func FuzzHighlight(f *testing.F) {
	for _, s := range []string{"var x = `a\r\nb` /* c\r */", "%%\n!ls 'x", "\"open\n", "\x00\xff", "<a & b>", "def f():\n  return 'a\"b' # c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := html.UnescapeString(tags.ReplaceAllString(string(highlight(s)), "")); got != s {
			// Text that looks like an entity or a tag of ours is escaped, so
			// unescaping must give it back.
			t.Errorf("%q became %q", s, got)
		}
	})
}
