package fault_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/sandbox/fault"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestWrapShowsEachFault(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, api string
		fault     world.Fault
		status    int
		kind      string
		want      string // part of the body
		retry     string
	}{
		{"sts throttles", "sts", world.Fault{Status: 429, RetryAfter: 1500 * time.Millisecond}, 429, "application/json; charset=UTF-8", `"quota_exceeded"`, "2"},
		{"sts fails", "sts", world.Fault{Status: 503}, 503, "application/json; charset=UTF-8", "internal_failure", ""},
		{"html instead of json", "sts", world.Fault{HTML: true}, 200, "text/html; charset=UTF-8", "<title>200 OK</title>", ""},
		{"html with a status", "vertex", world.Fault{HTML: true, Status: 502}, 502, "text/html; charset=UTF-8", "<h1>502 Bad Gateway</h1>", ""},
		{"vertex throttles", "vertex", world.Fault{Status: 429}, 429, "application/json; charset=UTF-8", "RESOURCE_EXHAUSTED", ""},
		{"entra is busy", "entra", world.Fault{Status: 503}, 503, "application/json; charset=utf-8", "AADSTS90033: A transient error has occurred. Please try again.", ""},
		{"entra throttles", "entra", world.Fault{Status: 429}, 429, "application/json; charset=utf-8", "AADSTS90055", ""},
		{"imds throttles", "imds", world.Fault{Status: 429}, 429, "application/json; charset=utf-8", "too_many_requests", ""},
		{"arm is busy", "arm", world.Fault{Status: 503}, 503, "application/json; charset=utf-8", `{"error":{"code":"ServerBusy"`, ""},
		{"a kube-apiserver is busy", "kube", world.Fault{Status: 503}, 503, "application/json", `"kind":"Status"`, ""},
		{"storage is busy", "storage", world.Fault{Status: 503}, 503, "application/xml", "<Code>ServerBusy</Code>", ""},
		{"the lifetime is left out", "sts", world.Fault{NoExpiry: true}, 200, "application/json", `{"access_token":"t"}`, ""},
		{"no fault", "sts", world.Fault{}, 200, "application/json", `{"access_token":"t","expires_in":3600}`, ""},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := world.New(func() time.Time { return noon })
			w.SetFault(tc.api, tc.fault)
			rec := httptest.NewRecorder()
			fault.Wrap(w, tc.api, api()).ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/", nil))
			if rec.Code != tc.status {
				t.Errorf("status = %d, want %d", rec.Code, tc.status)
			}
			if diff := cmp.Diff(tc.kind, rec.Header().Get("Content-Type")); diff != "" {
				t.Errorf("Content-Type (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.retry, rec.Header().Get("Retry-After")); diff != "" {
				t.Errorf("Retry-After (-want +got):\n%s", diff)
			}
			if !strings.Contains(rec.Body.String(), tc.want) {
				t.Errorf("body %q does not contain %q", rec.Body, tc.want)
			}
			decodes(t, tc.kind, rec.Body.Bytes())
		})
	}
}

func TestTimesCountsDown(t *testing.T) {
	t.Parallel()
	w := world.New(func() time.Time { return noon })
	w.SetFault("sts", world.Fault{Status: 503, Times: 2})
	h := fault.Wrap(w, "sts", api())
	var got []int
	for range 3 {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/", nil))
		got = append(got, rec.Code)
	}
	if diff := cmp.Diff([]int{503, 503, 200}, got); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
}

func TestHangEndsWithTheCaller(t *testing.T) {
	t.Parallel()
	w := world.New(func() time.Time { return noon })
	w.SetFault("sts", world.Fault{Hang: true})
	arrived := make(chan struct{})
	h := fault.Wrap(w, "sts", api())
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		close(arrived)
		h.ServeHTTP(rw, r)
	}))
	defer srv.Close() // waits for the handler: the test hangs if the fault outlives its caller
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL, strings.NewReader("grant_type=x"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := srv.Client().Do(req)
	if err == nil {
		_ = resp.Body.Close()
		t.Fatal("the hanging API answered")
	}
}

func api() http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(rw, `{"access_token":"t","expires_in":3600}`)
	})
}

// decodes checks that a body is what its Content-Type says.
func decodes(t *testing.T, kind string, body []byte) {
	t.Helper()
	switch {
	case strings.HasPrefix(kind, "application/json"):
		if !json.Valid(body) {
			t.Errorf("not JSON: %q", body)
		}
	case kind == "application/xml":
		if err := xml.Unmarshal([]byte(strings.TrimPrefix(string(body), "\ufeff")), new(struct{ Code string })); err != nil {
			t.Errorf("not XML: %v", err)
		}
	}
}

func TestLatency(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := world.New(time.Now)
		w.SetPace(world.Pace{Latency: 50 * time.Millisecond})
		start := time.Now()
		fault.Wrap(w, "sts", api()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", nil))
		if took := time.Since(start); took != 50*time.Millisecond {
			t.Errorf("took %v", took)
		}
	})
}

// TestBreaksOff lets answers begin, over a real connection.
func TestBreaksOff(t *testing.T) {
	t.Parallel()
	const event = "data: 12345\r\n\r\n"
	const late = "data: {\"error\":{\"code\":503,\"message\":\"The service is currently unavailable.\",\"status\":\"UNAVAILABLE\"}}\r\n\r\n"
	stream := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for range 3 {
			if _, err := io.WriteString(w, event); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
		}
	})
	for name, tc := range map[string]struct {
		fault world.Fault
		want  string
		whole bool // the body ends as it should
	}{
		"cut after an event":            {world.Fault{Cut: true}, event, false},
		"cut in the middle of one":      {world.Fault{Cut: true, After: 20}, event + event[:20-len(event)], false},
		"cut after the last":            {world.Fault{Cut: true, After: 1000}, event + event + event, false},
		"an error after an event":       {world.Fault{Late: 503}, event + late, true},
		"an error after some bytes":     {world.Fault{Late: 503, After: 20}, event + event + late, true},
		"silence, till the caller goes": {world.Fault{Stall: true}, event, false},
		"another location's":            {world.Fault{}, event + event + event, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := world.New(func() time.Time { return noon })
			w.SetFault("vertex@here", tc.fault)
			w.SetFault("vertex@there", world.Fault{Status: 503})
			s := httptest.NewServer(fault.Wrap(w, "vertex", stream))
			t.Cleanup(s.Close)
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			r, _ := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/v1/projects/p/locations/here/x", nil)
			resp, err := s.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			got, err := io.ReadAll(resp.Body)
			if string(got) != tc.want || (err == nil) != tc.whole {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestResetAndDelay(t *testing.T) {
	t.Parallel()
	w := world.New(func() time.Time { return noon })
	w.SetFault("sts", world.Fault{Reset: true})
	s := httptest.NewServer(fault.Wrap(w, "sts", api()))
	t.Cleanup(s.Close)
	if resp, err := s.Client().Post(s.URL, "text/plain", nil); err == nil {
		_ = resp.Body.Close()
		t.Errorf("a reset answers %d", resp.StatusCode)
	}
	synctest.Test(t, func(t *testing.T) {
		w.SetFault("sts", world.Fault{Delay: time.Minute})
		start := time.Now()
		rec := httptest.NewRecorder()
		fault.Wrap(w, "sts", api()).ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/", nil))
		if rec.Code != http.StatusOK || time.Since(start) != time.Minute {
			t.Errorf("%d after %v", rec.Code, time.Since(start))
		}
	})
}
