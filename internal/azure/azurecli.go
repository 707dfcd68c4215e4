package azure

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/tokenfile"
)

// CLISource asks the Azure CLI, which is signed in as a person: for a developer's own machine. The CLI keeps tokens of
// its own and cannot be asked for a fresh one, so that Fresh only means asking again.
type CLISource struct {
	credential azcore.TokenCredential
	clock      bridge.Clock
	resource   string
}

// NewCLI returns a source; it runs nothing yet.
func NewCLI(d Deps, s Settings) (*CLISource, error) {
	d, err := d.whole()
	if err == nil {
		err = s.check(CLI)
	}
	if err != nil {
		return nil, err
	}
	credential := d.CLI
	if credential == nil {
		tenant := cmp.Or(s.TenantID, d.Env("AZURE_TENANT_ID"))
		if credential, err = azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{TenantID: tenant}); err != nil {
			return nil, usage("tenant_malformed", "the Entra tenant is neither a GUID nor a domain", "copy it from: az account show --query tenantId")
		}
	}
	return &CLISource{credential: credential, clock: d.Clock, resource: s.resource()}, nil
}

// Describe implements bridge.Describer.
func (s *CLISource) Describe() string { return "the person signed in to the Azure CLI" }

// Assertion implements bridge.Source.
func (s *CLISource) Assertion(ctx context.Context, _ bridge.AssertionRequest) (bridge.Assertion, error) {
	start := s.clock()
	token, err := s.credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{s.resource + "/.default"}})
	if err != nil {
		return bridge.Assertion{}, s.refusal(ctx, err)
	}
	out, err := tokenfile.Peek(bridge.NewSecret(token.Token))
	if err != nil || out.Expiry.IsZero() || !s.clock().Before(out.Expiry) {
		return bridge.Assertion{}, &bridge.Error{
			Kind: bridge.Unreachable, Hop: bridge.HopHome, Code: "bad_answer", Text: "the Azure CLI gave no token that is alive",
			Hint: "sign in again: az login",
		}
	}
	out.Trace = []bridge.Step{{
		Hop: bridge.HopHome, Who: out.Subject, What: "ran az account get-access-token for " + s.resource, Expiry: out.Expiry, Took: s.clock().Sub(start),
	}}
	return out, nil
}

// refusal sorts what the CLI printed. azidentity keeps that as text only, and this text is nobody's interface but az's.
func (s *CLISource) refusal(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		code := "canceled"
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			code = "deadline_exceeded"
		}
		return &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopHome, Code: code, Text: "gave up waiting for the Azure CLI", Cause: ctx.Err()}
	}
	text := strings.TrimPrefix(presentable(err.Error()), "AzureCLICredential: ")
	text, _, _ = strings.Cut(strings.TrimPrefix(text, "ERROR: "), " To troubleshoot, visit")
	out := &bridge.Error{Kind: bridge.Denied, Hop: bridge.HopHome, Code: "azure_cli_refused", Text: "the Azure CLI says: " + text, Hint: "try it by hand: az account get-access-token --resource " + s.resource}
	_, after, _ := strings.Cut(text, "AADSTS")
	digits := after[:len(after)-len(strings.TrimLeft(after, "0123456789"))]
	if digits != "" {
		out.Code = "AADSTS" + digits
	}
	switch {
	case strings.Contains(text, "executable not found on path"):
		out.Kind, out.Code, out.Text = bridge.Usage, "azure_cli_missing", "the Azure CLI is not on PATH"
		out.Hint = "install it and run az login, or name another source kind"
	case strings.Contains(text, "az login"):
		out.Code, out.Hint = "azure_cli_signed_out", "sign in: az login"
	case out.Code == "AADSTS65001" || out.Code == "AADSTS65002":
		out.Hint = "the CLI may not ask for " + s.resource + " on a person's behalf: register an application, authorise the Azure CLI on it, and set resource to its App ID URI"
	}
	return out
}
