// Reads a folder of content with the code of drpcli, and renders its tasks with Go's own text/template.
//
//	content bundle FOLDER TARGET.json   what `drpcli contents bundle` does
//	content render FOLDER <data.json    the script of each task, as JSON on stdout
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"os"
	"text/template"

	"gitlab.com/rackn/provision/v4/api"
	"gitlab.com/rackn/provision/v4/models"
	"gitlab.com/rackn/provision/v4/store"
)

type machine struct {
	Name        string
	Address     net.IP
	CurrentTask int
	Meta        models.Meta
}

type renderData struct {
	Machine *machine
	Params  map[string]interface{}
	Token   string
}

func (r *renderData) ParamExists(key string) bool {
	_, found := r.Params[key]
	return found
}

func (r *renderData) Param(key string) (interface{}, error) {
	if !r.ParamExists(key) {
		return nil, fmt.Errorf("No such machine parameter %s", key)
	}
	return r.Params[key], nil
}

func (r *renderData) ParamAsJSON(key string) (string, error) {
	value, err := r.Param(key)
	if err != nil {
		return "", err
	}
	buf := &bytes.Buffer{}
	err = json.NewEncoder(buf).Encode(value)
	return buf.String(), err
}

func (r *renderData) GenerateProfileToken(profile string, seconds int) string {
	return r.Token
}

func bundled(folder, target string) store.Store {
	content, err := store.Open("file:" + target + "?codec=json")
	check(err)
	check(api.BundleContent(os.DirFS(folder), content, nil))
	return content
}

func render(content store.Store) map[string]string {
	data := &renderData{}
	check(json.NewDecoder(os.Stdin).Decode(data))
	root := template.New("").Option("missingkey=error")
	for _, key := range keys(content, "templates") {
		common := &models.Template{}
		check(content.Load("templates", key, common))
		template.Must(root.New(key).Parse(common.Contents))
	}
	scripts := map[string]string{}
	for _, key := range keys(content, "tasks") {
		task := &models.Task{}
		check(content.Load("tasks", key, task))
		buf := &bytes.Buffer{}
		check(template.Must(template.Must(root.Clone()).New(key).Parse(task.Templates[0].Contents)).Execute(buf, data))
		scripts[key] = buf.String()
	}
	return scripts
}

func keys(content store.Store, prefix string) []string {
	found, err := content.Keys(prefix)
	check(err)
	return found
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	switch os.Args[1] {
	case "bundle":
		bundled(os.Args[2], os.Args[3]).Close()
	case "render":
		target, err := os.MkdirTemp("", "content-")
		check(err)
		defer os.RemoveAll(target)
		check(json.NewEncoder(os.Stdout).Encode(render(bundled(os.Args[2], target+"/pack.json"))))
	}
}
