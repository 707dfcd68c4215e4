package runs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/azure/blob"
	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/folder"
	"github.com/landbridge/landbridge/internal/google/storage"
	"github.com/landbridge/landbridge/internal/jobs"
	"github.com/landbridge/landbridge/internal/keyring"
	"github.com/landbridge/landbridge/internal/manifest"
	"github.com/landbridge/landbridge/internal/runs"
	"github.com/landbridge/landbridge/internal/sandbox/blobapi"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/storageapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/wire"
)

const (
	account   = "landbridgedata"
	container = "training"
	bucket    = "copies"
	objectID  = "33333333-3333-4333-8333-333333333333"
	name      = "fraud" // of the dataset
	chunk     = 1 << 20 // the least that Cloud Storage takes
)

// shores are the pretended accounts of both clouds, each behind a server that meet looks into.
type shores struct {
	testing.TB
	world  *world.World
	blobs  *blobapi.Store
	google *storageapi.Storage
	want   map[string][]byte // the dataset
	At     where

	mu     sync.Mutex
	flying int                                                    // calls under way
	meet   func(http.ResponseWriter, *http.Request, http.Handler) // answers each call
}

// where a process finds the shores.
type where struct {
	Blob, Google, Token, Dir string
	Ahead                    time.Duration // of its clock
	Attempts                 int           // of a page, when not its own
	Piece                    int64         // of one object, when not its own
	KeepParts                bool
	Log                      *slog.Logger `json:"-"`
}

func newShores(t testing.TB, seed uint64, changes ...func(*world.StorageAccount)) *shores {
	t.Helper()
	s := &shores{TB: t, world: world.New(time.Now), want: map[string][]byte{}}
	s.meet = func(rw http.ResponseWriter, r *http.Request, far http.Handler) { far.ServeHTTP(rw, r) }
	scope := "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/" + account
	kept := world.StorageAccount{Name: account, ResourceID: scope, Containers: map[string]map[string][]byte{container: {}}}
	for _, change := range changes {
		change(&kept)
	}
	s.world.AddStorageAccount(kept)
	s.world.AddIdentity(world.Identity{Name: "me", ClientID: "22222222-2222-4222-8222-222222222222", ObjectID: objectID, Roles: []string{"Storage Blob Data Reader on " + scope}})
	s.world.AddProject(world.Project{ID: "demo", Number: "1234567890", Services: map[string]bool{"storage.googleapis.com": true}})
	s.blobs = blobapi.NewStore(s.world, blobapi.StoreOptions{})
	azure := blobapi.New(s.blobs, blobapi.Options{Caller: func(http.ResponseWriter, *http.Request, blobapi.Target) (world.Identity, *blobapi.Problem) {
		return world.Identity{ObjectID: objectID}, nil
	}})
	google := googleapi.New(s.world, googleapi.Options{})
	s.google = storageapi.New(google, s.world, storageapi.Options{})
	if err := s.google.AddBucket(storageapi.Bucket{Name: bucket, Project: "demo"}); err != nil {
		t.Fatal(err)
	}
	for _, role := range []string{"roles/storage.objectUser", "roles/storage.bucketViewer"} {
		if err := s.world.Bind("gs://"+bucket, role, "user:copier"); err != nil {
			t.Fatal(err)
		}
	}
	s.At = where{Blob: s.serve(azure) + "/" + account, Google: s.serve(google), Token: s.token(time.Hour), Dir: t.TempDir()}
	s.fill(rand.New(rand.NewPCG(seed, 5)))
	return s
}

// token is what Cloud Storage takes for so long.
func (s *shores) token(life time.Duration) string {
	t := s.world.Issue(world.Grant{
		Principal: "copier@example.com", Members: []string{"user:copier"}, Scopes: []string{storage.ScopeCloud}, Expiry: time.Now().Add(life),
	})
	return t.Reveal()
}

func (s *shores) serve(far http.Handler) string {
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.flying++
		meet := s.meet
		s.mu.Unlock()
		defer func() { s.mu.Lock(); s.flying--; s.mu.Unlock() }()
		meet(rw, r, far)
	}))
	s.Cleanup(server.Close)
	return server.URL
}

// fill makes a dataset of small objects, odd names and two objects of several chunks.
func (s *shores) fill(r *rand.Rand) {
	sizes := map[string]int{"empty": 0, "a b/ü%2F.csv": 10, "b/one.bin": 5*chunk + 17, "weights/two.bin": 4 * chunk}
	for i := range 24 {
		sizes[fmt.Sprintf("parts/%03d.csv", i)] = 1000 + r.IntN(9000)
	}
	for name, size := range sizes {
		data := make([]byte, size)
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		s.want[name] = data
		if err := s.blobs.Apply(blobapi.Seed{Account: account, Container: container, Blob: name, Data: data}); err != nil {
			s.Fatal(err)
		}
	}
}

// calm lets every call go its way again.
func (s *shores) calm() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.meet = func(rw http.ResponseWriter, r *http.Request, far http.Handler) { far.ServeHTTP(rw, r) }
}

// copied fails the test unless the bucket has the dataset, byte by byte, and nothing else.
func (s *shores) copied() {
	s.Helper()
	have := map[string]bool{}
	for _, n := range s.google.Names(bucket) {
		if !strings.HasPrefix(n, ".landbridge/") {
			have[n] = true
		}
	}
	for name, data := range s.want {
		got, err := s.google.Bytes(bucket, name)
		if err != nil || string(got) != string(data) {
			s.Errorf("%q: %d bytes, want %d; %v", name, len(got), len(data), err)
		}
		delete(have, name)
	}
	for n := range have {
		s.Errorf("%q is in the bucket and not in the dataset", n)
	}
}

// works is the product of a process over the shores: the runs, the jobs and the manifests.
type works struct {
	service   *runs.Service
	engine    *jobs.Engine
	manifests *manifest.Store
	source    *blob.Container
	set       *runs.Dataset
	failing   int // manifests that cannot be signed
	failure   *bridge.Error
	ending    func(run string) // happens before an end is on record
	bucket    storage.Options
	opened    atomic.Int64 // places that runs have opened and not given back

	mu    sync.Mutex
	ends  []string // of the audit log
	tales []runs.Tale
}

// open is how a process begins. A lease gives the token of Cloud Storage.
func (w where) open(ctx context.Context, lease func() string) (*works, error) {
	ring, err := keyring.Open(filepath.Join(w.Dir, "keys"))
	if err != nil {
		return nil, err
	}
	public, err := ring.PublicKeys()
	if err != nil {
		return nil, err
	}
	keys, err := manifest.NewKeys(public...)
	if err != nil {
		return nil, err
	}
	place, err := folder.New(folder.Options{Path: filepath.Join(w.Dir, "manifests"), Create: true})
	if err != nil {
		return nil, err
	}
	streamer := wire.NewStreamer(wire.StreamOptions{})
	source, err := blob.New(blob.Options{HTTP: streamer, Clock: time.Now, Leaser: leaser(func() string { return "a-token" }), AccountURL: w.Blob, Container: container})
	if err != nil {
		return nil, err
	}
	options := storage.Options{HTTP: streamer, Leaser: leaser(lease), Endpoint: w.Google, Bucket: bucket}
	target, err := storage.New(options)
	if err != nil {
		return nil, err
	}
	set := &runs.Dataset{Name: name, Source: source, Target: target, Copy: transfer.Options{
		Chunk: chunk, Whole: chunk / 4, Objects: 4, Streams: 4, KeepParts: w.KeepParts, Retry: transfer.RetryOptions{Attempts: 12, First: time.Millisecond, Longest: 20 * time.Millisecond},
	}}
	out := &works{source: source, set: set, bucket: options, failure: &bridge.Error{Kind: bridge.Denied, Code: "key_refused", Text: "no right to sign"}}
	out.manifests = manifest.NewStore(manifest.StoreOptions{
		Place: place, Signer: func(context.Context) (manifest.Signer, error) {
			if out.failing--; out.failing >= 0 {
				return nil, out.failure
			}
			return ring, nil
		}, Keys: func(context.Context) (manifest.Verifier, error) { return keys, nil },
	})
	clock := func() time.Time { return time.Now().Add(w.Ahead) }
	out.service = runs.New(runs.Options{
		Manifests: out.manifests, Dataset: func(context.Context, string) (*runs.Dataset, error) { return set, nil }, Recorder: out, Clock: clock,
		Told: out.tell, Place: out.place, Log: w.Log, Piece: w.Piece,
		Protection: func(context.Context, string) (runs.Protection, error) { return runs.Protection{}, nil },
	})
	kinds := out.service.Kinds()
	for name, k := range kinds {
		k.Attempts = w.Attempts
		kinds[name] = k
	}
	out.engine, err = jobs.Open(ctx, jobs.Options{
		Dir: w.Dir, Clock: clock, Worker: "worker", Kinds: kinds, RescueAfter: time.Second, Ended: out.service.Ended,
	})
	if err == nil {
		out.service.Use(out.engine)
	}
	return out, err
}

// until works until a run has ended.
func (w *works) until(ctx context.Context, id string) (jobs.Run, error) {
	working, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- w.engine.Run(working) }()
	var last jobs.Run
	var err error
	for last, err = range w.engine.Watch(ctx, id) {
		if err != nil {
			break
		}
	}
	stop()
	if workErr := <-ended; err == nil {
		err = workErr
	}
	return last, err
}

// verified reads the newest manifest to its end and holds it against the bucket, every byte.
func (w *works) verified(t testing.TB, objects int) {
	t.Helper()
	m, err := w.manifests.Latest(t.Context(), name)
	if err != nil || m.Trailer.Objects != int64(objects) {
		t.Fatalf("the manifest has %d objects, want %d: %v", m.Trailer.Objects, objects, err)
	}
	id, err := w.service.Start(t.Context(), runs.Verify, name, runs.Spec{Deep: true})
	if err != nil {
		t.Fatal(err)
	}
	run, err := w.until(t.Context(), id)
	var v runs.Verified
	if err != nil || json.Unmarshal(run.Result, &v) != nil || run.State != jobs.Done || v.Damaged != 0 || v.Report.Objects != int64(objects) || len(v.Findings) != 0 {
		t.Errorf("verify: %v %+v %s", err, run, run.Result)
	}
}

// leaser gives a token.
type leaser func() string

func (l leaser) Lease(context.Context, bridge.LeaseRequest) (bridge.Lease, error) {
	return bridge.Lease{Token: bridge.NewSecret(l()), Principal: "copier", Expiry: time.Now().Add(time.Hour)}, nil
}

// Record keeps the ends that the audit log is told.
func (w *works) Record(_ context.Context, r bridge.Record) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.Event == bridge.EventEnded && w.ending != nil {
		w.ending(r.Data.Run)
	}
	if r.Event == bridge.EventEnded {
		w.ends = append(w.ends, r.Data.Run+" "+r.Data.Act+" "+r.Data.Outcome)
	}
	return nil
}

func (w *works) tell(_ context.Context, t runs.Tale) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tales = append(w.tales, t)
	return nil
}

// place opens a place in the bucket.
func (w *works) place(_ context.Context, p dataset.Place) (dataset.Reader, func(), error) {
	o := w.bucket
	o.Prefix = p.Prefix
	r, err := storage.New(o)
	w.opened.Add(1)
	return r, func() { w.opened.Add(-1) }, err
}

// move gives the dataset a target of its own in the bucket.
func (w *works) move(t *testing.T, prefix string) {
	t.Helper()
	o := w.bucket
	o.Prefix = prefix
	target, err := storage.New(o)
	if err != nil {
		t.Fatal(err)
	}
	w.set.Target = target
}

// told are the ends in the audit log, and what lineage was told of them.
func (w *works) told() (ends []string, tales []runs.Tale) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.ends), slices.Clone(w.tales)
}
