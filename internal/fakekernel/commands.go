package fakekernel

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"
)

// Commands lists what a line of a cell can be. A line that begins with // or
// with var is no command; a var is remembered, and set prints its value.
const Commands = `print TEXT      to stdout, with the escapes of a Go string and no newline of its own
warn TEXT       to stderr, likewise
display ID TEXT display_data with that display id, - for none
update ID TEXT  update_display_data
clear [wait]    clear_output
result TEXT     execute_result
html TEXT       display_data with text/html
report NAME VAR display_data of a result (package result): the last var VAR
big N           N bytes to stdout in pieces of 64 KB
get NAME        the text behind = of the last var NAME
cwd             the working folder
env NAME        a variable of the environment
error NAME MSG  fails with that error
sleep SECONDS   until interrupted, which fails with KeyboardInterrupt
hang            ignores interrupts for an hour
die STATUS      ends the process
late TEXT       print behind the reply, before idle
noidle          does not say idle for an hour
count           the number of cells so far`

type failure struct{ name, value string }

func (s *server) execute(r request) {
	var c struct {
		Code         string `json:"code"`
		Silent       bool   `json:"silent"`
		StoreHistory bool   `json:"store_history"`
	}
	_ = json.Unmarshal(r.content, &c)
	select {
	case <-s.interrupts: // of an earlier cell
	default:
	}
	if c.StoreHistory {
		s.cells++
	}
	s.say(r, "execute_input", map[string]any{"code": c.Code, "execution_count": s.cells})
	var late []string
	for line := range strings.Lines(c.Code) {
		line = strings.TrimRight(line, "\r\n")
		if rest, ok := strings.CutPrefix(line, "late "); ok {
			late = append(late, unescape(rest))
			continue
		}
		if f := s.command(r, line); f != nil {
			trace := []string{"\x1b[31m" + f.name + "\x1b[0m", f.value}
			s.say(r, "error", map[string]any{"ename": f.name, "evalue": f.value, "traceback": trace})
			s.reply(s.shell, r, "execute_reply", map[string]any{"status": "error", "execution_count": s.cells, "ename": f.name, "evalue": f.value, "traceback": trace})
			return
		}
	}
	s.reply(s.shell, r, "execute_reply", map[string]any{"status": "ok", "execution_count": s.cells, "user_expressions": map[string]any{}, "payload": []any{}})
	for _, text := range late {
		time.Sleep(100 * time.Millisecond)
		s.stream(r, "stdout", text)
	}
}

func (s *server) command(r request, line string) *failure {
	name, rest, _ := strings.Cut(line, " ")
	switch name {
	case "", "//":
	case "var":
		n, v, _ := strings.Cut(rest, "=")
		s.variables[strings.Fields(n)[0]] = strings.TrimSpace(v)
	case "get":
		s.stream(r, "stdout", s.variables[rest]+"\n")
	case "print":
		s.stream(r, "stdout", unescape(rest))
	case "warn":
		s.stream(r, "stderr", unescape(rest))
	case "cwd":
		dir, _ := os.Getwd()
		s.stream(r, "stdout", dir)
	case "env":
		s.stream(r, "stdout", os.Getenv(rest))
	case "count":
		s.stream(r, "stdout", strconv.Itoa(s.cells))
	case "display", "update":
		id, text, _ := strings.Cut(rest, " ")
		content := map[string]any{"data": map[string]any{"text/plain": unescape(text)}, "metadata": map[string]any{}}
		if id != "-" {
			content["transient"] = map[string]any{"display_id": id}
		}
		s.say(r, map[string]string{"display": "display_data", "update": "update_display_data"}[name], content)
	case "html":
		s.say(r, "display_data", map[string]any{"data": map[string]any{"text/html": unescape(rest), "text/plain": "html"}, "metadata": map[string]any{}})
	case "report":
		n, v, _ := strings.Cut(rest, " ")
		number, err := strconv.ParseFloat(strings.Trim(s.variables[v], `"`), 64)
		if err != nil {
			return &failure{"ValueError", err.Error()}
		}
		data := map[string]any{"application/vnd.puncta.result+json": map[string]any{n: number}, "text/plain": rest}
		s.say(r, "display_data", map[string]any{"data": data, "metadata": map[string]any{}})
	case "clear":
		s.say(r, "clear_output", map[string]any{"wait": rest == "wait"})
	case "result":
		s.say(r, "execute_result", map[string]any{"data": map[string]any{"text/plain": unescape(rest)}, "metadata": map[string]any{}, "execution_count": s.cells})
	case "big":
		n, _ := strconv.Atoi(rest)
		const piece = 1 << 16
		for ; n > 0; n -= piece {
			s.stream(r, "stdout", strings.Repeat("x", min(n, piece)))
		}
	case "error":
		n, v, _ := strings.Cut(rest, " ")
		return &failure{n, v}
	case "sleep":
		seconds, _ := strconv.ParseFloat(rest, 64)
		select {
		case <-time.After(time.Duration(seconds * float64(time.Second))):
		case <-s.interrupts:
			return &failure{"KeyboardInterrupt", ""}
		}
	case "hang":
		signal.Ignore(os.Interrupt)
		time.Sleep(time.Hour)
	case "noidle":
		s.reply(s.shell, r, "execute_reply", map[string]any{"status": "ok", "execution_count": s.cells})
		time.Sleep(time.Hour)
	case "die":
		fmt.Fprintln(os.Stderr, "fatal: the device is gone")
		time.Sleep(50 * time.Millisecond) // lets what was said before leave
		status, _ := strconv.Atoi(rest)
		os.Exit(status)
	default:
		return &failure{"SyntaxError", line}
	}
	return nil
}

func (s *server) stream(r request, name, text string) {
	s.say(r, "stream", map[string]any{"name": name, "text": text})
}

// unescape reads \n, \r, \b and \t.
func unescape(s string) string {
	return strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\b`, "\b", `\t`, "\t").Replace(s)
}
