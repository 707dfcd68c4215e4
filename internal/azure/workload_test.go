package azure

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/tokenfile"
)

func TestWorkloadIdentity(t *testing.T) {
	t.Parallel()
	s := serve(t, saysJSON(200, fmt.Sprintf(`{"token_type":"Bearer","expires_in":86399,"access_token":%q}`, entraToken(t, noon.Add(24*time.Hour)))))
	path := put(t, podToken(t))
	source, err := NewWorkloadIdentity(deps(map[string]string{
		"AZURE_CLIENT_ID": clientID, "AZURE_TENANT_ID": tenantID, "AZURE_FEDERATED_TOKEN_FILE": path, "AZURE_AUTHORITY_HOST": s.URL + "/",
	}), Settings{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := source.Assertion(t.Context(), bridge.AssertionRequest{Audience: "ignored"})
	if err != nil {
		t.Fatal(err)
	}
	if got.Token.Reveal() != entraToken(t, noon.Add(24*time.Hour)) || got.Subject != objectID || got.Audience[0] != TokenExchangeAudience {
		t.Errorf("got %+v", got)
	}
	host := s.Listener.Addr().String()
	wantTrace := []bridge.Step{
		{Hop: bridge.HopHome, Who: "system:serviceaccount:reports:summariser", What: "read " + path, Expiry: noon.Add(time.Hour)},
		{Hop: bridge.HopEntra, Who: objectID, What: "asked " + host + "/" + tenantID + " for api://AzureADTokenExchange/.default", Expiry: noon.Add(86399 * time.Second)},
	}
	if diff := cmp.Diff(wantTrace, got.Trace); diff != "" {
		t.Error(diff)
	}
	if source.Describe() != "Entra token of "+clientID+", got with token file "+path {
		t.Errorf("Describe: %q", source.Describe())
	}
	_, form := s.last(t)
	if form.Get("client_assertion") != podToken(t) || form.Get("scope") != "api://AzureADTokenExchange/.default" || form.Get("client_id") != clientID {
		t.Errorf("asked for %q as %q", form.Get("scope"), form.Get("client_id"))
	}
}

func TestWorkloadIdentitySettingsComeFirst(t *testing.T) {
	t.Parallel()
	s := serve(t, saysJSON(200, fmt.Sprintf(`{"token_type":"Bearer","expires_in":3600,"access_token":%q}`, entraToken(t, noon.Add(time.Hour)))))
	source, err := NewWorkloadIdentity(deps(map[string]string{
		"AZURE_CLIENT_ID": objectID, "AZURE_TENANT_ID": objectID, "AZURE_FEDERATED_TOKEN_FILE": "/nowhere", "AZURE_AUTHORITY_HOST": "https://login.evil.example",
	}), Settings{ClientID: clientID, TenantID: tenantID, File: put(t, podToken(t)), AuthorityHost: s.URL, Resource: "api://bridge"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := source.Assertion(t.Context(), bridge.AssertionRequest{}); err != nil {
		t.Fatal(err)
	}
	r, form := s.last(t)
	if r.URL.Path != "/"+tenantID+"/oauth2/v2.0/token" || form.Get("client_id") != clientID || form.Get("scope") != "api://bridge/.default" {
		t.Errorf("asked %s for %q as %q", r.URL.Path, form.Get("scope"), form.Get("client_id"))
	}
}

func TestWorkloadIdentityRefusals(t *testing.T) {
	t.Parallel()
	whole := map[string]string{"AZURE_CLIENT_ID": clientID, "AZURE_TENANT_ID": tenantID}
	with := func(changes ...string) map[string]string {
		env := map[string]string{}
		for k, v := range whole {
			env[k] = v
		}
		for i := 0; i < len(changes); i += 2 {
			env[changes[i]] = changes[i+1]
		}
		return env
	}
	for _, test := range []struct {
		env  map[string]string
		want want
	}{
		{with("AZURE_CLIENT_ID", ""), want{kind: bridge.Usage, code: "client_id_missing", text: "no client id: neither client_id nor AZURE_CLIENT_ID is set", hint: "azure.workload.identity/client-id"}},
		{with("AZURE_TENANT_ID", ""), want{kind: bridge.Usage, code: "tenant_missing", text: "no tenant: neither tenant_id nor AZURE_TENANT_ID is set", hint: "azure.workload.identity/use=true"}},
		{with("AZURE_AUTHORITY_HOST", "https://evil.example/"), want{kind: bridge.Usage, code: "host_refused", text: "authority host evil.example is not one of Microsoft's, and would be handed a token", hint: "loopback"}},
		{with("AZURE_KUBERNETES_TOKEN_PROXY", "https://proxy"), want{kind: bridge.Usage, code: "identity_binding", text: "this pod uses an AKS identity binding (AZURE_KUBERNETES_TOKEN_PROXY), whose token only AKS's own proxy takes", hint: "kind kubernetes"}},
	} {
		_, err := NewWorkloadIdentity(deps(test.env), Settings{})
		test.want.check(t, err)
	}

	for _, named := range []string{"", tokenfile.AzureTokenFile, tokenfile.AzureTokenFileBefore16} {
		source, err := NewWorkloadIdentity(deps(with("AZURE_FEDERATED_TOKEN_FILE", named)), Settings{})
		if err != nil {
			t.Fatal(err)
		}
		first := named
		if first == "" {
			first = tokenfile.AzureTokenFile
		}
		_, err = source.Assertion(t.Context(), bridge.AssertionRequest{})
		want{kind: bridge.Usage, code: "token_file_missing", text: "token file " + first + " does not exist", hint: "v1.6 moved its token"}.check(t, err)
	}
}

// Whichever of the webhook's two paths is named, the token is found at the other.
func TestWebhookFiles(t *testing.T) {
	t.Parallel()
	before, after := tokenfile.AzureTokenFileBefore16, tokenfile.AzureTokenFile
	for named, paths := range map[string][]string{"": {after, before}, before: {before, after}, after: {after, before}, "/own": {"/own"}} {
		if diff := cmp.Diff(paths, webhookFiles(named)); diff != "" {
			t.Errorf("%q: %s", named, diff)
		}
	}
	gone, here := put(t, ""), put(t, podToken(t))
	if err := os.Remove(gone); err != nil {
		t.Fatal(err)
	}
	s := serve(t, saysJSON(200, fmt.Sprintf(`{"token_type":"Bearer","expires_in":3600,"access_token":%q}`, entraToken(t, noon.Add(time.Hour)))))
	source := &WorkloadIdentitySource{entra: exchanger(t, s.URL)}
	for _, path := range []string{gone, here} {
		file, err := tokenfile.New(tokenfile.Options{Path: path, Clock: clock})
		if err != nil {
			t.Fatal(err)
		}
		source.files = append(source.files, file)
	}
	if _, err := source.Assertion(t.Context(), bridge.AssertionRequest{}); err != nil {
		t.Error(err)
	}
}

// A token that Google could not read, or that is dead, is not passed on.
func TestWorkloadIdentityOddToken(t *testing.T) {
	t.Parallel()
	for name, token := range map[string]string{"opaque": "opaque", "expired": entraToken(t, noon)} {
		s := serve(t, saysJSON(200, fmt.Sprintf(`{"token_type":"Bearer","expires_in":3600,"access_token":%q}`, token)))
		source, err := NewWorkloadIdentity(deps(nil), Settings{ClientID: clientID, TenantID: tenantID, File: put(t, podToken(t)), AuthorityHost: s.URL})
		if err != nil {
			t.Fatal(err)
		}
		_, err = source.Assertion(t.Context(), bridge.AssertionRequest{})
		t.Run(name, func(t *testing.T) {
			want{kind: bridge.Unreachable, code: "bad_answer", text: s.Listener.Addr().String() + " gave a token that is not a living JWT", hint: "timedatectl"}.check(t, err)
		})
	}
}
