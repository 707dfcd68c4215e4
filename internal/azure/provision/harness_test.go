package provision

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/sandbox/azureapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/wire"
)

const (
	tenant       = "99999999-8888-4777-8666-555555555555"
	subscriber   = "66666666-6666-4666-8666-666666666666"
	scope        = "/subscriptions/" + subscriber
	groupScope   = scope + "/resourceGroups/rg"
	operator     = "11111111-2222-4333-8444-555555555555"
	stranger     = "aaaaaaaa-2222-4333-8444-555555555555"
	issuer       = "https://westeurope.oic.prod-aks.azure.com/" + tenant + "/77777777-7777-4777-8777-777777777777/"
	subject      = "system:serviceaccount:shop:web"
	audience     = "api://AzureADTokenExchange"
	storageScope = groupScope + "/providers/Microsoft.Storage/storageAccounts/data"
)

// pretended is a pretended Azure that keeps count of what it is asked.
type pretended struct {
	*testing.T
	world  *world.World
	server *httptest.Server

	mu     sync.Mutex
	asked  []string // method and path
	atOnce map[string]int
	most   int // of writes to one identity's credentials at a time
	veto   func(*http.Request) int
}

var tenantKeys = sync.OnceValue(world.NewKeyRing)

func newCloud(t *testing.T) *pretended {
	t.Helper()
	w := world.New(time.Now)
	w.AddTenant(world.Tenant{ID: tenant, Keys: tenantKeys()})
	w.AddSubscription(world.Subscription{ID: subscriber, Name: "test", TenantID: tenant, Groups: map[string]string{"rg": "westeurope", "other": "westeurope"}})
	w.AddCluster(world.Cluster{
		Name: "prod", TenantID: tenant, Issuer: issuer,
		Managed: &world.ManagedCluster{Subscription: subscriber, ResourceGroup: "rg", Location: "westeurope", Tags: map[string]string{"team": "shop"}},
	})
	w.AddIdentity(world.Identity{Name: "operator@example.com", TenantID: tenant, ObjectID: operator, User: true, Roles: []string{"Owner on " + scope}})
	w.AddIdentity(world.Identity{Name: "stranger@example.com", TenantID: tenant, ObjectID: stranger, User: true})
	c := &pretended{T: t, world: w, atOnce: map[string]int{}}
	api := azureapi.New(w, azureapi.Options{})
	c.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		done, refuse := c.note(r)
		defer done()
		if refuse != 0 {
			rw.WriteHeader(refuse)
			return
		}
		api.ServeHTTP(rw, r)
	}))
	t.Cleanup(c.server.Close)
	return c
}

func (c *pretended) note(r *http.Request) (done func(), refuse int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, r.Method+" "+r.URL.Path)
	if c.veto != nil {
		refuse = c.veto(r)
	}
	identity, _, ok := strings.Cut(strings.ToLower(r.URL.Path), "/federatedidentitycredentials/")
	if !ok || r.Method == http.MethodGet {
		return func() {}, refuse
	}
	c.atOnce[identity]++
	c.most = max(c.most, c.atOnce[identity])
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.atOnce[identity]--
	}, refuse
}

// took returns what was asked since the last time: all of it, or only what is not a read.
func (c *pretended) took(writes bool) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := []string{}
	for _, a := range c.asked {
		if !writes || !strings.HasPrefix(a, "GET ") {
			out = append(out, strings.Replace(a, groupScope, "", 1))
		}
	}
	c.asked = nil
	return out
}

// person is a credential for one object of the tenant.
type person struct {
	*pretended
	object string
}

func (p person) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	expiry := time.Now().Add(time.Hour)
	token, err := tenantKeys().Sign(map[string]any{
		"iss": "https://sts.windows.net/" + tenant + "/", "tid": tenant, "oid": p.object, "aud": "https://management.azure.com",
		"iat": time.Now().Unix(), "nbf": time.Now().Unix(), "exp": expiry.Unix(),
	})
	return azcore.AccessToken{Token: token, ExpiresOn: expiry}, err
}

func (c *pretended) keeperOf(object string) *Keeper {
	c.Helper()
	k, err := New(Options{
		HTTP: wire.New(wire.Options{}), Clock: time.Now, Credential: person{c, object}, Endpoint: c.server.URL, TenantID: tenant,
		Poll: 5 * time.Millisecond, Pause: 20 * time.Millisecond,
	})
	if err != nil {
		c.Fatal(err)
	}
	return k
}

func (c *pretended) keeper() *Keeper { return c.keeperOf(operator) }

func ctxOf(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func theCluster() *estate.Cluster {
	return &estate.Cluster{Subscription: subscriber, ResourceGroup: "rg", Name: "prod", OIDCIssuer: true}
}

func theIdentity() *estate.Identity {
	return &estate.Identity{Subscription: subscriber, ResourceGroup: "rg", Name: "web", Location: "West Europe"}
}

func theCredential() *estate.FederatedCredential {
	return &estate.FederatedCredential{
		Subscription: subscriber, ResourceGroup: "rg", Identity: "web", Name: estate.CredentialName("shop", "prod-web"),
		Issuer: issuer, Subject: subject, Audience: audience,
	}
}

func theAssignment(principal string) *estate.RoleAssignment {
	return &estate.RoleAssignment{Scope: storageScope, Role: "Storage Blob Data Reader", PrincipalID: principal, PrincipalType: "ServicePrincipal"}
}

// read reads a thing anew.
func read(t *testing.T, k *Keeper, want estate.Spec) estate.Live {
	t.Helper()
	k.Forget()
	live, err := k.Read(ctxOf(t), want)
	if err != nil {
		t.Fatalf("read %s: %v", want.Kind(), err)
	}
	return live
}

// write reads a thing and makes it as wanted.
func write(t *testing.T, k *Keeper, want estate.Spec) estate.Live {
	t.Helper()
	live, err := k.Write(ctxOf(t), "shop", want, read(t, k, want))
	if err != nil {
		t.Fatalf("write %s: %v (%s)", want.Kind(), err, bridge.HintOf(err))
	}
	return live
}

func equal(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// said is an error's text without the id of the call, which is another each time.
func said(e *bridge.Error) string {
	text, _, _ := strings.Cut(e.Text, " (correlation id ")
	return text
}

func refused(t *testing.T, err error) *bridge.Error {
	t.Helper()
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok {
		t.Fatalf("%v is no *bridge.Error", err)
	}
	if strings.Contains(err.Error()+e.Hint, "eyJ") {
		t.Fatal("the error holds a token")
	}
	return e
}
