package landbridge_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"go.uber.org/goleak"

	"github.com/landbridge/landbridge"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	provider = "projects/123456789/locations/global/workloadIdentityPools/azure/providers/aks-prod"
	account  = "app@prod.iam.gserviceaccount.com"
	tenant   = "11111111-2222-3333-4444-555555555555"
	clientID = "66666666-7777-8888-9999-000000000000"
)

// clouds speaks for STS, IAM Credentials and Entra, and says 501 to what it does not know. Its tokens name the scope.
func clouds(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case r.URL.Path == "/v1/token":
			_, _ = io.WriteString(w, `{"access_token":"federated `+r.PostFormValue("scope")+`","token_type":"Bearer","expires_in":3600}`)
		case strings.HasSuffix(r.URL.Path, account+":generateIdToken"):
			_, _ = io.WriteString(w, `{"token":"`+jwt(t, "id")+`"}`)
		case r.URL.Path == "/"+tenant+"/oauth2/v2.0/token":
			_, _ = io.WriteString(w, `{"access_token":"entra `+r.PostFormValue("scope")+`","token_type":"Bearer","expires_in":3600}`)
		default:
			w.WriteHeader(http.StatusNotImplemented)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func jwt(t *testing.T, subject string) string {
	t.Helper()
	claims, err := json.Marshal(map[string]any{"iss": "https://issuer.test", "sub": subject, "exp": time.Now().Add(2 * time.Hour).Unix()})
	if err != nil {
		t.Error(err)
	}
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"alg":"RS256"}`)) + "." + part(claims) + "." + part(make([]byte, 256))
}

func tokenFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte(jwt(t, "system:serviceaccount:demo:app")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func newBridge(t *testing.T, change ...func(*landbridge.Options)) *landbridge.Bridge {
	t.Helper()
	url := clouds(t)
	o := landbridge.Options{Provider: provider, Project: "prod", Source: landbridge.Source{File: tokenFile(t)}, STSEndpoint: url, IAMEndpoint: url}
	for _, c := range change {
		c(&o)
	}
	b, err := landbridge.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func TestTokenSources(t *testing.T) {
	t.Parallel()
	b := newBridge(t)
	token, err := b.TokenSource("b", "a").Token()
	if err != nil || token.AccessToken != "federated a b" || token.TokenType != "Bearer" || !token.Valid() {
		t.Errorf("%+v %v", token, err)
	}
	const all = "federated https://www.googleapis.com/auth/cloud-platform"
	creds := b.Credentials()
	got, err := creds.Token(t.Context())
	if err != nil || got.Value != all || !got.IsValid() {
		t.Errorf("%v", err)
	}
	if p, err := creds.ProjectID(t.Context()); err != nil || p != "prod" {
		t.Errorf("project %q %v", p, err)
	}
	if u, err := creds.UniverseDomain(t.Context()); err != nil || u != "googleapis.com" {
		t.Errorf("universe %q %v", u, err)
	}
	if lines := strings.Join(b.Describe(), "\n"); !strings.Contains(lines, "access: direct") {
		t.Error(lines)
	}
}

func TestIDToken(t *testing.T) {
	t.Parallel()
	b := newBridge(t, func(o *landbridge.Options) { o.ServiceAccount = account })
	if token, err := b.IDToken(t.Context(), "https://svc"); err != nil || strings.Count(token, ".") != 2 {
		t.Errorf("%d bytes, %v", len(token), err)
	}
	if _, err := b.IDToken(t.Context(), ""); text(err) != "an ID token needs an audience" {
		t.Error(err)
	}
	direct := newBridge(t)
	if _, err := direct.IDToken(t.Context(), "https://svc"); text(err) != "an ID token was asked for, but with direct access there is no service account that could sign it" {
		t.Error(err)
	}
}

func TestAudit(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var records []landbridge.Record
	b := newBridge(t, func(o *landbridge.Options) {
		o.Audit = func(_ context.Context, r landbridge.Record) error {
			mu.Lock()
			defer mu.Unlock()
			records = append(records, r)
			return nil
		}
	})
	if _, err := b.TokenSource().Token(); err != nil {
		t.Fatal(err)
	}
	if len(records) != 1 || records[0].Door != "api" || records[0].Subject != "system:serviceaccount:demo:app" || !strings.HasPrefix(records[0].Token, "sha256:") {
		t.Errorf("%+v", records)
	}
	deaf := newBridge(t, func(o *landbridge.Options) {
		o.Audit = func(context.Context, landbridge.Record) error { return errors.New("disk full") }
	})
	if _, err := deaf.TokenSource().Token(); text(err) != "the audit log cannot be written, so the lease is not handed out" {
		t.Error(err)
	}
}

func TestClosedWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	b, err := landbridge.New(ctx, landbridge.Options{Provider: provider, Source: landbridge.Source{File: tokenFile(t)}, STSEndpoint: clouds(t)})
	if err != nil {
		t.Fatal(err)
	}
	p := b.TokenProvider()
	if _, err := p.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	cancel()
	b.Close() // both ways of closing at once
	if _, err := p.Token(t.Context()); text(err) != "landbridge is shutting down" {
		t.Error(err)
	}
}

func TestFromTheEnvironment(t *testing.T) {
	for _, name := range []string{"LANDBRIDGE_TO_GOOGLE_PROVIDER", "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT"} {
		t.Setenv(name, "")
	}
	if _, err := landbridge.New(t.Context(), landbridge.Options{}); text(err) != "no workload identity pool provider is named" {
		t.Error(err)
	}
	t.Run("variables", func(t *testing.T) {
		t.Setenv("LANDBRIDGE_TO_GOOGLE_PROVIDER", provider)
		t.Setenv("LANDBRIDGE_TO_GOOGLE_SOURCE_KIND", "file")
		t.Setenv("LANDBRIDGE_TO_GOOGLE_SOURCE_FILE", tokenFile(t))
		t.Setenv("LANDBRIDGE_TO_GOOGLE_ENDPOINTS_STS", clouds(t))
		t.Setenv("GOOGLE_CLOUD_PROJECT", "from-env")
		b, err := landbridge.New(t.Context(), landbridge.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		if _, err := b.TokenSource().Token(); err != nil {
			t.Error(err)
		}
		if p, err := b.Credentials().ProjectID(t.Context()); err != nil || p != "from-env" {
			t.Errorf("%q %v", p, err)
		}
	})
	t.Run("credential file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "adc.json")
		t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", path)
		write(t, path, `{"type":"external_account","audience":"//iam.googleapis.com/`+provider+`","subject_token_type":"urn:ietf:params:oauth:token-type:jwt","token_url":"https://sts.googleapis.com/v1/token","credential_source":{"file":"`+tokenFile(t)+`"}}`)
		b, err := landbridge.New(t.Context(), landbridge.Options{STSEndpoint: clouds(t)}) // the program's own word comes first
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		if _, err := b.TokenSource().Token(); err != nil {
			t.Error(err)
		}
		write(t, path, `{"type":"service_account","private_key":"-----BEGIN"}`)
		if _, err := landbridge.New(t.Context(), landbridge.Options{}); text(err) != "the credential file is a service-account key, which is a long-lived secret" {
			t.Error(err)
		}
	})
}

func TestAzureCredential(t *testing.T) {
	t.Parallel()
	c, err := landbridge.NewAzureCredential(t.Context(), landbridge.AzureOptions{
		TenantID: tenant, ClientID: clientID, Source: landbridge.HomeSource{File: tokenFile(t)}, AuthorityHost: clouds(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	scopes := []string{"https://storage.azure.com/.default"}
	token, err := c.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: scopes})
	if err != nil || token.Token != "entra https://storage.azure.com/.default" || time.Until(token.ExpiresOn) < 5*time.Minute {
		t.Errorf("%v", err)
	}
	if _, err := c.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: scopes, TenantID: "other"}); text(err) != `a token of tenant "other" was asked for, but the credential is of tenant "`+tenant+`"` {
		t.Error(err)
	}
	if _, err := c.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: scopes, Claims: "{}"}); text(err) != "azure asks for further claims, which a federated workload cannot give" {
		t.Error(err)
	}
	if lines := strings.Join(c.Describe(), "\n"); !strings.Contains(lines, "tenant: "+tenant) {
		t.Error(lines)
	}
}

// A program that links this package gets neither the policy engine nor a server.
func TestLightToLink(t *testing.T) {
	t.Parallel()
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), goTool, "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, heavy := range []string{"cel.dev/", "github.com/google/cel-go", "github.com/prometheus/", "google.golang.org/grpc", "google.golang.org/protobuf", "github.com/goccy/", "github.com/spf13/", "internal/trust", "internal/config", "internal/sandbox"} {
		if strings.Contains(string(out), heavy) {
			t.Errorf("linking the library pulls in %s", heavy)
		}
	}
}

func text(err error) string {
	if e, ok := errors.AsType[*landbridge.Error](err); ok {
		return e.Text
	}
	return ""
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
