package trust_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/trust"
)

const sub = "system:serviceaccount:shop:summarizer"

func credentials() []trust.FederatedCredential {
	return []trust.FederatedCredential{{Name: "aks-shop", Issuer: aksIssuer, Subject: sub, Audiences: []string{trust.ExchangeAudience}}}
}

func forEntra(change map[string]any) map[string]any {
	c := claims(map[string]any{"aud": []string{trust.ExchangeAudience}})
	for k, v := range change {
		if v == nil {
			delete(c, k)
			continue
		}
		c[k] = v
	}
	return c
}

func TestVerifyAssertionAccepts(t *testing.T) {
	t.Parallel()
	got := trust.VerifyAssertion(t.Context(), trust.AssertionRequest{
		Assertion: sign(t, jose.RS256, signers().rsa, kid, forEntra(nil)), Credentials: credentials(), Now: now, Keys: published(t),
	})
	if !got.Accepted || got.Credential == nil || got.Credential.Name != "aks-shop" || got.Subject != sub {
		t.Fatalf("got %+v: %v", got, got.Refusal)
	}
}

func TestVerifyAssertionRefuses(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	const (
		check   = "Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
		create  = `az identity federated-credential create --name landbridge --identity-name "$IDENTITY" --resource-group "$RESOURCE_GROUP" --issuer ` + aksIssuer + " --subject " + sub + " --audiences api://AzureADTokenExchange"
		fresh   = "kubectl create token summarizer --namespace=shop --audience=api://AzureADTokenExchange --duration=1h"
		noMatch = "No matching federated identity record found for presented assertion"
		review  = "Review the documentation at https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials ."
	)
	tests := map[string]struct {
		creds  func([]trust.FederatedCredential) []trust.FederatedCredential
		change map[string]any
		token  func(*testing.T) bridge.Secret
		keys   trust.Keys
		want   string
		number int
		row    int
		status int
		reason string
		fix    string
	}{
		"no credential": {
			creds: func([]trust.FederatedCredential) []trust.FederatedCredential { return nil },
			want: "invalid_request: AADSTS70021: " + noMatch + ". Assertion Issuer: '" + aksIssuer + "'. Assertion Subject: '" + sub +
				"'. Assertion Audience: 'api://AzureADTokenExchange'. https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation",
			number: 70021, row: 13, status: 400, reason: "the identity has no federated credential", fix: create,
		},
		"issuer without its slash": {
			creds: func(c []trust.FederatedCredential) []trust.FederatedCredential {
				c[0].Issuer = strings.TrimSuffix(aksIssuer, "/")
				return c
			},
			want: "invalid_client: AADSTS700211: " + noMatch + " issuer '" + aksIssuer + "'. " + check, number: 700211, row: 14, status: 401,
			reason: "the credential's issuer is " + strings.TrimSuffix(aksIssuer, "/") + ", the token's " + aksIssuer + ": to Entra the trailing slash matters", fix: create,
		},
		"another cluster": {
			change: map[string]any{"iss": "https://other.example/"},
			want:   "invalid_client: AADSTS700211: " + noMatch + " issuer 'https://other.example/'. " + check, number: 700211, row: 14, status: 401,
			reason: "no credential names the issuer https://other.example/",
		},
		"another subject": {
			change: map[string]any{"sub": "system:serviceaccount:shop:other"},
			want:   "invalid_client: AADSTS700213: " + noMatch + " subject 'system:serviceaccount:shop:other'. " + check, number: 700213, row: 16, status: 401,
			reason: `the token's subject is "system:serviceaccount:shop:other", the credentials for its issuer have "` + sub + `"`,
		},
		"subject in capitals": {
			change: map[string]any{"sub": "system:serviceaccount:Shop:summarizer"},
			want: "invalid_client: AADSTS7002138: " + noMatch + " subject 'system:serviceaccount:Shop:summarizer'. The subject matches with case-insensitive comparison, " +
				"but not with case-sensitive comparison. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. " +
				"See documentation at: https://learn.microsoft.com/entra/workload-id/workload-identity-federation. See breaking change notification and remediation at: " +
				"https://learn.microsoft.com/en-us/entra/identity-platform/reference-breaking-changes#august-2024.",
			number: 7002138, row: 16, status: 401,
		},
		"no expression matches": {
			creds: func(c []trust.FederatedCredential) []trust.FederatedCredential {
				c[0].Subject, c[0].ClaimsMatchingExpression = "", &trust.ClaimsMatch{Value: "claims['sub'] matches 'repo:shop/*'", LanguageVersion: 1}
				return c
			},
			want:   "invalid_client: AADSTS7002131: " + noMatch + " subject '" + sub + "' or no federated identity credential expression matched. " + check,
			number: 7002131, row: 17, status: 401,
			reason: "no subject is the token's, and this expression is false for it: claims['sub'] matches 'repo:shop/*'",
		},
		"another audience": {
			change: map[string]any{"aud": "https://management.azure.com"},
			want:   "invalid_client: AADSTS700212: " + noMatch + " audience 'https://management.azure.com'. " + check, number: 700212, row: 15, status: 401,
			reason: "the token is meant for [https://management.azure.com], the credential takes api://AzureADTokenExchange", fix: fresh,
		},
		"credential with the GUID as audience": {
			creds: func(c []trust.FederatedCredential) []trust.FederatedCredential {
				c[0].Audiences = []string{trust.EntraExchangeID}
				return c
			},
			change: map[string]any{"aud": trust.EntraExchangeID},
			want:   "invalid_client: AADSTS700214: The audience of the federated identity credential must be in its URI form 'api://AzureADTokenExchange'.",
			number: 700214, row: 18, status: 401,
		},
		"expired": {
			change: map[string]any{"exp": at(-6 * time.Minute), "iat": at(-time.Hour), "nbf": nil},
			want: "invalid_client: AADSTS700024: Client assertion is not within its valid time range. Current time: 2026-11-23T12:00:00.0000000Z, " +
				"assertion valid from 2026-11-23T11:00:00.0000000Z, expiry time of assertion 2026-11-23T11:54:00.0000000Z. " + review,
			number: 700024, row: 20, status: 401, reason: "the token expired 6m0s ago", fix: fresh,
		},
		"not yet valid": {
			change: map[string]any{"nbf": at(6 * time.Minute)},
			want: "invalid_client: AADSTS700024: Client assertion is not within its valid time range. Current time: 2026-11-23T12:00:00.0000000Z, " +
				"assertion valid from 2026-11-23T12:06:00.0000000Z, expiry time of assertion 2026-11-23T14:00:00.0000000Z. " + review,
			number: 700024, row: 20, status: 401, reason: "the token is not valid yet: one of the two clocks is wrong",
		},
		"a year long": {
			change: map[string]any{"exp": at(8760 * time.Hour)},
			want:   "invalid_client: AADSTS70023: External OIDC Provider token must have a lifetime of less than or equal to 1.01:00:00. Token issued at 1795435140. Token expires on 1826971200.",
			number: 70023, row: 21, status: 401,
			reason: "the token lives for 8760h1m0s; the default token of a Kubernetes service account lives for a year", fix: fresh,
		},
		"no iat": {
			change: map[string]any{"iat": nil, "nbf": nil},
			want:   "invalid_client: AADSTS70023: External OIDC Provider token must have a lifetime of less than or equal to 1.01:00:00. Token issued at 0. Token expires on 1795442400.",
			number: 70023, row: 21, status: 401, reason: "the token has no iat claim, which Entra takes for the year 1970",
		},
		"Entra's own token": {
			change: map[string]any{"iss": "https://login.microsoftonline.com/tenant/v2.0"},
			want:   "invalid_client: AADSTS700222: AAD-issued tokens may not be used for federated identity flows.", number: 700222, row: 23, status: 401,
			reason: "the assertion comes from Entra itself (https://login.microsoftonline.com/tenant/v2.0)",
		},
		"issuer unreachable": {
			keys: trust.Published{}, want: "invalid_request: AADSTS90061: Request to External OIDC endpoint failed.", number: 90061, row: 22, status: 400,
			fix: "curl -fsS https://westeurope.oic.prod-aks.azure.com/tenant/cluster/.well-known/openid-configuration",
		},
		"ES256": {
			token: func(t *testing.T) bridge.Secret { return sign(t, jose.ES256, signers().p256, "ec", forEntra(nil)) },
			want:  "invalid_request: AADSTS5002730: Invalid JWT token. Unsupported key for the signing algorithm.", number: 5002730, status: 400,
		},
		"alg none": {
			token: func(t *testing.T) bridge.Secret { return unsigned(t, forEntra(nil)) },
			want:  "invalid_request: AADSTS5002730: Invalid JWT token. Unsupported key for the signing algorithm.", number: 5002730, status: 400,
		},
		"HS256 with the public key": {
			token: func(t *testing.T) bridge.Secret { return sign(t, jose.HS256, publicPEM(t), kid, forEntra(nil)) },
			want:  "invalid_request: AADSTS5002730: Invalid JWT token. Unsupported key for the signing algorithm.", number: 5002730, status: 400,
		},
		"unknown kid": {
			token: func(t *testing.T) bridge.Secret { return sign(t, jose.RS256, signers().rsa, "key-9", forEntra(nil)) },
			want:  "invalid_client: AADSTS50013: Assertion failed signature validation. [Reason - The key was not found.]", number: 50013, status: 401,
		},
		"signed by another key": {
			token:  func(t *testing.T) bridge.Secret { return sign(t, jose.RS256, signers().otherRSA, kid, forEntra(nil)) },
			want:   "invalid_client: AADSTS50013: Assertion failed signature validation. [Reason - The provided signature value did not match the expected signature value.]",
			number: 50013, status: 401,
		},
		"no JWT": {
			token: func(*testing.T) bridge.Secret { return bridge.NewSecret("opaque") },
			want:  "invalid_request: AADSTS50027: JWT token is invalid or malformed.", number: 50027, status: 400,
		},
	}
	for what, tt := range tests {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			req := trust.AssertionRequest{Credentials: credentials(), Now: now, Keys: published(t)}
			if tt.creds != nil {
				req.Credentials = tt.creds(req.Credentials)
			}
			if tt.keys != nil {
				req.Keys = tt.keys
			}
			if tt.token != nil {
				req.Assertion = tt.token(t)
			} else {
				req.Assertion = sign(t, jose.RS256, signers().rsa, kid, forEntra(tt.change))
			}
			got := trust.VerifyAssertion(t.Context(), req)
			r := got.Refusal
			if got.Accepted || got.Credential != nil || r == nil {
				t.Fatal("accepted")
			}
			if r.Error() != tt.want {
				t.Errorf("got  %s\nwant %s", r.Error(), tt.want)
			}
			if len(r.Codes) != 1 || r.Codes[0] != tt.number || r.Row != tt.row || r.Status != tt.status || r.Reason == "" {
				t.Errorf("codes %d, row %d, status %d, reason %q", r.Codes, r.Row, r.Status, r.Reason)
			}
			if tt.reason != "" && r.Reason != tt.reason {
				t.Errorf("reason\ngot  %s\nwant %s", r.Reason, tt.reason)
			}
			if tt.fix != "" && r.Fix != tt.fix {
				t.Errorf("fix\ngot  %s\nwant %s", r.Fix, tt.fix)
			}
		})
	}
}

// keysFunc is Keys from a function.
type keysFunc func(issuer string) (*trust.KeySet, error)

func (f keysFunc) Keys(_ context.Context, issuer, _ string) (*trust.KeySet, error) { return f(issuer) }

func TestStrangersAreNotCalled(t *testing.T) {
	t.Parallel()
	var asked []string
	keys := keysFunc(func(issuer string) (*trust.KeySet, error) {
		asked = append(asked, issuer)
		return nil, errors.New("unreachable")
	})
	trust.VerifyAssertion(t.Context(), trust.AssertionRequest{
		Assertion: sign(t, jose.RS256, signers().rsa, kid, forEntra(map[string]any{"iss": "https://attacker.example"})), Credentials: credentials(), Now: now, Keys: keys,
	})
	v := compile(t, nil)
	v.Verify(t.Context(), v.Request(signed(t, map[string]any{"iss": "https://attacker.example"}), now, keys))
	for _, issuer := range asked {
		if issuer != aksIssuer {
			t.Errorf("asked %s for keys", issuer)
		}
	}
}

func TestMatchFederated(t *testing.T) {
	t.Parallel()
	if c, r := trust.MatchFederated(credentials(), aksIssuer, sub, []string{trust.ExchangeAudience}); r != nil || c.Name != "aks-shop" {
		t.Errorf("got %v, %v", c, r)
	}
	if _, r := trust.MatchFederated(credentials(), aksIssuer, sub+"x", []string{trust.ExchangeAudience}); r == nil || r.Codes[0] != 700213 {
		t.Errorf("got %v", r)
	}
	_, r := trust.MatchFederated(credentials(), aksIssuer, sub+"x", []string{trust.ExchangeAudience})
	if e := r.Err(bridge.HopEntra); e.Code != "AADSTS700213" || e.Kind != bridge.Denied || e.Hop != bridge.HopEntra || !strings.Contains(e.Hint, "az identity") {
		t.Errorf("got %+v", e)
	}
	const github = "https://token.actions.githubusercontent.com"
	flexible := []trust.FederatedCredential{{Issuer: github, Audiences: []string{trust.ExchangeAudience}, ClaimsMatchingExpression: &trust.ClaimsMatch{
		Value: "claims['sub'] matches 'repo:shop/*:ref:refs/heads/mai?' and claims['iss'] eq '" + github + "'", LanguageVersion: 1,
	}}}
	for subject, want := range map[string]bool{
		"repo:shop/a:ref:refs/heads/main": true, "repo:shop/a:ref:refs/heads/mainx": false, "xrepo:shop/a:ref:refs/heads/main": false,
	} {
		if _, r := trust.MatchFederated(flexible, github, subject, []string{trust.ExchangeAudience}); (r == nil) != want {
			t.Errorf("%s: %v", subject, r)
		}
	}
}

func TestCheckFederated(t *testing.T) {
	t.Parallel()
	change := func(f func(*trust.FederatedCredential)) []trust.FederatedCredential {
		c := credentials()
		f(&c[0])
		return c
	}
	var many []trust.FederatedCredential
	for i := range 21 {
		c := credentials()[0]
		c.Subject += strings.Repeat("x", i)
		many = append(many, c)
	}
	tests := map[string]struct {
		creds []trust.FederatedCredential
		want  string
	}{
		"two audiences":      {change(func(c *trust.FederatedCredential) { c.Audiences = []string{"a", "b"} }), "federatedIdentityCredentials[0].audiences: Federated identity credentials must have exactly one audience."},
		"GUID":               {change(func(c *trust.FederatedCredential) { c.Audiences = []string{trust.EntraExchangeID} }), "federatedIdentityCredentials[0].audiences: the audience must be the URI, not the id of Entra's application"},
		"bad name":           {change(func(c *trust.FederatedCredential) { c.Name = "a b" }), `federatedIdentityCredentials[0].name: "a b" must have 3 to 120 characters of A-Z, a-z, 0-9, _ and -`},
		"http issuer":        {change(func(c *trust.FederatedCredential) { c.Issuer = "http://x" }), `federatedIdentityCredentials[0].issuer: "http://x" is not an https URL`},
		"Entra's own issuer": {change(func(c *trust.FederatedCredential) { c.Issuer = "https://sts.windows.net/t/" }), "federatedIdentityCredentials[0].issuer: AAD-issued tokens may not be used for federated identity flows."},
		"duplicate":          {append(credentials(), credentials()...), "federatedIdentityCredentials[1]: Issuer and subject combination already exists for this Managed Identity."},
		"twenty-one":         {many, "federatedIdentityCredentials: 21 credentials, at most 20 are allowed for one identity"},
		"wildcards for AKS": {change(func(c *trust.FederatedCredential) {
			c.Subject, c.ClaimsMatchingExpression = "", &trust.ClaimsMatch{Value: "claims['sub'] matches 'system:*'", LanguageVersion: 1}
		}), "federatedIdentityCredentials[0].claimsMatchingExpression: expressions work for GitHub, GitLab and Terraform Cloud only, not for " + aksIssuer},
		"good": {credentials(), ""},
	}
	for what, tt := range tests {
		if got := trust.CheckFederated(tt.creds).Error(); got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", what, got, tt.want)
		}
	}
}
