package kube

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/e2e/harness"
	"github.com/landbridge/landbridge/e2e/parts"
)

const admission = "/apis/admissionregistration.k8s.io/v1/"

var policyPaths = map[string]string{
	"MutatingAdmissionPolicy":          admission + "mutatingadmissionpolicies",
	"MutatingAdmissionPolicyBinding":   admission + "mutatingadmissionpolicybindings",
	"ValidatingAdmissionPolicy":        admission + "validatingadmissionpolicies",
	"ValidatingAdmissionPolicyBinding": admission + "validatingadmissionpolicybindings",
}

const policyAudience = "https://iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/azure/providers/aks-prod"

// settings is the ConfigMap that set-up writes for an account.
func settings(account string, more map[string]string) object {
	data := map[string]string{"account": account, "audience": policyAudience, "credentials.json": "{}", "token-seconds": "7200"}
	for k, v := range more {
		data[k] = v
	}
	return object{
		"metadata": object{"name": "landbridge-" + account, "labels": map[string]string{"landbridge.dev/settings": "enabled"}},
		"data":     data,
	}
}

// late is another team's policy that brings a container of its own, after ours has looked at the pod.
const late = `{
  "metadata": {"name": "zz-late"},
  "spec": {
    "failurePolicy": "Fail", "reinvocationPolicy": "Never",
    "matchConstraints": {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]},
    "matchConditions": [{"name": "once", "expression": "object.metadata.name == 'late' && !object.spec.containers.exists(c, c.name == 'daprd')"}],
    "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": "[JSONPatch{op: 'add', path: '/spec/containers/-', value: Object.spec.containers{name: 'daprd', image: 'dapr:1'}}]"}}]
  }
}`

func TestPolicyBundle(t *testing.T) {
	o := Options{Etcd: harness.Part(t, parts.Kube), Server: harness.Part(t, parts.KubeNext)}
	control, stop, err := Start(t.Context(), o, t.TempDir(), harness.Logs(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	control.namespace(t, "shop")
	control.account(t, "shop", "plain", nil)
	for account, more := range map[string]map[string]string{"api": {"project": "shop-prod", "location": "europe-west4"}, "other": nil} {
		if err := control.create(t, "/api/v1/namespaces/shop/configmaps", settings(account, more)); err != nil {
			t.Fatal(err)
		}
	}
	// The check alone: what would start without its bridge is refused.
	control.manifests(t, "deploy/policy/check.yaml", policyPaths)
	eventually(t, func() error {
		if _, err := control.dryRun(t.Context(), "shop", podOf("app")); err != nil {
			refusal(t, err, "ServiceAccount shop/api has a bridge, and container app of this pod would start without")
			return nil
		}
		return errors.New("the pod is not refused yet")
	})
	control.manifests(t, "deploy/policy/policy.yaml", policyPaths)
	control.manifests(t, "deploy/policy/binding.yaml", policyPaths)
	eventually(t, func() error {
		p, err := control.dryRun(t.Context(), "shop", podOf("app"))
		return unlike(p, err, func(p *pod) bool { return p.bridge() != nil }, "a pod with a bridge")
	})
	t.Run("a pod gets what the webhook would give it", func(t *testing.T) { policyGives(t, control) })
	t.Run("containers are chosen", func(t *testing.T) { policyChooses(t, control) })
	t.Run("a second look adds nothing", func(t *testing.T) { policyOnce(t, control) })
	t.Run("a container that comes later gets it too", func(t *testing.T) { policyLate(t, control) })
	t.Run("refusals say what to do", func(t *testing.T) { policyRefuses(t, control) })
}

func policyGives(t *testing.T, control *Control) {
	in := podOf("init:migrate", "app", "log")
	in["spec"].(object)["automountServiceAccountToken"] = false // a pod without any volume
	in["spec"].(object)["containers"].([]any)[1].(object)["env"] = []any{
		object{"name": "A", "value": "1"}, object{"name": "GOOGLE_CLOUD_PROJECT", "value": "mine"},
	}
	p, err := control.dryRun(t.Context(), "shop", in)
	if err != nil {
		t.Fatal(err)
	}
	v := p.bridge()
	if v == nil || v.Projected.DefaultMode != 0o444 || len(v.Projected.Sources) != 2 {
		t.Fatalf("volumes = %+v", p.Spec.Volumes)
	}
	token := v.Projected.Sources[0].ServiceAccountToken
	if token.Audience != policyAudience || token.Path != "token" || token.ExpirationSeconds != 7200 || v.Projected.Sources[1].ConfigMap.Name != "landbridge-api" {
		t.Errorf("sources = %+v", v.Projected.Sources)
	}
	for _, name := range []string{"migrate", "app", "log"} {
		project := "shop-prod"
		if name == "log" {
			project = "mine"
		}
		c := p.container(t, name)
		for variable, want := range map[string]string{
			"GOOGLE_APPLICATION_CREDENTIALS": "/var/run/secrets/landbridge/credentials.json", "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE": "/var/run/secrets/landbridge/credentials.json",
			"GOOGLE_CLOUD_PROJECT": project, "CLOUDSDK_CORE_PROJECT": "shop-prod", "GOOGLE_CLOUD_LOCATION": "europe-west4",
		} {
			if got := c.env(t, variable); got != want {
				t.Errorf("%s of %s = %q, want %q", variable, name, got, want)
			}
		}
		if !c.mounted() {
			t.Errorf("%s has no mount", name)
		}
	}
	plain := podOf("app")
	plain["spec"].(object)["serviceAccountName"] = "plain"
	out := podOf("app")
	out["metadata"].(object)["labels"] = map[string]string{"landbridge.dev/inject": "disabled"}
	for name, in := range map[string]object{"without settings": plain, "labelled out": out} {
		p, err := control.dryRun(t.Context(), "shop", in)
		if err := unlike(p, err, func(p *pod) bool { return p.bridge() == nil && len(p.Spec.Containers[0].Env) == 0 }, "nothing"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func policyChooses(t *testing.T, control *Control) {
	for annotation, chosen := range map[string]map[string]bool{
		"landbridge.dev/containers":      {"app": false, "log": true},
		"landbridge.dev/skip-containers": {"app": true, "log": false},
	} {
		in := podOf("app", "log")
		in["metadata"].(object)["annotations"] = map[string]string{annotation: "log, daprd?"}
		p, err := control.dryRun(t.Context(), "shop", in)
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range chosen {
			c := p.container(t, name)
			if got := c.mounted() && c.env(t, "GOOGLE_APPLICATION_CREDENTIALS") != ""; got != want {
				t.Errorf("%s: %s has the bridge: %v", annotation, name, got)
			}
		}
	}
}

func policyOnce(t *testing.T, control *Control) {
	var first, second object
	for in, out := podOf("app", "log"), &first; ; in, out = first, &second {
		if err := control.Call(t.Context(), "POST", "/api/v1/namespaces/shop/pods?dryRun=All", in, out); err != nil {
			t.Fatal(err)
		}
		if out == &second {
			break
		}
	}
	if d := cmp.Diff(first["spec"], second["spec"]); d != "" {
		t.Error(d)
	}
}

func policyLate(t *testing.T, control *Control) {
	var policy object
	if err := json.Unmarshal([]byte(late), &policy); err != nil {
		t.Fatal(err)
	}
	if err := control.create(t, policyPaths["MutatingAdmissionPolicy"], policy); err != nil {
		t.Fatal(err)
	}
	binding := object{"metadata": object{"name": "zz-late"}, "spec": object{"policyName": "zz-late"}}
	if err := control.create(t, policyPaths["MutatingAdmissionPolicyBinding"], binding); err != nil {
		t.Fatal(err)
	}
	in := podOf("app")
	in["metadata"].(object)["name"] = "late"
	eventually(t, func() error {
		p, err := control.dryRun(t.Context(), "shop", in)
		return unlike(p, err, func(p *pod) bool {
			return len(p.Spec.Containers) == 2 && p.container(t, "daprd").mounted() && p.container(t, "daprd").env(t, "GOOGLE_APPLICATION_CREDENTIALS") != "" && p.container(t, "app").mounted()
		}, "a late container with a bridge")
	})
}

func policyRefuses(t *testing.T, control *Control) {
	unknown := podOf("app")
	unknown["metadata"].(object)["annotations"] = map[string]string{"landbridge.dev/containers": "ap"}
	_, err := control.dryRun(t.Context(), "shop", unknown)
	refusal(t, err, "name ap, and its containers are app; mend it in the pod's template")
	foreign := podOf("app")
	foreign["spec"].(object)["volumes"] = []any{object{"name": "landbridge", "emptyDir": object{}}}
	_, err = control.dryRun(t.Context(), "shop", foreign)
	refusal(t, err, `the pod has a volume "landbridge" that is not for `+policyAudience)
}
