// Command client tries RackN's own Go client against an endpoint, one named check at a time.
//
//	client                  lists the checks
//	client URL DIALECT NAME runs one; says what differed and ends with 1 when it does not hold
package main

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"sort"

	"gitlab.com/rackn/provision/v4/api"
	"gitlab.com/rackn/provision/v4/models"
)

const user, password = "rocketskates", "r0cketsk8ts"

type check func(*session)

type session struct {
	*api.Client
	url, dialect, name string
}

// failure is how a check that does not hold ends.
type failure string

func (s *session) want(what string, got, wanted any) {
	if !reflect.DeepEqual(got, wanted) {
		panic(failure(fmt.Sprintf("%s: got %#v, wanted %#v", what, got, wanted)))
	}
}

func (s *session) works(what string, err error) {
	if err != nil {
		panic(failure(fmt.Sprintf("%s: %v", what, err)))
	}
}

// refused wants an answer of the server with this status, and hands over its body.
func (s *session) refused(what string, err error, code int) *models.Error {
	var answer *models.Error
	if !errors.As(err, &answer) {
		panic(failure(fmt.Sprintf("%s: got %v, wanted an error %d", what, err, code)))
	}
	s.want(what+" ("+answer.Error()+")", answer.Code, code)
	return answer
}

func names() []string {
	all := []string{}
	for name := range checks {
		all = append(all, name)
	}
	sort.Strings(all)
	return all
}

func main() {
	if len(os.Args) == 1 {
		for _, name := range names() {
			fmt.Println(name)
		}
		return
	}
	defer func() {
		if text, failed := recover().(failure); failed {
			fmt.Println(text)
			os.Exit(1)
		}
	}()
	s := &session{url: os.Args[1], dialect: os.Args[2], name: os.Args[3]}
	client, err := api.UserSession(s.url, user, password)
	s.works("log in", err)
	defer client.Close()
	s.Client = client
	checks[s.name](s)
}
