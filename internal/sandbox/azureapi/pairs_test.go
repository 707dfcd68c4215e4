package azureapi_test

import (
	"strconv"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

func number(n int) string { return strconv.Itoa(n) }

// fields changes a form by name and value.
func fields(pairs ...string) func(*sandbox) []string {
	return func(*sandbox) []string { return pairs }
}

// assertionOf puts another service-account token into a form.
func assertionOf(namespace, name, audience string, life time.Duration) func(*sandbox) []string {
	return func(s *sandbox) []string {
		token, _, err := s.world.ServiceAccountToken(issuer, namespace, name, []string{audience}, life)
		if err != nil {
			s.Fatal(err)
		}
		return []string{"client_assertion", token}
	}
}

func mustCluster(s *sandbox) world.Cluster {
	s.Helper()
	c, err := s.world.Cluster(issuer)
	if err != nil {
		s.Fatal(err)
	}
	return c
}
