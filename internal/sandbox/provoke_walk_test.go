package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/doctor"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/sandbox"
	"github.com/landbridge/landbridge/internal/trust"
)

// worldKeys reads an issuer's keys as whoever can reach it does.
type worldKeys struct{ s *sandbox.Sandbox }

func (k worldKeys) Keys(_ context.Context, issuer, _ string) (*trust.KeySet, error) {
	ring, ok := k.s.World().IssuerKeys(issuer)
	if !ok {
		return nil, errors.New("no such issuer")
	}
	return trust.ParseKeys(ring.JWKS())
}

// ports walks the pod's route of the default world. With reads, the provider may be read.
func (c *plain) ports(reads bool) doctor.Ports {
	lease := func(token, who string) bridge.Lease {
		return bridge.Lease{Token: bridge.NewSecret(token), Principal: bridge.Principal(who), Expiry: time.Now().Add(time.Hour)}
	}
	p := doctor.Ports{
		Clock: time.Now, Keys: worldKeys{c.s},
		Home: func(context.Context) (bridge.Assertion, error) {
			secret := bridge.NewSecret(c.mint())
			t, err := trust.ParseToken(secret)
			if err != nil {
				return bridge.Assertion{}, err
			}
			return bridge.Assertion{Token: secret, Issuer: t.Issuer, Subject: t.Subject, Audience: t.Audience, IssuedAt: t.IssuedAt, Expiry: t.Expiry}, nil
		},
		Exchange: func(_ context.Context, a bridge.Assertion) (bridge.Lease, error) {
			status, body := c.form(c.p.Google.TokenURL, map[string]string{
				"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
				"subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "subject_token": a.Token.Reveal(), "audience": c.p.Google.Audience, "scope": cloudPlatform,
			})
			if status != http.StatusOK {
				return bridge.Lease{}, errors.New(body)
			}
			return lease(field(c.t, body, "access_token"), c.p.Google.DirectPrincipal), nil
		},
		Impersonate: func(_ context.Context, l bridge.Lease) (bridge.Lease, error) {
			status, _, body := c.call(http.MethodPost, c.p.Google.ImpersonationURL, `{"scope":["`+cloudPlatform+`"]}`, "Content-Type: application/json", "Authorization: Bearer "+l.Token.Reveal())
			if status != http.StatusOK {
				return bridge.Lease{}, errors.New(body)
			}
			return lease(field(c.t, body, "accessToken"), c.p.Google.ServiceAccount), nil
		},
		Permissions: func(_ context.Context, l bridge.Lease, project string, wanted []string) ([]string, error) {
			ask, err := json.Marshal(map[string]any{"permissions": wanted})
			if err != nil {
				return nil, err
			}
			status, _, body := c.call(http.MethodPost, c.p.Google.ResourceManagerURL+project+":testIamPermissions", string(ask), "Content-Type: application/json", "Authorization: Bearer "+l.Token.Reveal())
			if status != http.StatusOK {
				return nil, errors.New(body)
			}
			var held struct{ Permissions []string }
			return held.Permissions, json.Unmarshal([]byte(body), &held)
		},
		Model: func(_ context.Context, l bridge.Lease) error {
			status, _, body := c.call(http.MethodPost, c.p.Google.VertexURL+"/v1/projects/"+c.p.Google.ProjectID+"/locations/"+c.p.Google.Location+"/publishers/google/models/"+c.p.Google.Model+":generateContent",
				`{"contents":[{"role":"user","parts":[{"text":"hello"}]}]}`, "Content-Type: application/json", "Authorization: Bearer "+l.Token.Reveal())
			if status != http.StatusOK {
				return errors.New(body)
			}
			return nil
		},
	}
	if reads {
		p.Provider = func(context.Context) (*trust.Provider, error) {
			pool, err := c.s.World().Pool("projects/" + c.p.Google.ProjectNumber + "/locations/global/workloadIdentityPools/azure")
			live := pool.Providers[c.p.Google.Provider]
			return &live, err
		}
	}
	return p
}

// TestDoctorWalksProvocations: on each fault of the pod's route the walk ends with its code, with the right to read the
// provider and without, and one command; where the provider was changed, that is what it says.
func TestDoctorWalksProvocations(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	c := &plain{t: t, s: s, p: s.Profile(), client: tlsClient(t, s.Profile().CAPEM)}
	pool, err := s.World().Pool("projects/" + c.p.Google.ProjectNumber + "/locations/global/workloadIdentityPools/azure")
	if err != nil {
		t.Fatal(err)
	}
	wanted := pool.Providers[c.p.Google.Provider]
	subject := doctor.Subject{
		Workload: "demo", Namespace: c.p.Azure.Namespace, Account: c.p.Azure.ServiceAccount, Provider: c.p.Google.Provider, ServiceAccount: c.p.Google.ServiceAccount,
		Project: c.p.Google.ProjectID, Location: c.p.Google.Location, Model: c.p.Google.Model,
		Expect: &estate.Provider{Issuer: wanted.OIDC.IssuerURI, Mapping: wanted.AttributeMapping, Condition: wanted.AttributeCondition},
	}
	changed := map[string]bool{"LB4036": true, "LB4037": true, "LB4040": true, "LB4041": true, "LB4042": true, "LB4045": true, "LB4046": true, "LB4047": true}
	for _, p := range sandbox.Provocations() {
		if p.Route != "pod" {
			continue
		}
		for _, reads := range []bool{true, false} {
			name := p.Code + "/without rights"
			if reads {
				name = p.Code
			}
			t.Run(name, func(t *testing.T) {
				c.t = t
				if err := s.Provoke(p.Code); err != nil {
					t.Fatal(err)
				}
				r := doctor.Walk(t.Context(), subject, c.ports(reads))
				s.Heal()
				if r.Fault == nil || r.Fault.Code != p.Code || r.Fault.Command == "" {
					t.Fatalf("%+v", r.Fault)
				}
				if changed[p.Code] && (r.Fault.Drift == "" || r.Fault.Command != "landbridge setup apply") {
					t.Errorf("drift %q, command %q", r.Fault.Drift, r.Fault.Command)
				}
				if !changed[p.Code] && r.Fault.Drift != "" && reads {
					t.Errorf("drift %q", r.Fault.Drift)
				}
				if r = doctor.Walk(t.Context(), subject, c.ports(reads)); !r.OK {
					t.Errorf("healed, and still %+v", r.Fault)
				}
			})
		}
	}
}
