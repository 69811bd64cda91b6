// Package netwrangler has the names that `drpcli net` is compiled against: every one of its commands fails.
package netwrangler

import "gitlab.com/rackn/netwrangler/util"

// DestFormats has none.
var DestFormats []string

// BootMac does nothing.
func BootMac(string) {}

// GatherPhys always fails.
func GatherPhys() ([]util.Phy, error) { return nil, util.ErrAbsent }

// GatherPhysFromFile always fails.
func GatherPhysFromFile(string) ([]util.Phy, error) { return nil, util.ErrAbsent }

// Compile always fails.
func Compile(_ []util.Phy, _, _, _, _ string, _ bool) error { return util.ErrAbsent }

// Write always fails.
func Write(_ *util.Layout, _, _ string, _ bool) error { return util.ErrAbsent }
