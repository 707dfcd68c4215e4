package webhook_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/webhook"
)

// What a denied person reads. Each ends in the command, or the place, that mends it.
func TestAccountRefusals(t *testing.T) {
	t.Parallel()
	const set = "; mend it: kubectl annotate serviceaccount api --namespace shop --overwrite landbridge.dev/"
	const form = "projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER"
	with := func(name, value string) map[string]string {
		return map[string]string{"landbridge.dev/provider": provider, "landbridge.dev/" + name: value}
	}
	for _, tc := range []struct {
		name        string
		annotations map[string]string
		annotation  string // the one that is named
		want        string // after "landbridge: annotation landbridge.dev/ANNOTATION of ServiceAccount shop/api: "
	}{
		{
			"no provider",
			map[string]string{"landbridge.dev/service-account": "a@p.iam.gserviceaccount.com"},
			"provider",
			"it is missing, though landbridge.dev/service-account is there" + set + "provider=" + form,
		},
		{
			"a slip in the name",
			map[string]string{"landbridge.dev/providr": provider},
			"provider",
			"it is missing, though landbridge.dev/providr is there" + set + "provider=" + form,
		},
		{
			"a pool", with("provider", "projects/123456789/locations/global/workloadIdentityPools/azure"), "provider",
			`"projects/123456789/locations/global/workloadIdentityPools/azure" is a pool, and its provider is wanted ` +
				"(gcloud iam workload-identity-pools providers list --location=global --project=123456789 --workload-identity-pool=azure)" +
				set + "provider=projects/123456789/locations/global/workloadIdentityPools/azure/providers/PROVIDER",
		},
		{
			"a project id", with("provider", "projects/shop-prod/locations/global/workloadIdentityPools/azure/providers/aks-prod"), "provider",
			`"projects/shop-prod/locations/global/workloadIdentityPools/azure/providers/aks-prod" names the project by its id, and google wants its number here ` +
				"(gcloud projects describe shop-prod --format='value(projectNumber)')" +
				set + "provider=projects/NUMBER/locations/global/workloadIdentityPools/azure/providers/aks-prod",
		},
		{
			"a place", with("provider", "projects/1/locations/europe-west4/workloadIdentityPools/azure/providers/aks-prod"), "provider",
			`"projects/1/locations/europe-west4/workloadIdentityPools/azure/providers/aks-prod" is in location europe-west4, and workload identity pools are in global` + set + "provider=" + form,
		},
		{
			"people", with("provider", "//iam.googleapis.com/locations/global/workforcePools/azure/providers/aks-prod"), "provider",
			`a workforce pool is for people; "//iam.googleapis.com/locations/global/workforcePools/azure/providers/aks-prod" cannot be used by a workload` + set + "provider=" + form,
		},
		{
			"a shell", with("provider", "projects/$(x)/locations/global/workloadIdentityPools/azure/providers/aks-prod"), "provider",
			`"projects/$(x)/locations/global/workloadIdentityPools/azure/providers/aks-prod" is not the name of a workload identity pool provider` + set + "provider=" + form,
		},
		{"a word", with("provider", "aks"), "provider", `"aks" is not the name of a workload identity pool provider` + set + "provider=" + form},
		{
			"a short id", with("provider", "projects/1/locations/global/workloadIdentityPools/azure/providers/aks"), "provider",
			`the id "aks" is not one that google allows: 4 to 32 of a-z, 0-9 and -` + set + "provider=" + form,
		},
		{
			"an e-mail", with("service-account", "vertex"), "service-account",
			`"vertex" is not the e-mail of a google service account` + set + "service-account=NAME@PROJECT_ID.iam.gserviceaccount.com",
		},
		{"a project number", with("project", "123456789"), "project", `"123456789" is a project number, and programs want the id here` + set + "project=PROJECT_ID"},
		{"a project", with("project", "Shop"), "project", `"Shop" is not a project id` + set + "project=PROJECT_ID"},
		{"a region", with("location", "Europe West"), "location", `"Europe West" is not a region` + set + "location=europe-west4"},
		{"a mode", with("mode", "sidecar"), "mode", `"sidecar" is neither credentials nor metadata` + set + "mode=credentials"},
		{"too short", with("token-seconds", "600"), "token-seconds", `"600" is not a number of seconds from 3600 to 86400` + set + "token-seconds=7200"},
		{"too long", with("token-seconds", "86401"), "token-seconds", `"86401" is not a number of seconds from 3600 to 86400` + set + "token-seconds=7200"},
		{"two hours", with("token-seconds", "2h"), "token-seconds", `"2h" is not a number of seconds from 3600 to 86400` + set + "token-seconds=7200"},
	} {
		answer := newDoor(t, tc.annotations).review(t, newPod([]byte(plainPod)))
		if answer.Allowed || answer.Patch != nil || answer.Status == nil || answer.Status.Code != http.StatusForbidden || answer.Status.Reason != "Forbidden" {
			t.Errorf("%s: allowed %v, status %+v", tc.name, answer.Allowed, answer.Status)
			continue
		}
		want := "landbridge: annotation landbridge.dev/" + tc.annotation + " of ServiceAccount shop/api: " + tc.want
		if d := cmp.Diff(want, answer.Status.Message); d != "" {
			t.Errorf("%s: %s", tc.name, d)
		}
	}
}

func TestPodRefusals(t *testing.T) {
	t.Parallel()
	pod := func(meta, spec string) string {
		return `{"metadata":{"name":"api-1"` + meta + `},"spec":{"serviceAccountName":"api",` + spec + `}}`
	}
	const one = `"containers":[{"name":"app"},{"name":"log"}],"initContainers":[{"name":"migrate"}]`
	const metadata = "metadata"
	for _, tc := range []struct{ name, mode, pod, want string }{
		{
			"unknown container", "", pod(`,"annotations":{"landbridge.dev/containers":"app;log"}`, one),
			`the pod's annotation landbridge.dev/containers names "app;log", and its containers are migrate, app, log; mend it in the pod's template, or write "app;log?" for a container that another webhook adds later`,
		},
		{
			"unknown skipped container", "", pod(`,"annotations":{"landbridge.dev/skip-containers":"lgo"}`, one),
			`the pod's annotation landbridge.dev/skip-containers names "lgo", and its containers are migrate, app, log; mend it in the pod's template, or write "lgo?" for a container that another webhook adds later`,
		},
		{
			"no container", "", pod(`,"annotations":{"landbridge.dev/containers":" , "}`, one),
			"the pod's annotation landbridge.dev/containers names no container; remove it from the pod's template, or label the pod landbridge.dev/inject: disabled",
		},
		{
			"both", "", pod(`,"annotations":{"landbridge.dev/containers":"app","landbridge.dev/skip-containers":"app"}`, one),
			`the pod's annotations landbridge.dev/containers and landbridge.dev/skip-containers both name "app"; keep it in one of them, in the pod's template`,
		},
		{
			"foreign annotation", "", pod(`,"annotations":{"landbridge.dev/credentials":"{}"}`, one),
			"the pod comes with the annotation landbridge.dev/credentials, and it is not what its ServiceAccount says now; remove it from the pod's template: the webhook writes it",
		},
		{
			"foreign volume", "", pod("", one+`,"volumes":[{"name":"landbridge","emptyDir":{}}]`),
			`the pod has a volume "landbridge" of another kind; rename that volume in the pod's template`,
		},
		{
			"other provider's volume", "", pod("", one+`,"volumes":[{"name":"landbridge","projected":{"sources":[{"serviceAccountToken":{"audience":"x","path":"token"}}]}}]`),
			`the pod has a volume "landbridge" with a token for "x", and its ServiceAccount asks for one for "https://iam.googleapis.com/` + provider + `"; remove that volume from the pod's template: the webhook adds it`,
		},
		{
			"taken path", "", pod("", `"containers":[{"name":"app","volumeMounts":[{"name":"mine","mountPath":"/var/run/secrets/landbridge/"}]}]`),
			`container "app" mounts its own volume "mine" at /var/run/secrets/landbridge; move it in the pod's template, or leave the container out: landbridge.dev/skip-containers: app`,
		},
		{
			"host network", metadata, pod("", one+`,"hostNetwork":true`),
			"the pod is on its node's network, where every program could ask its metadata server; set landbridge.dev/mode=credentials on its ServiceAccount",
		},
		{
			"windows", metadata, pod("", one+`,"nodeSelector":{"kubernetes.io/os":"windows"}`),
			"the pod runs on windows, and the sidecar does not; set landbridge.dev/mode=credentials on its ServiceAccount",
		},
	} {
		annotations := map[string]string{"landbridge.dev/provider": provider, "landbridge.dev/mode": tc.mode}
		answer := newDoor(t, annotations).review(t, newPod([]byte(tc.pod)))
		if answer.Allowed || answer.Patch != nil {
			t.Errorf("%s: allowed", tc.name)
			continue
		}
		if d := cmp.Diff("landbridge: "+tc.want, answer.Status.Message); d != "" {
			t.Errorf("%s: %s", tc.name, d)
		}
	}
	noImage := newDoor(t, map[string]string{"landbridge.dev/provider": provider, "landbridge.dev/mode": "metadata"}, func(o *webhook.Options) { o.Sidecar.Image = "" })
	if got := noImage.review(t, newPod([]byte(plainPod))); got.Allowed || !strings.Contains(got.Status.Message, "set doors.webhook.image") {
		t.Errorf("without an image: %+v", got.Status)
	}
}

func TestHostNetworkWhereItIsAllowed(t *testing.T) {
	t.Parallel()
	door := newDoor(t, map[string]string{"landbridge.dev/provider": provider, "landbridge.dev/mode": "metadata"}, func(o *webhook.Options) { o.Sidecar.HostNetwork = true })
	pod := strings.Replace(plainPod, `"spec":{`, `"spec":{"hostNetwork":true,`, 1)
	if answer := door.review(t, newPod([]byte(pod))); !answer.Allowed || answer.Patch == nil {
		t.Errorf("denied: %+v", answer.Status)
	}
}

// Nobody knows whether a pod needs a bridge when its account cannot be read: it is denied.
func TestFailsClosed(t *testing.T) {
	t.Parallel()
	const unread = "landbridge: ServiceAccount shop/api cannot be read, so nobody knows whether this pod needs a bridge; it is tried again when the pod is"
	for _, tc := range []struct {
		err          error
		code         int
		reason, want string
	}{
		{errors.New("secret detail"), http.StatusServiceUnavailable, "ServiceUnavailable", unread},
		{context.DeadlineExceeded, http.StatusServiceUnavailable, "ServiceUnavailable", unread},
		{
			&bridge.Error{Kind: bridge.Unreachable, Text: "the cluster does not answer", Hint: "kubectl get --raw /readyz"},
			http.StatusServiceUnavailable, "ServiceUnavailable", unread + ": the cluster does not answer; kubectl get --raw /readyz",
		},
		{
			&bridge.Error{Kind: bridge.Usage, Code: webhook.CodeNoAccount, Text: "gone"}, http.StatusForbidden, "Forbidden",
			"landbridge: ServiceAccount shop/api does not exist; create it: kubectl create serviceaccount api --namespace shop",
		},
	} {
		answer := newDoor(t, nil, func(o *webhook.Options) { o.Accounts = accounts{err: tc.err} }).review(t, newPod([]byte(plainPod)))
		if answer.Allowed || answer.Status.Code != tc.code || answer.Status.Reason != tc.reason || answer.Status.Message != tc.want {
			t.Errorf("%v: %+v", tc.err, answer.Status)
		}
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, mode, container string
		extra                 map[string]string
		want                  []string
	}{
		{
			"other credentials", "", `{"name":"app","env":[{"name":"GOOGLE_APPLICATION_CREDENTIALS","value":"/key.json"}]}`, nil,
			[]string{`landbridge: container app sets GOOGLE_APPLICATION_CREDENTIALS to "/key.json", which stays: remove it there, or the bridge is not used`},
		},
		{
			"credentials hide the metadata server", "metadata", `{"name":"app","env":[{"name":"GOOGLE_APPLICATION_CREDENTIALS","valueFrom":{"secretKeyRef":{"name":"x","key":"y"}}}]}`, nil,
			[]string{"landbridge: container app sets GOOGLE_APPLICATION_CREDENTIALS to a value from elsewhere, which stays: remove it there, or the bridge is not used"},
		},
		{
			"a proxy", "metadata", `{"name":"app","env":[{"name":"http_proxy","value":"http://p"},{"name":"NO_PROXY","value":"10.0.0.0/8"}]}`, nil,
			[]string{"landbridge: container app has a proxy and NO_PROXY without 127.0.0.1: add it, or the metadata server is asked through the proxy"},
		},
		{
			"an unknown annotation", "", `{"name":"app"}`,
			map[string]string{"landbridge.dev/regoin": "x"},
			[]string{"landbridge: ServiceAccount shop/api has the annotation landbridge.dev/regoin, which nothing reads"},
		},
		{"nothing", "", `{"name":"app"}`, nil, nil},
	} {
		annotations := map[string]string{"landbridge.dev/provider": provider, "landbridge.dev/mode": tc.mode}
		for k, v := range tc.extra {
			annotations[k] = v
		}
		answer := newDoor(t, annotations).review(t, newPod([]byte(`{"spec":{"serviceAccountName":"api","containers":[`+tc.container+`]}}`)))
		if !answer.Allowed || answer.Patch == nil {
			t.Errorf("%s: %+v", tc.name, answer.Status)
		}
		if d := cmp.Diff(tc.want, answer.Warnings); d != "" {
			t.Errorf("%s: %s", tc.name, d)
		}
	}
}
