package runs_test

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/jobs"
	"github.com/landbridge/landbridge/internal/runs"
)

// weather lets one call in five go wrong, on either shore: 503, a connection that is reset before or after the cloud has done its work, or an
// answer that ends in its middle.
type weather struct {
	mu     sync.Mutex
	random *rand.Rand
	struck map[string]int
}

func (w *weather) pick() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.random.IntN(5) != 0 {
		return ""
	}
	kind := []string{"503", "reset", "lost", "truncated"}[w.random.IntN(4)]
	w.struck[kind]++
	return kind
}

func (w *weather) meet(rw http.ResponseWriter, r *http.Request, far http.Handler) {
	switch w.pick() {
	case "503":
		rw.Header().Set("Retry-After", "0")
		rw.WriteHeader(http.StatusServiceUnavailable)
	case "reset":
		panic(http.ErrAbortHandler)
	case "lost":
		far.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	case "truncated":
		whole := httptest.NewRecorder()
		far.ServeHTTP(whole, r)
		for k, v := range whole.Header() {
			rw.Header()[k] = v
		}
		rw.Header().Set("Content-Length", strconv.Itoa(whole.Body.Len()))
		rw.WriteHeader(whole.Code)
		_, _ = rw.Write(whole.Body.Bytes()[:whole.Body.Len()/2])
		if f, ok := rw.(http.Flusher); ok {
			f.Flush()
		}
		panic(http.ErrAbortHandler)
	default:
		far.ServeHTTP(rw, r)
	}
}

// sync syncs and gives the run.
func (s *shores) sync(lease func() string) (*works, jobs.Run, runs.Synced) {
	s.Helper()
	w, err := s.At.open(s.Context(), lease)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = w.engine.Close() })
	id, err := w.service.Start(s.Context(), runs.Sync, name, runs.Spec{})
	if err != nil {
		s.Fatal(err)
	}
	run, err := w.until(s.Context(), id)
	if err != nil {
		s.Fatal(err)
	}
	var out runs.Synced
	if err := json.Unmarshal(run.Result, &out); err != nil {
		s.Fatalf("%v: %+v", err, run)
	}
	return w, run, out
}

// TestWeather syncs while a fifth of all calls goes wrong, and ends with what a sync in calm weather ends with.
func TestWeather(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			s := newShores(t, seed)
			bad := &weather{random: rand.New(rand.NewPCG(seed, 20)), struck: map[string]int{}}
			s.meet = bad.meet
			w, run, out := s.sync(func() string { return s.At.Token })
			if run.State != jobs.Done || out.Failed != 0 {
				t.Errorf("%s: %s; %d failed: %+v", run.State, run.Error, out.Failed, out.Failures)
			}
			s.mu.Lock()
			s.meet = func(rw http.ResponseWriter, r *http.Request, far http.Handler) { far.ServeHTTP(rw, r) }
			s.mu.Unlock()
			s.copied()
			w.verified(t, len(s.want))
			if len(bad.struck) != 4 || run.Totals.Retries == 0 {
				t.Errorf("struck %v, %d retries: nothing was shown", bad.struck, run.Totals.Retries)
			}
			t.Logf("struck %v; %d retries", bad.struck, run.Totals.Retries)
		})
	}
}

// TestTokenEnds lets the token of Cloud Storage end again and again while objects are copied: the next call has another, and nothing is lost.
func TestTokenEnds(t *testing.T) {
	t.Parallel()
	s := newShores(t, 1)
	var token atomic.Value
	var calls, refused, issued atomic.Int64
	token.Store(s.At.Token)
	s.meet = func(rw http.ResponseWriter, r *http.Request, far http.Handler) {
		if !strings.Contains(r.URL.Path, "/storage/v1/") {
			far.ServeHTTP(rw, r)
			return
		}
		if calls.Add(1)%10 == 0 {
			issued.Add(1)
			token.Store(s.token(time.Hour)) // what callers hold from before is over
		}
		if r.Header.Get("Authorization") != "Bearer "+token.Load().(string) {
			refused.Add(1)
			http.Error(rw, `{"error":{"code":401,"message":"Invalid Credentials","errors":[{"reason":"authError"}]}}`, http.StatusUnauthorized)
			return
		}
		far.ServeHTTP(rw, r)
	}
	w, run, out := s.sync(func() string { return token.Load().(string) })
	if run.State != jobs.Done || out.Failed != 0 {
		t.Errorf("%s: %s; %+v", run.State, run.Error, out.Failures)
	}
	s.copied()
	w.verified(t, len(s.want))
	if refused.Load() == 0 {
		t.Errorf("%d tokens ended in %d calls, and none was refused: nothing was shown", issued.Load(), calls.Load())
	}
}
