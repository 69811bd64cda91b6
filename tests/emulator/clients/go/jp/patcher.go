package jp

import "encoding/json"

// Patcher collects the operations of a patch.
type Patcher struct{ done []operation }

// Op adds an operation.
func (p *Patcher) Op(op string, path, from Pointer, value any) {
	p.done = append(p.done, operation{Op: op, Path: path.String(), From: from.String(), Value: value})
}

// Patch returns what was collected.
func (p *Patcher) Patch() (Patch, error) { return json.Marshal(p.done) }

// NewPatch checks that a document is a list of operations; it is sent as it is.
func NewPatch(document []byte) (Patch, error) {
	var operations []operation
	return document, json.Unmarshal(document, &operations)
}

// PtrTo is the pointer with these parts.
func PtrTo(parts ...string) Pointer { return parts }

// Ptr parses a JSON pointer that is known to be one.
func Ptr(text string) Pointer {
	pointer, err := NewPointer(text)
	if err != nil {
		panic(err)
	}
	return pointer
}
