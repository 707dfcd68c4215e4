package azure

import (
	"context"
	"crypto/sha1" // what Service Fabric announces
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

// asked is what of a request decides the answer.
type asked struct {
	Method, Path string
	Query, Form  url.Values
	Header       http.Header
}

func lastAsked(t testing.TB, s *server, headers ...string) asked {
	t.Helper()
	r, form := s.last(t)
	out := asked{Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Form: form, Header: http.Header{}}
	for _, name := range headers {
		out.Header[http.CanonicalHeaderKey(name)] = r.Header.Values(name)
	}
	return out
}

// toServer sends whatever host is meant to the test server.
type toServer struct {
	base   *url.URL
	client *http.Client
}

func (s toServer) Do(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = s.base.Scheme, s.base.Host, s.base.Host
	return s.client.Do(r)
}

func clientOptions(t testing.TB, s *server) azcore.ClientOptions {
	t.Helper()
	base, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return azcore.ClientOptions{Transport: toServer{base, s.Client()}, Retry: policy.RetryOptions{MaxRetries: -1}}
}

// alive is a token for Microsoft's library, which looks at the real clock.
func alive(t testing.TB) http.HandlerFunc {
	exp := time.Now().Add(time.Hour)
	return saysJSON(200, fmt.Sprintf(`{"access_token":%q,"expires_in":"3600","expires_on":"%d","resource":"r","token_type":"Bearer","client_id":%q,"msi_res_id":"/subscriptions/s"}`,
		entraToken(t, exp), exp.Unix(), clientID))
}

// Microsoft's own library and ours must ask every endpoint the same question. It reads the process's environment, so that
// this test runs alone.
func TestManagedIdentityAsAzidentityDoes(t *testing.T) {
	for name, test := range map[string]struct {
		env     func(base string) map[string]string
		id      azidentity.ManagedIDKind
		ours    Settings
		make    func(Deps, Settings) (bridge.Source, error)
		tls     bool
		headers []string
	}{
		"app service": {
			env: func(base string) map[string]string {
				return map[string]string{"IDENTITY_ENDPOINT": base + "/msi/token", "IDENTITY_HEADER": "h"}
			},
			make:    func(d Deps, s Settings) (bridge.Source, error) { return NewAppService(d, s) },
			headers: []string{"X-IDENTITY-HEADER", "Metadata", "Authorization"},
		},
		"app service, resource id": {
			env: func(base string) map[string]string {
				return map[string]string{"IDENTITY_ENDPOINT": base + "/msi/token", "IDENTITY_HEADER": "h"}
			},
			id: azidentity.ResourceID("/subscriptions/s"), ours: Settings{ResourceID: "/subscriptions/s"},
			make:    func(d Deps, s Settings) (bridge.Source, error) { return NewAppService(d, s) },
			headers: []string{"X-IDENTITY-HEADER", "Metadata", "Authorization"},
		},
		"app service, object id": {
			env: func(base string) map[string]string {
				return map[string]string{"IDENTITY_ENDPOINT": base + "/msi/token", "IDENTITY_HEADER": "h"}
			},
			id: azidentity.ObjectID(objectID), ours: Settings{ObjectID: objectID},
			make:    func(d Deps, s Settings) (bridge.Source, error) { return NewAppService(d, s) },
			headers: []string{"X-IDENTITY-HEADER", "Metadata", "Authorization"},
		},
		"service fabric": {
			env: func(base string) map[string]string {
				return map[string]string{"IDENTITY_ENDPOINT": base + "/metadata/identity/oauth2/token", "IDENTITY_HEADER": "h"}
			},
			tls:     true,
			make:    func(d Deps, s Settings) (bridge.Source, error) { return NewServiceFabric(d, s) },
			headers: []string{"Secret", "Accept", "Metadata", "Authorization"},
		},
		"imds": {
			env:     func(string) map[string]string { return nil },
			make:    func(d Deps, s Settings) (bridge.Source, error) { return NewIMDS(d, s) },
			headers: []string{"Metadata", "Authorization"},
		},
		"imds, client id": {
			env: func(string) map[string]string { return nil },
			id:  azidentity.ClientID(clientID), ours: Settings{ClientID: clientID},
			make:    func(d Deps, s Settings) (bridge.Source, error) { return NewIMDS(d, s) },
			headers: []string{"Metadata", "Authorization"},
		},
		"imds, resource id": {
			env: func(string) map[string]string { return nil },
			id:  azidentity.ResourceID("/subscriptions/s"), ours: Settings{ResourceID: "/subscriptions/s"},
			make:    func(d Deps, s Settings) (bridge.Source, error) { return NewIMDS(d, s) },
			headers: []string{"Metadata", "Authorization"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			listen := serve
			if test.tls {
				listen = serveTLS
			}
			s := listen(t, alive(t))
			env := test.env(s.URL)
			options := clientOptions(t, s)
			if test.tls {
				sum := sha1.Sum(s.Certificate().Raw)
				env["IDENTITY_SERVER_THUMBPRINT"] = hex.EncodeToString(sum[:])
				options.Transport = s.Client() // the library pins this one kind of client only
			}
			for _, name := range []string{"IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "IMDS_ENDPOINT", "MSI_ENDPOINT", "MSI_SECRET"} {
				t.Setenv(name, env[name])
			}
			// A resource of this test's own: the library's cache outlives a credential.
			resource := "api://" + url.PathEscape(t.Name())
			theirs, err := azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{ClientOptions: options, ID: test.id})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := theirs.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{resource + "/.default"}}); err != nil {
				t.Fatal(err)
			}
			want := lastAsked(t, s, test.headers...)

			test.ours.Resource = resource
			if len(env) == 0 {
				test.ours.Endpoint = s.URL
			}
			ours, err := test.make(deps(env), test.ours)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := ours.Assertion(t.Context(), bridge.AssertionRequest{}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, lastAsked(t, s, test.headers...)); diff != "" {
				t.Errorf("azidentity (-) and Landbridge (+) ask differently:\n%s", diff)
			}
			if s.count() != 2 {
				t.Errorf("asked %d times", s.count())
			}
		})
	}
}

// The exchange at Entra, against azidentity's client assertion credential.
func TestExchangeAsAzidentityDoes(t *testing.T) {
	t.Parallel()
	s := serveTLS(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet { // the discovery that azidentity begins with
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"issuer":"https://%[1]s/%[2]s/v2.0","authorization_endpoint":"https://%[1]s/%[2]s/oauth2/v2.0/authorize","token_endpoint":"https://%[1]s/%[2]s/oauth2/v2.0/token"}`, r.Host, tenantID)
			return
		}
		saysJSON(200, fmt.Sprintf(`{"token_type":"Bearer","expires_in":3600,"access_token":%q}`, entraToken(t, noon.Add(time.Hour))))(w, r)
	})
	assertion := googleAssertion(t)
	theirs, err := azidentity.NewClientAssertionCredential(tenantID, clientID,
		func(context.Context) (string, error) { return assertion.Token.Reveal(), nil },
		&azidentity.ClientAssertionCredentialOptions{
			ClientOptions: azcore.ClientOptions{
				Transport: s.Client(), Retry: policy.RetryOptions{MaxRetries: -1},
				Cloud: cloud.Configuration{ActiveDirectoryAuthorityHost: s.URL + "/"},
			},
			DisableInstanceDiscovery: true,
		})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := theirs.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{StorageScope}}); err != nil {
		t.Fatal(err)
	}
	want := lastAsked(t, s, "Content-Type", "Authorization")

	ours, err := NewEntra(EntraOptions{
		HTTP: wire.New(wire.Options{RootCAs: pool(s)}), Clock: clock, TenantID: tenantID, ClientID: clientID, AuthorityHost: s.URL, Scope: StorageScope,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ours.Exchange(t.Context(), assertion, bridge.LeaseRequest{}); err != nil {
		t.Fatal(err)
	}
	got := lastAsked(t, s, "Content-Type", "Authorization")
	// azidentity also asks for the tokens of a signed-in person, of whom there is none here.
	const extra = " openid offline_access profile"
	if want.Form.Get("scope") == StorageScope+extra {
		want.Form.Set("scope", StorageScope)
	}
	for _, theirsOnly := range []string{"client_info", "x-client-current-telemetry", "x-client-last-telemetry"} {
		want.Form.Del(theirsOnly)
	}
	for _, a := range []*asked{&want, &got} {
		if ct := a.Header.Get("Content-Type"); len(ct) > 33 {
			a.Header.Set("Content-Type", ct[:33]) // without the charset
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("azidentity (-) and Landbridge (+) ask differently:\n%s", diff)
	}
}
