package counts

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Columns that are not factors, so that no factor may have their names.
func columns() []string {
	return []string{"image", "count", "class", "images", "total", "mean", "sd", "median", "area", "volume", "density", "pooled"}
}

// CheckFactors reports the first name of a factor that tables cannot have: an
// empty or repeated one, and that of another column.
func CheckFactors(factors []string) error {
	for i, name := range factors {
		if name == "" || slices.Contains(columns(), name) || strings.HasPrefix(name, "class_") || slices.Index(factors, name) < i {
			return fmt.Errorf("factor %q: want a name of its own, other than class_ and those of columns: %s", name, strings.Join(columns(), ", "))
		}
	}
	return nil
}

// sizeName is the name of the column of sizes, such as "area_um2", or "area"
// without a unit.
func (t Table) sizeName() string {
	name := "area"
	if t.NDim == 3 {
		name = "volume"
	}
	if t.Unit == "" {
		return name
	}
	return fmt.Sprintf("%s_%s%d", name, t.Unit, t.NDim)
}

// Density names the unit of densities as the columns do: "per_mm2" or "per_mm3"
// where the table's unit is "um", "density" without a unit, and "" when there are
// no densities because sizes are unknown.
func (t Table) Density() string {
	switch {
	case !t.sized():
		return ""
	case t.Unit == "":
		return "density"
	case t.Unit == "um":
		return fmt.Sprintf("per_mm%d", t.NDim)
	}
	return fmt.Sprintf("per_%s%d", t.Unit, t.NDim)
}

// WriteImages writes one row per image: image, the factors, count, class_1
// and so on for each class of the table, then, where sizes are known, the area
// or volume and the densities of all points and of each class
// (class_1_per_mm2), with ten digits. Errors: those of [Table.Validate], and of w.
func (t Table) WriteImages(w io.Writer) error {
	if err := t.Validate(); err != nil {
		return fmt.Errorf("counts: %w", err)
	}
	classes := t.classes()
	header := append([]string{"image"}, t.Factors...)
	header = append(header, "count")
	for _, class := range classes {
		header = append(header, fmt.Sprintf("class_%d", class))
	}
	if t.sized() {
		header = append(header, t.sizeName(), t.Density())
		for _, class := range classes {
			header = append(header, fmt.Sprintf("class_%d_%s", class, t.Density()))
		}
	}
	rows := [][]string{header}
	for _, im := range t.Images {
		row := append([]string{im.Name}, im.Levels...)
		row = append(row, strconv.Itoa(im.Total))
		for _, class := range classes {
			row = append(row, strconv.Itoa(im.of(class)))
		}
		if t.sized() {
			row = append(row, number(im.Size), number(t.density(im, 0)))
			for _, class := range classes {
				row = append(row, number(t.density(im, class)))
			}
		}
		rows = append(rows, row)
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// WriteConditions writes the rows of [Table.Conditions]: the factors, class
// ("all" or its number), images, total, mean, sd and median of the counts, then,
// where sizes are known, the area or volume of all images, pooled density, and
// mean, sd and median of the densities. sd is empty for one image.
func (t Table) WriteConditions(w io.Writer) error {
	conditions, err := t.Conditions()
	if err != nil {
		return err
	}
	header := append(slices.Clone(t.Factors), "class", "images", "total", "mean", "sd", "median")
	if t.sized() {
		d := t.Density()
		header = append(header, t.sizeName(), "pooled_"+d, "mean_"+d, "sd_"+d, "median_"+d)
	}
	rows := [][]string{header}
	for _, s := range conditions {
		class := "all"
		if s.Class > 0 {
			class = strconv.Itoa(s.Class)
		}
		row := append(slices.Clone(s.Levels), class, strconv.Itoa(s.Images), strconv.Itoa(s.Total),
			number(s.Count.Mean), number(s.Count.SD), number(s.Count.Median))
		if t.sized() {
			row = append(row, number(s.Size), number(s.Pooled), number(s.Density.Mean), number(s.Density.SD), number(s.Density.Median))
		}
		rows = append(rows, row)
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// number has at most ten significant digits, and is empty for NaN.
func number(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 10, 64), 64)
	if err != nil {
		rounded = v // rounded up beyond the largest number
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}
