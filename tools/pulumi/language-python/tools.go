//go:build tools

// Package tools pins the language host that the build takes from the Go module of Pulumi's SDK.
package tools

import _ "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
