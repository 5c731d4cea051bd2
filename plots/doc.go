// Package plots draws the charts of Puncta and the pictures of its networks. A
// chart is a struct of plain data with methods that write it, so that the same
// numbers can be drawn again elsewhere: PNG files, drawn with gonum/plot, and
// SVG for web pages, written here, because the page gives the colours and a
// browser the fonts.
package plots
