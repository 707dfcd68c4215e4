package kube

import (
	"context"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"

	"github.com/landbridge/landbridge/internal/bridge"
)

// ours begins the annotations that are kept of an account.
const ours = "landbridge.dev/"

const (
	// watchLife is when the API server ends a watch, and the next begins where it stopped.
	watchLife    = 8 * time.Minute
	firstPause   = 200 * time.Millisecond
	longestPause = 15 * time.Second
)

// Accounts is a watched copy of our annotations on the cluster's service accounts: what an admission webhook needs for each
// pod. While the watch is away, and for an account that the copy does not have, the cluster itself is asked.
type Accounts struct {
	client *Client
	code   string
	log    *slog.Logger

	mu      sync.RWMutex
	known   map[string]map[string]string // by namespace/name
	current bool                         // the copy is being kept true
	filled  bool                         // it was, once
	why     error                        // what keeps it from being true
}

// Accounts returns the copy, empty until Run fills it. Code is the bridge.Error.Code of an account that does not exist.
func (c *Client) Accounts(code string, log *slog.Logger) *Accounts {
	return &Accounts{client: c, code: code, log: log, known: map[string]map[string]string{}}
}

// Ready says why answers cannot be given yet; nil once the copy was filled.
func (a *Accounts) Ready() error {
	a.mu.RLock()
	defer a.mu.RUnlock()
	switch {
	case a.filled:
		return nil
	case a.why != nil:
		return a.why
	}
	return &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopHome, Code: "accounts_unread", Text: "the service accounts are being read", Retry: true}
}

// Annotations returns ours on an account. It may be called from many goroutines.
func (a *Accounts) Annotations(ctx context.Context, namespace, name string) (map[string]string, error) {
	a.mu.RLock()
	found, there := a.known[namespace+"/"+name]
	current := a.current
	a.mu.RUnlock()
	if there && current {
		return found, nil // nobody changes it: a new one takes its place
	}
	object, err := a.client.get(ctx, accounts, namespace, name)
	if err != nil {
		return nil, err
	}
	if object == nil {
		return nil, &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopHome, Code: a.code, Text: "there is no service account " + address(namespace, name),
			Hint: "kubectl create serviceaccount " + name + " --namespace " + namespace,
		}
	}
	return kept(object), nil
}

// Run keeps the copy true until ctx ends.
func (a *Accounts) Run(ctx context.Context) error {
	pause := firstPause
	for ctx.Err() == nil {
		version, err := a.fill(ctx)
		if err == nil {
			pause = firstPause
			err = a.follow(ctx, version)
		}
		a.mu.Lock()
		a.current, a.why = false, err
		a.mu.Unlock()
		if ctx.Err() != nil {
			break
		}
		a.log.WarnContext(ctx, "the service accounts are read anew", slog.Any("because", err))
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
		pause = min(2*pause, longestPause)
	}
	return nil
}

// fill lists every account and returns the version from which to follow.
func (a *Accounts) fill(ctx context.Context) (version string, err error) {
	known := map[string]map[string]string{}
	options := metav1.ListOptions{Limit: pageSize}
	for {
		var page *unstructured.UnstructuredList
		err := a.client.do(ctx, action{verb: "list", resource: accounts}, func(ctx context.Context, api dynamic.ResourceInterface) (err error) {
			page, err = api.List(ctx, options)
			return err
		})
		if err != nil {
			return "", err
		}
		for i := range page.Items {
			known[page.Items[i].GetNamespace()+"/"+page.Items[i].GetName()] = kept(&page.Items[i])
		}
		if options.Continue = page.GetContinue(); options.Continue == "" {
			a.mu.Lock()
			a.known, a.current, a.filled, a.why = known, true, true, nil
			a.mu.Unlock()
			return page.GetResourceVersion(), nil
		}
	}
}

// follow takes in what changes, one watch after another. It returns when a watch cannot go on where the last one stopped:
// the list is read anew then.
func (a *Accounts) follow(ctx context.Context, version string) error {
	for ctx.Err() == nil {
		live, err := a.client.connect()
		if err != nil {
			return err
		}
		seconds := int64(watchLife / time.Second)
		w, err := live.dynamic.Resource(accounts.GroupVersionResource).Watch(ctx, metav1.ListOptions{
			ResourceVersion: version, AllowWatchBookmarks: true, TimeoutSeconds: &seconds,
		})
		if err != nil {
			return a.client.refusal(ctx, action{verb: "watch", resource: accounts}, err, &seen{})
		}
		began, before := a.client.options.Clock(), version
		if version, err = a.drain(w, version); err != nil {
			return err
		}
		if version == before && a.client.options.Clock().Sub(began) < time.Second {
			return watchEnded() // something in between does not let watches live: do not ask it again at once
		}
	}
	return nil
}

func watchEnded() error {
	return &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopHome, Code: "watch_ended", Text: "the watch of service accounts ended", Retry: true}
}

// drain takes in the events of one watch, which the API server ends from time to time.
func (a *Accounts) drain(w watch.Interface, version string) (string, error) {
	defer w.Stop()
	for event := range w.ResultChan() {
		object, ok := event.Object.(*unstructured.Unstructured)
		if event.Type == watch.Error || !ok {
			return "", watchEnded()
		}
		version = object.GetResourceVersion()
		key := object.GetNamespace() + "/" + object.GetName()
		a.mu.Lock()
		switch event.Type {
		case watch.Deleted:
			delete(a.known, key)
		case watch.Added, watch.Modified:
			a.known[key] = kept(object)
		case watch.Bookmark, watch.Error:
		}
		a.mu.Unlock()
	}
	return version, nil
}

// kept is what is kept of an account: a cluster has thousands, and most have nothing of ours.
func kept(object *unstructured.Unstructured) map[string]string {
	all := object.GetAnnotations()
	maps.DeleteFunc(all, func(key, _ string) bool {
		return !strings.HasPrefix(key, ours) && !strings.HasPrefix(key, "azure.workload.identity/")
	})
	return all
}
