package storage_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/google/storage"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/storageapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/wire"
)

const (
	project = "demo"
	bucket  = "copies"
	quantum = 256 << 10
	mark    = "00112233445566778899aabbccddeeff"
)

// far is the sandbox's Cloud Storage on loopback, with an identity that may do what the tests need.
type far struct {
	testing.TB
	world  *world.World
	cloud  *storageapi.Storage
	google http.Handler
	server *httptest.Server
	mu     sync.Mutex
	now    time.Time
	heard  []string // method and path of each request
	// meet is asked before each request; it may answer in Cloud Storage's place.
	meet func(http.ResponseWriter, *http.Request) bool
}

func newFar(t testing.TB, b storageapi.Bucket) *far {
	t.Helper()
	f := &far{TB: t, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	f.world = world.New(func() time.Time {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.now
	})
	f.world.AddProject(world.Project{ID: project, Number: "1234567890", Services: map[string]bool{"storage.googleapis.com": true}})
	google := googleapi.New(f.world, googleapi.Options{})
	f.google = google
	f.cloud = storageapi.New(google, f.world, storageapi.Options{})
	b.Name, b.Project = bucket, project
	if err := f.cloud.AddBucket(b); err != nil {
		t.Fatal(err)
	}
	f.bind("roles/storage.objectUser", "roles/storage.bucketViewer")
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

func (f *far) bind(roles ...string) {
	f.Helper()
	for _, role := range roles {
		if err := f.world.Bind("gs://"+bucket, role, "user:copier"); err != nil {
			f.Fatal(err)
		}
	}
}

func (f *far) pass(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

// when lets meet look at each request from now on.
func (f *far) when(meet func(http.ResponseWriter, *http.Request) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.meet = meet
}

// count is how many requests there were of which is is true.
func (f *far) count(is func(string) bool) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, one := range f.heard {
		if is(one) {
			n++
		}
	}
	return n
}

// Lease implements bridge.Leaser.
func (f *far) Lease(_ context.Context, req bridge.LeaseRequest) (bridge.Lease, error) {
	expiry := f.world.Now().Add(time.Hour)
	return bridge.Lease{Expiry: expiry, Token: f.world.Issue(world.Grant{
		Principal: "copier@example.com", Members: []string{"user:copier"}, Scopes: req.Scopes, Expiry: expiry,
	})}, nil
}

// store is a store of the far bucket.
func (f *far) store(change ...func(*storage.Options)) *storage.Store {
	f.Helper()
	streamer := wire.NewStreamer(wire.StreamOptions{Stall: 10 * time.Second})
	f.Cleanup(streamer.CloseIdle)
	o := storage.Options{HTTP: streamer, Leaser: f, Endpoint: f.server.URL, Bucket: bucket}
	for _, c := range change {
		c(&o)
	}
	s, err := storage.New(o)
	if err != nil {
		f.Fatal(err)
	}
	return s
}

func (f *far) bytes(name string) []byte {
	f.Helper()
	b, err := f.cloud.Bytes(bucket, name)
	if err != nil {
		f.Fatal(err)
	}
	return b
}

func sum(b []byte) checksum.CRC { return checksum.Of(checksum.Update(0, b)) }

// pattern is bytes that repeat nowhere within a chunk.
func pattern(n int) []byte {
	out := make([]byte, n)
	x := uint32(2463534242)
	for i := range out {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		out[i] = byte(x)
	}
	return out
}

func code(err error) string {
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		return e.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
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

// upload writes all chunks that are not done and finishes.
func upload(ctx context.Context, up dataset.Upload, l dataset.Layout, content []byte) (dataset.Object, []dataset.Chunk, error) {
	chunks := make([]dataset.Chunk, l.Chunks)
	for _, c := range up.Done() {
		chunks[c.Index] = c
	}
	for i := range chunks {
		if chunks[i].CRC32C.Known {
			continue
		}
		c := l.Chunk(i, int64(len(content)))
		var err error
		if chunks[i], err = up.Write(ctx, c, bytes.NewReader(content[c.Offset:c.Offset+c.Size])); err != nil {
			return dataset.Object{}, nil, err
		}
	}
	o, err := up.Finish(ctx, chunks, sum(content), nil)
	return o, chunks, err
}

func readAll(t testing.TB, s *storage.Store, o dataset.Object) []byte {
	t.Helper()
	body := must[io.ReadCloser](t)(s.Open(t.Context(), o, 0, o.Size))
	defer body.Close()
	return must[[]byte](t)(io.ReadAll(body))
}
