package config

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// condition puts needs in words: "TRAIN.ENABLE is on"; "" is always. switches
// says which keys are True or False.
func condition(needs string, switches map[string]bool) string {
	if needs == "" {
		return ""
	}
	parts := strings.Split(needs, "|")
	for i, p := range parts {
		key, val, compared := strings.Cut(p, "=")
		switch {
		case compared:
			parts[i] = key + " is " + val
		case switches[key]:
			parts[i] = key + " is on"
		default:
			parts[i] = key + " is set"
		}
	}
	return choice(parts)
}

// Standing is [Key.Status] with its reason.
func (k Key) Standing() string {
	if k.Status == Renamed {
		return k.Status.String() + ", " + k.Reason
	}
	if k.Reason != "" {
		return k.Status.String() + ": " + k.Reason
	}
	return k.Status.String()
}

// Text explains the key in a few lines.
func (k Key) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n  %s\n", k.Name, k.Doc)
	for _, line := range []struct{ name, text string }{
		{"takes", k.Takes}, {"default", k.Default}, {"matters", k.When}, {"status", k.Standing()},
	} {
		if line.name == "matters" && line.text != "" {
			line.text = "when " + line.text
		}
		if line.text != "" {
			fmt.Fprintf(&b, "  %-8s %s\n", line.name, line.text)
		}
	}
	return b.String()
}

// TextTable lists keys with default, status and meaning, one a line.
func TextTable(keys []Key) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KEY\tDEFAULT\tSTATUS\tMEANING")
	for _, k := range keys {
		doc := k.Doc
		if k.Status == Refused || k.Status == NoEffect || k.Status == Renamed {
			doc = strings.ToUpper(k.Reason[:1]) + k.Reason[1:] + "."
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", k.Name, k.Default, k.Status, doc)
	}
	_ = w.Flush() // a strings.Builder does not fail
	return b.String()
}

// Markdown is the reference of all keys: a table per section, in which every
// row says what this version does with its key.
func Markdown() string {
	var b strings.Builder
	b.WriteString(`# Configuration

Every key that a configuration may hold. ` + "`puncta config explain --markdown`" + ` writes this file: it is made from the
table that reads, checks and defaults the keys, so it is always that of the program. Do not edit it.

A configuration is a YAML file with BiaPy's keys, or what ` + "`puncta config init`" + ` writes. A key that is *not supported
yet* or *refused* is a fault unless its value switches it off; one with *no effect* gives a warning; an unknown
key is a fault that names the nearest one. ` + "`puncta config check FILE`" + ` says all of that without running anything.
`)
	section := ""
	for _, k := range Keys() {
		head, _, _ := strings.Cut(k.Name, ".")
		if k.Status == Renamed {
			head = "Older spellings"
		}
		if head != section {
			section = head
			if k.Status == Renamed {
				fmt.Fprintf(&b, "\n## %s\n\n| key | |\n|---|---|\n", section)
			} else {
				fmt.Fprintf(&b, "\n## %s\n\n| key | takes | default | meaning | status |\n|---|---|---|---|---|\n", section)
			}
		}
		if k.Status == Renamed {
			fmt.Fprintf(&b, "| %s | %s |\n", code(k.Name), cell(k.Reason))
			continue
		}
		doc := k.Doc
		if k.When != "" {
			doc += " Matters when " + k.When + "."
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", code(k.Name), cell(k.Takes), code(k.Default), cell(doc), cell(k.Standing()))
	}
	return b.String()
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + cell(s) + "`"
}
