// Package plots draws the charts of Puncta and the pictures of its networks.
// This version has PNG, drawn with gonum/plot; a chart is a struct of plain data
// with a method that writes it, so that the same numbers can be drawn again
// elsewhere.
package plots
