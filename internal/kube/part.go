package kube

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// part is what set-up has of one object: names and values under one of its fields.
type part struct {
	reach           estate.Reach
	resource        resource
	namespace, name string
	field           []string // metadata.labels, metadata.annotations or data
	want            map[string]string
	prefix          string // names that are ours whoever wrote them; "" for none
	spec            func(values map[string]string) estate.Spec
}

// labelField is where an object's labels are.
var labelField = []string{"metadata", "labels"}

// partOf reads a spec. One without a context is an error: nothing in such a cluster is read or changed.
func partOf(s estate.Spec) (part, error) {
	var p part
	switch s := s.(type) {
	case *estate.Namespace:
		p = part{reach: s.Reach, resource: namespaces, name: s.Name, field: labelField, want: s.Labels}
		p.spec = func(v map[string]string) estate.Spec {
			return &estate.Namespace{Reach: s.Reach, Name: s.Name, Labels: v}
		}
	case *estate.KubernetesAccount:
		p = part{reach: s.Reach, resource: accounts, namespace: s.Namespace, name: s.Name, field: []string{"metadata", "annotations"}, want: s.Annotations, prefix: estate.KeyPrefix}
		p.spec = func(v map[string]string) estate.Spec {
			return &estate.KubernetesAccount{Reach: s.Reach, Namespace: s.Namespace, Name: s.Name, Annotations: v}
		}
	case *estate.KubernetesSettings:
		p = part{reach: s.Reach, resource: settings, namespace: s.Namespace, name: estate.SettingsName(s.Account), field: []string{"data"}, want: s.Data}
		p.spec = func(v map[string]string) estate.Spec {
			return &estate.KubernetesSettings{Reach: s.Reach, Namespace: s.Namespace, Account: s.Account, Data: v}
		}
	default:
		return part{}, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopHome, Code: "wrong_side", Text: fmt.Sprintf("a %s is not kept in Kubernetes", s.Kind())}
	}
	if p.reach.Context == "" {
		return part{}, noContext(p.reach)
	}
	return p, nil
}

// key is where a part is cached: an account with all of its namespace.
func (p part) key() string {
	place := p.namespace
	if p.resource == namespaces {
		place = p.name
	}
	return strings.Join([]string{p.reach.Kubeconfig, p.reach.Context, p.resource.Resource, place}, "\x00")
}

// live is an object as set-up sees it.
func (p part) live(object *unstructured.Unstructured) estate.Live {
	return estate.Live{Spec: p.spec(p.ours(object)), Setup: p.owner(object)}
}

// created is the set-up that made the object; "" for a namespace always, for set-up makes none.
func (p part) created(object *unstructured.Unstructured) string {
	if p.resource == namespaces {
		return ""
	}
	return object.GetLabels()[estate.MarkKey]
}

// owner is the set-up that the object belongs to. What set-up made and rendered manifests were applied to bears both marks; with
// two names it is neither's.
func (p part) owner(object *unstructured.Unstructured) string {
	created, joined := p.created(object), object.GetLabels()[estate.JoinKey]
	switch {
	case created == "":
		return joined
	case joined == "" || joined == created:
		return created
	default:
		return created + " and " + joined
	}
}

// ours are the names that are wanted, that our manager owns, or that are ours whoever wrote them. The marks are no part of
// what is compared.
func (p part) ours(object *unstructured.Unstructured) map[string]string {
	all, _, _ := unstructured.NestedStringMap(object.Object, p.field...)
	owned := ownedBy(object, manager, p.field)
	out := map[string]string{}
	for key, value := range all {
		_, wanted := p.want[key]
		if wanted || owned[key] || p.prefix != "" && strings.HasPrefix(key, p.prefix) {
			out[key] = value
		}
	}
	for _, mark := range []string{estate.MarkKey, estate.JoinKey} {
		delete(out, mark)
	}
	return out
}

// put writes the wanted values into an object that is to be applied.
func (p part) put(into *unstructured.Unstructured) error {
	values, _, err := unstructured.NestedStringMap(into.Object, p.field...)
	if err != nil {
		return err
	}
	if values == nil {
		values = map[string]string{}
	}
	maps.Copy(values, p.want)
	return unstructured.SetNestedStringMap(into.Object, values, p.field...)
}

// managed calls visit for each entry of managedFields with the names that it holds under a field. An entry is
// {"f:metadata": {"f:annotations": {"f:NAME": {}}}} (fieldsV1).
func managed(object *unstructured.Unstructured, field []string, visit func(manager, time string, names map[string]bool)) {
	for _, entry := range object.GetManagedFields() {
		if entry.FieldsV1 == nil || entry.Subresource != "" {
			continue
		}
		at := entry.FieldsV1.GetRawBytes()
		for _, step := range field {
			var fields map[string]json.RawMessage
			if json.Unmarshal(at, &fields) != nil {
				at = nil
				break
			}
			at = fields["f:"+step]
		}
		var fields map[string]json.RawMessage
		if json.Unmarshal(at, &fields) != nil {
			continue
		}
		names := map[string]bool{}
		for name := range fields {
			if key, ok := strings.CutPrefix(name, "f:"); ok {
				names[key] = true
			}
		}
		when := ""
		if entry.Time != nil {
			when = entry.Time.UTC().Format(timeFormat)
		}
		visit(entry.Manager, when, names)
	}
}

// ownedBy are the names under a field that a manager has applied or written.
func ownedBy(object *unstructured.Unstructured, manager string, field []string) map[string]bool {
	out := map[string]bool{}
	managed(object, field, func(who, _ string, names map[string]bool) {
		if who == manager {
			maps.Copy(out, names)
		}
	})
	return out
}

// ownersOf names the managers of one name, for a message.
func ownersOf(object *unstructured.Unstructured, field []string, key string) string {
	var out []string
	managed(object, field, func(who, _ string, names map[string]bool) {
		if names[key] && !slices.Contains(out, who) {
			out = append(out, who)
		}
	})
	return strings.Join(out, ", ")
}

func noContext(reach estate.Reach) error {
	return &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopHome, Code: "context_missing",
		Text: fmt.Sprintf("no context leads to cluster %s", reach.Cluster), Hint: "name one of `kubectl config get-contexts` in setup.clusters[].context",
	}
}

// timeFormat is how Kubernetes writes times: whole seconds, so that they can be compared as text.
const timeFormat = "2006-01-02T15:04:05Z"
