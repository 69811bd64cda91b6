// Package jp has the part of RackN's JSON library that the client is compiled against: reading a value out of raw
// JSON, JSON pointers, and the patch that turns one document into another, as drpcli makes it.
package jp

import (
	"bytes"
	"encoding/json"
	"errors"
	"sort"
	"strings"
)

// ValueType says what a raw value is.
type ValueType int

// The types of values.
const (
	NotExist ValueType = iota
	String
	Number
	Object
	Array
	Boolean
	Null
)

var (
	// UnknownValueTypeError is the answer to bytes that are no JSON.
	UnknownValueTypeError = errors.New("unknown value type")
	// StopIteration ends ArrayEach.
	StopIteration = errors.New("stop iteration")
	errAbsent     = errors.New("key path not found")
)

// Get returns the raw value at the path, its type and where it ends.
func Get(data []byte, path ...string) ([]byte, ValueType, int, error) {
	value := json.RawMessage(bytes.TrimSpace(data))
	for _, key := range path {
		members := map[string]json.RawMessage{}
		if json.Unmarshal(value, &members) != nil {
			return nil, NotExist, 0, errAbsent
		}
		next, found := members[key]
		if !found {
			return nil, NotExist, 0, errAbsent
		}
		value = next
	}
	if !json.Valid(value) {
		return nil, NotExist, 0, UnknownValueTypeError
	}
	return value, typeOf(value), len(value), nil
}

func typeOf(value []byte) ValueType {
	switch value[0] {
	case '"':
		return String
	case '{':
		return Object
	case '[':
		return Array
	case 't', 'f':
		return Boolean
	case 'n':
		return Null
	}
	return Number
}

// GetString returns the text at the path.
func GetString(data []byte, path ...string) (string, error) {
	value, _, _, err := Get(data, path...)
	if err != nil {
		return "", err
	}
	var text string
	return text, json.Unmarshal(value, &text)
}

// ArrayEach calls f for each item, until f says StopIteration.
func ArrayEach(data []byte, f func(value []byte, kind ValueType, offset int, err error) error) error {
	var items []json.RawMessage
	if err := json.Unmarshal(data, &items); err != nil {
		return err
	}
	for i, item := range items {
		if err := f(item, typeOf(item), i, nil); err == StopIteration {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// Index is a value that was looked through once.
type Index struct{ value any }

// MustIndex looks through valid JSON.
func MustIndex(data []byte) Index {
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		panic(err)
	}
	return Index{value}
}

// MarshalJSON writes the value in one fixed way.
func (i Index) MarshalJSON() ([]byte, error) { return json.Marshal(i.value) }

// Equal compares two raw values by what they mean.
func Equal(a, b []byte) bool {
	var one, two any
	if json.Unmarshal(a, &one) != nil || json.Unmarshal(b, &two) != nil {
		return false
	}
	return same(one, two)
}

func same(a, b any) bool {
	one, _ := json.Marshal(a)
	two, _ := json.Marshal(b)
	return bytes.Equal(one, two)
}

// Pointer is a JSON pointer, part by part.
type Pointer []string

var decode, encode = strings.NewReplacer("~1", "/", "~0", "~"), strings.NewReplacer("~", "~0", "/", "~1")

// NewPointer parses a JSON pointer.
func NewPointer(text string) (Pointer, error) {
	if text == "" {
		return Pointer{}, nil
	}
	if text[0] != '/' {
		return nil, errors.New("a JSON pointer starts with a slash")
	}
	parts := strings.Split(text[1:], "/")
	for i := range parts {
		parts[i] = decode.Replace(parts[i])
	}
	return parts, nil
}

// Path returns the parts.
func (p Pointer) Path() []string { return p }

// Chop splits the last part off.
func (p Pointer) Chop() (string, Pointer) {
	if len(p) == 0 {
		return "", p
	}
	return p[len(p)-1], p[:len(p)-1]
}

// String is the pointer as text.
func (p Pointer) String() string {
	text := strings.Builder{}
	for _, part := range p {
		text.WriteByte('/')
		text.WriteString(encode.Replace(part))
	}
	return text.String()
}

// Patch is a JSON Patch as it goes over the wire.
type Patch []byte

// MarshalJSON is the patch itself.
func (p Patch) MarshalJSON() ([]byte, error) { return p, nil }

type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	From  string `json:"from"`
	Value any    `json:"value"`
}

// GenerateFull makes the patch from one document to another: maps member by member, all else as a whole; with
// pretest behind one test of the whole document, otherwise with a test before each replace and remove when asked.
func GenerateFull(from, to []byte, tests, pretest bool) (Patch, error) {
	var before, after any
	if err := errors.Join(json.Unmarshal(from, &before), json.Unmarshal(to, &after)); err != nil {
		return nil, err
	}
	operations := []operation{}
	if pretest {
		operations = append(operations, operation{Op: "test", Value: before})
	}
	return json.Marshal(compare(operations, Pointer{}, before, after, tests && !pretest))
}

func compare(done []operation, at Pointer, before, after any, tests bool) []operation {
	if same(before, after) {
		return done
	}
	old, isMap := before.(map[string]any)
	wanted, staysMap := after.(map[string]any)
	path := at.String()
	if !isMap || !staysMap {
		if tests {
			done = append(done, operation{Op: "test", Path: path, Value: before})
		}
		return append(done, operation{Op: "replace", Path: path, Value: after})
	}
	for _, key := range keys(old) {
		here := append(at[:len(at):len(at)], key)
		if value, stays := wanted[key]; stays {
			done = compare(done, here, old[key], value, tests)
			continue
		}
		if tests {
			done = append(done, operation{Op: "test", Path: here.String(), Value: old[key]})
		}
		done = append(done, operation{Op: "remove", Path: here.String()})
	}
	for _, key := range keys(wanted) {
		if _, there := old[key]; !there {
			here := append(at[:len(at):len(at)], key)
			done = append(done, operation{Op: "add", Path: here.String(), Value: wanted[key]})
		}
	}
	return done
}

func keys(members map[string]any) []string {
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
