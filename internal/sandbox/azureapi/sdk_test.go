package azureapi_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

func (s *sandbox) cloud() azcore.ClientOptions {
	return azcore.ClientOptions{
		Transport: s.server.Client(),
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: s.server.URL + "/"},
		Retry:     policy.RetryOptions{MaxRetries: -1},
	}
}

func TestClientAssertionCredential(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, time.Now)
	cred, err := azidentity.NewClientAssertionCredential(tenantID, clientID,
		func(context.Context) (string, error) { return s.assertion(), nil },
		&azidentity.ClientAssertionCredentialOptions{ClientOptions: s.cloud(), DisableInstanceDiscovery: true})
	if err != nil {
		t.Fatal(err)
	}
	got, err := cred.GetToken(background(t), policy.TokenRequestOptions{Scopes: []string{"https://storage.azure.com/.default"}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "aud", any("https://storage.azure.com"), claims(t, got.Token)["aud"])
	if left := time.Until(got.ExpiresOn); left < 23*time.Hour || left > 24*time.Hour {
		t.Errorf("a managed identity's token lives for %v, not a day", left)
	}
}

func TestClientAssertionCredentialAgainstProductionNames(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, time.Now)
	options := s.cloud()
	options.Transport, options.Cloud = transport{s}, cloud.AzurePublic
	cred, err := azidentity.NewClientAssertionCredential(tenantID, appClientID,
		func(context.Context) (string, error) { return s.assertion(), nil },
		&azidentity.ClientAssertionCredentialOptions{ClientOptions: options}) // instance discovery is on
	if err != nil {
		t.Fatal(err)
	}
	got, err := cred.GetToken(background(t), policy.TokenRequestOptions{Scopes: []string{"https://management.azure.com/.default"}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "appid", any(appClientID), claims(t, got.Token)["appid"])
}

func TestWorkloadIdentityCredential(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, time.Now)
	file := filepath.Join(t.TempDir(), "azure-identity-token")
	if err := os.WriteFile(file, []byte(s.assertion()), 0o600); err != nil {
		t.Fatal(err)
	}
	cred, err := azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{
		ClientOptions: s.cloud(), ClientID: clientID, TenantID: tenantID, TokenFilePath: file, DisableInstanceDiscovery: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := cred.GetToken(background(t), policy.TokenRequestOptions{Scopes: []string{"api://AzureADTokenExchange/.default"}})
	if err != nil {
		t.Fatal(err)
	}
	c := claims(t, got.Token)
	equal(t, "aud", any("fb60f99c-7a34-4190-8149-302f77469936"), c["aud"])
	equal(t, "iss", any("https://login.microsoftonline.com/"+tenantID+"/v2.0"), c["iss"])
}

func TestSDKShowsEntrasRefusal(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, time.Now)
	cred, err := azidentity.NewClientAssertionCredential(tenantID, clientID, func(context.Context) (string, error) {
		token, _, err := s.world.ServiceAccountToken(issuer, "demo", "other", []string{"api://AzureADTokenExchange"}, time.Hour)
		return token, err
	}, &azidentity.ClientAssertionCredentialOptions{ClientOptions: s.cloud(), DisableInstanceDiscovery: true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = cred.GetToken(background(t), policy.TokenRequestOptions{Scopes: []string{"https://storage.azure.com/.default"}})
	const want = "AADSTS700213: No matching federated identity record found for presented assertion subject 'system:serviceaccount:demo:other'."
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the SDK's error does not say %q: %v", want, err)
	}
}

func TestManagedIdentityOnIMDS(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, time.Now)
	cred, err := azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{
		ClientOptions: azcore.ClientOptions{Transport: transport{s}}, ID: azidentity.ClientID(secondClientID),
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := cred.GetToken(background(t), policy.TokenRequestOptions{Scopes: []string{"https://management.azure.com/.default"}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "appid", any(secondClientID), claims(t, got.Token)["appid"])
}

func TestManagedIdentityOnAppService(t *testing.T) {
	s := newSandbox(t, time.Now)
	t.Setenv("IDENTITY_ENDPOINT", s.server.URL+"/msi/token")
	t.Setenv("IDENTITY_HEADER", s.secret.Reveal())
	cred, err := azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{
		ClientOptions: azcore.ClientOptions{Transport: s.server.Client()}, ID: azidentity.ObjectID(objectID),
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := cred.GetToken(background(t), policy.TokenRequestOptions{Scopes: []string{"api://landbridge/.default"}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "aud", any("api://landbridge"), claims(t, got.Token)["aud"])
}

// Arc's SDKs take challenge files from one fixed directory only, so the SDK's part of the check is its refusal to read
// ours: it has understood the challenge up to there.
func TestManagedIdentityOnArcIsChallenged(t *testing.T) {
	s := newSandbox(t, time.Now)
	t.Setenv("IDENTITY_ENDPOINT", s.server.URL+"/arc/metadata/identity/oauth2/token")
	t.Setenv("IMDS_ENDPOINT", s.server.URL)
	cred, err := azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{
		ClientOptions: azcore.ClientOptions{Transport: s.server.Client()},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = cred.GetToken(background(t), policy.TokenRequestOptions{Scopes: []string{"https://vault.azure.net/.default"}})
	want := "invalid file path, expected /var/opt/azcmagent/tokens, got " + s.arcDir
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the SDK's error does not say %q: %v", want, err)
	}
}

func TestEntraFaultReachesTheSDK(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, time.Now)
	s.world.SetFault("entra", world.Fault{Status: 503})
	cred, err := azidentity.NewClientAssertionCredential(tenantID, clientID,
		func(context.Context) (string, error) { return s.assertion(), nil },
		&azidentity.ClientAssertionCredentialOptions{ClientOptions: s.cloud(), DisableInstanceDiscovery: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = cred.GetToken(background(t), policy.TokenRequestOptions{Scopes: []string{"https://storage.azure.com/.default"}}); err == nil {
		t.Error("the SDK got a token from a broken Entra")
	}
}
