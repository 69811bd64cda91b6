// Package overlay has the names that `drpcli content-archive build` is compiled against: that command fails.
package overlay

import (
	"errors"
	"io/fs"
)

// FS would lay file systems over each other.
type FS struct{}

// Mount would be one of them.
type Mount struct {
	FS     fs.FS
	Expose bool
	Path   string
}

// New has nothing to lay.
func New(fs.FS) *FS { return &FS{} }

// Mount does nothing.
func (*FS) Mount(string, Mount) {}

// Open always fails.
func (*FS) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("content archives are not in this build")}
}
