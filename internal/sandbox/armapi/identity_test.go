package armapi_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

func TestIdentity(t *testing.T) {
	t.Parallel()
	a := newARM(t)
	client, principal := a.identity("web")
	got := a.ask(http.MethodGet, strings.ToUpper(identities[:20])+identities[20:]+"/WEB", "")
	equal(t, "body", map[string]any{
		"id": strings.Replace(identities, "resourceGroups", "resourcegroups", 1) + "/web", "name": "web", "location": "westeurope", "tags": map[string]any{},
		"type":       "Microsoft.ManagedIdentity/userAssignedIdentities",
		"properties": map[string]any{"clientId": client, "principalId": principal, "tenantId": tenant, "isolationScope": "None"},
	}, got.body)
	who, err := a.world.Identity(client)
	if err != nil || who.ObjectID != principal || !who.Managed {
		t.Errorf("Entra does not know the new principal: %+v, %v", who, err)
	}
	equal(t, "tags", any(map[string]any{"a": "b"}), a.ask(http.MethodPatch, identities+"/web", `{"tags":{"a":"b"}}`).body["tags"])
	equal(t, "PUT keeps the principal", any(principal), a.ask(http.MethodPut, identities+"/web", `{"location":"West Europe"}`).at("properties", "principalId"))
	equal(t, "elsewhere", [2]string{
		"InvalidResourceLocation", "The resource 'web' already exists in location 'westeurope' in resource group 'rg'. A resource with the same name cannot be created in location 'uksouth'. Please select a new resource name.",
	}, a.ask(http.MethodPut, identities+"/web", `{"location":"uksouth"}`).refusal())
	equal(t, "no location", "LocationRequired", a.ask(http.MethodPut, identities+"/other", `{}`).refusal()[0])
	equal(t, "a bad name", "InvalidResourceName", a.ask(http.MethodPut, identities+"/-x", `{"location":"westeurope"}`).refusal()[0])
	equal(t, "list", 1, len(a.ask(http.MethodGet, root+"/providers/Microsoft.ManagedIdentity/userAssignedIdentities", "").body["value"].([]any)))
	equal(t, "deleted", 200, a.ask(http.MethodDelete, identities+"/web", "").status)
	equal(t, "deleted again", 204, a.ask(http.MethodDelete, identities+"/web", "").status)
	equal(t, "gone", 404, a.ask(http.MethodGet, identities+"/web", "").status)
}

// TestPages: a list is cut where the caller says, and its link goes on.
func TestPages(t *testing.T) {
	t.Parallel()
	a := newARM(t)
	for n := range 5 {
		a.identity(fmt.Sprintf("id-%d", n))
	}
	var seen int
	for path := identities + version + "&$top=2"; path != ""; {
		got := a.ask(http.MethodGet, path, "")
		seen += len(got.body["value"].([]any))
		next, _ := got.body["nextLink"].(string)
		path = strings.TrimPrefix(next, a.server.URL)
	}
	equal(t, "seen", 5, seen)
	equal(t, "a bad token", "InvalidSkipToken", a.ask(http.MethodGet, identities+version+"&$skiptoken=x", "").refusal()[0])
	equal(t, "a bad size", "InvalidTopParameter", a.ask(http.MethodGet, identities+version+"&$top=0", "").refusal()[0])
}

// TestCredentialRefusals has what is documented of federated credentials.
func TestCredentialRefusals(t *testing.T) {
	t.Parallel()
	a := newARM(t)
	a.identity("web")
	at := func(name string) string { return identities + "/web/federatedIdentityCredentials/" + name }
	made := a.ask(http.MethodPut, at("first"), credential("system:serviceaccount:shop:web"))
	equal(t, "made", 201, made.status)
	equal(t, "written again", 200, a.ask(http.MethodPut, at("FIRST"), credential("system:serviceaccount:shop:web")).status)
	flexible := `{"properties":{"issuer":"` + issuer + `","audiences":["` + audience + `"],"claimsMatchingExpression":{"value":"claims['sub'] matches 'x*'","languageVersion":1}}}`
	tests := map[string]struct {
		name, body string
		status     int
		text       string
	}{
		"the same pair twice":   {"second", credential("system:serviceaccount:shop:web"), 400, "Issuer and subject combination already exists for this Managed Identity."},
		"two audiences":         {"second", strings.Replace(credential("s"), `"]`, `","x"]`, 1), 400, "Federated identity credentials must have exactly one audience."},
		"no audience":           {"second", strings.Replace(credential("s"), `["`+audience+`"]`, `[]`, 1), 400, "Federated identity credentials must have exactly one audience."},
		"a short name":          {"ab", credential("s"), 400, "The federated identity credential name 'ab' is not valid. It must be 3 to 120 characters long, start with a letter or digit, and contain only letters, digits, '-' and '_'."},
		"a long name":           {strings.Repeat("a", 121), credential("s"), 400, "The federated identity credential name '" + strings.Repeat("a", 121) + "' is not valid. It must be 3 to 120 characters long, start with a letter or digit, and contain only letters, digits, '-' and '_'."},
		"plain http":            {"second", strings.Replace(credential("s"), "https:", "http:", 1), 400, `Issuer: "` + strings.Replace(issuer, "https:", "http:", 1) + `" is not an https URL`},
		"an expression for AKS": {"second", flexible, 400, "ClaimsMatchingExpression: expressions work for GitHub, GitLab and Terraform Cloud only, not for " + issuer},
		"Entra itself": {
			"second", strings.Replace(credential("s"), issuer, "https://login.microsoftonline.com/"+tenant+"/v2.0", 1), 400,
			"Issuer: AAD-issued tokens may not be used for federated identity flows.",
		},
	}
	for name, tc := range tests {
		got := a.ask(http.MethodPut, at(tc.name), tc.body)
		equal(t, name, tc.status, got.status)
		equal(t, name, [2]string{"BadRequest", tc.text}, got.refusal())
	}
	for n := range 19 {
		equal(t, "within the limit", 201, a.ask(http.MethodPut, at(fmt.Sprintf("more-%d", n)), credential(fmt.Sprint("s", n))).status)
	}
	equal(t, "the 21st", [2]string{"BadRequest", "Too many Federated Identity Credentials: a managed identity can have at most 20 federated identity credentials."},
		a.ask(http.MethodPut, at("last"), credential("last")).refusal())
	equal(t, "list", 20, len(a.ask(http.MethodGet, identities+"/web/federatedIdentityCredentials", "").body["value"].([]any)))
	equal(t, "deleted", 200, a.ask(http.MethodDelete, at("more-0"), "").status)
	equal(t, "deleted again", 204, a.ask(http.MethodDelete, at("more-0"), "").status)
	equal(t, "gone", 404, a.ask(http.MethodGet, at("more-0"), "").status)
	equal(t, "no identity", "ParentResourceNotFound", a.ask(http.MethodPut, strings.Replace(at("x-1"), "/web/", "/none/", 1), credential("s")).refusal()[0])
}

// TestConcurrentWrites: a write whose body is still on its way keeps others out.
func TestConcurrentWrites(t *testing.T) {
	t.Parallel()
	a := newARM(t)
	a.identity("web")
	a.identity("other")
	a.reading = make(chan struct{})
	path := identities + "/web/federatedIdentityCredentials/"
	slow, body := io.Pipe()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, a.server.URL+path+"slow"+version, slow)
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan int)
	go func() {
		resp, err := a.server.Client().Do(req)
		if err != nil {
			answered <- 0
			return
		}
		_ = resp.Body.Close()
		answered <- resp.StatusCode
	}()
	// More than the client's buffer, so that the request is on its way and the write has begun.
	if _, err := io.WriteString(body, strings.Repeat(" ", 64<<10)); err != nil {
		t.Fatal(err)
	}
	<-a.reading // what is read while the write goes on
	const code = "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity"
	text := "Too many Federated Identity Credentials are written concurrently for the managed identity '" + strings.ToLower(identities+"/web") +
		"'. Concurrent Federated Identity Credentials writes under the same managed identity are not supported."
	got := a.ask(http.MethodPut, path+"quick", credential("quick"))
	equal(t, "PUT", http.StatusConflict, got.status)
	equal(t, "PUT", [2]string{code, text}, got.refusal())
	equal(t, "DELETE", code, a.ask(http.MethodDelete, path+"quick", "").refusal()[0])
	equal(t, "another identity", 201, a.ask(http.MethodPut, strings.Replace(path, "/web/", "/other/", 1)+"quick", credential("quick")).status)
	if _, err := io.WriteString(body, credential("slow")); err != nil {
		t.Fatal(err)
	}
	_ = body.Close()
	equal(t, "the slow one", 201, <-answered)
	equal(t, "after it", 201, a.ask(http.MethodPut, path+"quick", credential("quick")).status)
}

// TestFederationSpreads: Entra looks at a new credential only after a while.
func TestFederationSpreads(t *testing.T) {
	t.Parallel()
	a := newARM(t)
	a.world.SetPace(world.Pace{Federation: 2 * time.Minute})
	client, _ := a.identity("web")
	path := identities + "/web/federatedIdentityCredentials/one"
	effective := func() int {
		i, err := a.world.Identity(client)
		if err != nil {
			t.Fatal(err)
		}
		return len(a.world.EffectiveCredentials(i))
	}
	a.ask(http.MethodPut, path, credential("one"))
	equal(t, "at once", 0, effective())
	a.clock.pass(2 * time.Minute)
	equal(t, "after a while", 1, effective())
	a.ask(http.MethodPut, path, credential("one"))
	equal(t, "written as it is", 1, effective())
	a.ask(http.MethodPut, path, credential("another"))
	equal(t, "changed", 0, effective())
}
