package kube

import (
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/landbridge/landbridge/internal/bridge"
)

// certificateManager is the name under which the webhook owns its Secret and its caBundle.
const certificateManager = "landbridge-webhook"

// SecretStore is one Secret, changed by whoever has seen its last version.
type SecretStore struct {
	client          *Client
	namespace, name string
}

// Secret is a Secret of the cluster. It need not exist yet.
func (c *Client) Secret(namespace, name string) SecretStore { return SecretStore{c, namespace, name} }

// Load reads the data and the version (resourceVersion). A Secret that does not exist is no data, an empty version and no
// error.
func (s SecretStore) Load(ctx context.Context) (data map[string][]byte, version string, err error) {
	object, err := s.client.get(ctx, secrets, s.namespace, s.name)
	if err != nil || object == nil {
		return nil, "", err
	}
	data, err = s.client.secretOf(object)
	return data, object.GetResourceVersion(), err
}

// Save puts data in the place of those of that version; with an empty version it creates the Secret. That somebody was
// faster is an error with Code "conflict" and Retry. Labels, and whatever else the Secret has, stay as they are.
func (s SecretStore) Save(ctx context.Context, data map[string][]byte, version string) error {
	object := secrets.object(s.namespace, s.name)
	if version != "" {
		now, err := s.client.get(ctx, secrets, s.namespace, s.name)
		if err != nil {
			return err
		}
		if now == nil || now.GetResourceVersion() != version {
			return s.late()
		}
		object = now
	}
	encoded := map[string]any{}
	for key, value := range data {
		encoded[key] = base64.StdEncoding.EncodeToString(value)
	}
	object.Object["data"] = encoded
	if version == "" {
		_, err := s.client.create(ctx, secrets, object, certificateManager)
		if alreadyExists(err) {
			return s.late()
		}
		return err
	}
	return s.client.replace(ctx, secrets, object, certificateManager)
}

func (s SecretStore) late() error {
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopHome, Code: codeConflict, Retry: true,
		Text: fmt.Sprintf("%s: secret %s was changed meanwhile", s.client.name(), address(s.namespace, s.name)), Hint: "read it again",
	}
}

func (c *Client) replace(ctx context.Context, r resource, object *unstructured.Unstructured, manager string) error {
	a := action{verb: "update", resource: r, namespace: object.GetNamespace(), name: object.GetName()}
	return c.do(ctx, a, func(ctx context.Context, api dynamic.ResourceInterface) error {
		_, err := api.Update(ctx, object, metav1.UpdateOptions{FieldManager: manager})
		return err
	})
}

func (c *Client) secretOf(object *unstructured.Unstructured) (map[string][]byte, error) {
	out := map[string][]byte{}
	data, _, err := unstructured.NestedStringMap(object.Object, "data")
	for key, text := range data {
		if err == nil {
			out[key], err = base64.StdEncoding.DecodeString(text)
		}
	}
	if err != nil { // its text would repeat the value
		return nil, c.noDocument("secret "+address(object.GetNamespace(), object.GetName()), "its data are not base64", nil)
	}
	return out, nil
}

// CABundle is what a MutatingWebhookConfiguration trusts.
type CABundle struct {
	client        *Client
	configuration string
	log           *slog.Logger
}

// CABundle is that of each webhook of a MutatingWebhookConfiguration.
func (c *Client) CABundle(configuration string, log *slog.Logger) CABundle {
	return CABundle{c, configuration, log}
}

// Apply sets the authorities (PEM) where they differ, and changes nothing else. The configuration is not created here: the
// chart does that. A caBundle that another manager owns is taken from it, with a warning: nobody else has the key of an
// authority of ours, so that any other value only stops every pod.
func (b CABundle) Apply(ctx context.Context, authorities []byte) error {
	object, err := b.client.get(ctx, webhooks, "", b.configuration)
	if err != nil {
		return err
	}
	if object == nil {
		return &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopHome, Code: "webhook_configuration_not_found", Status: 404,
			Text: fmt.Sprintf("%s has no MutatingWebhookConfiguration %s", b.client.name(), b.configuration), Hint: "install the chart, or name the one that it made",
		}
	}
	bundle := base64.StdEncoding.EncodeToString(authorities)
	have, _, err := unstructured.NestedSlice(object.Object, "webhooks")
	if err != nil {
		return b.client.noDocument("MutatingWebhookConfiguration "+b.configuration, "its webhooks are not a list", nil)
	}
	var want []any
	differs := false
	for _, one := range have {
		fields, _ := one.(map[string]any)
		name, _, _ := unstructured.NestedString(fields, "name")
		now, _, _ := unstructured.NestedString(fields, "clientConfig", "caBundle")
		differs = differs || now != bundle
		want = append(want, map[string]any{"name": name, "clientConfig": map[string]any{"caBundle": bundle}})
	}
	if !differs {
		return nil
	}
	next := webhooks.object("", b.configuration)
	next.SetUID(object.GetUID())
	next.Object["webhooks"] = want
	_, err = b.client.apply(ctx, webhooks, next, certificateManager)
	if hasCode(err, codeFieldConflict) || hasCode(err, codeOwnConflict) {
		b.log.WarnContext(ctx, "the caBundle is taken from somebody else, who is to leave it out", slog.String("configuration", b.configuration), slog.Any("because", err))
		_, err = b.client.applied(ctx, webhooks, next, metav1.ApplyOptions{FieldManager: certificateManager, Force: true})
	}
	return err
}
