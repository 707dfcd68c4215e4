package vaults_test

import (
	"cmp"
	"context"
	"crypto/tls"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/landbridge/landbridge/internal/azure/rest"
	"github.com/landbridge/landbridge/internal/azure/vaults"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/protect"
	"github.com/landbridge/landbridge/internal/sandbox/armapi"
	"github.com/landbridge/landbridge/internal/sandbox/vaultapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// The names of the pretended estate.
const (
	tenant       = "0a0b0c0d-1111-4222-8333-444455556666"
	subscription = "11112222-3333-4444-8555-666677778888"
	group        = "/subscriptions/" + subscription + "/resourceGroups/Training"
	account      = group + "/providers/Microsoft.Storage/storageAccounts/models"
	staging      = group + "/providers/Microsoft.Storage/storageAccounts/staging"

	operator = "aaaa0001-0000-4000-8000-000000000b1e" // Backup Operator
	reader   = "aaaa0002-0000-4000-8000-000000000b1e" // Backup Reader
	nobody   = "aaaa0003-0000-4000-8000-000000000b1e"
	vaultID  = "aaaa0004-0000-4000-8000-000000000b1e" // the Backup vault itself
)

// estate is a world with vaults, and clients of its API that never leave the process.
type estate struct {
	*testing.T
	world *world.World
	api   *vaultapi.API
	got   []vaultapi.Delivery
	takes time.Duration // each call

	mu        sync.Mutex
	asked     []string // methods and paths
	now, most int      // calls at once
}

// newEstate is the scene over a storage account. Call it in a synctest bubble: its clock is the bubble's.
func newEstate(t *testing.T) *estate {
	t.Helper()
	e := &estate{T: t, world: world.New(time.Now)}
	e.world.AddTenant(world.Tenant{ID: tenant})
	e.world.AddSubscription(world.Subscription{ID: subscription, Name: "demo", TenantID: tenant, Groups: map[string]string{"Training": "westeurope"}})
	for id, scope := range map[string]string{"models": account, "staging": staging} {
		e.world.AddStorageAccount(world.StorageAccount{Name: id, TenantID: tenant, ResourceID: scope})
	}
	for id, roles := range map[string][]string{
		operator: {"Backup Operator on " + group, "Storage Account Backup Contributor on " + staging}, reader: {"Backup Reader on " + group}, nobody: nil,
		vaultID: {"Storage Account Backup Contributor on " + staging, "Storage Blob Data Contributor on " + staging},
	} {
		e.world.AddIdentity(world.Identity{Name: id, TenantID: tenant, ClientID: id, ObjectID: id, Managed: true, Roles: roles})
	}
	e.api = vaultapi.New(e.world, vaultapi.Options{Accept: time.Minute, Job: 10 * time.Minute, Restored: func(d vaultapi.Delivery) { e.got = append(e.got, d) }})
	e.api.Play(vaultapi.Scene{Group: group, Location: "westeurope", Account: account, Principal: vaultID, Contents: map[string][]vaultapi.Object{
		"weights": {{Name: "a/1.bin", Content: []byte("one")}, {Name: "b/2.bin", Content: []byte("two")}},
		"logs":    {{Name: "x.log", Content: []byte("log")}},
	}})
	return e
}

// as is the adapter in the name of one of the identities.
func (e *estate) as(who string) *vaults.Vaults {
	e.Helper()
	return adapter(e.T, transport(func(r *http.Request) *http.Response {
		e.begin(r)
		defer e.end()
		if bridge.Wait(r.Context(), e.takes) != nil {
			return nil
		}
		rec := httptest.NewRecorder()
		r.TLS = &tls.ConnectionState{} // so that links are https
		if r.Body == nil {
			r.Body = http.NoBody
		}
		e.api.Serve(rec, r, armapi.Caller{Tenant: tenant, ObjectID: who, Name: who})
		out := rec.Result()
		out.Request = r
		return out
	}))
}

func (e *estate) begin(r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.asked = append(e.asked, r.Method+" "+r.URL.Path)
	e.now++
	e.most = max(e.most, e.now)
}

func (e *estate) end() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.now--
}

// adapter is one over any transport.
func adapter(t *testing.T, over policy.Transporter) *vaults.Vaults {
	t.Helper()
	m := &rest.Manager{Endpoint: "https://management.azure.com", Credential: token{}, Options: &arm.ClientOptions{
		ClientOptions:         policy.ClientOptions{Transport: over, Retry: policy.RetryOptions{MaxRetries: -1}},
		DisableRPRegistration: true,
	}}
	v, err := vaults.New(vaults.Options{Manager: m, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

type transport func(*http.Request) *http.Response

// Do implements policy.Transporter. What nobody waits for any more has no answer: then a handler may abort, as a server lets it.
func (f transport) Do(r *http.Request) (resp *http.Response, err error) {
	defer func() {
		if p := recover(); p != nil && p != http.ErrAbortHandler { //nolint:errorlint // the very value, as net/http compares it
			panic(p)
		}
		if resp == nil {
			err = cmp.Or(r.Context().Err(), io.ErrUnexpectedEOF)
		}
	}()
	return f(r), nil
}

type token struct{}

func (token) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: "t", ExpiresOn: time.Now().Add(time.Hour)}, nil
}

var scope = protect.Scope{Subscriptions: []string{subscription}}

// all gathers a stream, gaps apart.
func all[T any](t *testing.T, stream iter.Seq2[T, error]) (out []T, gaps []error) {
	t.Helper()
	for v, err := range stream {
		if err != nil {
			gaps = append(gaps, err)
			continue
		}
		out = append(out, v)
	}
	return out, gaps
}

func whole[T any](t *testing.T, stream iter.Seq2[T, error]) []T {
	t.Helper()
	out, gaps := all(t, stream)
	for _, err := range gaps {
		t.Fatal(err)
	}
	return out
}

// itemNamed finds an item of the scene.
func (e *estate) itemNamed(v *vaults.Vaults, name string) protect.Item {
	e.Helper()
	for _, i := range whole(e.T, v.Items(e.Context(), scope)) {
		if i.Name == name {
			return i
		}
	}
	e.Fatalf("no item %q", name)
	return protect.Item{}
}
