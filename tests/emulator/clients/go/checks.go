package main

import (
	"fmt"
	"strings"

	"gitlab.com/rackn/jp"
	"gitlab.com/rackn/provision/v4/api"
	"gitlab.com/rackn/provision/v4/models"
)

var checks = map[string]check{
	"a refused password is told apart":         wrongPassword,
	"a token logs in":                          token,
	"info tells version and features":          info,
	"lists filter, sort and page":              lists,
	"machines are found by name and by uuid":   byIndex,
	"indexes are described":                    indexes,
	"a wrong filter is refused":                wrongFilter,
	"params of a profile are set and read":     params,
	"meta is patched on its own":               meta,
	"a profile in use is not deleted":          inUse,
	"a missing profile is refused on create":   missingProfile,
	"a profile comes to a machine and leaves":  membership,
	"a schema holds values":                    schema,
	"a secure value is sealed and opened":      secureValue,
	"a value is set against a reference":       setWithReference,
	"a param is added only where it is absent": addParam,
	"a filter is counted by its headers":       count,
	"an empty patch changes nothing":           emptyPatch,
	"profiles live from create to delete":      life("profiles", "Name"),
	"params live from create to delete":        life("params", "Name"),
	"machines live from create to delete":      life("machines", "Name"),
	"stages live from create to delete":        life("stages", "Name"),
	"workflows live from create to delete":     life("workflows", "Name"),
	"tasks live from create to delete":         life("tasks", "Name"),
	"templates live from create to delete":     life("templates", "ID"),
}

func wrongPassword(s *session) {
	// This client logs in when it is made.
	_, err := api.UserSession(s.url, user, "wrong")
	s.refused("a wrong password", err, 403)
}

func token(s *session) {
	other, err := api.TokenSession(s.url, s.Token())
	s.works("a session from a token", err)
	defer other.Close()
	profiles, err := other.ListModel("profiles")
	s.works("list with the token", err)
	s.want("profiles are seen", len(profiles) > 0, true)
}

func info(s *session) {
	found, err := s.Info()
	s.works("info", err)
	s.want("the version", strings.HasPrefix(found.Version, s.dialect), true)
	s.want("the API is announced", strings.Contains(strings.Join(found.Features, " "), "api-v3"), true)
	prefixes, err := s.Objects()
	s.works("objects", err)
	s.want("machines are a type", strings.Contains(strings.Join(prefixes, " "), "machines"), true)
}

func lists(s *session) {
	filters := map[string][]string{
		"node-3":               {"Name", "Eq", "node-3"},
		"node-2 node-5":        {"Name", "In", "node-2,node-5", "sort", "Name"},
		"node-2 node-3 node-4": {"Name", "Between", "node-2", "node-4", "sort", "Name"},
		"node-7 node-6":        {"Name", "Re", "^node-[1-8]$", "sort", "Name", "reverse", "offset", "1", "limit", "2"},
		"":                     {"Name", "Eq", "nobody"},
	}
	for wanted, filter := range filters {
		machines := []*models.Machine{}
		s.works("list", s.Req().Filter("machines", filter...).Do(&machines))
		names := []string{}
		for _, machine := range machines {
			names = append(names, machine.Name)
		}
		s.want(fmt.Sprint(filter), strings.Join(names, " "), wanted)
	}
}

func byIndex(s *session) {
	byName, err := s.GetModel("machines", "Name:node-1")
	s.works("by name", err)
	byUuid, err := s.GetModel("machines", byName.Key())
	s.works("by uuid", err)
	s.want("the machine", byUuid, byName)
	there, err := s.ExistsModel("machines", byName.Key())
	s.works("exists", err)
	s.want("exists", there, true)
	there, _ = s.ExistsModel("machines", "node-1")
	s.want("a bare name", there, false)
}

func indexes(s *session) {
	all, err := s.AllIndexes()
	s.works("indexes", err)
	s.want("a machine's name is unique", all["machines"]["Name"].Unique, true)
	one, err := s.Indexes("profiles")
	s.works("indexes of profiles", err)
	s.want("a profile's description is no index", one["Description"].Unique, false)
}

func wrongFilter(s *session) {
	machines := []*models.Machine{}
	err := s.Req().Filter("machines", "Bogus", "Eq", "x").Do(&machines)
	s.refused("an unknown index", err, 406)
}

func params(s *session) {
	s.works("create", s.CreateModel(model(s, "profiles", members{"Name": "go-params"})))
	var value any
	at := func(parts ...string) []string { return append([]string{"profiles", "go-params", "params"}, parts...) }
	s.works("set", s.Req().Post(map[string]any{"deep": []int{1}}).UrlFor(at("my/data")...).Do(&value))
	s.want("the answer", fmt.Sprint(value), "map[deep:[1]]")
	value = nil
	s.works("get", s.Req().UrlFor(at("my/data")...).Do(&value))
	s.want("the value", fmt.Sprint(value), "map[deep:[1]]")
	value = nil
	s.works("get what is absent", s.Req().UrlFor(at("my/absent")...).Do(&value))
	s.want("what is absent", value, nil)
	all := map[string]any{}
	patch := jp.Patch(`[{"op":"test","path":"/my~1data/deep/0","value":1},{"op":"replace","path":"/my~1data","value":2}]`)
	s.works("patch", s.Req().Patch(patch).UrlFor(at()...).Do(&all))
	s.want("patched", fmt.Sprint(all), "map[my/data:2]")
	s.refused("patch again", s.Req().Patch(patch).UrlFor(at()...).Do(&all), 409)
	s.works("remove", s.Req().Del().UrlFor(at("my/data")...).Do(&value))
	s.refused("remove again", s.Req().Del().UrlFor(at("my/data")...).Do(&value), 404)
}

// setWithReference sends what `drpcli -r REF profiles set P param K to V` sends.
func setWithReference(s *session) {
	s.works("create", s.CreateModel(model(s, "profiles", members{"Name": "go-set", "Params": members{"my/leader": "none"}})))
	set := func(reference, key, value string) error {
		patch := fmt.Sprintf(`[{"op":"test","path":"/%[2]s","from":"","value":%[1]s},{"op":"replace","path":"/%[2]s","from":"","value":%[3]s}]`, reference, key, value)
		return s.Req().Patch(jp.Patch(patch)).UrlFor("profiles", "go-set", "params").Do(&members{})
	}
	s.works("the first wins", set(`"none"`, "my~1leader", `"a"`))
	s.refused("the second loses", set(`"none"`, "my~1leader", `"b"`), 409)
	s.refused("what is absent is not null", set("null", "my~1absent", `"b"`), 409)
	found, err := s.GetModel("profiles", "go-set")
	s.works("get", err)
	s.want("the leader", found.(*models.Profile).Params["my/leader"], "a")
}

// addParam sends what `drpcli profiles add P param K to V` sends: a test of the whole map, then an add.
func addParam(s *session) {
	s.works("create", s.CreateModel(model(s, "profiles", members{"Name": "go-add", "Params": members{"a/one": 1}})))
	patch := jp.Patch(`[{"op":"test","path":"","from":"","value":{"a/one":1}},{"op":"add","path":"/a~1two","from":"","value":2}]`)
	found := members{}
	s.works("add", s.Req().Patch(patch).UrlFor("profiles", "go-add", "params").Do(&found))
	s.want("added", fmt.Sprint(found), "map[a/one:1 a/two:2]")
	s.refused("add to what has changed", s.Req().Patch(patch).UrlFor("profiles", "go-add", "params").Do(&found), 409)
}

// count sends what `drpcli machines count` sends.
func count(s *session) {
	headers := map[string][]string{}
	request := s.Req().Filter("machines", "Name", "Re", "^node-[1-4]$", "limit", "3").Head()
	s.works("head", request.Do(&headers))
	s.want("found and shown", headers["X-Drp-List-Count"], []string{"3"})
	if s.dialect == "v4.8" {
		s.want("found", headers["X-Drp-List-Filter-Count"], []string{"4"})
	}
}

// emptyPatch is what `drpcli profiles update` sends when there is nothing to do.
func emptyPatch(s *session) {
	s.works("create", s.CreateModel(model(s, "profiles", members{"Name": "go-same", "Params": members{"a/one": 1}})))
	before, err := s.GetModel("profiles", "go-same")
	s.works("get", err)
	_, err = s.PatchTo(before, models.Clone(before))
	s.works("patch", err)
	after, err := s.GetModel("profiles", "go-same")
	s.works("get again", err)
	s.want("the profile", after, before)
}

func meta(s *session) {
	profile := model(s, "profiles", members{"Name": "go-meta", "Meta": members{"icon": "cloud"}})
	s.works("create", s.CreateModel(profile))
	found := models.Meta{}
	patch := jp.Patch(`[{"op":"test","path":"/icon","value":"cloud"},{"op":"replace","path":"/icon","value":"rocket"}]`)
	s.works("patch", s.Req().Patch(patch).UrlFor("meta", "profiles", "go-meta").Do(&found))
	s.want("the icon", found["icon"], "rocket")
	s.refused("patch again", s.Req().Patch(patch).UrlFor("meta", "profiles", "go-meta").Do(&found), 409)
}

func inUse(s *session) {
	s.works("create", s.CreateModel(model(s, "profiles", members{"Name": "go-used"})))
	machine := model(s, "machines", members{"Name": "go-user", "Profiles": []string{"go-used"}})
	s.works("create a machine", s.CreateModel(machine))
	_, err := s.DeleteModel("profiles", "go-used")
	answer := s.refused("delete", err, 422)
	s.want("the machine is named", strings.Contains(answer.Error(), machine.Key()), true)
}

func missingProfile(s *session) {
	err := s.CreateModel(model(s, "machines", members{"Name": "go-lost", "Profiles": []string{"nowhere"}}))
	s.want("the type", s.refused("create", err, 422).Type, "ValidationError")
}

func membership(s *session) {
	s.works("create", s.CreateModel(model(s, "profiles", members{"Name": "go-member"})))
	before, err := s.GetModel("machines", "Name:node-6")
	s.works("get", err)
	with := models.Clone(before).(*models.Machine)
	with.Profiles = append(with.Profiles, "go-member")
	after, err := s.PatchTo(before, with)
	s.works("add", err)
	s.want("the profiles", after.(*models.Machine).Profiles, with.Profiles)
	_, err = s.PatchTo(before, with)
	s.refused("add from an old state", err, 409)
	left, err := s.PatchTo(after, before)
	s.works("remove", err)
	s.want("what is left", left.(*models.Machine).Profiles, before.(*models.Machine).Profiles)
}

func schema(s *session) {
	param := model(s, "params", members{"Name": "go/size", "Schema": members{"type": "integer"}})
	s.works("create a param", s.CreateModel(param))
	profile := model(s, "profiles", members{"Name": "go-schema", "Params": members{"go/size": "large"}})
	answer := s.refused("a text for an integer", s.CreateModel(profile), 422)
	s.want("the reason", strings.Contains(answer.Error(), "Expected: integer, given: string"), true)
	profile = model(s, "profiles", members{"Name": "go-schema", "Params": members{"go/size": 5}})
	s.works("an integer", s.CreateModel(profile))
}

type members = map[string]any

// model is an object as the client knows it, not yet on the endpoint.
func model(s *session, prefix string, body members) models.Model {
	made, err := models.New(prefix)
	s.works("a new model", err)
	s.works("its members", models.Remarshal(body, &made))
	return made
}

// life takes one object of a type through all that can happen to it.
func life(prefix, keyName string) check {
	return func(s *session) {
		old := model(s, prefix, members{keyName: "go-life-" + prefix, "Description": "old"})
		s.works("create", s.CreateModel(old))
		s.want("the description", describe(s, old), "old")
		s.refused("create again", s.CreateModel(models.Clone(old)), 409)

		changed := models.Clone(old)
		s.works("change", models.Remarshal(members{"Description": "new"}, &changed))
		patched, err := s.PatchTo(old, changed)
		s.works("patch", err)
		s.want("patched", describe(s, patched), "new")
		_, err = s.PatchTo(old, changed)
		answer := s.refused("patch from an old state", err, 409)
		s.want("the reason", answer.Messages[0], "Patch error at line 0: Test op failed.")

		s.works("put", models.Remarshal(members{"Description": "put"}, &patched))
		s.works("put", s.PutModel(patched))
		found, err := s.GetModel(prefix, old.Key())
		s.works("get", err)
		s.want("put", describe(s, found), "put")

		_, err = s.DeleteModel(prefix, old.Key())
		s.works("delete", err)
		_, err = s.GetModel(prefix, old.Key())
		s.refused("get what is gone", err, 404)
		_, err = s.DeleteModel(prefix, old.Key())
		s.refused("delete what is gone", err, 404)
	}
}

func describe(s *session, model models.Model) any {
	found := members{}
	s.works("read", models.Remarshal(model, &found))
	return found["Description"]
}
