package kube

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/landbridge/landbridge/internal/bridge"
)

// certificateManager is the name under which the webhook owns its Secret and its caBundle.
const certificateManager = "landbridge-webhook"

// Secret is a Secret's data and the version that a change must name.
type Secret struct {
	Data    map[string][]byte
	Version string // resourceVersion; empty: it is not there
}

// ReadSecret reads a Secret; one that is not there has no version and is no error.
func (c *Client) ReadSecret(ctx context.Context, namespace, name string) (Secret, error) {
	object, err := c.get(ctx, secrets, namespace, name)
	if err != nil || object == nil {
		return Secret{}, err
	}
	return c.secretOf(object)
}

// WriteSecret puts data in the place of all that a Secret had. Version is what was read; empty makes a new one. That somebody
// else was faster is an error with Code "conflict" and Retry: read it again and see whether there is still something to do.
func (c *Client) WriteSecret(ctx context.Context, namespace, name string, s Secret) (Secret, error) {
	object := secrets.object(namespace, name)
	object.Object["type"] = "Opaque"
	data := map[string]any{}
	for key, value := range s.Data {
		data[key] = base64.StdEncoding.EncodeToString(value)
	}
	object.Object["data"] = data
	var out *unstructured.Unstructured
	var err error
	if s.Version == "" {
		out, err = c.create(ctx, secrets, object, certificateManager)
	} else {
		object.SetResourceVersion(s.Version)
		out, err = c.replace(ctx, secrets, object, certificateManager)
	}
	if err != nil {
		return Secret{}, err
	}
	return c.secretOf(out)
}

func (c *Client) replace(ctx context.Context, r resource, object *unstructured.Unstructured, manager string) (out *unstructured.Unstructured, err error) {
	a := action{verb: "update", resource: r, namespace: object.GetNamespace(), name: object.GetName()}
	err = c.do(ctx, a, func(ctx context.Context, api dynamic.ResourceInterface) error {
		out, err = api.Update(ctx, object, metav1.UpdateOptions{FieldManager: manager})
		return err
	})
	return out, err
}

func (c *Client) secretOf(object *unstructured.Unstructured) (Secret, error) {
	out := Secret{Data: map[string][]byte{}, Version: object.GetResourceVersion()}
	data, _, err := unstructured.NestedStringMap(object.Object, "data")
	for key, text := range data {
		if err == nil {
			out.Data[key], err = base64.StdEncoding.DecodeString(text)
		}
	}
	if err != nil { // its text would repeat the value
		return Secret{}, c.noDocument("secret "+address(object.GetNamespace(), object.GetName()), "its data are not base64", nil)
	}
	return out, nil
}

// SetCABundle makes a MutatingWebhookConfiguration trust a CA (PEM) for each of its webhooks, and changes nothing else of it.
// It is not created here: the chart does that. It answers whether something had to be changed.
func (c *Client) SetCABundle(ctx context.Context, configuration string, ca []byte) (changed bool, err error) {
	object, err := c.get(ctx, webhooks, "", configuration)
	if err != nil {
		return false, err
	}
	if object == nil {
		return false, &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopHome, Code: "webhook_configuration_not_found", Status: 404,
			Text: fmt.Sprintf("%s has no MutatingWebhookConfiguration %s", c.name(), configuration), Hint: "install the chart, or name the one that it made",
		}
	}
	bundle := base64.StdEncoding.EncodeToString(ca)
	have, _, err := unstructured.NestedSlice(object.Object, "webhooks")
	if err != nil {
		return false, c.noDocument("MutatingWebhookConfiguration "+configuration, "its webhooks are not a list", nil)
	}
	var want []any
	for _, one := range have {
		fields, _ := one.(map[string]any)
		name, _, _ := unstructured.NestedString(fields, "name")
		now, _, _ := unstructured.NestedString(fields, "clientConfig", "caBundle")
		changed = changed || now != bundle
		want = append(want, map[string]any{"name": name, "clientConfig": map[string]any{"caBundle": bundle}})
	}
	if !changed {
		return false, nil
	}
	next := webhooks.object("", configuration)
	next.SetUID(object.GetUID())
	next.Object["webhooks"] = slices.Clone(want)
	_, err = c.apply(ctx, webhooks, next, certificateManager)
	return err == nil, err
}
