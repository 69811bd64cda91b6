// Package seekable has the names of RackN's library that archives are compiled against: the server's of job logs, and
// those that drpcli writes. None can be read or written.
package seekable

import (
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
)

var errAbsent = errors.New("archives are not in this build")

// Decoder would read an archive.
type Decoder struct{}

// Encoder would write one.
type Encoder struct{}

// NewDecoder always fails.
func NewDecoder(io.ReadSeeker, int64, *zstd.Decoder) (*Decoder, error) { return nil, errAbsent }

// NewWriter always fails.
func NewWriter(io.Writer, *zstd.Encoder) (*Encoder, error) { return nil, errAbsent }

// ReadSeeker has nothing to read.
func (*Decoder) ReadSeeker() io.ReadSeeker { return nil }

// Close does nothing.
func (*Decoder) Close() error { return nil }

// Write always fails.
func (*Encoder) Write([]byte) (int, error) { return 0, errAbsent }

// Close does nothing.
func (*Encoder) Close() error { return nil }

// ReadAt always fails.
func (*Decoder) ReadAt([]byte, int64) (int, error) { return 0, errAbsent }

// Size is nothing.
func (*Decoder) Size() int64 { return 0 }
