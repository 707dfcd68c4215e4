package route_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/route"
	"github.com/landbridge/landbridge/testkit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	provider = "projects/123456789/locations/global/workloadIdentityPools/azure/providers/aks-prod"
	account  = "app@prod.iam.gserviceaccount.com"
	tenant   = "11111111-2222-3333-4444-555555555555"
	client   = "66666666-7777-8888-9999-000000000000"
)

// clouds answers for STS, IAM Credentials and Entra, and 501 to what it does not know.
func clouds(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case r.URL.Path == "/v1/token" && r.PostFormValue("subject_token") != "":
			_, _ = io.WriteString(w, `{"access_token":"federated","token_type":"Bearer","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","expires_in":3600}`)
		case strings.HasSuffix(r.URL.Path, ":generateAccessToken") && r.Header.Get("Authorization") == "Bearer federated":
			_, _ = io.WriteString(w, `{"accessToken":"impersonated","expireTime":"`+time.Now().Add(time.Hour).UTC().Format(time.RFC3339)+`"}`)
		case r.URL.Path == "/"+tenant+"/oauth2/v2.0/token" && r.PostFormValue("client_assertion") != "":
			_, _ = io.WriteString(w, `{"access_token":"entra","token_type":"Bearer","expires_in":3600}`)
		default:
			w.WriteHeader(http.StatusNotImplemented)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func tokenFile(t *testing.T) string {
	t.Helper()
	claims, err := json.Marshal(map[string]any{"iss": "https://issuer.test", "sub": "system:serviceaccount:demo:app", "aud": []string{"x"}, "exp": time.Now().Add(2 * time.Hour).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	part := base64.RawURLEncoding.EncodeToString
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte(part([]byte(`{"alg":"RS256"}`))+"."+part(claims)+"."+part(make([]byte, 256))), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func world() route.World {
	return route.World{Clock: time.Now, Env: func(string) string { return "" }, Door: "test"}
}

func toGoogle(t *testing.T, change ...func(*route.GoogleOptions)) *route.Google {
	t.Helper()
	url := clouds(t)
	o := route.GoogleOptions{World: world(), Source: route.AzureSource{File: tokenFile(t)}, Provider: provider, STSEndpoint: url, IAMEndpoint: url}
	for _, c := range change {
		c(&o)
	}
	g, err := route.ToGoogle(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	return g
}

func TestToGoogleIsALeaser(t *testing.T) {
	t.Parallel()
	testkit.Leaser(t, testkit.LeaserCase{New: func(t *testing.T) bridge.Leaser { return toGoogle(t) }, Scopes: []string{"https://www.googleapis.com/auth/cloud-platform"}})
}

func TestToGoogle(t *testing.T) {
	t.Parallel()
	g := toGoogle(t, func(o *route.GoogleOptions) {
		o.ServiceAccount, o.Project, o.Location, o.Lifetime = account, "prod", "europe-west4", time.Hour
	})
	lease, err := g.Lease(t.Context(), bridge.LeaseRequest{})
	if err != nil {
		t.Fatal(err)
	}
	var hops []bridge.Hop
	for _, s := range lease.Trace {
		hops = append(hops, s.Hop)
	}
	if d := cmp.Diff([]bridge.Hop{bridge.HopHome, bridge.HopSTS, bridge.HopImpersonate}, hops); d != "" || lease.Token.Reveal() != "impersonated" {
		t.Errorf("%s %s", lease.Token.Reveal(), d)
	}
	if g.Source != "file" || g.Identity != account || g.Project != "prod" || g.ProjectNumber != "123456789" || g.UniverseDomain != "googleapis.com" {
		t.Errorf("%+v", g)
	}
	lines := strings.Join(g.Describe(), "\n")
	for _, want := range []string{"source: token file ", "(file is named in the configuration)", "provider: " + provider, "access: as " + account} {
		if !strings.Contains(lines, want) {
			t.Errorf("no %q in\n%s", want, lines)
		}
	}
	a, err := g.Assertion(t.Context())
	if err != nil || a.Subject != "system:serviceaccount:demo:app" || g.AssertionAudience() != "https://iam.googleapis.com/"+provider {
		t.Errorf("%+v %v", a, err)
	}
}

func TestDirectAccess(t *testing.T) {
	t.Parallel()
	g := toGoogle(t, func(o *route.GoogleOptions) { o.Lifetime = time.Hour }) // the configuration's default, written out
	if want := "principal://iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/azure"; g.Identity != want {
		t.Error(g.Identity)
	}
	if lines := strings.Join(g.Describe(), "\n"); !strings.Contains(lines, "access: direct, as a principal of the pool") {
		t.Error(lines)
	}
}

func TestToAzure(t *testing.T) {
	t.Parallel()
	a, err := route.ToAzure(route.AzureOptions{
		World: world(), Source: route.GoogleSource{File: tokenFile(t)}, TenantID: tenant, ClientID: client,
		AuthorityHost: clouds(t), Scope: "https://storage.azure.com/.default",
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	lease, err := a.Lease(t.Context(), bridge.LeaseRequest{})
	if err != nil || lease.Token.Reveal() != "entra" || a.AssertionAudience() != "api://AzureADTokenExchange" {
		t.Fatalf("%+v %v", lease, err)
	}
	if lines := strings.Join(a.Describe(), "\n"); !strings.Contains(lines, "tenant: "+tenant) || !strings.Contains(lines, "access: as "+client) {
		t.Error(lines)
	}
}

func TestRefusedBeforeAnyCall(t *testing.T) {
	t.Parallel()
	_, err := route.ToGoogle(route.GoogleOptions{World: world()})
	if e, ok := errors.AsType[*bridge.Error](err); !ok || e.Text != "no workload identity pool provider is named" {
		t.Error(err)
	}
	_, err = route.ToAzure(route.AzureOptions{World: world()})
	if e, ok := errors.AsType[*bridge.Error](err); !ok || e.Text != "no Entra tenant is named" {
		t.Error(err)
	}
}

func TestFromCredentialFile(t *testing.T) {
	t.Parallel()
	const head = `{"type":"external_account","audience":"//iam.googleapis.com/` + provider + `","subject_token_type":"urn:ietf:params:oauth:token-type:jwt","token_url":"https://sts.googleapis.com/v1/token","credential_source":`
	for _, tc := range []struct {
		data, text string
		want       route.AzureSource
	}{
		{data: head + `{"file":"/run/token"}}`, want: route.AzureSource{Kind: "file", File: "/run/token", Format: "text"}},
		{data: head + `{"file":"/run/token","format":{"type":"json","subject_token_field_name":"tok"}}}`, want: route.AzureSource{Kind: "file", File: "/run/token", Format: "json", Field: "tok"}},
		{
			data: head + `{"url":"http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=api://x&client_id=` + client + `","headers":{"Metadata":"True"},"format":{"type":"json","subject_token_field_name":"access_token"}}}`,
			want: route.AzureSource{Kind: "imds", Resource: "api://x", ClientID: client},
		},
		{data: head + `{"url":"http://127.0.0.1:9/other"}}`, text: "the credential file's credential_source.url is not azure's managed-identity endpoint"},
		{data: `{"type":"service_account"}`, text: "the credential file is a service-account key, which is a long-lived secret"},
	} {
		o := route.GoogleOptions{World: world()}
		err := o.FromCredentialFile([]byte(tc.data))
		if tc.text != "" {
			if e, ok := errors.AsType[*bridge.Error](err); !ok || e.Text != tc.text {
				t.Errorf("got %v, want %s", err, tc.text)
			}
			continue
		}
		if d := cmp.Diff(tc.want, o.Source); err != nil || d != "" {
			t.Errorf("%v %s", err, d)
		}
		if o.Provider != "//iam.googleapis.com/"+provider || o.STSEndpoint != "https://sts.googleapis.com" {
			t.Errorf("%+v", o)
		}
	}
}
