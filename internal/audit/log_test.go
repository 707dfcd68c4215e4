package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/landbridge/landbridge/internal/audit"
	"github.com/landbridge/landbridge/internal/bridge"
)

func record(event bridge.Event, code string) bridge.Record {
	return bridge.Record{Time: time.Unix(1, 0).UTC(), Event: event, Code: code}
}

// sink is a writer that several goroutines may look at.
type sink struct {
	mu    sync.Mutex
	buf   bytes.Buffer
	syncs int
}

func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *sink) Sync() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.syncs++
	return nil
}

func (s *sink) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Split(strings.TrimSuffix(s.buf.String(), "\n"), "\n")
}

func (s *sink) len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Len()
}

func TestFileIsPrivateAndAppended(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "deep", "er", "audit.log")
	for i := range 2 {
		log := audit.New(audit.Options{Path: path})
		if err := log.Record(t.Context(), record(bridge.EventLease, fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || strings.Count(string(got), "\n") != 2 {
		t.Errorf("file %q, error %v", got, err)
	}
	for name, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700, filepath.Dir(filepath.Dir(path)): 0o700} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, error %v, want %v", name, info.Mode().Perm(), err, want)
		}
	}
}

func TestTornLastLineIsKeptAndEnded(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.log")
	if err := os.WriteFile(path, []byte("{\"time\":\"x\"}\n{\"time\":\"tor"), 0o600); err != nil {
		t.Fatal(err)
	}
	log := audit.New(audit.Options{Path: path})
	if err := log.Record(t.Context(), record(bridge.EventRefusal, "after")); err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	got, _ := os.ReadFile(path)
	want := "{\"time\":\"x\"}\n{\"time\":\"tor\n{\"time\":\"1970-01-01T00:00:01Z\",\"event\":\"refusal\",\"code\":\"after\"}\n"
	if string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRareEventsAreWrittenThroughAndCrossingsSoon(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		out := &sink{}
		log := audit.New(audit.Options{Writer: out})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- log.Run(ctx) }()
		synctest.Wait()

		must(t, log.Record(ctx, record(bridge.EventCrossing, "one")))
		synctest.Wait()
		if out.len() != 0 {
			t.Errorf("a crossing was written at once: %q", out.lines())
		}
		time.Sleep(101 * time.Millisecond)
		synctest.Wait()
		if len(out.lines()) != 1 || out.len() == 0 {
			t.Errorf("after 100 ms there are %q", out.lines())
		}
		must(t, log.Record(ctx, record(bridge.EventCrossing, "two")))
		must(t, log.Record(ctx, record(bridge.EventLease, "three")))
		if got := out.lines(); len(got) != 3 || !strings.Contains(got[1], "two") || !strings.Contains(got[2], "three") {
			t.Errorf("a lease did not take the crossing before it along: %q", got)
		}
		must(t, log.Record(ctx, record(bridge.EventRefusal, "four")))
		if got := out.lines(); len(got) != 4 {
			t.Errorf("a refusal was not written through: %q", got)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if out.syncs == 0 {
			t.Error("no fsync within a second")
		}
		must(t, log.Record(ctx, record(bridge.EventCrossing, "last")))
		cancel()
		must(t, <-done)
		if got := out.lines(); len(got) != 5 {
			t.Errorf("the end of Run lost a crossing: %q", got)
		}
		err := log.Record(t.Context(), record(bridge.EventLease, "late"))
		if err == nil || err.Error() != "door: the audit log is closed" {
			t.Errorf("after the end: %v", err)
		}
	})
}

func TestWithoutTheWriterEverythingIsWrittenThrough(t *testing.T) {
	t.Parallel()
	out := &sink{}
	log := audit.New(audit.Options{Writer: out})
	must(t, log.Record(t.Context(), record(bridge.EventCrossing, "one")))
	if out.len() == 0 {
		t.Error("a crossing without Run stayed in memory")
	}
}

func TestReopenAfterRotation(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "audit.log")
	log := audit.New(audit.Options{Path: path})
	must(t, log.Record(t.Context(), record(bridge.EventLease, "old")))
	must(t, os.Rename(path, path+".1"))
	must(t, log.Reopen())
	must(t, log.Record(t.Context(), record(bridge.EventLease, "new")))
	must(t, log.Close())
	for name, want := range map[string]string{path + ".1": "old", path: "new"} {
		got, err := os.ReadFile(name)
		if err != nil || strings.Count(string(got), "\n") != 1 || !strings.Contains(string(got), want) {
			t.Errorf("%s: %q, error %v", name, got, err)
		}
	}
}

func TestManyWritersKeepWholeLines(t *testing.T) {
	t.Parallel()
	out := &sink{}
	log := audit.New(audit.Options{Writer: out, Buffer: 2048, FlushEvery: time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- log.Run(ctx) }()
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 200 {
				event := bridge.EventCrossing
				if i%20 == 0 {
					event = bridge.EventLease
				}
				if err := log.Record(t.Context(), record(event, fmt.Sprintf("%d-%d", g, i))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	cancel()
	must(t, <-done)
	next := map[string]int{}
	for _, line := range out.lines() {
		var r bridge.Record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		who, n, _ := strings.Cut(r.Code, "-")
		if fmt.Sprint(next[who]) != n {
			t.Fatalf("goroutine %s: record %s came when %d was next", who, n, next[who])
		}
		next[who]++
	}
	for who, n := range next {
		if n != 200 {
			t.Errorf("goroutine %s has %d records", who, n)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkCrossing(b *testing.B) {
	log := audit.New(audit.Options{Path: filepath.Join(b.TempDir(), "audit.log")})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- log.Run(ctx) }()
	r := bridge.Record{
		Time: time.Now(), Event: bridge.EventCrossing, Door: "metadata", Caller: "127.0.0.1:4711 uid 1000",
		Principal: "app@demo.iam.gserviceaccount.com", Token: "sha256:0123456789abcdef", Expiry: time.Now().Add(time.Hour),
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := log.Record(ctx, r); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.StopTimer()
	cancel()
	<-done
}
