// Package supervisor is the process that Jupyter starts as the kernel Go
// (Puncta). It has two children: GoNB, which compiles and runs cells, and the
// engine, which remembers what cells cannot. It never opens XLA, so that a crash
// there costs the engine, and the next cell has a new one.
//
// What it starts ends with it. GoNB is told by the system when its parent dies;
// the engine sees the end of a pipe, and then ends every process that carries
// the kernel's ID, such as a cell that still runs. What a kill of all of them at
// once leaves is swept when the next kernel starts.
package supervisor
