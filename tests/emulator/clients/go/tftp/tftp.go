// Package tftp has the names that `drpcli static` and `drpcli info` are compiled against: nothing is transferred.
package tftp

import (
	"errors"
	"io"
)

var errAbsent = errors.New("TFTP is not in this build")

// Client would transfer files.
type Client struct{}

// NewClient always fails.
func NewClient(string) (*Client, error) { return nil, errAbsent }

// SetBlockSize does nothing.
func (*Client) SetBlockSize(int) {}

// Send always fails.
func (*Client) Send(string, string) (io.ReaderFrom, error) { return nil, errAbsent }

// Receive always fails.
func (*Client) Receive(string, string) (io.WriterTo, error) { return nil, errAbsent }
