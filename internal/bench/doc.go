// Package bench measures Puncta against other programs in a way that a busy
// or uneven machine does not decide: both sides work in turn, ours, the
// peer's, ours, the peer's, in one run, and what counts are medians and the
// ratios of neighbouring measurements.
//
// [Alternate] is the method; [Stages], [Training] and [EndToEnd] are what it
// is used on. The peer is a program that the caller names. It takes one order
// per line on standard input and answers each with one JSON object on a line
// of its own, with the seconds that it measured itself ([Peer]). Without a
// peer only our side is measured.
//
// Nothing here says that a time is good or bad. What can be right or wrong are
// results: those of [Stages] are compared with the peer's, value by value.
package bench
