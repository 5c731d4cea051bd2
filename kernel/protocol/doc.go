// Package protocol is what a notebook cell and the engine say to each other.
//
// A call is one connection to a Unix socket. The caller sends a request, the
// engine answers with any number of messages about how the work goes and then
// with one result or one error, and closes. A caller that closes first cancels
// the call.
//
// A message is the length of a JSON text, 4 bytes, big-endian, and the text.
// Volumes travel beside it as file descriptors (SCM_RIGHTS), in the order in
// which the message lists their shapes: files in memory that nobody can change
// any more, or, where there are none, temporary files without a name. They are
// read and never mapped, so that a file that is too short is an error and not
// a signal. Their values are float32 of the machine's byte order: both ends are
// on one machine.
package protocol
