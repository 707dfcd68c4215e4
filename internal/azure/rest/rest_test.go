package rest_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/recoveryservices/armrecoveryservices"
	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/azure/rest"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

// leaser hands out one token and remembers for what.
type leaser struct{ scopes []string }

func (l *leaser) Lease(_ context.Context, r bridge.LeaseRequest) (bridge.Lease, error) {
	l.scopes = append(l.scopes, r.Scopes...)
	return bridge.Lease{Token: bridge.NewSecret("lease-1"), Type: bridge.AccessToken, Expiry: time.Now().Add(time.Hour)}, nil
}

// list asks a server for the vaults of a subscription, page by page.
func list(t *testing.T, l *leaser, serve http.HandlerFunc) (names []string, err error) {
	t.Helper()
	s := httptest.NewServer(serve)
	t.Cleanup(s.Close)
	m, err := rest.NewManager(rest.Options{HTTP: wire.New(wire.Options{NoProxy: true}), Leaser: l, Endpoint: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	c, err := armrecoveryservices.NewVaultsClient("s", m.Credential, m.Options)
	if err != nil {
		t.Fatal(err)
	}
	for pager := c.NewListBySubscriptionIDPager(nil); pager.More(); {
		page, err := pager.NextPage(t.Context())
		if err != nil {
			return names, rest.Refusal(t.Context(), rest.Attempt{Hop: bridge.HopARM, What: "list vaults", Role: "Backup Reader", Scope: "/subscriptions/s"}, err)
		}
		for _, v := range page.Value {
			names = append(names, *v.Name)
		}
	}
	return names, nil
}

func TestPagesWithALease(t *testing.T) {
	t.Parallel()
	l := &leaser{}
	names, err := list(t, l, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer lease-1" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.URL.Query().Get("page") == "" {
			_, _ = w.Write([]byte(`{"value":[{"name":"one"}],"nextLink":"http://` + r.Host + r.URL.Path + `?page=2"}`))
			return
		}
		_, _ = w.Write([]byte(`{"value":[{"name":"two"}],"nextLink":null}`))
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"one", "two"}, names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if l.scopes[0] != "https://management.azure.com/.default" {
		t.Errorf("scopes %v", l.scopes)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	const id = "2d4e5f60-0000-4000-8000-000000000001"
	for name, tc := range map[string]struct {
		status int
		header http.Header
		body   string
		want   bridge.Error
	}{
		"no role": {
			403,
			http.Header{"X-Ms-Correlation-Request-Id": {id}},
			`{"error":{"code":"AuthorizationFailed","message":"The client 'c' with object id '11112222-3333-4444-8555-666677778888' does not have authorization."}}`,
			bridge.Error{
				Kind: bridge.Denied, Code: "AuthorizationFailed", Status: 403,
				Text: "cannot list vaults: The client 'c' with object id '11112222-3333-4444-8555-666677778888' does not have authorization. (correlation id " + id + ")",
				Hint: `ask for the role Backup Reader: az role assignment create --assignee-object-id 11112222-3333-4444-8555-666677778888 --role "Backup Reader" --scope /subscriptions/s; it takes some minutes`,
			},
		},
		"throttled": {
			429,
			http.Header{"Retry-After": {"17"}},
			`{"error":{"code":"TooManyRequests","message":"The request is being throttled."}}`,
			bridge.Error{
				Kind: bridge.Unreachable, Code: "TooManyRequests", Status: 429, Retry: true, RetryAfter: 17 * time.Second,
				Text: "cannot list vaults: The request is being throttled.", Hint: "Azure counts calls by subscription: try again later, or ask for fewer subscriptions at once",
			},
		},
		"throttled, in quotes": {
			429,
			http.Header{"Retry-After": {`"60"`}},
			`{}`,
			bridge.Error{
				Kind: bridge.Unreachable, Code: "http_429", Status: 429, Retry: true, RetryAfter: time.Minute,
				Text: "cannot list vaults: the service answered 429", Hint: "Azure counts calls by subscription: try again later, or ask for fewer subscriptions at once",
			},
		},
		"out of Resource Graph's quota": {
			429,
			http.Header{"X-Ms-User-Quota-Remaining": {"0"}, "X-Ms-User-Quota-Resets-After": {"00:00:05"}},
			`{"error":{"code":"RateLimiting","message":"Please provide below info"}}`,
			bridge.Error{
				Kind: bridge.Unreachable, Code: "RateLimiting", Status: 429, Retry: true, RetryAfter: 5 * time.Second,
				Text: "cannot list vaults: Please provide below info", Hint: "Azure counts calls by subscription: try again later, or ask for fewer subscriptions at once",
			},
		},
		"broken": {
			503, nil, `{"error":{"code":"ServerBusy","message":"busy"}}`,
			bridge.Error{Kind: bridge.Unreachable, Code: "ServerBusy", Status: 503, Retry: true, Text: "cannot list vaults: busy", Hint: "it is Azure's load or fault: try again in a minute"},
		},
		"not registered": {
			409, nil, `{"error":{"code":"MissingSubscriptionRegistration","message":"not registered"}}`,
			bridge.Error{
				Kind: bridge.Usage, Code: "MissingSubscriptionRegistration", Status: 409, Text: "cannot list vaults: not registered",
				Hint: "register the resource provider once: az provider register --namespace NAMESPACE --wait",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := list(t, &leaser{}, func(w http.ResponseWriter, _ *http.Request) {
				for k, v := range tc.header {
					w.Header()[k] = v
				}
				w.WriteHeader(tc.status)
				_, _ = w.Write([]byte(tc.body))
			})
			got, ok := errors.AsType[*bridge.Error](err)
			if !ok {
				t.Fatalf("%v", err)
			}
			tc.want.Hop = bridge.HopARM
			if diff := cmp.Diff(tc.want, *got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLinksToOtherHostsAreNotFollowed(t *testing.T) {
	t.Parallel()
	names, err := list(t, &leaser{}, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"value":[{"name":"one"}],"nextLink":"http://thief.example/more"}`))
	})
	got, ok := errors.AsType[*bridge.Error](err)
	if !ok || got.Code != "link_refused" || got.Kind != bridge.Refused || !strings.Contains(got.Text, "thief.example, which would be handed our token") || len(names) != 1 {
		t.Errorf("%v, %v", names, err)
	}
}

func TestOtherHostsAreNoManagers(t *testing.T) {
	t.Parallel()
	_, err := rest.NewManager(rest.Options{HTTP: wire.New(wire.Options{}), Leaser: &leaser{}, Endpoint: "https://thief.example"})
	if got, ok := errors.AsType[*bridge.Error](err); !ok || got.Code != "host_refused" {
		t.Errorf("%v", err)
	}
	if _, err := rest.NewManager(rest.Options{}); err == nil {
		t.Error("a manager of nothing")
	}
}
