package gateway_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/gateway"
	"github.com/landbridge/landbridge/internal/policy"
	"github.com/landbridge/landbridge/internal/prompt"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	secret   = "eyJh.eyJi.c2ln" // the form of a JWT, and nothing in it
	workload = "aks/system:serviceaccount:demo:chat"
	leased   = "lease-of-the-caller"
	native   = "/v1/projects/demo/locations/europe-west4/publishers/google/models/gemini-2.5-flash:"
)

// vertex is the far side: it keeps what it was asked and answers what it was told to.
type vertex struct {
	*httptest.Server
	mu     sync.Mutex
	path   string
	header http.Header
	body   string
	calls  int
}

func farSide(t testing.TB, answer http.HandlerFunc) *vertex {
	v := &vertex{}
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		v.mu.Lock()
		v.path, v.header, v.body = r.URL.RequestURI(), r.Header.Clone(), string(body)
		v.calls++
		v.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(v.Close)
	return v
}

func (v *vertex) asked() (path, body string, h http.Header) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.path, v.body, v.header
}

// says answers every call with a body.
func says(contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, body)
	}
}

// wired calls the far side as the product's own upstream does, without retries.
type wired struct {
	base      string
	transport *http.Transport
}

func (u wired) Call(ctx context.Context, c prompt.Call) (*prompt.Answer, error) {
	url := u.base + gateway.FormatPath(c.Target)
	if c.Query != "" {
		url += "?" + c.Query
	}
	r, err := http.NewRequestWithContext(ctx, c.Verb, url, strings.NewReader(string(c.Body)))
	if err != nil {
		return nil, err
	}
	r.Header = c.Header.Clone()
	r.Header.Set("Authorization", "Bearer "+c.Lease.Token.Reveal())
	resp, err := u.transport.RoundTrip(r)
	if err != nil {
		return nil, &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopVertex, Code: "unreachable", Text: "vertex ai cannot be reached", Cause: err}
	}
	return &prompt.Answer{Status: resp.StatusCode, Header: resp.Header, Body: resp.Body, Location: c.Target.Location, Attempts: 1}, nil
}

// knows takes one token, for one workload.
type knows struct{}

func (knows) Verify(_ context.Context, token bridge.Secret) (prompt.Caller, error) {
	if token.Reveal() != secret {
		return prompt.Caller{}, &bridge.Error{Kind: bridge.Denied, Hop: bridge.HopDoor, Code: "token_refused", Text: "the token is refused", Status: http.StatusUnauthorized}
	}
	return prompt.Caller{
		Name: workload, Issuer: "https://issuer.test", Subject: "system:serviceaccount:demo:chat",
		Assertion: bridge.Assertion{Token: token, Expiry: time.Now().Add(time.Hour)},
	}, nil
}

type leases struct{}

func (leases) Lease(context.Context, prompt.Caller, string) (bridge.Lease, error) {
	return bridge.Lease{Token: bridge.NewSecret(leased), Type: bridge.AccessToken, Principal: "principal://demo", Expiry: time.Now().Add(time.Hour)}, nil
}

// book keeps the records.
type book struct {
	mu      sync.Mutex
	records []bridge.Record
	fails   bridge.Event // of this kind cannot be written
}

func (b *book) Record(_ context.Context, r bridge.Record) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.Event == b.fails {
		return io.ErrShortWrite
	}
	if r.Call != nil {
		call := *r.Call
		r.Call = &call
	}
	b.records = append(b.records, r)
	return nil
}

func (b *book) events() (out []bridge.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.records {
		out = append(out, r.Event)
	}
	return out
}

func (b *book) last(t testing.TB) bridge.Record {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.records) == 0 {
		t.Fatal("nothing was recorded")
	}
	return b.records[len(b.records)-1]
}

// everything is the policy that allows what tests ask.
var everything = sync.OnceValue(func() *policy.Policy {
	p, err := policy.Compile(policy.Options{Rules: []policy.Rule{rule()}})
	if err != nil {
		panic(err)
	}
	return p
})

func rules(t testing.TB, rules ...policy.Rule) func() *policy.Policy {
	t.Helper()
	if len(rules) == 0 {
		return everything
	}
	p, err := policy.Compile(policy.Options{Rules: rules})
	if err != nil {
		t.Fatal(err)
	}
	return func() *policy.Policy { return p }
}

// rule allows everything that tests ask.
func rule() policy.Rule {
	return policy.Rule{
		Name: "demo", Workloads: []string{"*"}, Methods: []string{"*", "batchPredictionJobs.*"}, Models: []string{"*"}, Project: "demo",
		Locations: []string{"europe-west4", "global"}, Media: []string{"*"}, Tools: []string{"*"},
	}
}

// door is a gateway that listens, with what stands around it.
type door struct {
	*gateway.Gateway
	url    string
	book   *book
	client *http.Client
}

func open(t testing.TB, far *vertex, change ...func(*gateway.Options)) *door {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	d := &door{book: &book{}, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	o := gateway.Options{
		Verifier: knows{}, Leases: leases{}, Upstream: wired{far.URL, transport}, Policy: rules(t), Recorder: d.book, Clock: time.Now,
		Profile: func(string) *gateway.Guard { return &gateway.Guard{} },
	}
	for _, f := range change {
		f(&o)
	}
	var err error
	if d.Gateway, err = gateway.New(o); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(d.Gateway)
	s.Config.ConnContext = d.ConnContext
	s.Start()
	d.url = s.URL
	t.Cleanup(func() {
		d.client.CloseIdleConnections()
		s.Close()
		transport.CloseIdleConnections()
	})
	return d
}

// post sends a request as the known workload; header is pairs of name and value.
func (d *door) post(t testing.TB, path, body string, header ...string) (status int, answer string, h http.Header) {
	t.Helper()
	return d.do(t, http.MethodPost, path, body, append([]string{"Authorization", "Bearer " + secret}, header...)...)
}

func (d *door) do(t testing.TB, method, path, body string, header ...string) (status int, answer string, h http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, d.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for pair := range slices.Chunk(header, 2) {
		r.Header.Set(pair[0], pair[1])
		if pair[0] == "Host" {
			r.Host = pair[1]
		}
	}
	resp, err := d.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("the answer ended with %v after %q", err, text)
	}
	return resp.StatusCode, string(text), resp.Header
}
