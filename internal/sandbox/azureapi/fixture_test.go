package azureapi_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/azureapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

const (
	tenantID       = "11111111-1111-4111-8111-111111111111"
	otherTenant    = "99999999-9999-4999-8999-999999999999"
	clientID       = "22222222-2222-4222-8222-222222222222"
	objectID       = "33333333-3333-4333-8333-333333333333"
	resourceID     = "/subscriptions/" + subscriptionID + "/resourceGroups/rg-app/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-app"
	appClientID    = "44444444-4444-4444-8444-444444444444"
	secondClientID = "55555555-5555-4555-8555-555555555555"
	subscriptionID = "66666666-6666-4666-8666-666666666666"
	issuer         = "https://westeurope.oic.prod-aks.azure.com/" + tenantID + "/77777777-7777-4777-8777-777777777777/"
	accountID      = "/subscriptions/" + subscriptionID + "/resourceGroups/rg-data/providers/Microsoft.Storage/storageAccounts/landbridgedata"
	nodeSubject    = "system:serviceaccount:demo:app"
)

// noon is the clock of the tests that no real SDK takes part in.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// sandbox is a world with one of everything, its API on TLS, and its secrets, made anew for each test.
type sandbox struct {
	*testing.T
	world  *world.World
	api    *azureapi.API
	server *httptest.Server
	secret bridge.Secret // for every place that wants one
	arcDir string
	now    func() time.Time
}

// testKeys are made once: an RSA key takes longer than everything else in a test together.
var testKeys = sync.OnceValue(func() [3]*world.KeyRing {
	return [3]*world.KeyRing{world.NewKeyRing(), world.NewKeyRing(), world.NewKeyRing()}
})

func fixedClock() time.Time { return noon }

func newSandbox(t *testing.T, clock bridge.Clock) *sandbox {
	t.Helper()
	w := world.New(clock)
	keys := testKeys()
	w.AddTenant(world.Tenant{ID: tenantID, Keys: keys[0]})
	w.AddTenant(world.Tenant{ID: otherTenant, Keys: keys[1]})
	w.AddCluster(world.Cluster{Name: "aks-demo", TenantID: tenantID, Issuer: issuer, Keys: keys[2], Accounts: map[string]bool{"demo/app": true, "demo/other": true}})
	w.AddIdentity(world.Identity{
		Name: "id-app", TenantID: tenantID, ClientID: clientID, ObjectID: objectID, ResourceID: resourceID, Managed: true,
		Credentials: []trust.FederatedCredential{{Name: "aks", Issuer: issuer, Subject: nodeSubject, Audiences: []string{trust.ExchangeAudience}}},
		Roles:       []string{"Reader on /subscriptions/" + subscriptionID + "/resourceGroups/rg-app", "Storage Blob Data Reader on " + accountID},
	})
	w.AddIdentity(world.Identity{Name: "id-second", TenantID: tenantID, ClientID: secondClientID, ObjectID: world.GUID(), Managed: true})
	w.AddIdentity(world.Identity{
		Name: "app", TenantID: tenantID, ClientID: appClientID, ObjectID: world.GUID(), AppIDURIs: []string{"api://landbridge"}, TokenVersion: 1,
		Credentials: []trust.FederatedCredential{{Issuer: issuer, Subject: nodeSubject, Audiences: []string{trust.ExchangeAudience}}},
	})
	host := world.Host{
		Name: "vm-demo", Location: "westeurope", SubscriptionID: subscriptionID, ResourceGroup: "rg-app",
		VMID: "88888888-8888-4888-8888-888888888888", VMSize: "Standard_D2s_v5", SystemAssigned: clientID, UserAssigned: []string{secondClientID},
	}
	for _, kind := range []world.HostKind{world.HostVM, world.HostApp, world.HostFabric, world.HostArc} {
		w.SetHost(kind, host)
	}
	w.AddSubscription(world.Subscription{ID: subscriptionID, Name: "demo", TenantID: tenantID, Groups: map[string]string{"rg-app": "westeurope", "rg-data": "westeurope"}})
	w.AddStorageAccount(world.StorageAccount{Name: "landbridgedata", TenantID: tenantID, ResourceID: accountID, Containers: map[string]map[string][]byte{
		"training": {"a.txt": []byte("hello from azure"), "b/c.txt": []byte("second")},
	}})
	s := &sandbox{T: t, world: w, secret: bridge.NewSecret(world.GUID()), arcDir: t.TempDir(), now: clock}
	s.api = azureapi.New(w, azureapi.Options{KubeAdmin: s.secret, IdentityHeader: s.secret, FabricSecret: s.secret, ArcKeys: s.arcDir})
	s.server = httptest.NewTLSServer(s.api)
	t.Cleanup(s.server.Close)
	t.Cleanup(func() { _ = s.api.Close() })
	return s
}

// reply is an answer, read.
type reply struct {
	status int
	header http.Header
	body   string
}

func (s *sandbox) do(method, path string, header http.Header, body io.Reader) reply {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), method, s.server.URL+path, body)
	if err != nil {
		s.Fatal(err)
	}
	for k, v := range header {
		req.Header[k] = v
	}
	if host := header.Get("Host"); host != "" {
		req.Host = host
	}
	resp, err := s.server.Client().Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(text)}
}

func (s *sandbox) get(path string, header http.Header) reply {
	s.Helper()
	return s.do(http.MethodGet, path, header, nil)
}

func head(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

func bearer(token string) http.Header { return head("Authorization", "Bearer "+token) }

// decode reads a JSON answer.
func decode[T any](t *testing.T, body string) T {
	t.Helper()
	var out T
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		t.Fatalf("not JSON: %v in %d bytes", err, len(body))
	}
	return out
}

// assertion is a service-account token of the cluster, for Entra.
func (s *sandbox) assertion() string {
	s.Helper()
	token, _, err := s.world.ServiceAccountToken(issuer, "demo", "app", []string{trust.ExchangeAudience}, time.Hour)
	if err != nil {
		s.Fatal(err)
	}
	return token
}

// form is a good request to the v2.0 token endpoint; the pairs change it, and an empty value takes a field away.
func (s *sandbox) form(pairs ...string) url.Values {
	out := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {clientID}, "scope": {"https://storage.azure.com/.default"},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {s.assertion()},
	}
	for i := 0; i < len(pairs); i += 2 {
		out.Del(pairs[i])
		if pairs[i+1] != "" {
			out.Set(pairs[i], pairs[i+1])
		}
	}
	return out
}

func (s *sandbox) post(path string, form url.Values) reply {
	s.Helper()
	return s.do(http.MethodPost, path, head("Content-Type", "application/x-www-form-urlencoded"), strings.NewReader(form.Encode()))
}

// token asks Entra for an access token.
func (s *sandbox) token(scope string) string {
	s.Helper()
	got := s.post("/"+tenantID+"/oauth2/v2.0/token", s.form("scope", scope))
	if got.status != http.StatusOK {
		s.Fatalf("token endpoint answered %d: %s", got.status, got.body)
	}
	return decode[struct {
		AccessToken string `json:"access_token"`
	}](s.T, got.body).AccessToken
}

// sign makes a token of the tenant's own, with claims changed.
func (s *sandbox) sign(tenant string, claims map[string]any) string {
	s.Helper()
	t, err := s.world.Tenant(tenant)
	if err != nil {
		s.Fatal(err)
	}
	base := map[string]any{
		"iss": "https://sts.windows.net/" + tenant + "/", "tid": tenant, "oid": objectID, "appid": clientID, "aud": "https://management.azure.com/",
		"iat": s.now().Unix(), "nbf": s.now().Unix(), "exp": s.now().Add(time.Hour).Unix(),
	}
	for k, v := range claims {
		base[k] = v
	}
	token, err := t.Keys.Sign(base)
	if err != nil {
		s.Fatal(err)
	}
	return token
}

// claims reads an access token without checking it.
func claims(t *testing.T, token string) map[string]any {
	t.Helper()
	parsed, err := trust.ParseToken(bridge.NewSecret(token))
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Claims
}

func equal(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// transport sends every request to the sandbox, whatever host it names: azcore's policy.Transporter.
type transport struct{ *sandbox }

func (tr transport) Do(req *http.Request) (*http.Response, error) {
	target, err := url.Parse(tr.server.URL)
	if err != nil {
		return nil, err
	}
	out := req.Clone(req.Context())
	out.Host, out.URL.Scheme, out.URL.Host = req.URL.Host, target.Scheme, target.Host
	return tr.server.Client().Do(out)
}

func background(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// text is an answer without its headers, for comparing.
func (r reply) text() string { return http.StatusText(r.status) + " " + r.body }
