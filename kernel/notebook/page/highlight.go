package page

import (
	"go/scanner"
	"go/token"
	"html"
	"html/template"
	"strings"
)

// highlight marks keywords, texts, numbers and comments, which are much the
// same in Go and in other languages of notebooks. Source that is no Go comes
// out complete all the same: what is not a token stays as it is.
func highlight(source string) template.HTML {
	set := token.NewFileSet()
	file := set.AddFile("", set.Base(), len(source))
	var s scanner.Scanner
	s.Init(file, []byte(source), func(token.Position, string) {}, scanner.ScanComments)
	var b strings.Builder
	done := 0
	for {
		pos, tok, text := s.Scan()
		if tok == token.EOF {
			break
		}
		class := ""
		switch {
		case tok.IsKeyword():
			class = "k"
		case tok == token.COMMENT:
			class = "c"
		case tok == token.STRING || tok == token.CHAR:
			class = "s"
		case tok == token.INT || tok == token.FLOAT || tok == token.IMAG:
			class = "n"
		}
		start := file.Offset(pos)
		if class == "" || start < done || !strings.HasPrefix(source[start:], text) {
			continue // the scanner leaves carriage returns out of some texts
		}
		b.WriteString(html.EscapeString(source[done:start]))
		b.WriteString(`<span class="` + class + `">` + html.EscapeString(text) + "</span>")
		done = start + len(text)
	}
	b.WriteString(html.EscapeString(source[done:]))
	return template.HTML(b.String())
}
