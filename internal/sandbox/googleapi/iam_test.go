package googleapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

type policy struct {
	Version  int
	Etag     string
	Bindings []struct {
		Role      string
		Members   []string
		Condition struct{ Title string }
	}
}

// TestPolicies is read-modify-write with an etag, and that a grant works at once.
func TestPolicies(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	admin := g.serviceAccount(target) // projectIamAdmin
	call := func(verb, body string) *policy {
		var p policy
		g.into(g.do(http.MethodPost, "/v1/projects/demo:"+verb, body, admin), &p)
		return &p
	}
	before := call("getIamPolicy", `{"options":{"requestedPolicyVersion":3}}`)
	if before.Etag == "" || len(before.Bindings) != 2 {
		t.Fatalf("%+v", before)
	}
	after := call("setIamPolicy", `{"policy":{"etag":"`+before.Etag+`","bindings":[
		{"role":"roles/resourcemanager.projectIamAdmin","members":["serviceAccount:`+target+`"]},
		{"role":"roles/viewer","members":["principalSet://iam.googleapis.com/`+pool+`/*"]}]}}`)
	if after.Etag == before.Etag {
		t.Error("the etag did not change")
	}
	conflict := g.refusal(g.do(http.MethodPost, "/v1/projects/demo:setIamPolicy", `{"policy":{"etag":"`+before.Etag+`"}}`, admin))
	if conflict.Code != 409 || conflict.Status != "ABORTED" {
		t.Errorf("%+v", conflict)
	}
	var held struct{ Permissions []string }
	g.into(g.do(http.MethodPost, "/v3/projects/demo:testIamPermissions", `{"permissions":["aiplatform.endpoints.predict","resourcemanager.projects.get"]}`, g.federated()), &held)
	if diff := cmp.Diff([]string{"resourcemanager.projects.get"}, held.Permissions); diff != "" {
		t.Errorf("the principal set's role (-want +got):\n%s", diff)
	}
}

func TestPolicyRefusals(t *testing.T) {
	t.Parallel()
	accountPolicy := "/v1/projects/-/serviceAccounts/" + account
	for _, tc := range []struct {
		name, path, body, auth string
		want                   refusal
	}{
		{"not allowed to read", "/v1/projects/demo:getIamPolicy", `{}`, "federated", refusal{403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED", "Permission 'resourcemanager.projects.getIamPolicy' denied on resource '//cloudresourcemanager.googleapis.com/projects/demo' (or it may not exist)."}},
		{"not allowed on an account", accountPolicy + ":setIamPolicy", `{}`, "federated", refusal{403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED", "Permission 'iam.serviceAccounts.setIamPolicy' denied on resource '//iam.googleapis.com/projects/-/serviceAccounts/" + account + "' (or it may not exist)."}},
		{"no such role", "/v1/projects/demo:setIamPolicy", `{"policy":{"bindings":[{"role":"roles/king","members":["allUsers"]}]}}`, target, refusal{400, "INVALID_ARGUMENT", "", "Role roles/king is not supported for this resource."}},
		{"no such member", "/v1/projects/demo:setIamPolicy", `{"policy":{"bindings":[{"role":"roles/viewer","members":["robot"]}]}}`, target, refusal{400, "INVALID_ARGUMENT", "", "Invalid member robot."}},
		{"a condition of version 1", "/v1/projects/demo:setIamPolicy", `{"policy":{"bindings":[{"role":"roles/viewer","members":["allUsers"],"condition":{"expression":"true"}}]}}`, target, refusal{400, "INVALID_ARGUMENT", "", "Policies with conditional role bindings must specify version 3. See https://cloud.google.com/iam/docs/policies#versions."}},
		{"a condition without an expression", "/v1/projects/demo:setIamPolicy", `{"policy":{"version":3,"bindings":[{"role":"roles/viewer","members":["allUsers"],"condition":{"title":"t"}}]}}`, target, refusal{400, "INVALID_ARGUMENT", "", "The condition of the binding for role roles/viewer has no expression."}},
		{"another version", "/v1/projects/demo:setIamPolicy", `{"policy":{"version":2}}`, target, refusal{400, "INVALID_ARGUMENT", "", "Invalid policy version. Valid values are 0, 1 and 3."}},
		{"another project's role", "/v1/projects/demo:setIamPolicy", `{"policy":{"bindings":[{"role":"projects/other/roles/r","members":["allUsers"]}]}}`, target, refusal{400, "INVALID_ARGUMENT", "", "Role (projects/other/roles/r) does not exist in the resource's hierarchy."}},
		{"no such account", "/v1/projects/demo:setIamPolicy", `{"policy":{"bindings":[{"role":"roles/viewer","members":["serviceAccount:nobody@demo.iam.gserviceaccount.com"]}]}}`, target, refusal{400, "INVALID_ARGUMENT", "", "Service account nobody@demo.iam.gserviceaccount.com does not exist."}},
		{"no such pool", "/v1/projects/demo:setIamPolicy", `{"policy":{"bindings":[{"role":"roles/viewer","members":["principalSet://iam.googleapis.com/projects/1234567890/locations/global/workloadIdentityPools/none/*"]}]}}`, target, refusal{400, "INVALID_ARGUMENT", "", "Identity Pool does not exist (projects/1234567890/locations/global/workloadIdentityPools/none). Please check that you specified a valid resource name as returned in the `name` attribute in the configuration API."}},
		{"another method", accountPolicy + ":enable", `{}`, target, refusal{501, "UNIMPLEMENTED", "", "the sandbox does not know POST " + accountPolicy + ":enable; docs/sandbox.md lists what it knows"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			g := newGoogle(t)
			auth := g.federated()
			if tc.auth != "federated" {
				auth = g.serviceAccount(tc.auth)
			}
			if diff := cmp.Diff(tc.want, g.refusal(g.do(http.MethodPost, tc.path, tc.body, auth))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAccountPermissions(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	var held struct{ Permissions []string }
	g.into(g.do(http.MethodPost, "/v1/projects/demo/serviceAccounts/"+account+":testIamPermissions", `{"permissions":["iam.serviceAccounts.getAccessToken","iam.serviceAccounts.signBlob"]}`, g.federated()), &held)
	if diff := cmp.Diff([]string{"iam.serviceAccounts.getAccessToken"}, held.Permissions); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestProjects(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	var v1 struct{ ProjectID, ProjectNumber, LifecycleState string }
	g.into(g.do(http.MethodGet, "/v1/projects/1234567890", "", g.federated()), &v1)
	if v1.ProjectID != "demo" || v1.ProjectNumber != "1234567890" || v1.LifecycleState != "ACTIVE" {
		t.Errorf("%+v", v1)
	}
	var v3 struct{ Name, ProjectID, State string }
	g.into(g.do(http.MethodGet, "https://cloudresourcemanager.googleapis.com/v3/projects/demo", "", g.federated()), &v3)
	if v3.Name != "projects/1234567890" || v3.ProjectID != "demo" || v3.State != "ACTIVE" {
		t.Errorf("%+v", v3)
	}
	denied := g.refusal(g.do(http.MethodGet, "/v1/projects/demo", "", g.serviceAccount(middle)))
	if denied.Code != 403 || denied.Message != "The caller does not have permission" {
		t.Errorf("%+v", denied)
	}
	_ = g.world.UpdateProject("demo", func(p *world.Project) { clear(p.Services) })
	if off := g.refusal(g.do(http.MethodGet, "/v1/projects/demo", "", g.federated())); off.Reason != "SERVICE_DISABLED" {
		t.Errorf("%+v", off)
	}
}

// TestConditionsSurvive is read-modify-write of a policy with a condition, and what a caller of version 1 is shown.
func TestConditionsSurvive(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	admin := g.serviceAccount(target)
	const condition = `"condition":{"expression":"request.time < timestamp('2030-01-01T00:00:00Z')","title":"until"}`
	g.into(g.do(http.MethodPost, "/v3/projects/demo:setIamPolicy", `{"policy":{"version":3,"bindings":[
		{"role":"roles/resourcemanager.projectIamAdmin","members":["serviceAccount:`+target+`"]},
		{"role":"roles/viewer","members":["user:a@b.example"],`+condition+`}]}}`, admin), new(any))
	read := func(version string) policy {
		var p policy
		g.into(g.do(http.MethodPost, "/v3/projects/demo:getIamPolicy", `{"options":{"requestedPolicyVersion":`+version+`}}`, admin), &p)
		return p
	}
	full := read("3")
	if full.Version != 3 || full.Bindings[1].Condition.Title != "until" || full.Bindings[1].Role != "roles/viewer" {
		t.Errorf("%+v", full)
	}
	old := read("1")
	if old.Version != 1 || !strings.HasPrefix(old.Bindings[1].Role, "roles/viewer_withcond_") {
		t.Errorf("%+v", old)
	}
	lost := g.refusal(g.do(http.MethodPost, "/v3/projects/demo:setIamPolicy", `{"policy":{"version":1,"etag":"`+full.Etag+`","bindings":[]}}`, admin))
	if lost.Code != 400 {
		t.Errorf("a condition was dropped: %+v", lost)
	}
}
