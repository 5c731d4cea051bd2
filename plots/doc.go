// Package plots draws the charts of Puncta. This version has the PNG charts,
// drawn with gonum/plot; a chart is a struct of plain data with a method that
// writes it, so that the same numbers can be drawn again elsewhere.
package plots
