package vertex

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
)

// far is Vertex AI as the transport sees it: an answer for each call, by location, in order; the last one stays.
type far struct {
	mu      sync.Mutex
	answers map[string][]said
	asked   []string // locations
	last    *http.Request
	body    string
}

type said struct {
	status int
	after  string // Retry-After
	body   string
	err    error
}

func (f *far) RoundTrip(r *http.Request) (*http.Response, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	location := strings.Split(r.URL.Path, "/")[5]
	f.asked, f.last = append(f.asked, location), r
	if r.Body != nil {
		read, _ := io.ReadAll(r.Body)
		f.body = string(read)
	}
	list := f.answers[location]
	if len(list) == 0 {
		list = []said{{status: http.StatusOK, body: location}}
	}
	s := list[0]
	if len(list) > 1 {
		f.answers[location] = list[1:]
	}
	if s.err != nil {
		return nil, s.err
	}
	header := http.Header{}
	if s.after != "" {
		header.Set("Retry-After", s.after)
	}
	return &http.Response{StatusCode: s.status, Header: header, Body: io.NopCloser(strings.NewReader(s.body))}, nil
}

func call(locations ...string) prompt.Call {
	return prompt.Call{
		Target:    prompt.Target{Version: "v1", Project: "demo", Location: locations[0], Publisher: "google", Model: "gemini-2.5-flash", Method: "generateContent"},
		Locations: locations, Verb: http.MethodPost, Body: []byte(`{"contents":[]}`), Retry: true,
		Lease: bridge.Lease{Token: bridge.NewSecret("the-lease"), Principal: "app@demo.iam.gserviceaccount.com"},
	}
}

func upstream(t *testing.T, o Options, rt http.RoundTripper) *Upstream {
	t.Helper()
	o.Clock = time.Now
	u, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	if rt != nil {
		u.transport = rt
	}
	return u
}

func read(t *testing.T, a *prompt.Answer, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestRequestIsWhatWasDecided(t *testing.T) {
	t.Parallel()
	f := &far{}
	u := upstream(t, Options{UserAgent: "landbridge/test"}, f)
	c := call("europe-west4")
	c.Query = "alt=sse"
	c.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer caller"}, "Accept-Encoding": {"gzip"}}
	a, err := u.Call(t.Context(), c)
	if got := read(t, a, err); got != "europe-west4" || a.Attempts != 1 || a.Location != "europe-west4" {
		t.Errorf("got %q, %d attempts in %s", got, a.Attempts, a.Location)
	}
	want := "https://europe-west4-aiplatform.googleapis.com/v1/projects/demo/locations/europe-west4/publishers/google/models/gemini-2.5-flash:generateContent?alt=sse"
	if diff := cmp.Diff(want, f.last.URL.String()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer the-lease"}, "User-Agent": {"landbridge/test"}}, f.last.Header); diff != "" {
		t.Errorf("header (-want +got)\n%s", diff)
	}
	if f.body != string(c.Body) || f.last.ContentLength != int64(len(c.Body)) {
		t.Errorf("body %q of %d", f.body, f.last.ContentLength)
	}
	if c.Header.Get("Authorization") != "Bearer caller" {
		t.Error("the call's own header was changed")
	}
}

func TestRetryAndFallback(t *testing.T) {
	t.Parallel()
	reset := &url.Error{Op: "Post", URL: "https://x?secret", Err: io.ErrUnexpectedEOF}
	for _, tc := range []struct {
		name    string
		answers map[string][]said
		call    func(*prompt.Call)
		budget  time.Duration
		asked   []string
		status  int
		took    [2]time.Duration // at least, less than
	}{
		{"good at once", nil, nil, time.Minute, []string{"a"}, 200, [2]time.Duration{0, 1}},
		{"out of quota: the next at once", map[string][]said{"a": {{status: 429}}}, nil, time.Minute, []string{"a", "b"}, 200, [2]time.Duration{0, 1}},
		{"down: the next at once", map[string][]said{"a": {{status: 503}}}, nil, time.Minute, []string{"a", "b"}, 200, [2]time.Duration{0, 1}},
		{"reset: the next at once", map[string][]said{"a": {{err: reset}}}, nil, time.Minute, []string{"a", "b"}, 200, [2]time.Duration{0, 1}},
		{"all down, then round again", map[string][]said{"a": {{status: 500}, {status: 200}}, "b": {{status: 502}}}, nil, time.Minute, []string{"a", "b", "a"}, 200, [2]time.Duration{100 * time.Millisecond, 201 * time.Millisecond}},
		{"the shortest Retry-After counts", map[string][]said{"a": {{status: 429, after: "9"}}, "b": {{status: 429, after: "3"}, {status: 200}}}, nil, time.Minute, []string{"a", "b", "b"}, 200, [2]time.Duration{3 * time.Second, 3*time.Second + 1}},
		{"a Retry-After beyond the budget", map[string][]said{"a": {{status: 429, after: "60"}}, "b": {{status: 429, after: "60"}}}, nil, 10 * time.Second, []string{"a", "b"}, 429, [2]time.Duration{0, 1}},
		{"no budget", map[string][]said{"a": {{status: 429}}}, nil, 0, []string{"a"}, 429, [2]time.Duration{0, 1}},
		{"not to be sent again", map[string][]said{"a": {{status: 503}}}, func(c *prompt.Call) { c.Retry = false }, time.Minute, []string{"a"}, 503, [2]time.Duration{0, 1}},
		{"a refusal is an answer", map[string][]said{"a": {{status: 403}}}, nil, time.Minute, []string{"a"}, 403, [2]time.Duration{0, 1}},
		{"a redirect is an answer", map[string][]said{"a": {{status: 302}}}, nil, time.Minute, []string{"a"}, 302, [2]time.Duration{0, 1}},
		{"one location", map[string][]said{"a": {{status: 503}, {status: 503}, {status: 200}}}, func(c *prompt.Call) { c.Locations = nil }, time.Minute, []string{"a", "a", "a"}, 200, [2]time.Duration{300 * time.Millisecond, 601 * time.Millisecond}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &far{answers: tc.answers}
				u := upstream(t, Options{RetryBudget: tc.budget}, f)
				c := call("a", "b")
				if tc.call != nil {
					tc.call(&c)
				}
				start := time.Now()
				a, err := u.Call(t.Context(), c)
				took := time.Since(start)
				read(t, a, err)
				if diff := cmp.Diff(tc.asked, f.asked); diff != "" {
					t.Errorf("asked (-want +got)\n%s", diff)
				}
				if a.Status != tc.status || a.Attempts != len(tc.asked) || a.Location != tc.asked[len(tc.asked)-1] {
					t.Errorf("status %d after %d attempts in %s", a.Status, a.Attempts, a.Location)
				}
				if took < tc.took[0] || took >= tc.took[1] {
					t.Errorf("took %v", took)
				}
				if f.body != string(c.Body) {
					t.Errorf("the last attempt sent %q", f.body)
				}
			})
		})
	}
}

func TestFailureOfEveryAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &far{answers: map[string][]said{"a": {{err: &url.Error{Op: "Post", URL: "https://x?s3cret", Err: errors.New("connection reset by peer")}}}}}
		_, err := upstream(t, Options{RetryBudget: time.Second}, f).Call(t.Context(), call("a"))
		e, ok := errors.AsType[*bridge.Error](err)
		if !ok || e.Kind != bridge.Unreachable || e.Hop != bridge.HopVertex || e.Text != "cannot reach a-aiplatform.googleapis.com" || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("got %v", err)
		}
		if len(f.asked) < 3 || len(f.asked) > 6 {
			t.Errorf("%d attempts in a second", len(f.asked))
		}
	})
}

func TestLeavesWhileWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &far{answers: map[string][]said{"a": {{status: 429, after: "30"}}}}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		start := time.Now()
		a, err := upstream(t, Options{RetryBudget: time.Minute}, f).Call(ctx, call("a"))
		if err != nil || a.Status != 429 || time.Since(start) != 2*time.Second || len(f.asked) != 1 {
			t.Errorf("got %v, %v after %v", a, err, time.Since(start))
		}
		_ = a.Body.Close()
	})
}

func TestSkipsWhatIsOutOfQuota(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &far{answers: map[string][]said{"a": {{status: 429}}}}
		u := upstream(t, Options{RetryBudget: time.Minute}, f)
		ask := func(model string) {
			c := call("a", "b")
			c.Target.Model = model
			a, err := u.Call(t.Context(), c)
			read(t, a, err)
		}
		ask("m")     // finds out: a, b
		ask("m")     // skips: b
		ask("other") // has a quota of its own: a, b
		time.Sleep(pauseOf + time.Second)
		ask("m") // finds out again: a, b
		ask("m") // b
		f.answers = nil
		time.Sleep(pauseOf + time.Second)
		ask("m") // a
		ask("m") // a
		if got, want := strings.Join(f.asked, ""), "ab"+"b"+"ab"+"ab"+"b"+"a"+"a"; got != want {
			t.Errorf("asked %s, want %s", got, want)
		}
	})
}

func TestHalfOpenLetsOneThrough(t *testing.T) {
	t.Parallel()
	var s circuits
	c, now := circuit{"p", "l", "m"}, time.Unix(0, 0)
	s.open(c, now, 10*time.Second)
	got := []bool{s.allow(c, now), s.allow(c, now.Add(10*time.Second)), s.allow(c, now.Add(11*time.Second)), s.allow(c, now.Add(15*time.Second))}
	if diff := cmp.Diff([]bool{false, true, false, true}, got); diff != "" {
		t.Error(diff)
	}
	s.close(c)
	if !s.allow(c, now) || s.some.Load() {
		t.Error("a closed circuit is not forgotten")
	}
	for i := range 2 * circuitsMost {
		s.open(circuit{model: time.Duration(i).String()}, now, 0)
	}
	if len(s.until) > circuitsMost {
		t.Errorf("%d circuits are remembered", len(s.until))
	}
}

func TestStalledAndCutAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		ctx, cancel := context.WithCancelCause(t.Context())
		// net/http fails the read of a body whose request was cancelled.
		context.AfterFunc(ctx, func() { _ = w.CloseWithError(context.Canceled) })
		b := newAnswerBody(ctx, cancel, r, "host", time.Minute)
		go func() { _, _ = w.Write([]byte("data: a\n\n")) }()
		buffer := make([]byte, 64)
		n, err := b.Read(buffer)
		if err != nil || string(buffer[:n]) != "data: a\n\n" {
			t.Fatalf("got %q, %v", buffer[:n], err)
		}
		time.Sleep(time.Hour) // a slow reader is no stall
		start := time.Now()
		_, err = b.Read(buffer)
		e, ok := errors.AsType[*bridge.Error](err)
		if !ok || e.Code != "answer_stalled" || e.Text != "host sent nothing more for 1m0s in the middle of an answer" || time.Since(start) != time.Minute {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
		_ = b.Close()
	})
	b := newAnswerBody(t.Context(), func(error) {}, io.NopCloser(io.MultiReader(strings.NewReader("x"), cut{})), "host", time.Minute)
	got, err := io.ReadAll(b)
	if e, ok := errors.AsType[*bridge.Error](err); string(got) != "x" || !ok || e.Code != "answer_cut" || e.Text != "host ended an answer in the middle" {
		t.Errorf("got %q, %v", got, err)
	}
}

type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestOptionsAreJudged(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]Options{
		"vertex needs a clock": {},
		"the vertex endpoint sends tokens over plain http to vertex.example": {Clock: time.Now, Endpoint: "http://vertex.example"},
		`universe domain "x" is not a domain name`:                           {Clock: time.Now, UniverseDomain: "x"},
	} {
		_, err := New(o)
		if e, ok := errors.AsType[*bridge.Error](err); !ok || e.Text != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
