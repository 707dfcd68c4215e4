package kube_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/kube"
)

const provider = "projects/1/locations/global/workloadIdentityPools/azure/providers/aks"

func (c *cluster) wanted(name string, pairs ...string) *estate.KubernetesAccount {
	annotations := map[string]string{estate.AnnotationProvider: provider}
	for i := 0; i < len(pairs); i += 2 {
		annotations[pairs[i]] = pairs[i+1]
	}
	return &estate.KubernetesAccount{Reach: c.reach, Namespace: c.space, Name: name, Annotations: annotations}
}

// write writes and reads back.
func (c *cluster) write(k *kube.Keeper, setup string, want estate.Spec) estate.Live {
	c.Helper()
	wrote, err := k.Write(c.Context(), setup, want, estate.Live{})
	if err != nil {
		c.Fatalf("%v; %s", err, bridge.HintOf(err))
	}
	read := c.read(k, want)
	if diff := cmp.Diff(wrote, read); diff != "" {
		c.Errorf("written and read differ (-written +read):\n%s", diff)
	}
	return read
}

func (c *cluster) read(k *kube.Keeper, want estate.Spec) estate.Live {
	c.Helper()
	live, err := k.Read(c.Context(), want)
	if err != nil {
		c.Fatalf("%v; %s", err, bridge.HintOf(err))
	}
	return live
}

func (c *cluster) object(path string) map[string]any {
	c.Helper()
	return c.must(http.MethodGet, c.in(path), "")["metadata"].(map[string]any)
}

func TestAccountOfOurOwn(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, c *cluster) {
		k := kube.NewKeeper(c.clusters)
		want := c.wanted("app", estate.AnnotationMode, "metadata", estate.AnnotationEntraClient, "22222222-2222-4222-8222-222222222222")
		if live := c.read(k, want); live.Exists() {
			t.Fatalf("there is one already: %+v", live)
		}
		live := c.write(k, "team", want)
		if diff := cmp.Diff(estate.Live{Spec: want, Setup: "team"}, live); diff != "" {
			t.Errorf("live (-want +got):\n%s", diff)
		}
		before := c.object("serviceaccounts/app")["resourceVersion"]
		c.write(k, "team", want)
		if after := c.object("serviceaccounts/app")["resourceVersion"]; after != before {
			t.Errorf("writing the same again changed version %v to %v", before, after)
		}
		less := c.wanted("app")
		extra := c.read(k, less).Spec.(*estate.KubernetesAccount).Annotations
		if len(extra) != 3 {
			t.Errorf("what is ours and not wanted is not seen: %v", extra)
		}
		if diff := cmp.Diff(estate.Live{Spec: less, Setup: "team"}, c.write(k, "team", less)); diff != "" {
			t.Errorf("what is not wanted any more stays (-want +got):\n%s", diff)
		}
		for range 2 { // the second finds nothing
			if err := k.Remove(t.Context(), live.Spec); err != nil {
				t.Fatal(err)
			}
		}
		if status, _ := c.call(http.MethodGet, c.in("serviceaccounts/app"), ""); status != http.StatusNotFound {
			t.Errorf("an account that set-up created is still there: %d", status)
		}
	})
}

func TestAccountOfAnother(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, c *cluster) {
		k := kube.NewKeeper(c.clusters)
		c.account("app", map[string]string{"team": "red", estate.AnnotationEntraTenant: "somebody's"})
		want := c.wanted("app")
		if live := c.read(k, want); !live.Exists() || live.Setup != "" || len(live.Spec.(*estate.KubernetesAccount).Annotations) != 0 {
			t.Fatalf("a foreign account is seen as %+v", live)
		}
		if diff := cmp.Diff(estate.Live{Spec: want, Setup: "team"}, c.write(k, "team", want)); diff != "" {
			t.Errorf("live (-want +got):\n%s", diff)
		}
		if err := k.Remove(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		meta := c.object("serviceaccounts/app")
		if diff := cmp.Diff(map[string]any{"team": "red", estate.AnnotationEntraTenant: "somebody's"}, meta["annotations"]); diff != "" {
			t.Errorf("annotations after the removal (-want +got):\n%s", diff)
		}
		if meta["labels"] != nil {
			t.Errorf("labels after the removal: %v", meta["labels"])
		}
	})
}

func TestFieldsOfAnotherManager(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, c *cluster) {
		k := kube.NewKeeper(c.clusters)
		c.account("taken", map[string]string{estate.AnnotationProvider: "another"})
		_, err := k.Write(t.Context(), "team", c.wanted("taken"), estate.Live{})
		wantError(t, err, bridge.Refused, "field_conflict", "kubectl-create", "metadata.annotations.landbridge.dev/provider", "serviceaccounts "+c.space+"/taken")
		if got := c.object("serviceaccounts/taken")["annotations"]; got.(map[string]any)[estate.AnnotationProvider] != "another" {
			t.Errorf("it was taken by force: %v", got)
		}
		c.account("left", map[string]string{estate.AnnotationMode: "metadata"})
		_, err = k.Write(t.Context(), "team", c.wanted("left"), estate.Live{})
		wantError(t, err, bridge.Refused, "field_conflict", "kubectl-create", "annotate serviceaccount -n "+c.space+" left "+estate.AnnotationMode+"-")
		c.account("agreed", map[string]string{estate.AnnotationProvider: provider})
		c.write(k, "team", c.wanted("agreed"))
	})
}

func TestTwoSetups(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, c *cluster) {
		k := kube.NewKeeper(c.clusters)
		c.write(k, "one", c.wanted("app"))
		_, err := k.Write(t.Context(), "two", c.wanted("app", estate.AnnotationMode, "metadata"), estate.Live{})
		wantError(t, err, bridge.Refused, "owned_by_another_setup", `"one"`, `"two"`, "destroy")
		space := &estate.Namespace{Reach: c.reach, Name: c.space, Labels: map[string]string{estate.LabelInject: "enabled"}}
		c.write(k, "one", space)
		if live := c.write(k, "two", space); live.Setup != "one" {
			t.Errorf("a shared namespace belongs to %q", live.Setup)
		}
	})
}

func TestNamespace(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, c *cluster) {
		k := kube.NewKeeper(c.clusters)
		want := &estate.Namespace{Reach: c.reach, Name: c.space, Labels: map[string]string{estate.LabelInject: "enabled"}}
		if live := c.read(k, want); !live.Exists() || len(live.Spec.(*estate.Namespace).Labels) != 0 {
			t.Errorf("before: %+v", live)
		}
		if diff := cmp.Diff(estate.Live{Spec: want, Setup: "team"}, c.write(k, "team", want)); diff != "" {
			t.Errorf("live (-want +got):\n%s", diff)
		}
		if err := k.Remove(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		labels := c.must(http.MethodGet, "/api/v1/namespaces/"+c.space, "")["metadata"].(map[string]any)["labels"]
		if diff := cmp.Diff(map[string]any{"kubernetes.io/metadata.name": c.space}, labels); diff != "" {
			t.Errorf("labels after the removal (-want +got):\n%s", diff)
		}
		missing := &estate.Namespace{Reach: c.reach, Name: "nowhere", Labels: want.Labels}
		if live := c.read(k, missing); live.Exists() {
			t.Errorf("a missing namespace is %+v", live)
		}
		_, err := k.Write(t.Context(), "team", missing, estate.Live{})
		wantError(t, err, bridge.Usage, "namespace_not_found", "cluster prod (context "+c.reach.Context+") has no namespace nowhere", "--context "+c.reach.Context+" create namespace nowhere")
		account := c.wanted("app")
		account.Namespace = "nowhere"
		if live := c.read(k, account); live.Exists() {
			t.Errorf("an account in a missing namespace is %+v", live)
		}
		_, err = k.Write(t.Context(), "team", account, estate.Live{})
		wantError(t, err, bridge.Usage, "namespace_not_found", "create namespace nowhere")
	})
}

func TestSettings(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, c *cluster) {
		k := kube.NewKeeper(c.clusters)
		want := &estate.KubernetesSettings{Reach: c.reach, Namespace: c.space, Account: "app", Data: map[string]string{"audience": "a", "token-seconds": "7200"}}
		if diff := cmp.Diff(estate.Live{Spec: want, Setup: "team"}, c.write(k, "team", want)); diff != "" {
			t.Errorf("live (-want +got):\n%s", diff)
		}
		if labels := c.object("configmaps/landbridge-app")["labels"].(map[string]any); labels[estate.LabelSettings] != "enabled" {
			t.Errorf("labels %v: the policy would not find it", labels)
		}
		fewer := &estate.KubernetesSettings{Reach: c.reach, Namespace: c.space, Account: "app", Data: map[string]string{"audience": "b"}}
		if diff := cmp.Diff(estate.Live{Spec: fewer, Setup: "team"}, c.write(k, "team", fewer)); diff != "" {
			t.Errorf("live after a change (-want +got):\n%s", diff)
		}
		if err := k.Remove(t.Context(), fewer); err != nil {
			t.Fatal(err)
		}
		if status, _ := c.call(http.MethodGet, c.in("configmaps/landbridge-app"), ""); status != http.StatusNotFound {
			t.Errorf("the settings are still there: %d", status)
		}
	})
}

func TestIssuer(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, c *cluster) {
		k := kube.NewKeeper(c.clusters)
		live := c.read(k, &estate.Issuer{Reach: c.reach})
		if !live.Exists() || !strings.HasPrefix(live.Outputs["issuer"], "https://") || !strings.HasPrefix(live.Outputs["jwks"], `{"keys":[{"kty":"RSA","kid":`) {
			t.Errorf("%+v", live)
		}
		if err := k.Remove(t.Context(), live.Spec); err != nil {
			t.Error(err)
		}
	})
}

func TestOwned(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, c *cluster) {
		k := kube.NewKeeper(c.clusters)
		setup := strings.TrimPrefix(c.space, "kube-")
		space := &estate.Namespace{Reach: c.reach, Name: c.space, Labels: map[string]string{estate.LabelInject: "enabled"}}
		made := c.wanted("made")
		c.account("joined", nil)
		joined := c.wanted("joined")
		data := &estate.KubernetesSettings{Reach: c.reach, Namespace: c.space, Account: "made", Data: map[string]string{"audience": "a"}}
		for _, want := range []estate.Spec{space, made, joined, data} {
			c.write(k, setup, want)
		}
		c.write(k, "other", c.wanted("foreign"))
		owned, err := k.Owned(t.Context(), setup, []estate.Spec{space})
		if err != nil {
			t.Fatal(err)
		}
		want := []estate.Live{{Spec: data, Setup: setup}, {Spec: space, Setup: setup}, {Spec: joined, Setup: setup}, {Spec: made, Setup: setup}}
		if diff := cmp.Diff(want, owned); diff != "" {
			t.Errorf("owned (-want +got):\n%s", diff)
		}
		for _, live := range owned {
			if err := k.Remove(t.Context(), live.Spec); err != nil {
				t.Fatal(err)
			}
		}
		if left, err := k.Owned(t.Context(), setup, []estate.Spec{space}); err != nil || len(left) != 0 {
			t.Errorf("left over: %+v, %v", left, err)
		}
	})
}

// TestAfterTheManifests: what set-up made is still its own after the rendered manifests, which cannot know that, were applied.
func TestAfterTheManifests(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, c *cluster) {
		k := kube.NewKeeper(c.clusters)
		want := c.wanted("app")
		c.write(k, "team", want)
		manifest := func(setup string) {
			c.must(http.MethodPatch, c.in("serviceaccounts/app")+"?fieldManager=landbridge-setup", `{"metadata":{"labels":{"landbridge.dev/joined":"`+setup+`"}}}`)
			k.Forget()
		}
		manifest("team")
		if live := c.read(k, want); live.Setup != "team" {
			t.Errorf("it belongs to %q", live.Setup)
		}
		if diff := cmp.Diff(estate.Live{Spec: want, Setup: "team"}, c.write(k, "team", want)); diff != "" {
			t.Errorf("live (-want +got):\n%s", diff)
		}
		manifest("other")
		if live := c.read(k, want); live.Setup != "team and other" {
			t.Errorf("with two marks it belongs to %q", live.Setup)
		}
		manifest("team")
		if err := k.Remove(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		if live := c.read(k, want); live.Exists() {
			t.Errorf("left over: %+v", live)
		}
	})
}

// TestAfterTheScript takes over what the rendered script has written under the same name, changes it, and releases all.
func TestAfterTheScript(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, c *cluster) {
		k := kube.NewKeeper(c.clusters)
		script := func(path, meta string) {
			c.must(http.MethodPatch, path+"?fieldManager=landbridge-setup", `{"metadata":{`+meta+`}}`)
		}
		c.account("app", map[string]string{"team": "red"})
		script(c.in("serviceaccounts/app"), `"labels":{"landbridge.dev/joined":"team"},"annotations":{"landbridge.dev/provider":"old","landbridge.dev/mode":"metadata","azure.workload.identity/client-id":"x"}`)
		script("/api/v1/namespaces/"+c.space, `"labels":{"landbridge.dev/joined":"team","landbridge.dev/inject":"enabled"}`)
		want := c.wanted("app")
		if live := c.read(k, want); live.Setup != "team" || len(live.Spec.(*estate.KubernetesAccount).Annotations) != 3 {
			t.Errorf("before: %+v", live)
		}
		if diff := cmp.Diff(estate.Live{Spec: want, Setup: "team"}, c.write(k, "team", want)); diff != "" {
			t.Errorf("live (-want +got):\n%s", diff)
		}
		space := &estate.Namespace{Reach: c.reach, Name: c.space, Labels: map[string]string{estate.LabelInject: "enabled"}}
		script(c.in("serviceaccounts/app"), `"annotations":{"landbridge.dev/location":"global"}`)
		for _, spec := range []estate.Spec{want, space} {
			if err := k.Remove(t.Context(), spec); err != nil {
				t.Fatal(err)
			}
		}
		meta := c.object("serviceaccounts/app")
		if diff := cmp.Diff(map[string]any{"team": "red"}, meta["annotations"]); diff != "" || meta["labels"] != nil {
			t.Errorf("after the removal: labels %v, annotations (-want +got):\n%s", meta["labels"], diff)
		}
		labels := c.must(http.MethodGet, "/api/v1/namespaces/"+c.space, "")["metadata"].(map[string]any)["labels"]
		if diff := cmp.Diff(map[string]any{"kubernetes.io/metadata.name": c.space}, labels); diff != "" {
			t.Errorf("the namespace's labels (-want +got):\n%s", diff)
		}
	})
}
