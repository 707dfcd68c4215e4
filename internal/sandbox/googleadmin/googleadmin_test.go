package googleadmin_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// TestPoolLife is creation with an operation to wait for, soft deletion, undeletion, and the end of its days.
func TestPoolLife(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	g.world.SetPace(world.Pace{Operation: time.Minute})
	op := g.ok("POST "+pools+"?workloadIdentityPoolId=azure", `{"displayName":"Azure"}`)
	if op["done"] != nil || !strings.HasPrefix(op["name"].(string), byNumber+"/azure/operations/") {
		t.Fatalf("%v", op)
	}
	g.now = g.now.Add(time.Minute)
	op = g.ok("GET /v1/"+op["name"].(string), "")
	if made, _ := op["response"].(map[string]any); op["done"] != true || made["displayName"] != "Azure" || made["state"] != "ACTIVE" {
		t.Errorf("%v", op)
	}
	if got := g.refusal("owner", "POST "+pools+"?workloadIdentityPoolId=azure", `{}`); got != "ALREADY_EXISTS: Requested entity already exists" {
		t.Error(got)
	}
	g.ok("POST "+pools+"/azure/providers?workloadIdentityPoolProviderId=cluster", good)
	g.ok("DELETE "+pools+"/azure", "")
	if got := g.ok("GET "+pools, ""); got["workloadIdentityPools"] != nil {
		t.Errorf("the list shows it: %v", got)
	}
	if got := g.ok("GET "+pools+"?showDeleted=true", ""); len(got["workloadIdentityPools"].([]any)) != 1 {
		t.Errorf("%v", got)
	}
	for call, want := range map[string]string{
		"POST " + pools + "?workloadIdentityPoolId=azure":                             "ALREADY_EXISTS: Requested entity already exists",
		"PATCH " + pools + "/azure?updateMask=disabled":                               "FAILED_PRECONDITION: Precondition check failed.",
		"DELETE " + pools + "/azure":                                                  "FAILED_PRECONDITION: Precondition check failed.",
		"POST " + pools + "/azure/providers?workloadIdentityPoolProviderId=another12": "FAILED_PRECONDITION: Precondition check failed.",
	} {
		body := "{}"
		if strings.Contains(call, "another12") {
			body = good
		}
		if got := g.refusal("owner", call, body); got != want {
			t.Errorf("%s: %s", call, got)
		}
	}
	if got := g.exchange("cluster"); !strings.HasPrefix(got, `invalid_target: The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted`) {
		t.Errorf("row 42: %s", got)
	}
	g.ok("POST "+pools+"/azure:undelete", `{}`)
	if got := g.exchange("cluster"); got != "" {
		t.Errorf("after undeleting: %s", got)
	}
	g.ok("DELETE "+pools+"/azure/providers/cluster", "")
	if got := g.exchange("cluster"); !strings.HasPrefix(got, "invalid_target") {
		t.Errorf("a deleted provider: %s", got)
	}
	g.ok("POST "+pools+"/azure/providers/cluster:undelete", `{}`)
	g.ok("DELETE "+pools+"/azure", "")
	g.now = g.now.Add(world.FederationPurge)
	g.ok("POST "+pools+"?workloadIdentityPoolId=azure", `{}`)
}

// exchange tries a token of the cluster's at the provider; the refusal, or "".
func (g *google) exchange(provider string) string {
	g.Helper()
	audience := "//iam.googleapis.com/" + byNumber + "/azure/providers/" + provider
	token, _, err := g.world.ServiceAccountToken(issuer, "demo", "app", []string{"https:" + audience}, time.Hour)
	if err != nil {
		g.Fatal(err)
	}
	form := url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "requested_token_type": {"urn:ietf:params:oauth:token-type:access_token"},
		"subject_token_type": {"urn:ietf:params:oauth:token-type:jwt"}, "subject_token": {token}, "audience": {audience},
		"scope": {"https://www.googleapis.com/auth/cloud-platform"},
	}
	r := httptest.NewRequestWithContext(g.Context(), http.MethodPost, "/v1/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	g.api.ServeHTTP(rec, r)
	if rec.Code == http.StatusOK {
		return ""
	}
	return stsText(g, rec)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	newPool := func(id string) string { return "POST " + pools + "?workloadIdentityPoolId=" + id }
	newProvider := func(id string) string {
		return "POST " + pools + "/azure/providers?workloadIdentityPoolProviderId=" + id
	}
	accounts, roles, services := "/v1/projects/demo/serviceAccounts", "/v1/projects/demo/roles", "/v1/projects/demo/services"
	for _, tc := range []struct{ who, call, body, want string }{
		{"owner", newPool("abc"), `{}`, `INVALID_ARGUMENT: the pool id "abc" has 3 characters, 4 to 32 are allowed`},
		{"owner", newPool("gcp-pool"), `{}`, `INVALID_ARGUMENT: the pool id "gcp-pool" starts with "gcp-", which Google keeps for itself`},
		{"owner", newPool("fine-pool"), `{"displayName":"` + strings.Repeat("x", 33) + `"}`, "INVALID_ARGUMENT: The display name cannot exceed 32 characters."},
		{"owner", newPool("fine-pool"), `{"colour":"red"}`, `INVALID_ARGUMENT: Invalid JSON payload received. Unknown name "colour": Cannot find field.`},
		{"owner", newPool("fine-pool"), `{"mode":"TRUST_DOMAIN"}`, "UNIMPLEMENTED: the sandbox knows pools for federation only"},
		{"viewer", newPool("fine-pool"), `{}`, "PERMISSION_DENIED: Permission 'iam.workloadIdentityPools.create' denied on resource '//iam.googleapis.com/projects/demo/locations/global' (or it may not exist)."},
		{"nobody", "GET " + pools + "/azure/providers/x", ``, "PERMISSION_DENIED: Permission 'iam.workloadIdentityPoolProviders.get' denied on resource '//iam.googleapis.com/projects/demo/locations/global/workloadIdentityPools/azure/providers/x' (or it may not exist)."},
		{"owner", newProvider("x"), good, `INVALID_ARGUMENT: the provider id "x" has 1 characters, 4 to 32 are allowed`},
		{"owner", newProvider("cluster"), strings.Replace(good, "https:", "http:", 1), "INVALID_ARGUMENT: Invalid OIDC issuer URI. The scheme must be https."},
		{"owner", newProvider("cluster"), strings.Replace(good, "assertion.sub", "assertion.", 1), ""},
		{"owner", newProvider("cluster"), `{"oidc":{"issuerUri":"` + issuer + `","jwksJson":"{}"},"attributeMapping":{"google.subject":"assertion.sub"}}`, "INVALID_ARGUMENT: Input JWK is not in a valid json format"},
		{"owner", newProvider("cluster"), `{"oidc":{"issuerUri":"` + issuer + `","jwksJson":"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-384\",\"kid\":\"k\"}]}"},"attributeMapping":{"google.subject":"assertion.sub"}}`, ""},
		{"owner", newProvider("cluster"), `{"aws":{"accountId":"1"}}`, "UNIMPLEMENTED: the sandbox knows OIDC providers without a discovery URI or actors"},
		{"owner", "PATCH " + pools + "/azure", `{}`, "INVALID_ARGUMENT: The update_mask is required."},
		{"owner", "PATCH " + pools + "/azure?updateMask=name", `{}`, "INVALID_ARGUMENT: Invalid field mask: the field 'name' cannot be updated."},
		{"owner", "GET " + pools + "/none", ``, "NOT_FOUND: Requested entity was not found."},
		{"owner", "GET " + pools + "/azure/operations/" + world.GUID(), ``, "NOT_FOUND: Requested entity was not found."},
		{"owner", "POST " + pools + "/azure:addAttestationRule", `{}`, "UNIMPLEMENTED: the sandbox does not know POST " + pools + "/azure:addAttestationRule; docs/sandbox.md lists what it knows"},
		{"owner", "POST " + accounts, `{"accountId":"app"}`, `INVALID_ARGUMENT: The account ID "app" does not have a length between 6 and 30.`},
		{"owner", "POST " + accounts, `{"accountId":"Capital"}`, `INVALID_ARGUMENT: The account ID "Capital" does not match the pattern [a-z]([-a-z0-9]*[a-z0-9]).`},
		{"owner", "GET " + accounts + "/none@demo.iam.gserviceaccount.com", ``, "NOT_FOUND: Unknown service account"},
		{"viewer", "POST " + accounts, `{"accountId":"caller"}`, "PERMISSION_DENIED: Permission 'iam.serviceAccounts.create' denied on resource (or it may not exist)."},
		{"owner", "POST " + roles, `{"roleId":"x","role":{}}`, `INVALID_ARGUMENT: The role ID "x" must have 3 to 64 letters, digits, underscores and periods.`},
		{"owner", "POST " + roles, `{"roleId":"caller","role":{"includedPermissions":["resourcemanager.projects.list"]}}`, "INVALID_ARGUMENT: Permission resourcemanager.projects.list is not valid."},
		{"owner", "GET " + roles + "/none", ``, "NOT_FOUND: The role named projects/demo/roles/none was not found."},
		{"viewer", "POST " + roles, `{"roleId":"caller","role":{}}`, "PERMISSION_DENIED: You don't have permission to create a role in projects/demo."},
		{"viewer", "DELETE " + roles + "/caller", ``, "PERMISSION_DENIED: You don't have permission to delete the role at projects/demo/roles/caller."},
		{"owner", "POST " + services + "/none.googleapis.com:enable", `{}`, "PERMISSION_DENIED: Not found or permission denied for service(s): none.googleapis.com."},
		{"viewer", "POST " + services + "/sts.googleapis.com:enable", `{}`, "PERMISSION_DENIED: Permission denied to enable service [sts.googleapis.com]"},
		{"owner", "POST " + services + ":batchEnable", `{}`, "INVALID_ARGUMENT: The number of services must be from 1 to 20."},
		{"owner", "GET " + services + "?filter=name:x", ``, "INVALID_ARGUMENT: Invalid filter: name:x. The allowed filters are state:ENABLED and state:DISABLED."},
		{"owner", "POST " + services + "/sts.googleapis.com:disable", `{}`, "UNIMPLEMENTED: the sandbox does not know POST " + services + "/sts.googleapis.com:disable; docs/sandbox.md lists what it knows"},
		{"owner", "GET /v1/projects/demo/serviceAccounts?pageToken=!", ``, "INVALID_ARGUMENT: Invalid page token."},
	} {
		t.Run(tc.who+" "+tc.call, func(t *testing.T) {
			t.Parallel()
			g := newGoogle(t)
			g.ok("POST "+pools+"?workloadIdentityPoolId=azure", `{}`)
			got := g.refusal(tc.who, tc.call, tc.body)
			if tc.want == "" && strings.HasPrefix(got, "INVALID_ARGUMENT: ") { // in package trust's words
				return
			}
			if got != tc.want {
				t.Errorf("\n got %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	for i := range 25 {
		g.ok("POST /v1/projects/demo/serviceAccounts", fmt.Sprintf(`{"accountId":"account-%02d"}`, i))
	}
	first := g.ok("GET /v1/projects/demo/serviceAccounts", "")
	if len(first["accounts"].([]any)) != 20 {
		t.Errorf("%d in the first page", len(first["accounts"].([]any)))
	}
	second := g.ok("GET /v1/projects/demo/serviceAccounts?pageToken="+first["nextPageToken"].(string), "")
	if len(second["accounts"].([]any)) != 5 || second["nextPageToken"] != nil {
		t.Errorf("%v", second)
	}
}

func TestRoleLife(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	const roles = "/v1/projects/demo/roles"
	const body = `{"roleId":"caller","role":{"title":"Caller","includedPermissions":["aiplatform.endpoints.predict"]}}`
	made := g.ok("POST "+roles, body)
	if made["name"] != "projects/demo/roles/caller" || made["etag"] == "" {
		t.Errorf("%v", made)
	}
	if got := g.refusal("owner", "POST "+roles, body); got != "ALREADY_EXISTS: A role named caller in projects/demo already exists." {
		t.Error(got)
	}
	if got := g.refusal("owner", "PATCH "+roles+"/caller?updateMask=title", `{"title":"x","etag":"AAAA"}`); !strings.HasPrefix(got, "ABORTED: ") {
		t.Error(got)
	}
	g.ok("DELETE "+roles+"/caller", "")
	if got := g.refusal("owner", "POST "+roles, body); got != "FAILED_PRECONDITION: You can't create a role_id (caller) which has been marked for deletion." {
		t.Error(got)
	}
	g.ok("POST "+roles+"/caller:undelete", `{}`)
	g.ok("DELETE "+roles+"/caller", "")
	g.now = g.now.Add(world.RoleUndelete)
	if got := g.refusal("owner", "POST "+roles+"/caller:undelete", `{}`); got != "FAILED_PRECONDITION: You can't undelete a role_id (caller) which was deleted more than 7 days ago." {
		t.Error(got)
	}
	g.now = g.now.Add(world.RolePurge)
	g.ok("POST "+roles, body)
	if got := g.ok("GET /v1/roles/aiplatform.user", ""); got["name"] != "roles/aiplatform.user" {
		t.Errorf("%v", got)
	}
}

func TestAccountLife(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	const accounts, email = "/v1/projects/demo/serviceAccounts", "caller@demo.iam.gserviceaccount.com"
	made := g.ok("POST "+accounts, `{"accountId":"caller","serviceAccount":{"description":"d"}}`)
	if got := g.refusal("owner", "POST "+accounts, `{"accountId":"caller"}`); got != "ALREADY_EXISTS: Service account caller already exists within project projects/demo." {
		t.Error(got)
	}
	g.ok("POST "+accounts+"/"+email+":disable", `{}`)
	if got := g.ok("GET /v1/projects/-/serviceAccounts/"+email, ""); got["disabled"] != true || got["description"] != "d" {
		t.Errorf("%v", got)
	}
	g.ok("POST "+accounts+"/"+email+":enable", `{}`)
	if got := g.ok("GET "+accounts+"/"+email+"/keys", ""); len(got["keys"].([]any)) != 1 {
		t.Errorf("%v", got)
	}
	if got := g.ok("GET "+accounts+"/"+email+"/keys?keyTypes=USER_MANAGED", ""); got["keys"] != nil {
		t.Errorf("%v", got)
	}
	g.ok("DELETE "+accounts+"/"+email, "")
	back := g.ok("POST /v1/projects/-/serviceAccounts/"+made["uniqueId"].(string)+":undelete", `{}`)
	if a, _ := back["restoredAccount"].(map[string]any); a["email"] != email {
		t.Errorf("%v", back)
	}
}

func TestServices(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	const services = "/v1/projects/demo/services"
	g.world.SetPace(world.Pace{Operation: time.Minute})
	op := g.ok("POST "+services+":batchEnable", `{"serviceIds":["sts.googleapis.com","iam.googleapis.com"]}`)
	if op["done"] != nil {
		t.Errorf("%v", op)
	}
	states := func() string {
		got := g.ok("GET "+services+":batchGet?names=projects/demo/services/sts.googleapis.com&names=projects/demo/services/iam.googleapis.com", "")
		var out []string
		for _, s := range got["services"].([]any) {
			out = append(out, s.(map[string]any)["state"].(string))
		}
		return strings.Join(out, " ")
	}
	if got := states(); got != "DISABLED ENABLED" {
		t.Error(got)
	}
	g.now = g.now.Add(time.Minute)
	if got := states(); got != "ENABLED ENABLED" {
		t.Error(got)
	}
	if got := g.ok("GET /v1/"+op["name"].(string), ""); got["done"] != true {
		t.Errorf("%v", got)
	}
	if got := g.ok("POST "+services+"/sts.googleapis.com:enable", `{}`); got["name"] != "operations/noop.DONE_OPERATION" || got["done"] != true {
		t.Errorf("%v", got)
	}
	if got := g.ok("GET "+services+"?filter=state:ENABLED", ""); len(got["services"].([]any)) != 3 {
		t.Errorf("%v", got)
	}
	_ = g.world.UpdateProject("demo", func(p *world.Project) { p.Services["iam.googleapis.com"] = false })
	if got := g.refusal("owner", "GET "+pools, ""); !strings.HasPrefix(got, "PERMISSION_DENIED: Identity and Access Management (IAM) API has not been used in project 1234567890") {
		t.Error(got)
	}
}

func stsText(g *google, rec *httptest.ResponseRecorder) string {
	var out struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	decode(g, rec, &out)
	return out.Error + ": " + out.Description
}
