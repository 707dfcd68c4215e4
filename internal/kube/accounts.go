package kube

import (
	"context"
	"errors"
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
	"github.com/landbridge/landbridge/internal/estate"
)

const (
	// watchLife is when the API server ends a watch, and the next begins where it stopped.
	watchLife = 8 * time.Minute
	// The pauses between two attempts to follow: they double, and end where trying more often would not help.
	firstPause    = 200 * time.Millisecond
	longestPause  = 15 * time.Second
	longestRefuse = 5 * time.Minute // after a refusal that does not pass by itself: no right to watch, or no watches at all
	shortWatch    = time.Second     // one that ended sooner, and told nothing, was not let live
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

// Run keeps the copy true until ctx ends. A server that cannot be followed is said once, and not at each attempt.
func (a *Accounts) Run(ctx context.Context) error {
	pause, said := firstPause, ""
	for {
		lived, err := a.keep(ctx)
		a.mu.Lock()
		a.current, a.why = false, err
		a.mu.Unlock()
		if ctx.Err() != nil {
			return nil
		}
		because := slog.String("because", err.Error())
		switch {
		case lived:
			pause, said = firstPause, ""
			a.log.InfoContext(ctx, "the service accounts are read anew", because)
		case err.Error() != said:
			said = err.Error()
			a.log.WarnContext(ctx, "the service accounts cannot be followed: the cluster is asked for each pod until they can", because)
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
		pause = min(2*pause, a.longest(err))
	}
}

// keep fills the copy and follows what changes, until that cannot go on; lived says that it went well for a while.
func (a *Accounts) keep(ctx context.Context) (lived bool, err error) {
	version, err := a.fill(ctx)
	if err != nil {
		return false, err
	}
	return a.follow(ctx, version)
}

// longest is the pause that pauses end at. What does not pass by itself is not tried often, but until the door is open.
func (a *Accounts) longest(err error) time.Duration {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if e, ok := errors.AsType[*bridge.Error](err); ok && !e.Retry && a.filled {
		return longestRefuse
	}
	return longestPause
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
func (a *Accounts) follow(ctx context.Context, version string) (lived bool, err error) {
	for {
		began, before := a.client.options.Clock(), version
		if version, err = a.watch(ctx, version); err != nil {
			return lived, err
		}
		if version == before && a.client.options.Clock().Sub(began) < shortWatch {
			return lived, watchEnded() // something in between does not let watches live: do not ask it again at once
		}
		lived = true
		if ctx.Err() != nil {
			return lived, ctx.Err()
		}
	}
}

// watch takes in the events of one watch, which the API server ends from time to time; one that it forgets is ended here.
func (a *Accounts) watch(ctx context.Context, version string) (last string, err error) {
	live, err := a.client.connect()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, watchLife+longestPause)
	defer cancel()
	seconds := int64(watchLife / time.Second)
	w, err := live.dynamic.Resource(accounts.GroupVersionResource).Watch(ctx, metav1.ListOptions{
		ResourceVersion: version, AllowWatchBookmarks: true, TimeoutSeconds: &seconds,
	})
	if err != nil {
		return "", a.client.refusal(ctx, action{verb: "watch", resource: accounts}, err, &seen{})
	}
	defer w.Stop()
	for event := range w.ResultChan() {
		object, ok := event.Object.(*unstructured.Unstructured)
		if event.Type == watch.Error || !ok {
			return "", watchEnded()
		}
		version = object.GetResourceVersion()
		a.take(event.Type, object)
	}
	return version, nil
}

func (a *Accounts) take(what watch.EventType, object *unstructured.Unstructured) {
	key := object.GetNamespace() + "/" + object.GetName()
	a.mu.Lock()
	defer a.mu.Unlock()
	switch what {
	case watch.Deleted:
		delete(a.known, key)
	case watch.Added, watch.Modified:
		a.known[key] = kept(object)
	case watch.Bookmark, watch.Error:
	}
}

func watchEnded() error {
	return &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopHome, Code: "watch_ended", Text: "the watch of service accounts ended", Retry: true}
}

// kept is what is kept of an account: a cluster has thousands, and most have nothing of ours.
func kept(object *unstructured.Unstructured) map[string]string {
	all := object.GetAnnotations()
	maps.DeleteFunc(all, func(key, _ string) bool {
		return !strings.HasPrefix(key, estate.KeyPrefix) && key != estate.AnnotationEntraClient && key != estate.AnnotationEntraTenant
	})
	return all
}
