package kube

import (
	"context"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/landbridge/landbridge/internal/estate"
)

// Owned implements estate.Keeper: every account, ConfigMap and namespace with the set-up's mark in the clusters of the
// wanted ones. Where the operator may not list a whole cluster, the wanted namespaces are looked through.
func (k *Keeper) Owned(ctx context.Context, setup string, wanted []estate.Spec) ([]estate.Live, error) {
	places := placesOf(wanted)
	var mu sync.Mutex
	var out []estate.Live
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for reach, place := range places {
		for _, r := range []resource{accounts, settings, namespaces} {
			for _, label := range []string{estate.MarkKey, estate.JoinKey} {
				group.Go(func() error {
					found, err := k.clusters.Client(reach).marked(ctx, r, label+"="+setup, place)
					mu.Lock()
					defer mu.Unlock()
					for _, object := range found {
						if p, ok := partFound(reach, r, object); ok {
							out = append(out, p.live(object))
						}
					}
					return err
				})
			}
		}
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(a, b estate.Live) int { return strings.Compare(sortKey(a.Spec), sortKey(b.Spec)) })
	return out, nil
}

// place is what is wanted of one cluster.
type place struct {
	namespaces map[string]bool
	settings   bool
}

func placesOf(wanted []estate.Spec) map[estate.Reach]*place {
	out := map[estate.Reach]*place{}
	in := func(reach estate.Reach, namespace string) *place {
		if out[reach] == nil {
			out[reach] = &place{namespaces: map[string]bool{}}
		}
		if namespace != "" {
			out[reach].namespaces[namespace] = true
		}
		return out[reach]
	}
	for _, s := range wanted {
		switch s := s.(type) {
		case *estate.Issuer:
			in(s.Reach, "")
		case *estate.Namespace:
			in(s.Reach, s.Name)
		case *estate.KubernetesAccount:
			in(s.Reach, s.Namespace)
		case *estate.KubernetesSettings:
			in(s.Reach, s.Namespace).settings = true
		}
	}
	for reach := range out {
		if reach.Context == "" {
			delete(out, reach)
		}
	}
	return out
}

// marked lists the objects with a label: of the whole cluster, else of the wanted namespaces. ConfigMaps that nobody wants
// and the operator may not see are left alone: a set-up without an admission policy needs no right to them.
func (c *Client) marked(ctx context.Context, r resource, selector string, p *place) (out []*unstructured.Unstructured, err error) {
	add := func(o *unstructured.Unstructured) { out = append(out, o) }
	err = c.each(ctx, r, "", selector, add)
	if !forbidden(err) {
		return out, err
	}
	for name := range p.namespaces {
		if r == namespaces {
			var one *unstructured.Unstructured
			if one, err = c.get(ctx, r, "", name); err == nil && one != nil && selects(selector, one) {
				add(one)
			}
		} else {
			err = c.each(ctx, r, name, selector, add)
		}
		if r == settings && !p.settings && forbidden(err) || notFound(err) {
			err = nil
		}
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

func selects(selector string, object *unstructured.Unstructured) bool {
	key, value, _ := strings.Cut(selector, "=")
	return object.GetLabels()[key] == value
}

// partFound is the part of an object that was found by its label; false for a ConfigMap that is not settings of an account.
func partFound(reach estate.Reach, r resource, object *unstructured.Unstructured) (part, bool) {
	var spec estate.Spec
	switch r {
	case namespaces:
		spec = &estate.Namespace{Reach: reach, Name: object.GetName()}
	case accounts:
		spec = &estate.KubernetesAccount{Reach: reach, Namespace: object.GetNamespace(), Name: object.GetName()}
	default:
		account, ok := strings.CutPrefix(object.GetName(), estate.SettingsName(""))
		if !ok {
			return part{}, false
		}
		spec = &estate.KubernetesSettings{Reach: reach, Namespace: object.GetNamespace(), Account: account}
	}
	p, err := partOf(spec)
	return p, err == nil
}

func sortKey(s estate.Spec) string {
	p, err := partOf(s)
	if err != nil {
		return ""
	}
	return p.key() + "\x00" + p.name
}
