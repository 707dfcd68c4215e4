package kube_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/kube"
)

// server is an API server that has service accounts alone. It notes what it is asked.
type server struct {
	mu       sync.Mutex
	accounts map[string]string // by name, the value of one annotation; all in namespace shop
	version  int
	refuse   map[string]int // by verb: the status to refuse with
	cut      bool           // watches end at once
	asked    []string       // "list", "get NAME", "watch VERSION"
	watcher  *io.PipeWriter // the last watch
}

func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	query := r.URL.Query()
	verb, asked := "list", "list"
	name, one := strings.CutPrefix(r.URL.Path, "/api/v1/namespaces/shop/serviceaccounts/")
	switch {
	case one:
		verb, asked = "get", "get "+name
	case query.Get("watch") != "":
		verb, asked = "watch", "watch "+query.Get("resourceVersion")
	}
	s.asked = append(s.asked, asked)
	status := s.refuse[verb]
	if _, there := s.accounts[name]; verb == "get" && status == 0 && !there {
		status = http.StatusNotFound
	}
	if status != 0 {
		return answer(r, status, io.NopCloser(strings.NewReader(fmt.Sprintf(`{"kind":"Status","apiVersion":"v1","status":"Failure","code":%d,"reason":%q,"message":"no"}`, status, http.StatusText(status))))), nil
	}
	switch verb {
	case "get":
		return answer(r, http.StatusOK, io.NopCloser(strings.NewReader(s.object(name, s.version)))), nil
	case "watch":
		reader, writer := io.Pipe()
		s.watcher = writer
		if s.cut {
			_ = writer.Close()
		}
		context.AfterFunc(r.Context(), func() { _ = writer.CloseWithError(r.Context().Err()) })
		return answer(r, http.StatusOK, reader), nil
	}
	items := []string{}
	for name := range s.accounts {
		items = append(items, s.object(name, s.version))
	}
	slices.Sort(items)
	next := ""
	if len(items) > 1 { // pages of one and the rest
		if query.Get("continue") == "" {
			items, next = items[:1], "more"
		} else {
			items = items[1:]
		}
	}
	body := fmt.Sprintf(`{"kind":"ServiceAccountList","apiVersion":"v1","metadata":{"resourceVersion":"%d","continue":%q},"items":[%s]}`, s.version, next, strings.Join(items, ","))
	return answer(r, http.StatusOK, io.NopCloser(strings.NewReader(body))), nil
}

func answer(r *http.Request, status int, body io.ReadCloser) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: body, Request: r}
}

func (s *server) object(name string, version int) string {
	return fmt.Sprintf(`{"kind":"ServiceAccount","apiVersion":"v1","metadata":{"namespace":"shop","name":%q,"resourceVersion":"%d","annotations":{"landbridge.dev/provider":%q,"team":"red","azure.workload.identity/client-id":"c"}}}`,
		name, version, s.accounts[name])
}

// tell writes an event of the watch, and the version after it.
func (s *server) tell(t *testing.T, what, name, provider string) {
	t.Helper()
	s.mu.Lock()
	s.version++
	if what != "BOOKMARK" {
		s.accounts[name] = provider
	}
	event := fmt.Sprintf(`{"type":%q,"object":%s}`, what, s.object(name, s.version))
	if what == "DELETED" {
		delete(s.accounts, name)
	}
	if what == "ERROR" {
		event = `{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","code":410,"reason":"Expired","message":"too old resource version"}}`
	}
	watcher := s.watcher
	s.mu.Unlock()
	if _, err := io.WriteString(watcher, event+"\n"); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

// calls are what was asked since the last time.
func (s *server) calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.asked
	s.asked = nil
	return out
}

func (s *server) change(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
}

// following is a copy that is being kept, in a bubble.
type following struct {
	*testing.T
	*server
	copied *kube.Accounts
	log    *bytes.Buffer
}

// follow runs a test in a bubble, in which the copy has had the time to do what it can at once.
func follow(t *testing.T, s *server, test func(f *following)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := &following{T: t, server: s, log: &bytes.Buffer{}}
		f.copied = kube.Over(kube.Options{Clock: time.Now, Env: noEnv}, s).Accounts("gone", slog.New(slog.NewTextHandler(f.log, nil)))
		if err := f.copied.Ready(); err == nil {
			t.Error("ready before it ran")
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- f.copied.Run(ctx) }()
		synctest.Wait()
		test(f)
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

// wants checks the provider of an account, and what it cost to ask for it.
func (f *following) wants(name, provider string, cost ...string) {
	f.Helper()
	f.calls()
	got, err := f.copied.Annotations(f.Context(), "shop", name)
	if err != nil {
		f.Fatal(err)
	}
	want := map[string]string{estate.AnnotationProvider: provider, estate.AnnotationEntraClient: "c"}
	if d := cmp.Diff(want, got); d != "" {
		f.Errorf("annotations of %s: %s", name, d)
	}
	f.asks(cost...)
}

func (f *following) asks(want ...string) {
	f.Helper()
	if d := cmp.Diff(want, f.calls()); d != "" {
		f.Errorf("calls (-want +got): %s", d)
	}
}

func TestAccountsAreFollowed(t *testing.T) {
	t.Parallel()
	follow(t, &server{accounts: map[string]string{"a": "one", "b": "two"}, version: 7}, func(f *following) {
		f.asks("list", "list", "watch 7")
		if err := f.copied.Ready(); err != nil {
			f.Error(err)
		}
		f.wants("a", "one")
		f.wants("b", "two")
		f.tell(f.T, "MODIFIED", "a", "three")
		f.wants("a", "three")
		f.tell(f.T, "ADDED", "c", "four")
		f.wants("c", "four")
		f.tell(f.T, "DELETED", "b", "")
		_, err := f.copied.Annotations(f.Context(), "shop", "b")
		wantError(f.T, err, bridge.Usage, "gone", "there is no service account shop/b", "kubectl create serviceaccount b --namespace shop")
		f.asks("get b")
		// A pod may follow its account faster than the watch does.
		f.change(func() { f.accounts["d"] = "five" })
		f.wants("d", "five", "get d")
		// The API server ends a watch from time to time: the next goes on where it stopped, and nothing is read anew.
		f.tell(f.T, "BOOKMARK", "a", "")
		f.calls()
		_ = f.watcher.Close()
		synctest.Wait()
		f.asks("watch 11")
		f.wants("a", "three")
		if f.log.Len() > 0 {
			f.Errorf("log: %s", f.log)
		}
	})
}

// What was forgotten while nobody watched is read anew; until then the cluster itself is asked.
func TestAccountsAreReadAnew(t *testing.T) {
	t.Parallel()
	follow(t, &server{accounts: map[string]string{"a": "one"}, version: 7}, func(f *following) {
		time.Sleep(time.Minute)
		f.tell(f.T, "BOOKMARK", "a", "")
		_ = f.watcher.Close()
		synctest.Wait()
		f.change(func() { f.accounts["a"] = "two" })
		f.tell(f.T, "ERROR", "a", "two")
		f.wants("a", "two", "get a")
		time.Sleep(time.Second)
		synctest.Wait()
		f.asks("list", "watch 9")
		f.wants("a", "two")
		if text := f.log.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "level=INFO") || !strings.Contains(text, "read anew") {
			f.Errorf("log: %s", text)
		}
	})
}

// A server without watches is asked for each account, and is not asked over and over whether it has them now.
func TestAccountsWithoutWatches(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusNotImplemented, http.StatusForbidden} {
		follow(t, &server{accounts: map[string]string{"a": "one"}, version: 7, refuse: map[string]int{"watch": status}}, func(f *following) {
			if err := f.copied.Ready(); err != nil {
				f.Error(err)
			}
			f.wants("a", "one", "get a")
			time.Sleep(time.Hour)
			synctest.Wait()
			lists := len(slices.DeleteFunc(f.calls(), func(s string) bool { return s != "list" }))
			if lists < 10 || lists > 25 {
				f.Errorf("%d lists in an hour", lists)
			}
			if text := f.log.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "the cluster is asked for each pod until they can") {
				f.Errorf("log: %s", text)
			}
			f.wants("a", "one", "get a")
			f.change(func() { f.refuse = nil })
			time.Sleep(6 * time.Minute)
			synctest.Wait()
			f.wants("a", "one")
		})
	}
}

// Watches that something in between cuts off at once are not asked for in a circle.
func TestAccountsWhoseWatchesDoNotLive(t *testing.T) {
	t.Parallel()
	follow(t, &server{accounts: map[string]string{"a": "one"}, version: 7, cut: true}, func(f *following) {
		f.wants("a", "one", "get a")
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := len(f.calls()); n < 400 || n > 500 { // a list and a watch every 15 s
			f.Errorf("%d calls in an hour", n)
		}
		if text := f.log.String(); strings.Count(text, "\n") != 1 {
			f.Errorf("log: %s", text)
		}
		f.change(func() { f.cut = false })
		time.Sleep(time.Minute)
		synctest.Wait()
		f.wants("a", "one")
	})
}

// A watch that the server forgets is ended here, and the next is asked for.
func TestAccountsOfAForgottenWatch(t *testing.T) {
	t.Parallel()
	follow(t, &server{accounts: map[string]string{"a": "one"}, version: 7}, func(f *following) {
		f.calls()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if got := f.calls(); len(got) == 0 {
			f.Error("nothing was asked in ten minutes")
		}
		f.wants("a", "one")
	})
}

func TestAccountsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	follow(t, &server{refuse: map[string]int{"list": http.StatusForbidden, "get": http.StatusForbidden}}, func(f *following) {
		wantError(f.T, f.copied.Ready(), bridge.Denied, "forbidden", `add the rule {apiGroups: [""], resources: ["serviceaccounts"], verbs: ["list"]} to a ClusterRole`)
		_, err := f.copied.Annotations(f.Context(), "shop", "a")
		wantError(f.T, err, bridge.Denied, "forbidden", `verbs: ["get"]`)
		time.Sleep(time.Hour)
		if text := f.log.String(); strings.Count(text, "\n") != 1 {
			f.Errorf("log: %s", text)
		}
	})
}

// On API servers, which have watches or, as the sandbox, have none.
func TestAccounts(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, c *cluster) {
		c.account("old", map[string]string{estate.AnnotationProvider: "one", "team": "red"})
		copied := c.client.Accounts("gone", slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- copied.Run(ctx) }()
		defer func() { cancel(); <-done }()
		for copied.Ready() != nil {
			if err := t.Context().Err(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Millisecond)
		}
		c.account("new", map[string]string{estate.AnnotationProvider: "two"})
		for name, want := range map[string]map[string]string{
			"old": {estate.AnnotationProvider: "one"}, "new": {estate.AnnotationProvider: "two"},
		} {
			got, err := copied.Annotations(t.Context(), c.space, name)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s: %s", name, d)
			}
		}
		_, err := copied.Annotations(t.Context(), c.space, "none")
		wantError(t, err, bridge.Usage, "gone", "there is no service account "+c.space+"/none")
		patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]any{estate.AnnotationProvider: "three"}}})
		if err != nil {
			t.Fatal(err)
		}
		c.must(http.MethodPatch, c.in("serviceaccounts/old"), string(patch))
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			got, err := copied.Annotations(t.Context(), c.space, "old")
			if err == nil && got[estate.AnnotationProvider] == "three" {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("the change is not seen: %v %v", got, err)
			}
		}
	})
}
