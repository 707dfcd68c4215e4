package keyvault

import (
	"context"
	"fmt"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Key Vault says by a challenge which token it wants (https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses).
// The SDK asks its first call without a token, and then for whatever the answer names.

// challengeForm is a challenge that the SDK can take apart: an authority with a tenant, and a resource or scope.
var challengeForm = bridge.FormOf(`^Bearer authorization="https://[^/"]+/[^/" ]+/?",? (scope|resource)="https://[^" ]+"`)

// challenged is the transport, behind which no challenge is let through that the SDK would stumble over.
type challenged struct{ next policy.Transporter }

// Do implements policy.Transporter.
func (t challenged) Do(req *http.Request) (*http.Response, error) {
	resp, err := t.next.Do(req)
	if err != nil || resp.StatusCode != http.StatusUnauthorized || challengeForm().MatchString(resp.Header.Get("WWW-Authenticate")) {
		return resp, err
	}
	return nil, &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopKeys, Code: "bad_answer", Status: resp.StatusCode,
		Text: req.URL.Host + " answered 401 without Key Vault's challenge", Hint: "check that the address is the vault's own and not a proxy's",
	}
}

// credential gives tokens for one scope only, whatever a challenge asks for.
type credential struct {
	azcore.TokenCredential
	scope string
}

// GetToken implements azcore.TokenCredential.
func (c credential) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	if len(o.Scopes) != 1 || o.Scopes[0] != c.scope {
		return azcore.AccessToken{}, &bridge.Error{
			Kind: bridge.Refused, Hop: bridge.HopKeys, Code: "challenge_refused",
			Text: fmt.Sprintf("the vault asked for a token for %q, and gets none but for %q", o.Scopes, c.scope),
			Hint: "check that the address is the vault's own and not a proxy's",
		}
	}
	return c.TokenCredential.GetToken(ctx, o)
}
