package blob_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/azure/blob"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/blobapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/wire"
)

const (
	container = "training"
	objectID  = "33333333-3333-4333-8333-333333333333"
	clientID  = "22222222-2222-4222-8222-222222222222"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// store is a pretended account, with a clock of its own and one container.
type store struct {
	testing.TB
	world   *world.World
	blobs   *blobapi.Store
	account world.StorageAccount
	url     string

	mu  sync.Mutex
	now time.Time
}

func (s *store) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// pass lets time pass.
func (s *store) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func newStore(t testing.TB, a world.StorageAccount, roles ...string) *store {
	t.Helper()
	s := &store{TB: t, now: noon}
	s.world = world.New(s.clock)
	a.Name, a.ResourceID = "landbridgedata", "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/landbridgedata"
	a.Containers = map[string]map[string][]byte{container: {}}
	s.account = a
	s.world.AddStorageAccount(a)
	if roles == nil {
		roles = []string{"Storage Blob Data Contributor"}
	}
	who := world.Identity{Name: "me", ClientID: clientID, ObjectID: objectID}
	for _, role := range roles {
		who.Roles = append(who.Roles, role+" on "+a.ResourceID)
	}
	s.world.AddIdentity(who)
	s.blobs = blobapi.NewStore(s.world, blobapi.StoreOptions{})
	api := blobapi.New(s.blobs, blobapi.Options{Caller: func(_ http.ResponseWriter, r *http.Request, _ blobapi.Target) (world.Identity, *blobapi.Problem) {
		if r.Header.Get("Authorization") != "Bearer a-token" {
			return world.Identity{}, &blobapi.Problem{Status: http.StatusUnauthorized, Code: "InvalidAuthenticationInfo", Message: "Server failed to authenticate the request."}
		}
		return world.Identity{ObjectID: objectID}, nil
	}})
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	s.url = server.URL + "/" + a.Name
	return s
}

// leaser hands out one token.
type leaser struct{ token string }

func (l leaser) Lease(context.Context, bridge.LeaseRequest) (bridge.Lease, error) {
	return bridge.Lease{Token: bridge.NewSecret(l.token), Principal: objectID, Expiry: noon.Add(time.Hour)}, nil
}

func (s *store) open(change ...func(*blob.Options)) *blob.Container {
	s.Helper()
	http := wire.NewStreamer(wire.StreamOptions{})
	s.Cleanup(http.CloseIdle)
	o := blob.Options{HTTP: http, Clock: s.clock, Leaser: leaser{"a-token"}, AccountURL: s.url, Container: container}
	for _, f := range change {
		f(&o)
	}
	c, err := blob.New(o)
	if err != nil {
		s.Fatal(err)
	}
	return c
}

func (s *store) apply(e blobapi.Seed) {
	s.Helper()
	e.Account, e.Container = s.account.Name, container
	if err := s.blobs.Apply(e); err != nil {
		s.Fatal(err)
	}
}
