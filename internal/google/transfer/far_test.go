package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/google/transfer"
	"github.com/landbridge/landbridge/internal/sandbox/azureapi"
	"github.com/landbridge/landbridge/internal/sandbox/blobapi"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/storageapi"
	"github.com/landbridge/landbridge/internal/sandbox/transferapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
	"github.com/landbridge/landbridge/internal/wire"
)

const (
	tenant  = "0a0b0c0d-1111-4222-8333-444455556666"
	client  = "22222222-2222-4222-8222-222222222222"
	account = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/models"
	agentOf = "project-1234567890@storage-transfer-service.iam.gserviceaccount.com"
)

// The rings of keys of every test: RSA keys are slow to make.
var tenantKeys = sync.OnceValue(func() *world.KeyRing {
	keys := world.NewKeyRing()
	keys.JWKS()
	return keys
})

// far is both clouds: a container with three blobs, a bucket, an application that trusts the transfer agent.
type far struct {
	testing.TB
	world    *world.World
	blobs    *blobapi.Store
	buckets  *storageapi.Storage
	transfer *transferapi.Transfer
	subject  string
	url      string

	mu  sync.Mutex
	now time.Time
}

func newFar(t testing.TB) *far {
	t.Helper()
	f := &far{TB: t, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	f.world = world.New(f.clock)
	f.world.AddProject(world.Project{ID: "demo", Number: "1234567890", Services: map[string]bool{"storage.googleapis.com": true, "storagetransfer.googleapis.com": true}})
	f.world.AddTenant(world.Tenant{ID: tenant, Keys: tenantKeys()})
	f.world.AddStorageAccount(world.StorageAccount{Name: "models", TenantID: tenant, ResourceID: account, Containers: map[string]map[string][]byte{
		"weights": {"v1/a.bin": []byte("alpha"), "v1/b, c.bin": []byte("beta"), "v2/d.bin": []byte("delta")},
	}})
	f.blobs = blobapi.NewStore(f.world, blobapi.StoreOptions{})
	azure := azureapi.New(f.world, azureapi.Options{Blobs: f.blobs})
	google := googleapi.New(f.world, googleapi.Options{})
	f.buckets = storageapi.New(google, f.world, storageapi.Options{})
	f.transfer = transferapi.New(google, f.world, transferapi.Options{Azure: azure, Queue: time.Minute, Object: time.Minute})
	if err := f.buckets.AddBucket(storageapi.Bucket{Name: "copies", Project: "demo"}); err != nil {
		t.Fatal(err)
	}
	_, subject, err := f.transfer.Agent("demo")
	if err != nil {
		t.Fatal(err)
	}
	f.subject = subject
	f.application("Storage Blob Data Reader on "+account, trust.FederatedCredential{
		Name: "google", Issuer: "https://accounts.google.com", Subject: subject, Audiences: []string{"api://AzureADTokenExchange"},
	})
	f.bind("demo", "roles/storagetransfer.admin", "user:operator@example.com")
	f.bind("gs://copies", "roles/storage.objectUser", "serviceAccount:"+agentOf)
	f.bind("gs://copies", "roles/storage.bucketViewer", "serviceAccount:"+agentOf)
	server := httptest.NewServer(google)
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

// application makes the Entra application what it is from now on.
func (f *far) application(role string, credentials ...trust.FederatedCredential) {
	f.world.AddIdentity(world.Identity{
		Name: "transfer", TenantID: tenant, ClientID: client, ObjectID: "33333333-3333-4333-8333-333333333333", TokenVersion: 2,
		Roles: []string{role}, Credentials: credentials,
	})
}

func (f *far) bind(resource, role, member string) {
	f.Helper()
	if err := f.world.Bind(resource, role, member); err != nil {
		f.Fatal(err)
	}
}

func (f *far) clock() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *far) pass(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

// Lease implements bridge.Leaser.
func (f *far) Lease(_ context.Context, req bridge.LeaseRequest) (bridge.Lease, error) {
	expiry := f.clock().Add(time.Hour)
	return bridge.Lease{Expiry: expiry, Principal: "operator@example.com", Token: f.world.Issue(world.Grant{
		Principal: "operator@example.com", Members: []string{"user:operator@example.com"}, Scopes: req.Scopes, Expiry: expiry,
	})}, nil
}

func (f *far) client() *transfer.Client {
	f.Helper()
	http := wire.New(wire.Options{NoProxy: true})
	f.Cleanup(http.CloseIdle)
	return must(transfer.New(f.Context(), transfer.Options{HTTP: http, Leaser: f, Project: "demo", Endpoint: f.url}))(f)
}

func order() transfer.Order {
	return transfer.Order{
		Dataset: "weights", Run: "r1", Source: dataset.Place{Store: dataset.Blob, Account: "models", Name: "weights", Prefix: "v1/"},
		Identity: transfer.Identity{ClientID: client, TenantID: tenant}, Target: dataset.Place{Store: dataset.Bucket, Name: "copies", Prefix: "in/"},
	}
}

// names writes a list of objects into the bucket.
func (f *far) names(names ...string) string {
	f.Helper()
	var list bytes.Buffer
	err := transfer.WriteManifest(&list, func(yield func(string, error) bool) {
		for name := range slices.Values(names) {
			if !yield(name, nil) {
				return
			}
		}
	})
	if err != nil {
		f.Fatal(err)
	}
	must(f.buckets.Put("copies", ".landbridge/r1.csv", list.Bytes(), nil))(f)
	return "gs://copies/.landbridge/r1.csv"
}

func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func wants(t testing.TB, err error, code, text, hint string) {
	t.Helper()
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok {
		t.Fatalf("got %v, want a refusal with code %s", err, code)
	}
	if e.Code != code || !strings.Contains(e.Error(), text) || !strings.Contains(e.Hint, hint) {
		t.Errorf("got code %s\ntext %s\nhint %s\nwant code %s, text with %q, hint with %q", e.Code, e.Error(), e.Hint, code, text, hint)
	}
}

var _ http.Handler = (*transferapi.Transfer)(nil)
