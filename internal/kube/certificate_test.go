package kube_test

import (
	"bytes"
	"encoding/base64"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
)

func TestSecretStore(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, c *cluster) {
		store := c.client.Secret(c.space, "webhook")
		data, version, err := store.Load(t.Context())
		if err != nil || data != nil || version != "" {
			t.Fatalf("before: %v %q %v", data, version, err)
		}
		first := map[string][]byte{"tls.crt": []byte("a"), "old": {0xff}}
		if err := store.Save(t.Context(), first, ""); err != nil {
			t.Fatal(err)
		}
		wantError(t, store.Save(t.Context(), first, ""), bridge.Unreachable, "conflict")
		data, version, err = store.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, data); diff != "" {
			t.Errorf("loaded (-want +got):\n%s", diff)
		}
		c.must(http.MethodPatch, c.in("secrets/webhook"), `{"metadata":{"labels":{"chart":"landbridge"}}}`)
		wantError(t, store.Save(t.Context(), first, version), bridge.Unreachable, "conflict", "changed meanwhile")
		_, version, err = store.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		second := map[string][]byte{"tls.crt": []byte("b")}
		if err := store.Save(t.Context(), second, version); err != nil {
			t.Fatal(err)
		}
		data, _, err = store.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(second, data); diff != "" {
			t.Errorf("replaced (-want +got):\n%s", diff)
		}
		if labels := c.object("secrets/webhook")["labels"]; labels == nil {
			t.Error("the labels are gone")
		}
	})
}

func TestCABundle(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, c *cluster) {
		const path = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"
		// The selector chooses nothing: other tests make pods in the same cluster.
		one := func(name string) string {
			return `{"name":"` + name + `.landbridge.dev","clientConfig":{"url":"https://127.0.0.1:1/x"},"admissionReviewVersions":["v1"],"sideEffects":"None","failurePolicy":"Ignore",` +
				`"objectSelector":{"matchLabels":{"nothing":"has-this"}},"rules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["pods"]}]}`
		}
		c.must(http.MethodPost, path+"?fieldManager=helm", `{"metadata":{"name":"`+c.space+`"},"webhooks":[`+one("pods")+`,`+one("jobs")+`]}`)
		t.Cleanup(func() { c.call(http.MethodDelete, path+"/"+c.space, "") })
		log := &bytes.Buffer{}
		bundle := c.client.CABundle(c.space, slog.New(slog.NewTextHandler(log, nil)))
		const ca = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"
		var versions []any
		for range 2 {
			if err := bundle.Apply(t.Context(), []byte(ca)); err != nil {
				t.Fatal(err)
			}
			object := c.must(http.MethodGet, path+"/"+c.space, "")
			versions = append(versions, object["metadata"].(map[string]any)["resourceVersion"])
			for _, w := range object["webhooks"].([]any) {
				fields := w.(map[string]any)
				config := fields["clientConfig"].(map[string]any)
				if config["caBundle"] != base64.StdEncoding.EncodeToString([]byte(ca)) || config["url"] == nil || fields["rules"] == nil {
					t.Errorf("webhook %v", fields)
				}
			}
		}
		if versions[0] != versions[1] {
			t.Error("setting the same again changed it")
		}
		if log.Len() > 0 {
			t.Errorf("log: %s", log)
		}
		// Somebody who writes it too loses it, and is named.
		c.must(http.MethodPatch, path+"/"+c.space+"?fieldManager=gitops", `{"webhooks":[`+strings.Replace(one("pods"), `"clientConfig":{`, `"clientConfig":{"caBundle":"`+base64.StdEncoding.EncodeToString([]byte(ca+ca))+`",`, 1)+`,`+one("jobs")+`]}`)
		if err := bundle.Apply(t.Context(), []byte(ca)); err != nil {
			t.Fatal(err)
		}
		for _, w := range c.must(http.MethodGet, path+"/"+c.space, "")["webhooks"].([]any) {
			fields := w.(map[string]any)
			if fields["clientConfig"].(map[string]any)["caBundle"] != base64.StdEncoding.EncodeToString([]byte(ca)) || fields["rules"] == nil {
				t.Errorf("webhook %v", fields)
			}
		}
		if text := log.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "level=WARN") || !strings.Contains(text, `gitops`) || !strings.Contains(text, "configuration="+c.space) {
			t.Errorf("log: %s", text)
		}
		wantError(t, c.client.CABundle("none", slog.New(slog.DiscardHandler)).Apply(t.Context(), []byte(ca)), bridge.Usage, "webhook_configuration_not_found", "install the chart")
	})
}
