package route_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/route"
)

func jwt(t *testing.T, claims map[string]any) string {
	t.Helper()
	body, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"alg":"RS256"}`)) + "." + part(body) + "." + part(make([]byte, 256))
}

// A managed identity's own tokens: one for each resource, each asked for once.
func TestAzureHome(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	imds := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		token := jwt(t, map[string]any{"iss": "https://sts.windows.net/t/", "sub": "the-object", "aud": r.URL.Query().Get("resource"), "exp": time.Now().Add(8 * time.Hour).Unix()})
		_, _ = io.WriteString(w, `{"access_token":"`+token+`","token_type":"Bearer"}`)
	}))
	t.Cleanup(imds.Close)
	home, err := route.NewAzureHome(world(), route.AzureSource{Kind: azure.IMDS, Endpoint: imds.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(home.Close)
	for _, scope := range []string{azure.StorageScope, azure.StorageScope, "https://management.azure.com/.default"} {
		lease, err := home.Lease(t.Context(), bridge.LeaseRequest{Scopes: []string{scope}})
		if err != nil {
			t.Fatal(err)
		}
		claims, _ := base64.RawURLEncoding.DecodeString(strings.Split(lease.Token.Reveal(), ".")[1])
		if want := strings.TrimSuffix(scope, "/.default"); !strings.Contains(string(claims), `"aud":"`+want+`"`) || lease.Principal != "the-object" {
			t.Errorf("%s: a lease for %s as %s", scope, claims, lease.Principal)
		}
	}
	if asked.Load() != 2 {
		t.Errorf("asked %d times, want once for each resource", asked.Load())
	}
	if got := strings.Join(home.Describe(), "\n"); !strings.Contains(got, "as this workload itself, by") {
		t.Error(got)
	}
	if _, err := home.Lease(t.Context(), bridge.LeaseRequest{}); err == nil {
		t.Error("no scope is not refused")
	}
}

// On AKS the pod's token is Kubernetes': Entra is asked with it.
func TestAzureHomeOnKubernetes(t *testing.T) {
	t.Parallel()
	w := world()
	url := clouds(t)
	file := tokenFile(t)
	w.Env = func(key string) string {
		return map[string]string{"AZURE_FEDERATED_TOKEN_FILE": file, "AZURE_CLIENT_ID": client, "AZURE_TENANT_ID": tenant, "AZURE_AUTHORITY_HOST": url}[key]
	}
	for _, kind := range []azure.Kind{azure.Auto, azure.Kubernetes, azure.WorkloadIdentity} {
		home, err := route.NewAzureHome(w, route.AzureSource{Kind: kind})
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		t.Cleanup(home.Close)
		if got := home.Describe()[0]; !strings.Contains(got, "Entra token of "+client) {
			t.Errorf("%s: %s", kind, got)
		}
	}
}

func TestGoogleHome(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Metadata-Flavor", "Google")
		if strings.HasSuffix(r.URL.Path, "/identity") {
			_, _ = io.WriteString(w, jwt(t, map[string]any{"iss": "https://accounts.google.com", "sub": "117", "aud": r.URL.Query().Get("audience"), "exp": time.Now().Add(time.Hour).Unix()}))
			return
		}
		if r.URL.Query().Get("scopes") != "https://www.googleapis.com/auth/devstorage.read_write" {
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = io.WriteString(w, `{"access_token":"ya29.own","expires_in":3599,"token_type":"Bearer"}`)
	}))
	t.Cleanup(server.Close)
	home, err := route.NewGoogleHome(world(), route.GoogleSource{Kind: "google-metadata", MetadataHost: strings.TrimPrefix(server.URL, "http://")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(home.Close)
	lease, err := home.Lease(t.Context(), bridge.LeaseRequest{Scopes: []string{"https://www.googleapis.com/auth/devstorage.read_write"}})
	if err != nil {
		t.Fatal(err)
	}
	if lease.Token.Reveal() != "ya29.own" || lease.Principal != "117" || time.Until(lease.Expiry) < 59*time.Minute {
		t.Errorf("%+v", lease)
	}
}
