package webhook_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/webhook"
)

// entraAccount is an account of the route entra, with these annotations besides; an empty one is taken away.
func entraAccount(changes map[string]string) map[string]string {
	out := map[string]string{
		estate.AnnotationProvider: provider, estate.AnnotationRoute: estate.RouteEntra,
		estate.AnnotationEntraClient: "33333333-2222-4333-8444-555555555555", estate.AnnotationEntraTenant: "0a0b0c0d-1111-4222-8333-444455556666",
	}
	maps.Copy(out, changes)
	maps.DeleteFunc(out, func(_, value string) bool { return value == "" })
	return out
}

func TestEntraRefusals(t *testing.T) {
	t.Parallel()
	const client, tenant = " (az identity show --query clientId)", " (az account show --query tenantId)"
	for _, tc := range []struct {
		name               string
		changes            map[string]string
		annotation, mended string
		why                string
	}{
		{
			"another mode",
			map[string]string{estate.AnnotationMode: "credentials"},
			estate.AnnotationMode, "metadata",
			`"credentials" is not possible with landbridge.dev/route=entra: a credential file cannot ask entra for its token`,
		},
		{"no mode", map[string]string{estate.AnnotationMode: "sidecar"}, estate.AnnotationMode, "metadata", `"sidecar" is neither credentials nor metadata`},
		{
			"another route",
			map[string]string{estate.AnnotationRoute: "direct"},
			estate.AnnotationRoute, "entra",
			`"direct" is not entra, the one route that is named; without the annotation the provider trusts the cluster`,
		},
		{"no client", map[string]string{estate.AnnotationEntraClient: ""}, estate.AnnotationEntraClient, "CLIENT_ID", "it is missing, and landbridge.dev/route=entra needs it" + client},
		{"a client's name", map[string]string{estate.AnnotationEntraClient: "reports"}, estate.AnnotationEntraClient, "CLIENT_ID", `"reports" is not a client id, which is a GUID` + client},
		{"no tenant", map[string]string{estate.AnnotationEntraTenant: ""}, estate.AnnotationEntraTenant, "TENANT_ID", "it is missing, and landbridge.dev/route=entra needs it" + tenant},
		{
			"a tenant that is none",
			map[string]string{estate.AnnotationEntraTenant: "0a0b0c0d-1111-4222-8333_444455556666"},
			estate.AnnotationEntraTenant, "TENANT_ID",
			`"0a0b0c0d-1111-4222-8333_444455556666" is not a tenant, which is a GUID` + tenant,
		},
		{
			"no provider",
			map[string]string{estate.AnnotationProvider: ""},
			estate.AnnotationProvider, "projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER",
			"it is missing, though landbridge.dev/route is there",
		},
	} {
		answer := newDoor(t, entraAccount(tc.changes)).review(t, newPod([]byte(plainPod)))
		if answer.Allowed || answer.Status.Code != http.StatusForbidden {
			t.Errorf("%s: allowed", tc.name)
			continue
		}
		want := "landbridge: annotation " + tc.annotation + " of ServiceAccount shop/api: " + tc.why +
			"; mend it: kubectl annotate serviceaccount api --namespace shop --overwrite " + tc.annotation + "=" + tc.mended
		if d := cmp.Diff(want, answer.Status.Message); d != "" {
			t.Errorf("%s: %s", tc.name, d)
		}
	}
}

// Where a sidecar cannot be had, the route entra has nothing to offer in its place.
func TestEntraHasNoOtherMode(t *testing.T) {
	t.Parallel()
	const other = "; the route entra of its ServiceAccount has no other mode: name a provider there that trusts the cluster"
	for name, tc := range map[string]struct{ pod, want string }{
		"host network": {strings.Replace(plainPod, `"spec":{`, `"spec":{"hostNetwork":true,`, 1), "the pod is on its node's network, where every program could ask its metadata server" + other},
		"windows":      {strings.Replace(plainPod, `"spec":{`, `"spec":{"os":{"name":"windows"},`, 1), "the pod runs on windows, and the sidecar does not" + other},
		"a token for google": {
			strings.Replace(plainPod, `"spec":{`, `"spec":{"volumes":[{"name":"landbridge","projected":{"sources":[{"serviceAccountToken":{"audience":"https://iam.googleapis.com/`+provider+`","path":"token"}}]}}],`, 1),
			`the pod has a volume "landbridge" with a token for "https://iam.googleapis.com/` + provider +
				`", and its ServiceAccount asks for one for "api://AzureADTokenExchange"; remove that volume from the pod's template: the webhook adds it`,
		},
	} {
		answer := newDoor(t, entraAccount(nil)).review(t, newPod([]byte(tc.pod)))
		if answer.Allowed || answer.Status.Message != "landbridge: "+tc.want {
			t.Errorf("%s: %+v", name, answer.Status)
		}
	}
}

// A place of Entra's own, such as a sandbox, reaches the sidecar and nothing else.
func TestEntraElsewhere(t *testing.T) {
	t.Parallel()
	const variable, place = "LANDBRIDGE_TO_GOOGLE_SOURCE_AUTHORITY_HOST", "https://entra.example:8443"
	elsewhere := func(o *webhook.Options) { o.Entra = place }
	if patch := string(newDoor(t, entraAccount(nil), elsewhere).review(t, newPod([]byte(plainPod))).Patch); !strings.Contains(patch, `{"name":"`+variable+`","value":"`+place+`"}`) {
		t.Errorf("patch = %s", patch)
	}
	direct := map[string]string{estate.AnnotationProvider: provider, estate.AnnotationMode: estate.ModeMetadata}
	if patch := string(newDoor(t, direct, elsewhere).review(t, newPod([]byte(plainPod))).Patch); strings.Contains(patch, variable) {
		t.Errorf("patch = %s", patch)
	}
}
