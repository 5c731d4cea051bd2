// Package display shows things in a notebook, from cells: HTML, pictures, and
// the progress of what takes long, which updates in place and stays in the saved
// notebook as it was at the end.
//
// Outside a notebook nothing is shown but what has a form in plain text, which
// goes to standard output, so that the same code is a script.
package display
