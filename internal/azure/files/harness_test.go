package files_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/azure/files"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/sandbox/filesapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/wire"
)

const (
	account  = "landbridgedata"
	share    = "models"
	objectID = "33333333-3333-4333-8333-333333333333"
	reader   = "Storage File Data Privileged Reader"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// store is a pretended account with one share.
type store struct {
	shares *filesapi.Store
	url    string
	calls  atomic.Int64
}

// newStore makes an account whose caller has some roles: those that read shares and files when none is given.
func newStore(t testing.TB, roles ...string) *store {
	t.Helper()
	w := world.New(func() time.Time { return noon })
	id := "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/" + account
	w.AddStorageAccount(world.StorageAccount{Name: account, ResourceID: id})
	if roles == nil {
		roles = []string{"Reader", reader}
	}
	who := world.Identity{Name: "me", ClientID: "22222222-2222-4222-8222-222222222222", ObjectID: objectID}
	for _, role := range roles {
		who.Roles = append(who.Roles, role+" on "+id)
	}
	w.AddIdentity(who)
	s := &store{shares: filesapi.NewStore(w)}
	api := filesapi.New(s.shares, filesapi.Options{Caller: func(_ http.ResponseWriter, r *http.Request, _ filesapi.Target) (world.Identity, *filesapi.Problem) {
		s.calls.Add(1)
		if r.Header.Get("Authorization") != "Bearer a-token" {
			return world.Identity{}, &filesapi.Problem{Status: http.StatusUnauthorized, Code: "InvalidAuthenticationInfo", Message: "Server failed to authenticate the request."}
		}
		return world.Identity{ObjectID: objectID}, nil
	}})
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	s.url = server.URL + "/files/" + account
	return s
}

// leaser hands out one token.
type leaser struct{ token string }

func (l leaser) Lease(_ context.Context, r bridge.LeaseRequest) (bridge.Lease, error) {
	if len(r.Scopes) != 1 || r.Scopes[0] != "https://storage.azure.com/.default" {
		return bridge.Lease{}, &bridge.Error{Kind: bridge.Fault, Code: "scope", Text: "another scope was asked for"}
	}
	return bridge.Lease{Token: bridge.NewSecret(l.token), Principal: objectID, Expiry: noon.Add(time.Hour)}, nil
}

func (s *store) open(t testing.TB, change ...func(*files.Options)) *files.Share {
	t.Helper()
	client := wire.NewStreamer(wire.StreamOptions{})
	t.Cleanup(client.CloseIdle)
	o := files.Options{HTTP: client, Clock: func() time.Time { return noon }, Leaser: leaser{"a-token"}, AccountURL: s.url, Share: share}
	for _, f := range change {
		f(&o)
	}
	out, err := files.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// put writes a file, or takes a snapshot when the path is "".
func (s *store) put(t testing.TB, path, text string, at time.Time) {
	t.Helper()
	if err := s.shares.Apply(filesapi.Seed{Account: account, Share: share, Path: path, Data: []byte(text), At: at}); err != nil {
		t.Fatal(err)
	}
}

func list(t testing.TB, s *files.Share, q dataset.Query) (out []dataset.Object) {
	t.Helper()
	for o, err := range s.List(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, o)
	}
	return out
}

func names(all []dataset.Object) (out []string) {
	for _, o := range all {
		out = append(out, o.Name)
	}
	return out
}

func read(t testing.TB, s *files.Share, o dataset.Object, offset, length int64) (string, error) {
	t.Helper()
	r, err := s.Open(t.Context(), o, offset, length)
	if err != nil {
		return "", err
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	return string(text), err
}
