// Package notebooks holds the tutorials, and the tests that keep them in order. It
// has no code of its own: a tutorial imports what it shows.
//
// # The form of a tutorial
//
// A tutorial is a file NN_name.ipynb for the kernel Go (Puncta), without outputs
// and counts, as nbformat writes it. It begins with
//
//	# Title
//
//	*One line that says what it is about.*
//
// The first cell of code is the imports, with "flag" among them. One cell is
// tagged parameters. Lines of code have at most 111 columns, which is what a page
// shows. Values that a test gives the parameters, such as fewer steps of a
// training, are in metadata.puncta.test, and the parameters cell says that there
// are some. Files are written only below the working folder.
//
// # Exercises
//
// An exercise is a cell of code tagged exercise, followed by a cell of Markdown
// tagged solution. The cell says "right", or "not so" and why:
//
//	%%
//	// Your answer:
//	radius := 1
//
//	// The check:
//	…
//
// The solution is folded, and its first block of Go takes the place of the given
// answer:
//
//	<details><summary>Solution</summary>
//
//	```go
//	radius := 5
//	```
//
//	Why that is so.
//
//	</details>
//
// The tests run both: the given answer must not pass, and the solution must.
//
// # Rendered pages
//
// scripts/render-notebooks runs all tutorials and writes docs/notebooks/NN_name.html,
// and the list of them in docs/notebooks/README.md.
package notebooks
