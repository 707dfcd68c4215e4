//go:build unix

package runs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/jobs"
	"github.com/landbridge/landbridge/internal/runs"
)

const childEnv = "LANDBRIDGE_RUNS_CHILD"

// TestMain makes this test binary the process that is killed.
func TestMain(m *testing.M) {
	if order := os.Getenv(childEnv); order != "" {
		if err := child([]byte(order)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child goes on with the sync that is there, or begins one, and ends when it is done.
func child(order []byte) error {
	ctx := context.Background()
	var at where
	if err := json.Unmarshal(order, &at); err != nil {
		return err
	}
	w, err := at.open(ctx, func() string { return at.Token })
	if err != nil {
		return err
	}
	all, err := w.engine.List(ctx, jobs.Query{Act: runs.Sync})
	if err != nil {
		return err
	}
	var id string
	if len(all) > 0 && !all[0].State.Ended() {
		id = all[0].ID
	} else if id, err = w.service.Start(ctx, runs.Sync, name, runs.Spec{}); err != nil {
		return err
	}
	run, err := w.until(ctx, id)
	if err == nil && run.State != jobs.Done {
		err = fmt.Errorf("the run is %s: %s", run.State, run.Error)
	}
	return err
}

// TestKilled kills a process that syncs, by SIGKILL and at 50 random calls, each time before or after the cloud has done what it was asked. The next
// process goes on: in the end every byte is there, and what was in the bucket when a process died was not read from the source again.
func TestKilled(t *testing.T) {
	t.Parallel()
	const lines, kills = 10, 5
	slots := make(chan struct{}, 2*runtime.GOMAXPROCS(0))
	var chunks, whole atomic.Int64 // that a dead process has left for the next
	t.Cleanup(func() {
		if chunks.Load() == 0 || whole.Load() == 0 {
			t.Errorf("the dead left %d chunks and %d objects: nothing was shown", chunks.Load(), whole.Load())
		}
		t.Logf("%d kills left %d chunks and %d objects for the next process", lines*kills, chunks.Load(), whole.Load())
	})
	for line := range uint64(lines) {
		t.Run(strconv.FormatUint(line, 10), func(t *testing.T) {
			t.Parallel()
			slots <- struct{}{}
			defer func() { <-slots }()
			s := newShores(t, line)
			r := rand.New(rand.NewPCG(line, 50))
			for n := range kills {
				// A sync makes some 100 calls: the last death comes before its end.
				if !s.life(5+r.IntN(9), r.IntN(2) == 0) {
					t.Fatalf("life %d came to the end of the sync and was not killed", n)
				}
				for what := range s.finished() {
					if strings.Contains(what, "#") {
						chunks.Add(1)
					} else {
						whole.Add(1)
					}
				}
			}
			if s.life(0, false) {
				t.Fatal("the last life was killed")
			}
			s.copied()
			w, err := s.At.open(t.Context(), func() string { return s.At.Token })
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = w.engine.Close() }()
			w.verified(t, len(s.want))
			all, err := w.engine.List(t.Context(), jobs.Query{Act: runs.Sync})
			if err != nil || len(all) != 1 {
				t.Errorf("%d syncs in the history, want one that went on: %v", len(all), err)
			}
		})
	}
}

// life is a process that is killed at its call at (never when 0), before that call is passed on or after. It says whether it was killed.
func (s *shores) life(at int, before bool) bool {
	s.Helper()
	seen := 0
	return s.lifeUntil(func(*http.Request) bool {
		seen++
		return seen == at
	}, before)
}

// lifeUntil is a process that is killed at the first call that is the last. It is asked of one call after the other.
func (s *shores) lifeUntil(last func(*http.Request) bool, before bool) bool {
	s.Helper()
	finished := s.finished()
	order, err := json.Marshal(s.At)
	if err != nil {
		s.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(order))
	var said strings.Builder
	cmd.Stderr = &said
	var once sync.Once
	started := make(chan struct{}) // a call may come before Start has returned
	kill := func() {
		<-started
		once.Do(func() { _ = cmd.Process.Kill() })
	}
	s.mu.Lock()
	s.meet = func(rw http.ResponseWriter, r *http.Request, far http.Handler) {
		s.mu.Lock()
		mine := last(r)
		s.mu.Unlock()
		if again := reads(r, finished); again != "" {
			s.Errorf("%s was in the bucket already and is read again", again)
		}
		if mine && before {
			kill()
		}
		far.ServeHTTP(rw, r)
		if mine {
			kill()
		}
	}
	s.mu.Unlock()
	if err := cmd.Start(); err != nil {
		s.Fatal(err)
	}
	close(started)
	err = cmd.Wait()
	killed := cmd.ProcessState != nil && !cmd.ProcessState.Exited()
	if err != nil && !killed {
		s.Fatalf("%v: %s", err, said.String())
	}
	s.settle()
	return killed
}

// settle waits until the clouds have done what the dead had asked.
func (s *shores) settle() {
	s.Helper()
	for range 2000 {
		s.mu.Lock()
		n := s.flying
		s.mu.Unlock()
		if n == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	s.Fatal("calls of a dead process are still under way")
}

// finished are the chunks in the bucket, "NAME#INDEX", and the whole objects, "NAME".
func (s *shores) finished() map[string]bool {
	s.Helper()
	w, err := s.At.open(s.Context(), func() string { return s.At.Token })
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = w.engine.Close() }()
	marks := map[string]string{}
	for o, err := range w.source.List(s.Context(), dataset.Query{}) {
		if err != nil {
			s.Fatal(err)
		}
		marks[dataset.MarkOf(w.source.Place(), o)] = o.Name
	}
	out := map[string]bool{}
	for _, n := range s.google.Names(bucket) {
		part := strings.Split(strings.TrimPrefix(n, ".landbridge/parts/"), "/")
		if len(part) == 3 && marks[part[0]] != "" {
			out[marks[part[0]]+"#"+strings.TrimLeft(part[2][:len(part[2])-1], "0")+part[2][len(part[2])-1:]] = true
		} else {
			out[n] = true
		}
	}
	return out
}

// reads is what of the finished a call asks the source for.
func reads(r *http.Request, finished map[string]bool) string {
	blob, is := strings.CutPrefix(r.URL.Path, "/"+account+"/"+container+"/")
	if !is || r.Method != http.MethodGet {
		return ""
	}
	if finished[blob] {
		return blob
	}
	asked := r.Header.Get("X-Ms-Range")
	if asked == "" {
		asked = r.Header.Get("Range")
	}
	var first, last int
	if _, err := fmt.Sscanf(asked, "bytes=%d-%d", &first, &last); err != nil {
		return ""
	}
	for i := first / chunk; i <= last/chunk; i++ {
		if key := blob + "#" + strconv.Itoa(i); finished[key] {
			return key
		}
	}
	return ""
}
