package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/puncta-bio/puncta/detection/counts"
	"github.com/puncta-bio/puncta/detection/workflow"
)

// conditionsText shows the table of conditions.
func conditionsText(table counts.Table, conditions []counts.Summary) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	density := table.Density()
	header := slices.Concat(table.Factors, []string{"class", "images", "total", "mean", "sd", "median"})
	if density != "" {
		header = append(header, "mean "+density, "sd")
	}
	fmt.Fprintln(w, strings.Join(header, "\t"))
	for _, s := range conditions {
		class := "all"
		if s.Class > 0 {
			class = strconv.Itoa(s.Class)
		}
		row := slices.Concat(s.Levels, []string{class, strconv.Itoa(s.Images), strconv.Itoa(s.Total), short(s.Count.Mean), short(s.Count.SD), short(s.Count.Median)})
		if density != "" {
			row = append(row, short(s.Density.Mean), short(s.Density.SD))
		}
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	w.Flush()
	return b.String()
}

// short has four significant digits or all of a whole number, and is "-" for NaN.
func short(v float64) string {
	switch {
	case math.IsNaN(v):
		return "-"
	case v == math.Trunc(v) || math.Abs(v) >= 1000:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// countResult is the result as one JSON object; sd is null for one image.
func countResult(table counts.Table, conditions []counts.Summary, output string) map[string]any {
	stats := func(s counts.Stats) map[string]any {
		m := map[string]any{"mean": s.Mean, "sd": s.SD, "median": s.Median}
		if math.IsNaN(s.SD) {
			m["sd"] = nil
		}
		return m
	}
	density := table.Density()
	total := 0
	for _, im := range table.Images {
		total += im.Total
	}
	rows := make([]map[string]any, len(conditions))
	for i, s := range conditions {
		levels := map[string]string{}
		for k, name := range table.Factors {
			levels[name] = s.Levels[k]
		}
		rows[i] = map[string]any{"condition": levels, "class": s.Class, "images": s.Images, "total": s.Total, "count": stats(s.Count)}
		if density != "" {
			rows[i]["density"], rows[i]["pooled_density"], rows[i]["density_unit"] = stats(s.Density), s.Pooled, density
		}
	}
	result := map[string]any{"images": len(table.Images), "points": total, "conditions": rows}
	if output != "" {
		result["output"], result["output_conditions"] = output, workflow.ConditionsFile(output)
	}
	return result
}
