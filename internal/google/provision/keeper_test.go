package provision_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/google/provision"
	"github.com/landbridge/landbridge/internal/sandbox"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	project = "landbridge-empty"
	number  = "209458209458"
	setup   = "test"
	issuer  = "https://swedencentral.oic.prod-aks.azure.com/t/c/"
)

// cloud is a sandbox and the Keeper that works on it.
type cloud struct {
	*testing.T
	*provision.Keeper
	world   *world.World
	profile sandbox.Profile
	sandbox *sandbox.Sandbox
	calls   *counter
}

// counter counts the calls by method and path, and can interrupt one.
type counter struct {
	next http.RoundTripper

	mu     sync.Mutex
	made   []string
	before func(*http.Request) error // of a call; an error ends it
	after  func(*http.Request) error // of a call that was made: its answer is lost
}

func (c *counter) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.made = append(c.made, r.Method+" "+r.URL.Path)
	before, after := c.before, c.after
	c.mu.Unlock()
	if before != nil {
		if err := before(r); err != nil {
			return nil, err
		}
	}
	resp, err := c.next.RoundTrip(r)
	if err == nil && after != nil {
		if err := after(r); err != nil {
			_ = resp.Body.Close()
			return nil, err
		}
	}
	return resp, err
}

// taken returns the calls so far, and begins anew.
func (c *counter) taken() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.made
	c.made = nil
	return out
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	s, err := sandbox.New(sandbox.Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	go func() { ended <- s.Run(ctx) }()
	select {
	case <-s.Ready():
	case err := <-ended:
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	transport := &http.Transport{MaxIdleConnsPerHost: 32}
	t.Cleanup(transport.CloseIdleConnections)
	c := &cloud{T: t, world: s.World(), profile: s.Profile(), sandbox: s, calls: &counter{next: transport}}
	c.Keeper = c.keeper(func(context.Context) (bridge.Secret, error) { return s.GoogleOperator(), nil })
	return c
}

// keeper is another Keeper, of somebody else.
func (c *cloud) keeper(token provision.Token) *provision.Keeper {
	c.Helper()
	url := c.profile.Google.AdminURL
	k, err := provision.New(c.Context(), provision.Options{
		Token: token, Clock: time.Now, Transport: c.calls,
		Endpoints: provision.Endpoints{IAM: url, ResourceManager: url, ServiceUsage: url},
	})
	if err != nil {
		c.Fatal(err)
	}
	return k
}

func (c *cloud) read(want estate.Spec) estate.Live {
	c.Helper()
	c.Forget()
	live, err := c.Read(c.Context(), want)
	if err != nil {
		c.Fatalf("%v; %s", err, bridge.HintOf(err))
	}
	return live
}

func (c *cloud) write(want estate.Spec) estate.Live {
	c.Helper()
	now := c.read(want)
	live, err := c.Write(c.Context(), setup, want, now)
	if err != nil {
		c.Fatalf("%v; %s", err, bridge.HintOf(err))
	}
	if diff := cmp.Diff(want, live.Spec); diff != "" {
		c.Errorf("what Write returned (-want +got):\n%s", diff)
	}
	after := c.read(want)
	if diff := cmp.Diff(live, after); diff != "" {
		c.Errorf("what is there (-returned +read):\n%s", diff)
	}
	// A second time nothing is changed.
	c.calls.taken()
	if _, err := c.Write(c.Context(), setup, want, after); err != nil {
		c.Errorf("the second time: %v", err)
	}
	for _, call := range c.calls.taken() {
		if call[:4] != "GET " && !isRead(call) {
			c.Errorf("the second time: %s", call)
		}
	}
	return after
}

// isRead says of a POST that it changes nothing.
func isRead(call string) bool {
	for _, verb := range []string{":getIamPolicy", ":enable"} { // what is on already is not switched on again
		if len(call) > len(verb) && call[len(call)-len(verb):] == verb {
			return true
		}
	}
	return false
}

func (c *cloud) remove(spec estate.Spec) {
	c.Helper()
	for range 2 { // what is gone is no error
		if err := c.Remove(c.Context(), spec); err != nil {
			c.Fatal(err)
		}
	}
}

// pool makes the pool that most tests need.
func (c *cloud) pool() *estate.Pool {
	c.Helper()
	p := &estate.Pool{Project: number, ID: "azure", DisplayName: "Azure"}
	c.write(p)
	return p
}

func provider() *estate.Provider {
	return &estate.Provider{
		Project: number, Pool: "azure", ID: "aks-prod", DisplayName: "prod", Issuer: issuer, Audiences: []string{},
		Mapping:   map[string]string{"google.subject": "assertion.sub"},
		Condition: "assertion.sub == 'system:serviceaccount:demo:app'",
	}
}

// refused wants an error of ours with this code.
func refused(t *testing.T, err error, code string) *bridge.Error {
	t.Helper()
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok {
		t.Fatalf("got %v, want an error %s", err, code)
	}
	if e.Code != code {
		t.Errorf("code %s, want %s: %v", e.Code, code, err)
	}
	return e
}
