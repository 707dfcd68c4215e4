package kube

import (
	"errors"
	"maps"
	"net/http"
	"testing"

	"github.com/landbridge/landbridge/e2e/harness"
	"github.com/landbridge/landbridge/e2e/parts"
)

// TestGuard: the credential file of a pod that runs cannot be exchanged for one that sends its token elsewhere, by whoever may
// change pods or their status. Everything else of the pod can.
func TestGuard(t *testing.T) {
	for name, part := range map[string]parts.Part{"this version": parts.Kube, "the next": parts.KubeNext} {
		t.Run(name, func(t *testing.T) { guard(t, part) })
	}
}

func guard(t *testing.T, part parts.Part) {
	control, stop, err := Start(t.Context(), Options{Etcd: harness.Part(t, parts.Kube), Server: harness.Part(t, part)}, t.TempDir(), harness.Logs(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	control.namespace(t, "shop")
	in := podOf("app")
	annotations := map[string]any{"landbridge.dev/credentials": `{"token_url":"https://sts.googleapis.com/v1/token"}`, "team": "shop"}
	in["metadata"].(object)["name"], in["metadata"].(object)["annotations"] = "api-0", annotations
	const path = "/api/v1/namespaces/shop/pods"
	// Before the guard is there, this is how the token is stolen.
	if err := control.create(t, path, in); err != nil {
		t.Fatal(err)
	}
	change := func(where string, edit func(map[string]any)) error {
		var live object
		if err := control.Call(t.Context(), http.MethodGet, path+"/api-0", nil, &live); err != nil {
			t.Fatal(err)
		}
		edit(live["metadata"].(map[string]any)["annotations"].(map[string]any))
		return control.Call(t.Context(), http.MethodPut, path+"/api-0"+where, live, nil)
	}
	const theirs = `{"token_url":"https://evil.example/v1/token"}`
	steal := func(a map[string]any) { a["landbridge.dev/credentials"] = theirs }
	for _, where := range []string{"", "/status"} {
		if err := change(where, steal); err != nil {
			t.Fatalf("%q: an API server without the guard refuses: %v", where, err)
		}
		if err := change(where, func(a map[string]any) { maps.Copy(a, annotations) }); err != nil {
			t.Fatal(err)
		}
	}
	control.manifests(t, "deploy/policy/guard.yaml", policyPaths)
	const want = "says where the pod's token is sent, and cannot be changed while the pod lives"
	eventually(t, func() error {
		if err := change("", steal); err != nil {
			refusal(t, err, want)
			return nil
		}
		_ = change("", func(a map[string]any) { maps.Copy(a, annotations) })
		return errors.New("the change is not refused yet")
	})
	refusal(t, change("/status", steal), want)
	refusal(t, change("", func(a map[string]any) { delete(a, "landbridge.dev/credentials") }), want)
	if err := change("", func(a map[string]any) { a["team"] = "other" }); err != nil {
		t.Errorf("another annotation cannot be changed: %v", err)
	}
}
