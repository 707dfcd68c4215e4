package kube

import (
	"context"
	"encoding/json"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

// resource is a kind of object and where the API has it.
type resource struct {
	schema.GroupVersionResource
	kind string
}

var (
	namespaces = resource{schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}, "Namespace"}
	accounts   = resource{schema.GroupVersionResource{Version: "v1", Resource: "serviceaccounts"}, "ServiceAccount"}
	settings   = resource{schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}, "ConfigMap"}
	secrets    = resource{schema.GroupVersionResource{Version: "v1", Resource: "secrets"}, "Secret"}
	pods       = resource{schema.GroupVersionResource{Version: "v1", Resource: "pods"}, "Pod"}
	webhooks   = resource{schema.GroupVersionResource{Group: "admissionregistration.k8s.io", Version: "v1", Resource: "mutatingwebhookconfigurations"}, "MutatingWebhookConfiguration"}
)

// object is an object with its name and nothing else: what an apply begins with.
func (r resource) object(namespace, name string) *unstructured.Unstructured {
	out := &unstructured.Unstructured{Object: map[string]any{}}
	out.SetAPIVersion(r.GroupVersion().String())
	out.SetKind(r.kind)
	out.SetName(name)
	if namespace != "" {
		out.SetNamespace(namespace)
	}
	return out
}

// action is what a call wants to do, in the words of an RBAC rule; with a path, one outside of the resources.
type action struct {
	verb, sub       string
	resource        resource
	namespace, name string
	path            string
}

// pageSize is how many objects one answer of a list holds.
const pageSize = 500

// do makes one call in its deadline and turns what went wrong into our error.
func (c *Client) do(ctx context.Context, a action, call func(context.Context, dynamic.ResourceInterface) error) error {
	live, err := c.connect()
	if err != nil {
		return err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	ctx, note := watched(ctx)
	var api dynamic.ResourceInterface = live.dynamic.Resource(a.resource.GroupVersionResource)
	if a.namespace != "" {
		api = live.dynamic.Resource(a.resource.GroupVersionResource).Namespace(a.namespace)
	}
	if err := call(ctx, api); err != nil {
		return c.refusal(ctx, a, err, note)
	}
	return nil
}

// get reads an object; nil when there is none.
func (c *Client) get(ctx context.Context, r resource, namespace, name string) (out *unstructured.Unstructured, err error) {
	err = c.do(ctx, action{verb: "get", resource: r, namespace: namespace, name: name}, func(ctx context.Context, api dynamic.ResourceInterface) error {
		out, err = api.Get(ctx, name, metav1.GetOptions{})
		return err
	})
	if notFound(err) {
		return nil, nil
	}
	return out, err
}

// each visits the objects of a namespace, or of all with "", that a label selector names.
func (c *Client) each(ctx context.Context, r resource, namespace, selector string, visit func(*unstructured.Unstructured)) error {
	options := metav1.ListOptions{LabelSelector: selector, Limit: pageSize}
	for {
		var page *unstructured.UnstructuredList
		err := c.do(ctx, action{verb: "list", resource: r, namespace: namespace}, func(ctx context.Context, api dynamic.ResourceInterface) (err error) {
			page, err = api.List(ctx, options)
			return err
		})
		if err != nil {
			return err
		}
		for i := range page.Items {
			visit(&page.Items[i])
		}
		if options.Continue = page.GetContinue(); options.Continue == "" {
			return nil
		}
	}
}

// create makes an object that must not be there yet; alreadyExists tells that it is.
func (c *Client) create(ctx context.Context, r resource, object *unstructured.Unstructured, manager string) (out *unstructured.Unstructured, err error) {
	a := action{verb: "create", resource: r, namespace: object.GetNamespace(), name: object.GetName()}
	err = c.do(ctx, a, func(ctx context.Context, api dynamic.ResourceInterface) error {
		out, err = api.Create(ctx, object, metav1.CreateOptions{FieldManager: manager})
		return err
	})
	return out, err
}

// apply says which fields of an object the manager wants and what they shall be; those that it wanted before and does not
// any more are dropped. A field of another manager is not taken: that is a conflict.
func (c *Client) apply(ctx context.Context, r resource, object *unstructured.Unstructured, manager string) (*unstructured.Unstructured, error) {
	return c.applied(ctx, r, object, metav1.ApplyOptions{FieldManager: manager})
}

// applyOurs is apply that takes over what the same manager has written by other means: the rendered script does so, with
// kubectl. Somebody else's field is a conflict here too.
func (c *Client) applyOurs(ctx context.Context, r resource, object *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	out, err := c.apply(ctx, r, object, manager)
	if hasCode(err, codeOwnConflict) {
		return c.applied(ctx, r, object, metav1.ApplyOptions{FieldManager: manager, Force: true})
	}
	return out, err
}

func (c *Client) applied(ctx context.Context, r resource, object *unstructured.Unstructured, o metav1.ApplyOptions) (out *unstructured.Unstructured, err error) {
	a := action{verb: "patch", resource: r, namespace: object.GetNamespace(), name: object.GetName()}
	err = c.do(ctx, a, func(ctx context.Context, api dynamic.ResourceInterface) error {
		out, err = api.Apply(ctx, object.GetName(), object, o)
		return err
	})
	return out, err
}

// drop takes names out from under fields of the very version of an object that was read.
func (c *Client) drop(ctx context.Context, r resource, object *unstructured.Unstructured, names map[string][]string) (out *unstructured.Unstructured, err error) {
	patch := map[string]any{}
	for field, keys := range names {
		for _, key := range keys {
			if err := unstructured.SetNestedField(patch, nil, append(strings.Split(field, "."), key)...); err != nil {
				return nil, err
			}
		}
	}
	if err := unstructured.SetNestedField(patch, object.GetResourceVersion(), "metadata", "resourceVersion"); err != nil {
		return nil, err
	}
	body, err := json.Marshal(patch)
	if err != nil {
		return nil, err
	}
	a := action{verb: "patch", resource: r, namespace: object.GetNamespace(), name: object.GetName()}
	err = c.do(ctx, a, func(ctx context.Context, api dynamic.ResourceInterface) error {
		out, err = api.Patch(ctx, object.GetName(), types.MergePatchType, body, metav1.PatchOptions{FieldManager: manager})
		return err
	})
	return out, err
}

// remove deletes the very object that was read. One that is gone is no error.
func (c *Client) remove(ctx context.Context, r resource, object *unstructured.Unstructured) error {
	a := action{verb: "delete", resource: r, namespace: object.GetNamespace(), name: object.GetName()}
	uid, version := object.GetUID(), object.GetResourceVersion()
	err := c.do(ctx, a, func(ctx context.Context, api dynamic.ResourceInterface) error {
		return api.Delete(ctx, object.GetName(), metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: (*types.UID)(&uid), ResourceVersion: &version}})
	})
	if notFound(err) {
		return nil
	}
	return err
}

// document reads one of the API server's own documents.
func (c *Client) document(ctx context.Context, path string) ([]byte, error) {
	live, err := c.connect()
	if err != nil {
		return nil, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	ctx, note := watched(ctx)
	body, err := fetch(ctx, live, path)
	if err != nil {
		return nil, c.refusal(ctx, action{verb: "get", path: path}, err, note)
	}
	return body, nil
}

func notFound(err error) bool      { return hasCode(err, codeNotFound) }
func forbidden(err error) bool     { return hasCode(err, codeForbidden) }
func alreadyExists(err error) bool { return hasCode(err, codeAlreadyExists) }
