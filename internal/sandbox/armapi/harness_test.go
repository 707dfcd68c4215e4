package armapi_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/armapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	tenant     = "99999999-8888-4777-8666-555555555555"
	subscriber = "66666666-6666-4666-8666-666666666666"
	root       = "/subscriptions/" + subscriber
	group      = root + "/resourceGroups/rg"
	clusters   = group + "/providers/Microsoft.ContainerService/managedClusters"
	cluster    = clusters + "/prod"
	identities = group + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
	owner      = "11111111-2222-4333-8444-555555555555"
	issuer     = "https://westeurope.oic.prod-aks.azure.com/" + tenant + "/77777777-7777-4777-8777-777777777777/"
	audience   = "api://AzureADTokenExchange"
	version    = "?api-version=2025-10-01"
)

// clock is a time that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// arm is the API behind a server that lets everybody be who they say.
type arm struct {
	*testing.T
	world  *world.World
	clock  *clock
	server *httptest.Server
	// reading, when not nil, is closed as soon as the body of a request is read.
	reading chan struct{}
	once    sync.Once
}

// watched is a body that tells when it is read.
type watched struct {
	io.ReadCloser
	arm *arm
}

func (w watched) Read(p []byte) (int, error) {
	w.arm.once.Do(func() { close(w.arm.reading) })
	return w.ReadCloser.Read(p)
}

func newARM(t *testing.T) *arm {
	t.Helper()
	c := &clock{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	w := world.New(c.Now)
	w.AddTenant(world.Tenant{ID: tenant})
	w.AddSubscription(world.Subscription{ID: subscriber, Name: "test", TenantID: tenant, Groups: map[string]string{"rg": "westeurope"}})
	w.AddCluster(world.Cluster{
		Name: "prod", TenantID: tenant, Issuer: issuer, Accounts: map[string]bool{"shop/web": true},
		Managed: &world.ManagedCluster{Subscription: subscriber, ResourceGroup: "rg", Location: "westeurope", ETag: "first"},
	})
	w.AddIdentity(world.Identity{Name: "owner@example.com", TenantID: tenant, ObjectID: owner, User: true, Roles: []string{"Owner on " + root}})
	api := armapi.New(w, armapi.Options{KubeAdmin: bridge.NewSecret("kube")})
	out := &arm{T: t, world: w, clock: c}
	out.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if out.reading != nil {
			r.Body = watched{r.Body, out}
		}
		who := r.Header.Get("X-Who")
		if who == "" {
			who = owner
		}
		api.Serve(rw, r, armapi.Caller{Tenant: tenant, Issuer: "https://sts.windows.net/" + tenant + "/", ObjectID: who, Name: "name-of-" + who[:8]})
	}))
	t.Cleanup(out.server.Close)
	return out
}

// reply is an answer, read.
type reply struct {
	status int
	header http.Header
	body   map[string]any
}

// ask makes a call; the pairs are headers.
func (a *arm) ask(method, path, body string, pairs ...string) reply {
	a.Helper()
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	if !strings.Contains(path, "api-version=") {
		path += version
	}
	req, err := http.NewRequestWithContext(a.Context(), method, a.server.URL+path, content)
	if err != nil {
		a.Fatal(err)
	}
	for i := 0; i < len(pairs); i += 2 {
		req.Header.Set(pairs[i], pairs[i+1])
	}
	resp, err := a.server.Client().Do(req)
	if err != nil {
		a.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	out := reply{status: resp.StatusCode, header: resp.Header}
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		a.Fatal(err)
	}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &out.body); err != nil {
			a.Fatalf("%s %s: %v in %q", method, path, err, text)
		}
	}
	return out
}

// at digs in an answer.
func (r reply) at(path ...string) any {
	var out any = r.body
	for _, name := range path {
		in, _ := out.(map[string]any)
		out = in[name]
	}
	return out
}

// refusal is the code and text, in either of the two shapes.
func (r reply) refusal() [2]string {
	in := r.body
	if e, ok := in["error"].(map[string]any); ok {
		in = e
	}
	code, _ := in["code"].(string)
	text, _ := in["message"].(string)
	return [2]string{code, text}
}

func equal(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// identity makes an identity and returns its principal.
func (a *arm) identity(name string) (client, principal string) {
	a.Helper()
	got := a.ask(http.MethodPut, identities+"/"+name, `{"location":"westeurope"}`)
	if got.status != http.StatusCreated {
		a.Fatalf("%d %v", got.status, got.body)
	}
	return got.at("properties", "clientId").(string), got.at("properties", "principalId").(string)
}

func credential(subject string) string {
	return `{"properties":{"issuer":"` + issuer + `","subject":"` + subject + `","audiences":["` + audience + `"]}}`
}
