package trust_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/trust"
)

func TestVerifyAccepts(t *testing.T) {
	t.Parallel()
	v := compile(t, func(p *trust.Provider) {
		p.AttributeMapping = map[string]string{
			"google.subject":      "assertion.sub.extract('system:serviceaccount:{s}')",
			"google.groups":       "['ns-' + assertion['kubernetes.io']['namespace']]",
			"attribute.namespace": "assertion['kubernetes.io']['namespace']",
			"attribute.absent":    "assertion.nowhere",
		}
		p.AttributeCondition = "attribute.namespace == 'shop' && google.subject.startsWith('shop:') && 'ns-shop' in google.groups"
	})
	got := verify(t, v, signed(t, nil))
	if !got.Accepted {
		t.Fatalf("refused: %v", got.Refusal)
	}
	const pool = "iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/azure-pool"
	want := []string{
		"principal://" + pool + "/subject/shop:summarizer",
		"principalSet://" + pool + "/group/ns-shop",
		"principalSet://" + pool + "/attribute.namespace/shop",
		"principalSet://" + pool + "/*",
	}
	if diff := cmp.Diff(want, got.Members()); diff != "" {
		t.Error(diff)
	}
	if s, _ := got.ExpiresIn(now); s != 3600 {
		t.Errorf("expires in %d, want 3600", s)
	}
	step, _ := got.Step(trust.StepMapping)
	if want := `left out: attribute.absent (the token has no claim "nowhere"; a missing claim is an error and not false: guard it with has())`; step.Detail != want {
		t.Errorf("detail %q, want %q", step.Detail, want)
	}
}

func TestVerifyAcceptsAtTheEdges(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	tests := map[string]struct {
		change  map[string]any
		seconds int
		ok      bool
	}{
		"shorter than an hour":      {map[string]any{"exp": at(720 * time.Second)}, 720, true},
		"two seconds left":          {map[string]any{"exp": at(2 * time.Second)}, 2, false},
		"expired within the skew":   {map[string]any{"exp": at(-59 * time.Second)}, -59, false},
		"issued ahead of our clock": {map[string]any{"iat": at(60 * time.Second)}, 3600, true},
		"a year long":               {map[string]any{"exp": at(8760 * time.Hour)}, 3600, true},
		"issuer without the slash":  {map[string]any{"iss": strings.TrimSuffix(aksIssuer, "/")}, 3600, true},
		"audience without scheme":   {map[string]any{"aud": iamHost + name}, 3600, true},
		"one audience of several":   {map[string]any{"aud": []string{"x", "https:" + iamHost + name}}, 3600, true},
		"subject of 127 bytes":      {map[string]any{"sub": long(127)}, 3600, true},
	}
	v := compile(t, nil)
	for what, tt := range tests {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			got := verify(t, v, signed(t, tt.change))
			if !got.Accepted {
				t.Fatalf("refused: %v: %s", got.Refusal, got.Refusal.Reason)
			}
			if s, ok := got.ExpiresIn(now); s != tt.seconds || ok != tt.ok {
				t.Errorf("expires in %d, %v; want %d, %v", s, ok, tt.seconds, tt.ok)
			}
		})
	}
	es := v.Verify(t.Context(), v.Request(sign(t, jose.ES256, signers().p256, "ec", claims(nil)), now, published(t)))
	if !es.Accepted {
		t.Errorf("ES256 on P-256 refused: %v", es.Refusal)
	}
}

// unsigned makes a token with alg none, as no library would.
func unsigned(t *testing.T, c map[string]any) bridge.Secret {
	t.Helper()
	payload, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	e := base64.RawURLEncoding
	return bridge.NewSecret(e.EncodeToString([]byte(`{"alg":"none","kid":"`+kid+`"}`)) + "." + e.EncodeToString(payload) + ".")
}

func TestVerifyRefusals(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	const (
		update = "gcloud iam workload-identity-pools providers update-oidc aks-west --location=global --workload-identity-pool=azure-pool --project=123456789012 "
		fresh  = "kubectl create token summarizer --namespace=shop --audience=https://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/azure-pool/providers/aks-west --duration=2h"
		stale  = "invalid_grant: ID Token issued at 1795435140 is stale to sign-in."
		issuer = "invalid_grant: Error connecting to the given credential's issuer."
		badSig = "invalid_grant: Unable to verify the ID Token signature."
		target = `invalid_target: The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn't exist.`
		aud    = `invalid_request: Invalid value for "audience". This value should be the full resource name of the Identity Provider. See https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token for the list of possible formats.`
		cond   = "unauthorized_client: The given credential is rejected by the attribute condition."
	)
	tests := map[string]struct {
		provider func(*trust.Provider)
		token    func(*testing.T) bridge.Secret
		change   map[string]any
		request  func(*trust.Request)
		want     string
		row      int
		reason   string
		fix      string
	}{
		"expired": {
			change: map[string]any{"exp": at(-61 * time.Second)}, want: stale, row: 39,
			reason: "the token expired 1m1s ago", fix: fresh,
		},
		"not yet valid": {
			change: map[string]any{"nbf": at(5 * time.Minute)}, want: stale, row: 39,
			reason: "the token is not valid for another 5m0s", fix: fresh,
		},
		"issued in the future": {
			change: map[string]any{"iat": at(119 * time.Second)}, want: "invalid_grant: ID Token issued at 1795435319 is stale to sign-in.", row: 39,
			reason: "the token was issued 1m59s in the future: one of the two clocks is wrong", fix: fresh,
		},
		"no iat": {
			change: map[string]any{"iat": nil}, want: "invalid_grant: ID Token issued at null is stale to sign-in.", row: 39,
			reason: "the token has no iat claim", fix: fresh,
		},
		"no exp": {change: map[string]any{"exp": nil}, want: stale, row: 39, reason: "the token has no exp claim", fix: fresh},
		"wrong audience": {
			change: map[string]any{"aud": []string{"api://AzureADTokenExchange"}}, row: 36,
			want:   "invalid_grant: The audience in ID Token [api://AzureADTokenExchange] does not match the expected audience.",
			reason: "the token is meant for [api://AzureADTokenExchange], the provider takes https:" + iamHost + name + " or " + iamHost + name, fix: fresh,
		},
		"wrong audience, not Kubernetes": {
			provider: func(p *trust.Provider) { p.OIDC.AllowedAudiences = []string{"one"} },
			change:   map[string]any{"aud": "two", "sub": "somebody"}, row: 36,
			want:   "invalid_grant: The audience in ID Token [two] does not match the expected audience.",
			reason: "the token is meant for [two], the provider takes one", fix: update + "--allowed-audiences=two,one",
		},
		"a list replaces the default audience": {
			provider: func(p *trust.Provider) { p.OIDC.AllowedAudiences = []string{"one"} }, row: 36,
			want:   "invalid_grant: The audience in ID Token [https:" + iamHost + name + "] does not match the expected audience.",
			reason: "the token is meant for [https:" + iamHost + name + "], the provider takes one",
			fix:    "kubectl create token summarizer --namespace=shop --audience=one --duration=2h",
		},
		"no audience": {
			change: map[string]any{"aud": nil}, row: 36, want: "invalid_grant: The audience in ID Token [] does not match the expected audience.",
			reason: "the token has no aud claim, the provider takes https:" + iamHost + name + " or " + iamHost + name, fix: fresh,
		},
		"wrong issuer": {
			change: map[string]any{"iss": "https://other.example/"}, row: 37,
			want:   "invalid_grant: The issuer in ID Token https://other.example does not match the expected one in config: https://westeurope.oic.prod-aks.azure.com/tenant/cluster",
			reason: "the token is from https://other.example/, the provider trusts " + aksIssuer, fix: update + "--issuer-uri=https://other.example/",
		},
		"no issuer": {
			change: map[string]any{"iss": nil}, row: 38,
			want:   "invalid_grant: The issuer in ID Token null does not match the expected one in config: " + aksIssuer,
			reason: "the token has no iss claim: it is not an OIDC token", fix: fresh,
		},
		"unknown kid": {
			token: func(t *testing.T) bridge.Secret { return sign(t, jose.RS256, signers().rsa, "key-9", claims(nil)) }, want: issuer, row: 40,
			fix: "curl -fsS https://westeurope.oic.prod-aks.azure.com/tenant/cluster/.well-known/openid-configuration",
		},
		"issuer unreachable": {
			request: func(r *trust.Request) { r.Keys = trust.Published{} }, want: issuer, row: 40,
			reason: `the issuer cannot be read: no keys are known for issuer "` + aksIssuer + `"`,
		},
		"signed by another key": {
			token: func(t *testing.T) bridge.Secret { return sign(t, jose.RS256, signers().otherRSA, kid, claims(nil)) }, want: badSig, row: 41,
			reason: `the issuer's key "key-1" did not make this signature: the token was changed, or another key has the same kid`,
		},
		"alg none": {
			token: func(t *testing.T) bridge.Secret { return unsigned(t, claims(nil)) }, want: badSig, row: 41,
			reason: `the token is not signed: its algorithm is "none"`, fix: "let the issuer sign with RS256, or with ES256 on P-256",
		},
		"HS256 with the public key": {
			token: func(t *testing.T) bridge.Secret { return sign(t, jose.HS256, publicPEM(t), kid, claims(nil)) },
			want:  badSig, row: 41,
			reason: "the token is signed with a shared secret (HS256); a public key is never taken for one",
		},
		"P-384": {
			token: func(t *testing.T) bridge.Secret { return sign(t, jose.ES384, signers().p384, "p384", claims(nil)) }, want: badSig, row: 41,
			reason: `the token is signed with "ES384"; Google takes RS256 or ES256 only`,
		},
		"RS256 names an EC key": {
			token: func(t *testing.T) bridge.Secret { return sign(t, jose.RS256, signers().rsa, "ec", claims(nil)) }, want: issuer, row: 40,
		},
		"RS256 names a P-384 key": {
			token: func(t *testing.T) bridge.Secret { return sign(t, jose.RS256, signers().rsa, "p384", claims(nil)) }, want: issuer, row: 40,
		},
		"no subject": {
			change: map[string]any{"sub": nil}, row: 47,
			want:   "unauthorized_client: Could not obtain a value for google.subject from the given credential.",
			reason: `google.subject: the token has no claim "sub"; a missing claim is an error and not false: guard it with has()`,
			fix:    "ask the issuer for a token with a sub claim",
		},
		"empty subject": {
			change: map[string]any{"sub": ""}, row: 47,
			want:   "unauthorized_client: Could not obtain a value for google.subject from the given credential.",
			reason: "google.subject: the expression gave an empty string",
		},
		"subject of 128 bytes": {
			change: map[string]any{"sub": "system:serviceaccount:shop:" + long(101)}, row: 45,
			want: "invalid_request: The size of mapped attribute google.subject exceeds the 127 bytes limit. Either modify your attribute mapping or the incoming assertion to produce a mapped attribute that is less than 127 bytes.",
			fix:  update + `--attribute-mapping='google.subject=assertion.sub.extract('\''system:serviceaccount:{s}'\'')'`,
		},
		"subject too long for any prefix": {
			change: map[string]any{"sub": "system:serviceaccount:shop:" + long(140), "kubernetes.io": map[string]any{"serviceaccount": map[string]any{"uid": "6b3f"}}}, row: 45,
			want: "invalid_request: The size of mapped attribute google.subject exceeds the 127 bytes limit. Either modify your attribute mapping or the incoming assertion to produce a mapped attribute that is less than 127 bytes.",
			fix:  update + `--attribute-mapping='google.subject=assertion['\''kubernetes.io'\'']['\''serviceaccount'\'']['\''uid'\'']'`,
		},
		"subject that the mapping does not find": {
			provider: func(p *trust.Provider) {
				p.AttributeMapping = map[string]string{"google.subject": "assertion.email", "google.groups": "['a', 'b']"}
			},
			change: map[string]any{"sub": "s"}, row: 47,
			want: "unauthorized_client: Could not obtain a value for google.subject from the given credential.",
			fix:  update + `--attribute-mapping='^~^google.subject=assertion.sub~google.groups=['\''a'\'', '\''b'\'']'`,
		},
		"condition false": {
			provider: func(p *trust.Provider) { p.AttributeCondition = "assertion['kubernetes.io']['namespace'] == 'bank'" }, want: cond, row: 46,
			reason: "the condition is false for this token: assertion['kubernetes.io']['namespace'] == 'bank'",
		},
		"condition needs an absent claim": {
			provider: func(p *trust.Provider) { p.AttributeCondition = "assertion.team == 'blue'" }, want: cond, row: 46,
			reason: `the token has no claim "team"; a missing claim is an error and not false: guard it with has(): assertion.team == 'blue'`,
			fix:    update + `--attribute-condition='(assertion.team == '\''blue'\'') || google.subject == '\''system:serviceaccount:shop:summarizer'\'''`,
		},
		"condition is no bool": {
			provider: func(p *trust.Provider) { p.AttributeCondition = "assertion.sub" }, want: cond, row: 46,
			reason: "the condition gave string, not true or false: assertion.sub",
		},
		"attribute is no string": {
			provider: func(p *trust.Provider) { p.AttributeMapping["attribute.aud"] = "assertion.aud" },
			want:     "invalid_request: The mapped attribute attribute.aud must be of type STRING.",
			reason:   "attribute.aud: a string is needed, the expression gave list",
			fix:      update + "--attribute-mapping=google.subject=assertion.sub",
		},
		"groups is no list": {
			provider: func(p *trust.Provider) { p.AttributeMapping["google.groups"] = "assertion.sub" },
			want:     "invalid_request: The mapped attribute google.groups must be of type LIST.",
		},
		"over 8 KB": {
			provider: func(p *trust.Provider) { p.AttributeMapping["attribute.big"] = "assertion.big" },
			change:   map[string]any{"big": long(8192)},
			want:     "invalid_request: The total size of the mapped attributes exceeds the 8192 bytes limit.",
			reason:   "all mapped values together have 8229 bytes",
		},
		"disabled pool": {
			request: func(r *trust.Request) { r.PoolDisabled = true }, want: target, row: 42, reason: "the pool is disabled",
			fix: "gcloud iam workload-identity-pools update azure-pool --location=global --project=123456789012 --no-disabled",
		},
		"deleted pool": {
			request: func(r *trust.Request) { r.PoolDeleted = true }, want: target, row: 42, reason: "the pool is deleted",
			fix: "gcloud iam workload-identity-pools undelete azure-pool --location=global --project=123456789012",
		},
		"disabled provider": {
			provider: func(p *trust.Provider) { p.Disabled = true }, want: target, row: 42, reason: "the provider is disabled",
			fix: update + "--no-disabled",
		},
		"deleted provider": {
			provider: func(p *trust.Provider) { p.State = "DELETED" }, want: target, row: 42, reason: "the provider is deleted",
			fix: "gcloud iam workload-identity-pools providers undelete aks-west --location=global --workload-identity-pool=azure-pool --project=123456789012",
		},
		"project id in the audience": {
			request: func(r *trust.Request) { r.Audience = iamHost + strings.Replace(name, "123456789012", "my-project", 1) }, want: target, row: 42,
			reason: `"my-project" is a project id; the audience holds the project number`,
			fix:    "gcloud projects describe my-project --format='value(projectNumber)'",
		},
		"pool in the audience": {
			request: func(r *trust.Request) { r.Audience = iamHost + strings.TrimSuffix(name, "/providers/aks-west") }, want: aud, row: 43,
		},
		"audience with a scheme": {
			request: func(r *trust.Request) { r.Audience = "https:" + r.Audience }, want: aud, row: 43,
		},
		"no scope": {
			request: func(r *trust.Request) { r.Scope = "" }, want: "invalid_request: Scope(s) must be provided.", row: 44,
			reason: "no scope was asked for", fix: "scope=https://www.googleapis.com/auth/cloud-platform",
		},
		"another grant": {
			request: func(r *trust.Request) { r.GrantType = "client_credentials" }, want: "unsupported_grant_type: Unsupported grant_type in request.",
		},
		"another token type asked for": {
			request: func(r *trust.Request) { r.RequestedTokenType = string(bridge.IDToken) }, want: "invalid_request: Invalid value of requested_token_type in request.",
		},
		"a SAML subject token": {
			request: func(r *trust.Request) { r.SubjectTokenType = "urn:ietf:params:oauth:token-type:saml2" }, want: "invalid_request: Invalid value of subject_token_type in request.",
		},
		"an opaque token": {
			token: func(*testing.T) bridge.Secret { return bridge.NewSecret("ya29.opaque") }, want: "invalid_grant: Unable to parse the ID Token.",
			reason: "not a JWT: three base64url parts with dots between them are expected",
		},
	}
	for what, tt := range tests {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			v := compile(t, tt.provider)
			token := signed(t, tt.change)
			if tt.token != nil {
				token = tt.token(t)
			}
			req := v.Request(token, now, published(t))
			if tt.request != nil {
				tt.request(&req)
			}
			got := v.Verify(t.Context(), req)
			if got.Accepted || got.Refusal == nil {
				t.Fatal("accepted")
			}
			if got.Principal != "" || !got.Expiry.IsZero() || got.Members() != nil {
				t.Error("a refused token has an identity")
			}
			r := got.Refusal
			if r.Error() != tt.want {
				t.Errorf("got  %s\nwant %s", r.Error(), tt.want)
			}
			if r.Row != tt.row || r.Status != 400 || r.Reason == "" {
				t.Errorf("row %d, status %d, reason %q; want row %d, status 400 and a reason", r.Row, r.Status, r.Reason, tt.row)
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
