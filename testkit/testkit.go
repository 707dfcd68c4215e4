// Package testkit holds the conformance suites of the ports: what every Source, Exchanger, Leaser and Recorder promises,
// said once and run by each that claims it.
//
// A constructor enters, failures of the contract leave through testing.T. It must never know an implementation, and never
// need a network beyond what the constructor set up.
package testkit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// callers is how many ask at once in the concurrency checks.
const callers = 16

// patience is how long a call with a cancelled context may take.
const patience = 5 * time.Second

// canceled gives a context that has ended.
func canceled(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// ends fails the test when f takes longer than a cancelled call may.
func ends(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatalf("still busy %v after its context had ended", patience)
	}
}

// together runs f in many goroutines and waits for all.
func together(f func()) {
	var wg sync.WaitGroup
	for range callers {
		wg.Go(f)
	}
	wg.Wait()
}

// ours fails the test unless err is a *bridge.Error with a kind and a text, without any of the secrets in it.
func ours(t *testing.T, err error, secrets ...bridge.Secret) {
	t.Helper()
	e, ok := errors.AsType[*bridge.Error](err)
	switch {
	case !ok:
		t.Errorf("error is a %T, want a *bridge.Error: %v", err, err)
		return
	case e.Kind == 0 || e.Text == "":
		t.Errorf("error without kind or text: %+v", e)
	}
	silent(t, "an error", err.Error()+e.Hint, secrets...)
}

// silent fails the test when text holds any of the secrets.
func silent(t *testing.T, where, text string, secrets ...bridge.Secret) {
	t.Helper()
	for _, s := range secrets {
		if !s.Empty() && strings.Contains(text, s.Reveal()) {
			t.Errorf("%s holds a token", where)
		}
	}
}

// walks fails the test unless a trace names every hop and holds no secret.
func walks(t *testing.T, trace []bridge.Step, secrets ...bridge.Secret) {
	t.Helper()
	if len(trace) == 0 {
		t.Error("no trace: nobody can tell how the token was had")
	}
	for _, s := range trace {
		if s.Hop == "" || s.What == "" || s.Took < 0 {
			t.Errorf("a step without hop or text, or of negative length: %+v", s)
		}
	}
	silent(t, "the trace", fmt.Sprintf("%+v", trace), secrets...)
}
