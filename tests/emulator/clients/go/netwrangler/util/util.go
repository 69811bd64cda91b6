// Package util has the names that `drpcli net` is compiled against.
package util

import "errors"

// ErrAbsent is the answer of everything here.
var ErrAbsent = errors.New("setting up networks is not in this build")

type (
	// Phy would be a network card.
	Phy struct{}
	// Layout would be what a plan comes to.
	Layout struct{}
	// Err would collect errors.
	Err struct{}
)

// OrNil always fails.
func (*Err) OrNil() error { return ErrAbsent }

// Copy does nothing.
func Copy(string, string, *Err) {}
