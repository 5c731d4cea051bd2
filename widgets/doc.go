// Package widgets makes interactive pages and parts of notebooks: HTML with
// its script and data inside, which loads nothing and needs no server, and
// holds a still picture for viewers that strip scripts.
package widgets
