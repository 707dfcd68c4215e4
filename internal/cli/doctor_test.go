package cli_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/app"
)

// TestDoctorNamesEachFault brings about every failure that a server produces on a crossing, one after another in one
// sandbox, and lets doctor walk the road on which it is met. What is met in set-up alone is in package sandbox's own tests.
func TestDoctorNamesEachFault(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	g, z := c.profile.Google, c.profile.Azure
	entra := []string{"--set", "to_google.provider=" + g.EntraProvider}
	set := func(flags ...string) []string {
		out := entra
		for _, f := range flags {
			out = append(out, "--set", "to_google."+f)
		}
		return out
	}
	roads := map[string]func() []string{
		"pod": func() []string { return []string{c.mint(map[string]any{"lifetime": "2h"})} },
		"entra": func() []string {
			token := c.mint(map[string]any{"lifetime": "2h", "audience": []string{z.ExchangeResource}})
			return append(set("source.kind=azure-workload-identity", "source.client_id="+z.WorkloadClientID, "source.tenant_id="+z.TenantID, "source.authority_host="+z.AuthorityURL), token)
		},
		"imds": func() []string {
			return set("source.kind=imds", "source.file=", "source.endpoint="+z.IMDSURL, "source.client_id="+z.WorkloadClientID)
		},
		"appservice": func() []string {
			return set("source.kind=app-service", "source.file=", "source.client_id="+z.WorkloadClientID)
		},
		"arc": func() []string { return set("source.kind=arc", "source.file=", "source.endpoint="+z.ArcEndpoint) },
	}
	c.environ = []string{"IDENTITY_ENDPOINT=" + z.IdentityEndpoint, "IDENTITY_HEADER=" + z.IdentityHeader}
	for _, p := range provocations(t, c) {
		road := roads[p.Route]
		if road == nil {
			continue
		}
		t.Run(p.Code, func(t *testing.T) {
			c := *c
			c.t = t
			c.admin(http.MethodPost, "/provoke", map[string]string{"code": p.Code})
			defer c.admin(http.MethodDelete, "/provoke", nil)
			args := append([]string{"doctor", "--sandbox", "--output", "json"}, road()...)
			if p.Code == "LB3031" { // the machine has two identities, and none was named
				args = append(args, "--set", "to_google.source.client_id=")
			}
			code, stdout, stderr := c.run(args...)
			var reports []app.DoctorReport
			if err := json.Unmarshal([]byte(stdout), &reports); err != nil || len(reports) != 1 {
				t.Fatalf("%v\n%s\n%s", err, stdout, stderr)
			}
			f := reports[0].Fault
			want := p.Code
			if want == "LB2020" {
				want = "LB4039" // the file is seen to be too old before Entra is asked
			}
			if f == nil || f.Code != want {
				t.Fatalf("%s (%s), exit code %d:\n%s", p.Code, p.What, code, stdout)
			}
			if f.Command == "" || f.Cause == "" || code != 4 && code != 5 && code != 2 {
				t.Errorf("exit code %d, command %q, cause %q", code, f.Command, f.Cause)
			}
			if strings.Contains(f.Hint+f.Command+f.Cause, "[redacted]") {
				t.Errorf("a sentence of our own is redacted: %q, %q, %q", f.Cause, f.Command, f.Hint)
			}
			if token := tokenShape.FindString(stdout); token != "" {
				t.Error("a token is in the report")
			}
		})
	}
}

type provocation struct{ Code, Route, What string }

func provocations(t *testing.T, c *clouds) []provocation {
	t.Helper()
	var out []provocation
	if err := json.Unmarshal(c.admin(http.MethodGet, "/provoke", nil), &out); err != nil {
		t.Fatal(err)
	}
	if len(out) < 50 {
		t.Fatalf("%d provocations", len(out))
	}
	return out
}
