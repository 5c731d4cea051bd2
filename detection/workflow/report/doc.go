// Package report writes the report of a job, and the page of a sweep.
//
// A report is one HTML file that holds its pictures, charts and numbers, needs
// no network, and reads on light and dark screens, on paper and by a screen
// reader. It holds no script but that of a widget with which a reader looks
// through the mistakes, and says all without it. A [Page] is plain values; [Write] turns it into the file.
// Charts are those of package plots, and behind each stands a table of its
// numbers.
//
// The page of a [Sweep] is such a file too, but for the scripts of its charts,
// which can be pointed at.
package report
