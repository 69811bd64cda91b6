// Package radix has the names that the writing of archives is compiled against, on top of Go's own map.
package radix

import "encoding/binary"

// Tree finds values by their keys.
type Tree[K ~[]byte, V any] struct{ members map[string]V }

// Fetch looks a key up.
func (t *Tree[K, V]) Fetch(key K) (V, bool) {
	value, found := t.members[string(key)]
	return value, found
}

// Insert adds a value.
func (t *Tree[K, V]) Insert(key K, value V) *Tree[K, V] {
	if t.members == nil {
		t.members = map[string]V{}
	}
	t.members[string(key)] = value
	return t
}

// IntToKey is a number as part of a key.
func IntToKey(number int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(number)) }
