// Truth renders templates with Go's own text/template. It reads groups of templates from standard input and writes what
// became of each, both as JSON:
//
//	go run . < cases.json > table.json
package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"os"
	"strings"
	"text/template"
	"unicode/utf8"
)

// Group is a list of templates for the same data.
type Group struct {
	Group  string      `json:"group"`
	Data   any         `json:"data"`
	Strict bool        `json:"strict"` // a missing key is an error
	Also   [][2]string `json:"also"`   // names and texts of templates parsed before each
	Texts  []string    `json:"texts"`
}

// Row is what became of one template: an output, or bytes that are no UTF-8, or an error.
type Row struct {
	Group  string  `json:"group"`
	Text   string  `json:"text"`
	Output *string `json:"output,omitempty"`
	Bytes  string  `json:"bytes,omitempty"`
	Error  string  `json:"error,omitempty"`
}

// Machine and Render are what data of "object" stands for: a struct with methods, as DRP gives to its templates.
type Machine struct {
	Name        string
	Address     net.IP
	Profiles    []string
	Params      map[string]any
	Meta        map[string]string
	CurrentTask int
	Runnable    bool
}

type Render struct {
	Machine *Machine
	Params  map[string]any
}

func (r *Render) Param(key string) (any, error) {
	if value, ok := r.Params[key]; ok {
		return value, nil
	}
	return nil, fmt.Errorf("No such machine parameter %s", key)
}

func (r *Render) ParamExists(key string) bool {
	_, ok := r.Params[key]
	return ok
}

func (r *Render) ApiURL() string { return "https://127.0.0.1:8092" }

func (r *Render) GenerateProfileToken(profile string, seconds int) string {
	return fmt.Sprintf("token-%s-%d", profile, seconds)
}

func (r *Render) Scaled(by float64, round bool) string { return fmt.Sprintf("%.1f %t", by*2, round) }

func (r *Render) Joined(separator string, words ...string) string {
	return strings.Join(words, separator)
}

func (r *Render) Maybe(name string) any { return r.Params[name] }

func object(params map[string]any) *Render {
	return &Render{
		Params: params,
		Machine: &Machine{
			Name: "node-1", Address: net.IPv4(10, 0, 0, 7), Profiles: []string{"cluster", "global"},
			Params: map[string]any{"n": 3.0}, Meta: map[string]string{"color": "blue", "icon": "ship"},
			CurrentTask: 4, Runnable: true,
		},
	}
}

func (g Group) data() any {
	if members, ok := g.Data.(map[string]any); ok {
		if params, ok := members["object"].(map[string]any); ok {
			return object(params)
		}
	}
	return g.Data
}

func (g Group) render(text string) (output string, err error) {
	set := template.New("")
	if g.Strict {
		set.Option("missingkey=error")
	}
	for _, also := range g.Also {
		if _, err := set.New(also[0]).Parse(also[1]); err != nil {
			return "", err
		}
	}
	if _, err := set.New("main").Parse(text); err != nil {
		return "", err
	}
	var written strings.Builder
	err = set.ExecuteTemplate(&written, "main", g.data())
	return written.String(), err
}

func (g Group) rows() (rows []Row) {
	for _, text := range g.Texts {
		row := Row{Group: g.Group, Text: text}
		output, err := g.render(text)
		switch {
		case err != nil:
			row.Error = err.Error()
		case utf8.ValidString(output):
			row.Output = &output
		default:
			row.Bytes = hex.EncodeToString([]byte(output))
		}
		rows = append(rows, row)
	}
	return rows
}

func main() {
	var groups []Group
	if err := json.NewDecoder(os.Stdin).Decode(&groups); err != nil {
		log.Fatal(err)
	}
	rows := []Row{}
	for _, group := range groups {
		rows = append(rows, group.rows()...)
	}
	writer := json.NewEncoder(os.Stdout)
	writer.SetEscapeHTML(false)
	writer.SetIndent("", " ")
	if err := writer.Encode(rows); err != nil {
		log.Fatal(err)
	}
}
