package armapi_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// put is the cluster as it is, with a change, as a body.
func (a *arm) put(change func(properties map[string]any)) string {
	a.Helper()
	got := a.ask(http.MethodGet, cluster, "")
	change(got.body["properties"].(map[string]any))
	content, err := json.Marshal(got.body)
	if err != nil {
		a.Fatal(err)
	}
	return string(content)
}

func issuerOn(p map[string]any) { p["oidcIssuerProfile"] = map[string]any{"enabled": true} }

// TestIssuerIsSwitchedOn follows the operation from its first answer to its end, and the issuer with it.
func TestIssuerIsSwitchedOn(t *testing.T) {
	t.Parallel()
	a := newARM(t)
	a.world.SetPace(world.Pace{Operation: 3 * time.Minute})
	served := func() bool { _, ok := a.world.IssuerKeys(issuer); return ok }
	before := a.ask(http.MethodGet, cluster, "")
	equal(t, "before", any(map[string]any{"enabled": false}), before.at("properties", "oidcIssuerProfile"))
	equal(t, "served before", false, served())

	began := a.ask(http.MethodPut, cluster, a.put(issuerOn), "If-Match", before.body["eTag"].(string))
	equal(t, "status", http.StatusOK, began.status)
	equal(t, "state", any("Updating"), began.at("properties", "provisioningState"))
	equal(t, "no address yet", any(map[string]any{"enabled": true}), began.at("properties", "oidcIssuerProfile"))
	link := began.header.Get("Azure-AsyncOperation")
	operation := strings.TrimPrefix(link, a.server.URL)
	if operation == link || !strings.HasPrefix(operation, root+"/providers/Microsoft.ContainerService/locations/westeurope/operations/") {
		t.Fatalf("Azure-AsyncOperation: %s", link)
	}
	equal(t, "operation", any("InProgress"), a.ask(http.MethodGet, operation, "").body["status"])
	equal(t, "served meanwhile", false, served())
	running, err := a.world.Cluster(issuer)
	if err != nil {
		t.Fatal(err)
	}
	busy := a.ask(http.MethodPatch, cluster, `{"tags":{"a":"b"}}`)
	equal(t, "another write", http.StatusConflict, busy.status)
	equal(t, "its words", [2]string{"OperationNotAllowed", fmt.Sprintf("Operation is not allowed because there's an in progress update managed cluster operation (operation ID: %s) on the managed cluster "+
		"started on UTC 2026-11-23T12:00:00Z. Please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details", running.Managed.Operation)}, busy.refusal())

	a.clock.pass(3 * time.Minute)
	done := a.ask(http.MethodGet, operation, "")
	equal(t, "operation", any("Succeeded"), done.body["status"])
	after := a.ask(http.MethodGet, cluster, "")
	equal(t, "state", any("Succeeded"), after.at("properties", "provisioningState"))
	equal(t, "the issuer", any(map[string]any{"enabled": true, "issuerURL": issuer}), after.at("properties", "oidcIssuerProfile"))
	equal(t, "served", true, served())
	for name, old := range before.at("properties").(map[string]any) {
		if name != "oidcIssuerProfile" {
			equal(t, name, old, after.at("properties", name))
		}
	}
	if after.body["eTag"] == before.body["eTag"] {
		t.Error("a write left the ETag as it was")
	}
}

// TestTokensOfAClusterWithoutIssuer name the API server, whose keys nobody finds.
func TestTokensOfAClusterWithoutIssuer(t *testing.T) {
	t.Parallel()
	a := newARM(t)
	iss := func() any {
		token, _, err := a.world.ServiceAccountToken(issuer, "shop", "web", []string{"x"}, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
		if err != nil {
			t.Fatal(err)
		}
		var claims map[string]any
		if err := json.Unmarshal(payload, &claims); err != nil {
			t.Fatal(err)
		}
		return claims["iss"]
	}
	equal(t, "off", any("https://prod-dns.westeurope.azmk8s.io"), iss())
	a.ask(http.MethodPut, cluster, a.put(issuerOn))
	equal(t, "on", any(issuer), iss())
}

func TestClusterRefusals(t *testing.T) {
	t.Parallel()
	on := newARM(t)
	on.ask(http.MethodPut, cluster, on.put(issuerOn))
	without := func(name string) func(map[string]any) { return func(p map[string]any) { delete(p, name) } }
	tests := map[string]struct {
		method, path, body string
		header             []string
		status             int
		code, text         string
	}{
		"the issuer off": {
			"PUT", cluster, on.put(func(p map[string]any) { p["oidcIssuerProfile"] = map[string]any{"enabled": false} }), nil,
			400, "OIDCIssuerFeatureCannotBeDisabled", "OIDC issuer feature cannot be disabled.",
		},
		"an old ETag":           {"PUT", cluster, on.put(issuerOn), []string{"If-Match", "first"}, 412, "PreconditionFailed", "Etag mismatched: the managed cluster was changed since it was read."},
		"only if it is new":     {"PUT", cluster, on.put(issuerOn), []string{"If-None-Match", "*"}, 412, "PreconditionFailed", "The managed cluster exists."},
		"no agent pools":        {"PUT", cluster, on.put(without("agentPoolProfiles")), nil, 400, "InvalidParameter", "Required parameter agentPoolProfiles is missing (null)."},
		"no location":           {"PUT", cluster, `{"properties":{}}`, nil, 400, "LocationRequired", "The location property is required for this definition."},
		"another location":      {"PUT", cluster, `{"location":"uksouth","properties":{}}`, nil, 400, "PropertyChangeNotAllowed", "Changing property 'location' is not allowed."},
		"no JSON":               {"PUT", cluster, `{`, nil, 400, "InvalidRequestContent", "The request content was invalid and could not be deserialized: 'unexpected end of JSON input'."},
		"a PATCH of properties": {"PATCH", cluster, `{"properties":{}}`, nil, 400, "InvalidParameter", "PATCH takes tags only; 'properties' is not one: use PUT with the whole cluster."},
		"a new cluster": {
			"PUT", clusters + "/new", on.put(issuerOn), nil, 501, "NotImplemented", "The sandbox does not pretend PUT " + clusters + "/new. The real API may know it.",
		},
		"one that is not there": {
			"GET", clusters + "/new", "", nil, 404, "ResourceNotFound",
			"The Resource 'Microsoft.ContainerService/managedClusters/new' under resource group 'rg' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
		},
		"a group that is not there": {"GET", strings.Replace(clusters, "/rg/", "/none/", 1), "", nil, 404, "ResourceGroupNotFound", "Resource group 'none' could not be found."},
		"an operation that is not there": {
			"GET", root + "/providers/Microsoft.ContainerService/locations/westeurope/operations/x", "", nil, 404, "NotFound", "The operation 'x' was not found.",
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := on.ask(tc.method, tc.path, tc.body, tc.header...)
			equal(t, "status", tc.status, got.status)
			equal(t, "words", [2]string{tc.code, tc.text}, got.refusal())
		})
	}
	off := newARM(t)
	got := off.ask(http.MethodPut, cluster, off.put(func(p map[string]any) {
		p["securityProfile"] = map[string]any{"workloadIdentity": map[string]any{"enabled": true}}
	}))
	equal(t, "workload identity without an issuer", 400, got.status)
}

// TestUserCredential: the kubeconfig leads to the pretended API server of this cluster.
func TestUserCredential(t *testing.T) {
	t.Parallel()
	a := newARM(t)
	got := a.ask(http.MethodPost, cluster+"/listClusterUserCredential", "")
	list, _ := got.body["kubeconfigs"].([]any)
	if len(list) != 1 {
		t.Fatalf("%v", got.body)
	}
	content, err := base64.StdEncoding.DecodeString(list[0].(map[string]any)["value"].(string))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"server":"` + a.server.URL + `/clusters/prod"`, `"token":"kube"`, `"current-context":"prod"`} {
		if !strings.Contains(string(content), part) {
			t.Errorf("no %s in %s", part, content)
		}
	}
}

// TestPathsDoNotMindCase, as Resource Manager's.
func TestPathsDoNotMindCase(t *testing.T) {
	t.Parallel()
	a := newARM(t)
	equal(t, "status", 200, a.ask(http.MethodGet, strings.ToUpper(strings.Replace(cluster, subscriber, strings.ToUpper(subscriber), 1)), "").status)
	equal(t, "status", 200, a.ask(http.MethodGet, strings.ToLower(clusters), "").status)
}
