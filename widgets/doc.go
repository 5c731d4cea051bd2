// Package widgets makes interactive pages and parts of notebooks: HTML with
// its script and data inside, which loads nothing and needs no server, and
// holds a still picture for viewers that strip scripts.
//
//	[Explorer]  threshold, close-point radius and tolerance by sliders
//	[Viewer]    an image with its values, channels, planes; map, labels, points
//	[Stepper]   what each stage of the detection does to one image
//	[Compare]   two versions of an image, or two sets of points
//
// Each has its options, a New… function that does the work and refuses what is
// wrong, and a script (js) that only shows. Numbers that a reader can change are
// computed by the script as package detection does; tests in a browser hold them
// equal. Images go into the page with their values (raster.go, js/raster.js), as
// few as MostBytes allows, and a note says what was left out.
package widgets
