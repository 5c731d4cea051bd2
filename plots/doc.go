// Package plots draws the charts of Puncta and the pictures of its networks. A
// chart is a struct of plain data with methods that write it, so that the same
// numbers can be drawn again elsewhere. Every [Chart] is written as PNG, drawn
// with gonum/plot, and as an interactive part of a page, drawn by echarts in the
// reader's browser. [Curves] and [Scatter] are also SVG for pages, written here,
// because the page gives the colours and a browser the fonts.
//
//   - over a training: [Curves], [LearningRate]
//   - over thresholds and tolerances: [ScoresOverThreshold],
//     [PrecisionOverRecall], [F1OverTolerance]
//   - of classes: [ClassBars], [NewConfusion]
//   - of points and maps: [PointProbabilities], [MapProbabilities],
//     [MatchDistances], and any numbers by [NewHistogram]
//   - counted against true objects: [Scatter]
//   - of a sweep, from one table of [Runs]: [Parallel], [Effects], [Pareto]
//   - where the time goes: [Timing]
//
// A picture has the colours of a light page. An interactive part follows its
// page, light or dark, in the same colours or lighter ones, which are told apart
// by readers who do not tell red from green, and lines by their dashes, too.
package plots
