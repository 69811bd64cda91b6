// Package netplan has the names that `drpcli net` is compiled against.
package netplan

import "gitlab.com/rackn/netwrangler/util"

// Netplan would be a plan.
type Netplan struct {
	Network struct{ Ethernets, Vlans, Bonds, Bridges map[string]any }
}

// Compile always fails.
func (*Netplan) Compile([]util.Phy) (*util.Layout, error) { return nil, util.ErrAbsent }
