package audit_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/landbridge/landbridge/internal/audit"
	"github.com/landbridge/landbridge/internal/bridge"
)

const unwritable = "door: the audit log cannot be written: no space left on device"

// faulty fails or cuts writes as its test says.
type faulty struct {
	sink
	mu   sync.Mutex
	full bool
	cut  int // take only so many bytes of the next write
	gate chan struct{}
}

func (f *faulty) set(full bool, cut int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.full, f.cut = full, cut
}

func (f *faulty) Write(p []byte) (int, error) {
	if f.gate != nil {
		<-f.gate
	}
	f.mu.Lock()
	full, cut := f.full, f.cut
	f.cut = 0
	f.mu.Unlock()
	if cut > 0 {
		n, _ := f.sink.Write(p[:cut])
		if full {
			return n, syscall.ENOSPC
		}
		return n, nil
	}
	if full {
		return 0, syscall.ENOSPC
	}
	return f.sink.Write(p)
}

func TestFullDiskRefusesEveryCallerUntilItCanWriteAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		out := &faulty{}
		log := audit.New(audit.Options{Writer: out})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- log.Run(ctx) }()
		synctest.Wait()

		must(t, log.Record(ctx, record(bridge.EventCrossing, "accepted")))
		out.set(true, 0)
		err := log.Record(ctx, record(bridge.EventLease, "refused"))
		if err == nil || err.Error() != unwritable || !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("the lease got %v", err)
		}
		if err := log.Record(ctx, record(bridge.EventCrossing, "refused too")); err == nil || err.Error() != unwritable {
			t.Errorf("the crossing got %v", err)
		}
		if log.Err() == nil {
			t.Error("Err says that the log is fine")
		}
		time.Sleep(time.Second)
		if err := log.Record(ctx, record(bridge.EventCrossing, "still refused")); err == nil {
			t.Error("a crossing passed while the disk is full")
		}
		out.set(false, 0)
		time.Sleep(150 * time.Millisecond)
		must(t, log.Err())
		must(t, log.Record(ctx, record(bridge.EventLease, "again")))
		got := strings.Join(out.lines(), "\n")
		if !strings.Contains(got, `"accepted"`) || !strings.Contains(got, `"again"`) || strings.Contains(got, "too") {
			t.Errorf("lines:\n%s", got)
		}
		cancel()
		must(t, <-done)
	})
}

func TestShortWritesGoOnWhereTheyEnded(t *testing.T) {
	t.Parallel()
	out := &faulty{}
	log := audit.New(audit.Options{Writer: out})
	out.set(false, 7)
	if err := log.Record(t.Context(), record(bridge.EventLease, "one")); err == nil || err.Error() != "door: the audit log cannot be written: short write" {
		t.Errorf("short write: %v", err)
	}
	out.set(true, 3)
	if err := log.Record(t.Context(), record(bridge.EventLease, "two")); err == nil || err.Error() != unwritable {
		t.Errorf("full disk after three bytes: %v", err)
	}
	out.set(false, 0)
	must(t, log.Record(t.Context(), record(bridge.EventLease, "three")))
	want := []string{
		`{"time":"1970-01-01T00:00:01Z","event":"lease","code":"one"}`,
		`{"time":"1970-01-01T00:00:01Z","event":"lease","code":"two"}`,
		`{"time":"1970-01-01T00:00:01Z","event":"lease","code":"three"}`,
	}
	if got := out.lines(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q", got)
	}
}

func TestSlowDiskPushesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		out := &faulty{gate: make(chan struct{})}
		log := audit.New(audit.Options{Writer: out, Buffer: 256, MaxWait: time.Second, SyncEvery: time.Hour})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- log.Run(ctx) }()
		synctest.Wait()

		var err error
		n := 0
		for ; n < 100 && err == nil; n++ {
			err = log.Record(ctx, record(bridge.EventCrossing, "x"))
			synctest.Wait()
		}
		if err == nil || err.Error() != "door: the audit log cannot keep up" {
			t.Fatalf("after %d records: %v", n, err)
		}
		if n > 20 {
			t.Errorf("%d records waited in a buffer of 256 bytes", n)
		}
		hurried, stop := context.WithTimeout(ctx, time.Millisecond)
		defer stop()
		if err := log.Record(hurried, record(bridge.EventCrossing, "x")); err == nil || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a caller in a hurry got %v", err)
		}
		close(out.gate)
		must(t, log.Record(ctx, record(bridge.EventCrossing, "y")))
		cancel()
		must(t, <-done)
		if got := len(out.lines()); got != n {
			t.Errorf("%d lines of %d accepted records", got, n)
		}
	})
}

// tired is a writer whose fsync fails while it is told to.
type tired struct {
	sink
	fail atomic.Bool
}

func (w *tired) Sync() error {
	if w.fail.Load() {
		return syscall.EIO
	}
	return w.sink.Sync()
}

func TestFailedFsyncRefusesUntilOneSucceeds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		out := &tired{}
		log := audit.New(audit.Options{Writer: out})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- log.Run(ctx) }()
		synctest.Wait()
		out.fail.Store(true)
		must(t, log.Record(ctx, record(bridge.EventLease, "before")))
		time.Sleep(1500 * time.Millisecond)
		if err := log.Record(ctx, record(bridge.EventLease, "x")); err == nil || err.Error() != "door: the audit log cannot be written: input/output error" {
			t.Errorf("after a failed fsync: %v", err)
		}
		out.fail.Store(false)
		time.Sleep(1500 * time.Millisecond)
		must(t, log.Record(ctx, record(bridge.EventLease, "after")))
		cancel()
		must(t, <-done)
	})
}

func TestUnwritablePathIsFoundAtOpen(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	log := audit.New(audit.Options{Path: filepath.Join(file, "audit.log")})
	err := log.Open()
	if err == nil || !strings.HasPrefix(err.Error(), "door: the audit log cannot be written: ") || bridge.HintOf(err) == "" {
		t.Errorf("got %v, hint %q", err, bridge.HintOf(err))
	}
	must(t, os.Remove(file))
	must(t, log.Record(t.Context(), record(bridge.EventLease, "healed")))
	must(t, log.Close())
}

func TestUnencodableRecordIsRefused(t *testing.T) {
	t.Parallel()
	log := audit.New(audit.Options{Path: filepath.Join(t.TempDir(), "audit.log")})
	bad := record(bridge.EventLease, "bad")
	bad.Time = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := log.Record(t.Context(), bad); err == nil || err.Error() != "door: an audit record cannot be written as json: the year is outside of 0 to 9999" {
		t.Errorf("a record beyond year 9999: %v", err)
	}
	must(t, log.Record(t.Context(), record(bridge.EventLease, "good")))
	must(t, log.Close())
}
