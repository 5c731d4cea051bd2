// Package gallery shows every chart of package plots and every widget of package
// widgets on one page, with generated data: for who looks for the right one, and
// for tests that look at all of them.
package gallery
