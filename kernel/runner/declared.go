package runner

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"strings"
)

// declared is a variable of the parameters cell.
type declared struct {
	name string
	// typ is its type as Go text, "" where only the compiler knows it.
	typ string
	// explicit says that the declaration names the type.
	explicit bool
	constant bool
}

// declarations lists the variables and constants that a cell declares for the
// cells behind it, in their order. Lines of GoNB's own commands (%…, !…) are no
// Go, and what follows %% or %main is the body of a function.
func declarations(source string) ([]declared, error) {
	lines := strings.Split(source, "\n")
	for i, line := range lines {
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, "%%") || trimmed == "%main" || strings.HasPrefix(trimmed, "%main ") {
			lines = lines[:i]
			break
		}
		if strings.HasPrefix(trimmed, "%") || strings.HasPrefix(trimmed, "!") {
			lines[i] = ""
		}
	}
	// On the line of the package clause, so that line numbers are the cell's.
	file, err := parser.ParseFile(token.NewFileSet(), "", "package p;"+strings.Join(lines, "\n"), parser.SkipObjectResolution)
	if err != nil {
		if list, ok := err.(scanner.ErrorList); ok && len(list) > 0 {
			return nil, fmt.Errorf("line %d: %s", list[0].Pos.Line, list[0].Msg)
		}
		return nil, err
	}
	var found []declared
	for _, d := range file.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok || group.Tok != token.VAR && group.Tok != token.CONST {
			continue
		}
		for _, s := range group.Specs {
			spec := s.(*ast.ValueSpec)
			for i, name := range spec.Names {
				v := declared{name: name.Name, constant: group.Tok == token.CONST}
				switch {
				case spec.Type != nil:
					v.typ, v.explicit = types.ExprString(spec.Type), true
				case i < len(spec.Values):
					v.typ = literalType(spec.Values[i])
				}
				found = append(found, v)
			}
		}
	}
	return found, nil
}

// literalType is the type of a variable that is set to a literal, "" for other
// expressions.
func literalType(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		return map[token.Token]string{token.INT: "int", token.FLOAT: "float64", token.STRING: "string", token.CHAR: "rune"}[e.Kind]
	case *ast.Ident:
		if e.Name == "true" || e.Name == "false" {
			return "bool"
		}
	case *ast.UnaryExpr:
		if e.Op == token.SUB || e.Op == token.ADD {
			return literalType(e.X)
		}
	case *ast.ParenExpr:
		return literalType(e.X)
	case *ast.CompositeLit:
		if e.Type != nil {
			return types.ExprString(e.Type)
		}
	case *ast.CallExpr: // float32(0.5)
		if id, ok := e.Fun.(*ast.Ident); ok && len(e.Args) == 1 && literalType(e.Args[0]) != "" && basicBits[id.Name] != 0 {
			return id.Name
		}
	}
	return ""
}
