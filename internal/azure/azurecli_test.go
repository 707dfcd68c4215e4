package azure

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
)

// az stands in for azidentity's credential, which runs the real CLI.
type az struct {
	token string
	err   error
	asked []string
}

func (a *az) GetToken(_ context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	a.asked = o.Scopes
	return azcore.AccessToken{Token: a.token, ExpiresOn: noon.Add(time.Hour)}, a.err
}

func TestCLI(t *testing.T) {
	t.Parallel()
	fake := &az{token: entraToken(t, noon.Add(time.Hour))}
	d := deps(nil)
	d.CLI = fake
	source, err := NewCLI(d, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := source.Assertion(t.Context(), bridge.AssertionRequest{})
	if err != nil || got.Subject != objectID {
		t.Fatalf("got %+v, %v", got, err)
	}
	if diff := cmp.Diff([]string{"api://AzureADTokenExchange/.default"}, fake.asked); diff != "" {
		t.Error(diff)
	}
	wantTrace := []bridge.Step{{Hop: bridge.HopHome, Who: objectID, What: "ran az account get-access-token for api://AzureADTokenExchange", Expiry: noon.Add(time.Hour)}}
	if diff := cmp.Diff(wantTrace, got.Trace); diff != "" {
		t.Error(diff)
	}
}

func TestCLIRefusals(t *testing.T) {
	t.Parallel()
	const trouble = " To troubleshoot, visit https://aka.ms/azsdk/go/identity/troubleshoot#azure-cli"
	for name, test := range map[string]struct {
		says string
		want want
	}{
		"absent": {"AzureCLICredential: executable not found on path", want{kind: bridge.Usage, code: "azure_cli_missing", text: "the Azure CLI is not on PATH", hint: "install it"}},
		"signed out": {
			"AzureCLICredential: ERROR: Please run 'az login' to setup account." + trouble,
			want{kind: bridge.Denied, code: "azure_cli_signed_out", text: "the Azure CLI says: Please run 'az login' to setup account.", hint: "az login"},
		},
		"not consented": {
			"AzureCLICredential: ERROR: AADSTS65001: The user has not consented.\r\nTrace ID: 1",
			want{kind: bridge.Denied, code: "AADSTS65001", text: "the Azure CLI says: AADSTS65001: The user has not consented.", hint: "App ID URI"},
		},
		"a token": {"AzureCLICredential: unexpected eyJhbGciOiJub25lIn0.e30. in output", want{kind: bridge.Denied, code: "azure_cli_refused", text: "the Azure CLI says: unexpected [redacted] in output", hint: "az account get-access-token"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := deps(nil)
			d.CLI = &az{err: errors.New(test.says)}
			source, err := NewCLI(d, Settings{})
			if err != nil {
				t.Fatal(err)
			}
			_, err = source.Assertion(t.Context(), bridge.AssertionRequest{})
			test.want.check(t, err)
		})
	}
	d := deps(nil)
	d.CLI = &az{token: "opaque"}
	source, err := NewCLI(d, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = source.Assertion(t.Context(), bridge.AssertionRequest{})
	want{kind: bridge.Unreachable, code: "bad_answer", text: "the Azure CLI gave no token that is alive", hint: "az login"}.check(t, err)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d.CLI = &az{err: errors.New("signal: killed")}
	if source, err = NewCLI(d, Settings{}); err != nil {
		t.Fatal(err)
	}
	_, err = source.Assertion(ctx, bridge.AssertionRequest{})
	want{kind: bridge.Unreachable, code: "canceled", text: "gave up waiting for the Azure CLI"}.check(t, err)

	_, err = NewCLI(deps(nil), Settings{TenantID: "a b"})
	want{kind: bridge.Usage, code: "tenant_malformed", text: "the Entra tenant is neither a GUID nor a domain", hint: "az account show"}.check(t, err)
}
