package sandbox_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/landbridge/landbridge/internal/azure/provision"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/sandbox"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/wire"
)

// azureOperator is the sandbox's person on Azure, by the admin API.
type azureOperator struct {
	*testing.T
	profile sandbox.Profile
}

func (o azureOperator) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	status, text, _ := post(o.T, o.profile.AdminURL+"/tokens/azure-operator", "", "")
	var body struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
	}
	if err := json.Unmarshal([]byte(text), &body); err != nil || status != http.StatusOK || body.ExpiresIn != 3600 {
		o.Errorf("%d, %d bytes, %v", status, len(text), err)
	}
	return azcore.AccessToken{Token: body.AccessToken, ExpiresOn: time.Now().Add(time.Hour)}, nil
}

func azureKeeper(t *testing.T, s *sandbox.Sandbox) *provision.Keeper {
	t.Helper()
	p := s.Profile()
	k, err := provision.New(provision.Options{
		HTTP: wire.New(wire.Options{}), Clock: time.Now, Credential: azureOperator{t, p}, Endpoint: p.HTTP, TenantID: p.Azure.TenantID, Poll: 5 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func made(t *testing.T, k *provision.Keeper, want estate.Spec) estate.Live {
	t.Helper()
	now, err := k.Read(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	live, err := k.Write(t.Context(), "landbridge", want, now)
	if err != nil {
		t.Fatalf("%v (%s)", err, bridge.HintOf(err))
	}
	return live
}

// TestAzureFromNothing switches the issuer of an empty cluster on and federates an identity with it, as the operator. Entra
// takes the cluster's tokens after the time that it takes.
func TestAzureFromNothing(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	p, w := s.Profile(), s.World()
	k := azureKeeper(t, s)
	cluster := made(t, k, &estate.Cluster{Subscription: p.Azure.SubscriptionID, ResourceGroup: p.Azure.EmptyResourceGroup, Name: "aks-three", OIDCIssuer: true, WorkloadIdentity: true})
	issuer := cluster.Outputs["issuer"]
	if !strings.HasPrefix(issuer, p.HTTPS+"/"+p.Azure.TenantID+"/") || !strings.HasSuffix(issuer, "/") {
		t.Fatalf("issuer %s", issuer)
	}
	identity := made(t, k, &estate.Identity{Subscription: p.Azure.SubscriptionID, ResourceGroup: p.Azure.EmptyResourceGroup, Name: "web", Location: "swedencentral"})
	w.SetPace(world.Pace{Federation: time.Hour})
	made(t, k, &estate.FederatedCredential{
		Subscription: p.Azure.SubscriptionID, ResourceGroup: p.Azure.EmptyResourceGroup, Identity: "web", Name: estate.CredentialName("landbridge", "aks-three-web"),
		Issuer: issuer, Subject: "system:serviceaccount:default:default", Audience: p.Azure.ExchangeResource,
	})
	assertion, _, err := w.ServiceAccountToken(issuer, "default", "default", []string{p.Azure.ExchangeResource}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	client := identity.Outputs["client_id"]
	if text := signIn(t, p, client, assertion); !strings.Contains(text, "AADSTS70021: No matching federated identity record found for presented assertion. Assertion Issuer: '"+issuer+"'") {
		t.Errorf("before it has spread: %s", text)
	}
	if err := w.UpdateIdentity(client, func(i *world.Identity) error { clear(i.Since); return nil }); err != nil {
		t.Fatal(err)
	}
	if text := signIn(t, p, client, assertion); !strings.Contains(text, `"access_token"`) {
		t.Errorf("after it has spread: %s", text)
	}
}

// signIn exchanges an assertion at Entra and returns the answer.
func signIn(t *testing.T, p sandbox.Profile, client, assertion string) string {
	t.Helper()
	resp, err := wire.New(wire.Options{}).PostForm(t.Context(), bridge.HopEntra, p.HTTP+"/"+p.Azure.TenantID+"/oauth2/v2.0/token", nil, map[string][]string{
		"grant_type": {"client_credentials"}, "client_id": {client}, "scope": {p.Azure.ExchangeResource + "/.default"},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {assertion},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(resp.Body)
}

// TestEmptyClusters: five clusters, off, each with an issuer that is nowhere before and an address of its own after.
func TestEmptyClusters(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	p := s.Profile()
	k := azureKeeper(t, s)
	seen := map[string]bool{}
	for _, name := range []string{"aks-one", "aks-two", "aks-three", "aks-four", "aks-five"} {
		want := &estate.Cluster{Subscription: p.Azure.SubscriptionID, ResourceGroup: p.Azure.EmptyResourceGroup, Name: name, OIDCIssuer: true}
		now, err := k.Read(t.Context(), want)
		if err != nil || !now.Exists() || now.Outputs["issuer"] != "" || now.Spec.(*estate.Cluster).OIDCIssuer {
			t.Fatalf("%s: %+v, %v", name, now, err)
		}
		issuer := made(t, k, want).Outputs["issuer"]
		path := strings.TrimPrefix(issuer, p.HTTPS)
		resp, err := wire.New(wire.Options{}).Get(t.Context(), bridge.HopHome, p.HTTP+path+".well-known/openid-configuration", nil)
		if err != nil || resp.Status != http.StatusOK || !strings.Contains(string(resp.Body), `"issuer":"`+issuer+`"`) {
			t.Errorf("%s: %v, %v", name, resp, err)
		}
		seen[issuer] = true
	}
	if len(seen) != 5 {
		t.Errorf("%d issuers", len(seen))
	}
	// The demo cluster is on already.
	demo := &estate.Cluster{Subscription: p.Azure.SubscriptionID, ResourceGroup: p.Azure.ResourceGroup, Name: "aks", OIDCIssuer: true, WorkloadIdentity: true}
	now, err := k.Read(t.Context(), demo)
	if err != nil || now.Outputs["issuer"] != p.Azure.ClusterIssuer || !now.Spec.(*estate.Cluster).WorkloadIdentity {
		t.Errorf("demo: %+v, %v", now, err)
	}
}
