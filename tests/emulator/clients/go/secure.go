package main

import (
	"fmt"
	"strings"

	"gitlab.com/rackn/provision/v4/models"
)

// secureValue does what drpcli does with a secure param, with RackN's own seal.
func secureValue(s *session) {
	s.works("create the param", s.CreateModel(model(s, "params", members{"Name": "go/secret", "Secure": true})))
	s.works("create", s.CreateModel(model(s, "profiles", members{"Name": "go-secure"})))
	key := []byte{}
	s.works("ask for the key", s.Req().UrlFor("profiles", "go-secure", "pubkey").Do(&key))
	s.want("the length of the key", len(key), 32)
	at := []string{"profiles", "go-secure", "params", "go/secret"}
	sealed, stored := &models.SecureData{}, &models.SecureData{}
	s.works("seal", sealed.Marshal(key, members{"pass": "word", "port": 5432}))
	s.works("set", s.Req().Post(sealed).UrlFor(at...).Do(stored))
	s.want("the answer", stored, sealed)
	s.works("get", s.Req().UrlFor(at...).Do(stored))
	s.want("what is stored", stored, sealed)
	var opened any
	s.works("get decoded", s.Req().UrlFor(at...).Params("decode", "true").Do(&opened))
	s.want("what was sealed", fmt.Sprint(opened), "map[pass:word port:5432]")
	s.refused("a value in clear", s.Req().Post("clear").UrlFor(at...).Do(&opened), 409)
	sealed.Payload[0] ^= 1
	err := s.refused("a broken seal", s.Req().Post(sealed).UrlFor(at...).Do(&opened), 409)
	s.want("the complaint", strings.HasSuffix(err.Messages[0], models.Corrupt.Error()), true)
}
