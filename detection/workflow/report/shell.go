package report

import (
	"regexp"
	"strings"
)

var plainWord = regexp.MustCompile(`^[\pL\pN_./:=,@%+-]+$`)

// ShellLine joins words to a line for a POSIX shell.
func ShellLine(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = w
		if !plainWord.MatchString(w) {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}
