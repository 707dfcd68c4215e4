package catalog_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/google/catalog"
	"github.com/landbridge/landbridge/internal/lineage"
	"github.com/landbridge/landbridge/internal/sandbox/catalogapi"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/storageapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/wire"
)

const (
	project  = "demo"
	number   = "1234567890"
	location = "us-central1"
	parent   = "projects/" + number + "/locations/" + location
)

// far is the sandbox's catalogs on loopback, with an identity that may do what the tests need.
type far struct {
	testing.TB
	world   *world.World
	cloud   *catalogapi.API
	buckets *storageapi.Storage
	server  *httptest.Server

	mu    sync.Mutex
	heard []string // method and path of each request
	// meet is asked before each request; it may answer in Google's place.
	meet func(http.ResponseWriter, *http.Request) bool
}

func newFar(t testing.TB) *far {
	t.Helper()
	f := &far{TB: t}
	f.world = world.New(func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) })
	f.world.AddProject(world.Project{
		ID: project, Number: number, Billing: true,
		Services: map[string]bool{"aiplatform.googleapis.com": true, "datalineage.googleapis.com": true, "storage.googleapis.com": true},
		Policy: world.Policy{Bindings: []world.Binding{
			{Role: "roles/aiplatform.user", Members: []string{"user:teller"}},
			{Role: "roles/datalineage.producer", Members: []string{"user:teller"}},
			{Role: "roles/storage.admin", Members: []string{"user:teller"}},
		}},
	})
	google := googleapi.New(f.world, googleapi.Options{})
	f.cloud = catalogapi.New(google, f.world)
	f.buckets = storageapi.New(google, f.world, storageapi.Options{})
	f.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.heard = append(f.heard, r.Method+" "+r.URL.Path)
		meet := f.meet
		f.mu.Unlock()
		if meet == nil || !meet(rw, r) {
			google.ServeHTTP(rw, r)
		}
	}))
	t.Cleanup(f.server.Close)
	return f
}

// when lets meet look at each request from now on.
func (f *far) when(meet func(http.ResponseWriter, *http.Request) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.meet = meet
}

// writes are the requests so far that change something.
func (f *far) writes() (out []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, h := range f.heard {
		if !strings.HasPrefix(h, "GET ") {
			out = append(out, h)
		}
	}
	f.heard = nil
	return out
}

// Lease implements bridge.Leaser.
func (f *far) Lease(_ context.Context, req bridge.LeaseRequest) (bridge.Lease, error) {
	expiry := f.world.Now().Add(time.Hour)
	return bridge.Lease{Expiry: expiry, Principal: "teller@demo.iam.gserviceaccount.com", Token: f.world.Issue(world.Grant{
		Principal: "teller@demo.iam.gserviceaccount.com", Members: []string{"user:teller"}, Scopes: req.Scopes, Expiry: expiry,
	})}, nil
}

func (f *far) catalog(change ...func(*catalog.Options)) *catalog.Catalog {
	f.Helper()
	o := catalog.Options{
		HTTP: wire.New(wire.Options{MaxBody: 16 << 20}), Leaser: f, Project: project, Location: location, Folding: lineage.Folding{Mark: lineage.Mark, Deny: lineage.Deny{"cost*"}},
		VertexEndpoint: f.server.URL, LineageEndpoint: f.server.URL, StorageEndpoint: f.server.URL,
	}
	f.Cleanup(o.HTTP.CloseIdle)
	for _, c := range change {
		c(&o)
	}
	return must[*catalog.Catalog](f)(catalog.New(o))
}

// copied is a run that copied a dataset from a recovery point.
func copied() lineage.Run {
	began := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	return lineage.Run{
		ID: "01JDC0FFEE", Act: lineage.Sync, Dataset: "fraud", Began: began, Ended: began.Add(time.Minute),
		Source: lineage.Data{Place: dataset.Place{Store: dataset.Blob, Account: "acct", Name: "training", Prefix: "fraud/"}, Group: "ml-prod", Tags: map[string]string{"Environment": "Prod", "CostCentre": "4711"}},
		Target: lineage.Data{Place: dataset.Place{Store: dataset.Bucket, Name: "copies", Prefix: "fraud/"}},
		Point:  lineage.Point{ID: "rp-1", Vault: "vault-1"}, Manifest: "sha256:" + strings.Repeat("ab", 32),
		Objects: 12, Bytes: 1200, Changed: 3, ChangedBytes: 300, Checks: []lineage.Check{{Level: "crc32c", Expected: "12", Actual: "12"}},
	}
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func refusal(t testing.TB, err error) *bridge.Error {
	t.Helper()
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok {
		t.Fatalf("%v is no refusal", err)
	}
	return e
}
