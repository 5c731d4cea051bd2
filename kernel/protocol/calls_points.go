package protocol

import "github.com/puncta-bio/puncta/detection"

// ReadPointsArgs asks for the points of a CSV file.
type ReadPointsArgs struct {
	// Path is absolute. There may be no file yet.
	Path string `json:"path"`
	// Classes is that of [detection.ReadPointsOptions].
	Classes int `json:"classes"`
}

// ReadPointsReply holds the points in the order of the file.
type ReadPointsReply struct {
	Points []detection.Point `json:"points"`
	// Hash is that of the file's contents, by which [SavePointsArgs.Base] knows
	// them again; "" where there is no file.
	Hash string `json:"hash"`
}

// SavePointsArgs asks to write a CSV file of points.
type SavePointsArgs struct {
	// Path is absolute.
	Path string `json:"path"`
	// Base is the hash of what the file held when it was read; "" where there was
	// none. A file that holds something else, and not CSV either, is left alone, with
	// an error of code [Changed].
	Base string `json:"base"`
	// Classes is that of [detection.ReadPointsOptions].
	Classes int `json:"classes"`
	// CSV is what is written, byte for byte, when [detection.ReadPoints] accepts
	// it. Several points in one voxel are accepted.
	CSV string `json:"csv"`
}

// SavePointsReply says what was written.
type SavePointsReply struct {
	// Points are those of the file now, Hash is that of its contents.
	Points []detection.Point `json:"points"`
	Hash   string            `json:"hash"`
}
