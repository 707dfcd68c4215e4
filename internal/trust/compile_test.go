package trust_test

import (
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/trust"
)

// jwks writes the public halves as an issuer would publish them; extra is put into every key.
func jwks(t *testing.T, keys map[string]crypto.PublicKey, extra map[string]any) string {
	t.Helper()
	var doc struct {
		Keys []map[string]any `json:"keys"`
	}
	for kid, public := range keys {
		text, err := json.Marshal(jose.JSONWebKey{Key: public, KeyID: kid, Use: "sig"})
		if err != nil {
			t.Fatal(err)
		}
		var k map[string]any
		if err := json.Unmarshal(text, &k); err != nil {
			t.Fatal(err)
		}
		for name, v := range extra {
			k[name] = v
		}
		doc.Keys = append(doc.Keys, k)
	}
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestCompileRefuses(t *testing.T) {
	t.Parallel()
	rename := func(from, to string) func(*trust.Provider) {
		return func(p *trust.Provider) { p.Name = strings.Replace(p.Name, from, to, 1) }
	}
	mapped := func(key, expression string) func(*trust.Provider) {
		return func(p *trust.Provider) { p.AttributeMapping[key] = expression }
	}
	condition := func(text string) func(*trust.Provider) {
		return func(p *trust.Provider) { p.AttributeCondition = text }
	}
	upload := func(text string) func(*trust.Provider) {
		return func(p *trust.Provider) { p.OIDC.JWKSJSON = text }
	}
	rsaKey := map[string]crypto.PublicKey{"a": signers().rsa.Public()}
	tests := map[string]struct {
		change func(*trust.Provider)
		want   string // every problem, as "code field: text"
		fix    string
	}{
		"project id in the name": {
			rename("123456789012", "my-project"), `project_id_in_name name: "my-project" is a project id; the name of a provider holds the project number`,
			"gcloud projects describe my-project --format='value(projectNumber)'",
		},
		"pool's name": {
			rename("/providers/aks-west", ""), `pool_name name: "projects/123456789012/locations/global/workloadIdentityPools/azure-pool" names the pool, not a provider in it`,
			"gcloud iam workload-identity-pools providers list --location=global --workload-identity-pool=azure-pool --project=123456789012 --format='value(name)'",
		},
		"audience as the name": {
			rename("projects/", "//iam.googleapis.com/projects/"), "name_shape name: this is the audience of a token exchange; the provider's name has no host", name,
		},
		"another shape": {rename("global", "europe"), `name_shape name: "projects/123456789012/locations/europe/workloadIdentityPools/azure-pool/providers/aks-west" is not of the form projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`, ""},
		"short id":      {rename("aks-west", "aks"), `provider_id name: the provider id "aks" has 3 characters, 4 to 32 are allowed`, ""},
		"capital in id": {rename("azure-pool", "Azure"), `pool_id name: the pool id "Azure" may hold a-z, 0-9 and - only`, ""},
		"reserved id":   {rename("azure-pool", "gcp-pool"), `pool_id name: the pool id "gcp-pool" starts with "gcp-", which Google keeps for itself`, ""},
		"long texts": {
			func(p *trust.Provider) { p.DisplayName, p.Description = long(33), long(257) },
			"display_name displayName: 33 characters, at most 32 are allowed\ndescription description: 257 characters, at most 256 are allowed", "",
		},
		"unknown state": {func(p *trust.Provider) { p.State = "active" }, `state state: "active" is neither ACTIVE nor DELETED`, ""},
		"http issuer": {
			func(p *trust.Provider) { p.OIDC.IssuerURI = "http://issuer.example/a" },
			"issuer_scheme oidc.issuerUri: Invalid OIDC issuer URI. The scheme must be https.", "https://issuer.example/a",
		},
		"no issuer": {func(p *trust.Provider) { p.OIDC.IssuerURI = "" }, "issuer_missing oidc.issuerUri: no issuer is given", ""},
		"too many audiences": {
			func(p *trust.Provider) { p.OIDC.AllowedAudiences = strings.Split("a,b,c,d,e,f,g,h,i,j,k", ",") },
			"audiences oidc.allowedAudiences: 11 audiences, at most 10 are allowed", "",
		},
		"long audience": {
			func(p *trust.Provider) { p.OIDC.AllowedAudiences = []string{"a", long(257)} },
			"audience_length oidc.allowedAudiences[1]: 257 characters, at most 256 are allowed", "",
		},
		"no subject": {
			func(p *trust.Provider) { p.AttributeMapping = nil },
			"subject_unmapped attributeMapping: google.subject must be mapped", "google.subject=assertion.sub",
		},
		"capital in attribute": {mapped("attribute.nameSpace", "assertion.sub"), "attribute_key attributeMapping[attribute.nameSpace]: an attribute's name has 1 to 100 characters of a-z, 0-9 and _", ""},
		"long attribute":       {mapped("attribute."+long(101), "'a'"), "attribute_key attributeMapping[attribute." + long(101) + "]: an attribute's name has 1 to 100 characters of a-z, 0-9 and _", ""},
		"unknown key": {
			mapped("google.email", "assertion.sub"), "attribute_key attributeMapping[google.email]: only google.subject, google.groups and attribute.NAME can be mapped",
			"attribute.email",
		},
		"too many attributes": {
			func(p *trust.Provider) {
				for i := range 51 {
					p.AttributeMapping[fmt.Sprintf("attribute.a%d", i)] = "'a'"
				}
			}, "attributes attributeMapping: 51 custom attributes, at most 50 are allowed", "",
		},
		"long expression":      {mapped("attribute.a", "'"+long(2047)+"'"), "expression_length attributeMapping[attribute.a]: 2049 characters, at most 2048 are allowed", ""},
		"long condition":       {condition("assertion.sub != '" + long(4079) + "'"), "condition_length attributeCondition: 4098 characters, at most 4096 are allowed", ""},
		"syntax":               {mapped("attribute.a", "assertion.sub +"), "cel_syntax attributeMapping[attribute.a]:1:16: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}", ""},
		"unknown variable":     {mapped("attribute.a", "token.sub"), "cel_syntax attributeMapping[attribute.a]:1:1: undeclared reference to 'token'", ""},
		"condition on 2 lines": {condition("assertion.sub == 'a' &&\n  nothing"), "cel_syntax attributeCondition:2:3: undeclared reference to 'nothing'", ""},
		"not Google's function": {
			mapped("attribute.a", "assertion.sub.lowerAscii()"), "cel_syntax attributeMapping[attribute.a]:1:25: undeclared reference to 'lowerAscii'",
			`the expression may use "assertion", the standard CEL functions, extract, split and join`,
		},
		"timestamp of an integer":    {mapped("attribute.a", "string(timestamp(int(assertion.iat)))"), "cel_syntax attributeMapping[attribute.a]:1:17: found no matching overload for 'timestamp' applied to '(int)'", ""},
		"mapped values in a mapping": {mapped("attribute.a", "google.subject"), "cel_syntax attributeMapping[attribute.a]:1:1: undeclared reference to 'google'", ""},
		"subject of another type":    {mapped("google.subject", "1 + 1"), "cel_type attributeMapping[google.subject]: the expression gives int, string is needed", ""},
		"groups of another type":     {mapped("google.groups", "[1, 2]"), "cel_type attributeMapping[google.groups]: the expression gives list(int), list(string) is needed", ""},
		"condition of another type":  {condition("assertion.sub + 'a'"), "cel_type attributeCondition: the condition gives string, bool is needed", ""},
		"GitHub without a condition": {
			func(p *trust.Provider) { p.OIDC.IssuerURI = "https://token.actions.githubusercontent.com" },
			claimless, "assertion.repository_owner == 'ORGANISATION'",
		},
		"GitHub with a condition on nothing": {
			func(p *trust.Provider) {
				p.OIDC.IssuerURI, p.AttributeCondition = "https://token.actions.githubusercontent.com", "true"
			},
			claimless, "",
		},
		"Entra with a condition on nothing": {
			func(p *trust.Provider) {
				p.OIDC.IssuerURI, p.AttributeCondition = "https://sts.windows.net/tenant/", "1 == 1"
			},
			claimless, "assertion.sub == 'OBJECT_ID_OF_THE_IDENTITY'",
		},
		"JWKS is no JSON":  {upload("keys"), "jwks_json oidc.jwksJson: Input JWK is not in a valid json format", ""},
		"JWKS is empty":    {upload(`{"keys":[]}`), "jwks_json oidc.jwksJson: Input JWK is not in a valid json format", ""},
		"P-384 key":        {upload(jwks(t, map[string]crypto.PublicKey{"a": signers().p384.Public()}, nil)), "jwks_key oidc.jwksJson.keys[0]: Only RSA, EC key types are supported", "sign with RS256, or with ES256 on P-256: P-384 and P-521 are refused too"},
		"Ed25519 key":      {upload(`{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`), "jwks_key oidc.jwksJson.keys[0]: Input jwks contains corrupted key material", ""},
		"shared secret":    {upload(`{"keys":[{"kty":"oct","kid":"a","k":"AAAA"}]}`), "jwks_key oidc.jwksJson.keys[0]: Only RSA, EC key types are supported\njwks_private oidc.jwksJson.keys[0]: this is a private key: it must never leave the issuer", ""},
		"corrupted key":    {upload(`{"keys":[{"kty":"RSA","kid":"a","n":"AAAA"}]}`), "jwks_key oidc.jwksJson.keys[0]: Input jwks contains corrupted key material", ""},
		"certificate":      {upload(jwks(t, rsaKey, map[string]any{"x5c": []string{"MII"}})), `jwks_certificate oidc.jwksJson.keys[0]: "x5c" is not supported in an uploaded JWKS`, ""},
		"thumbprint":       {upload(jwks(t, rsaKey, map[string]any{"x5t": "abc"})), `jwks_certificate oidc.jwksJson.keys[0]: "x5t" is not supported in an uploaded JWKS`, ""},
		"private half":     {upload(jwks(t, rsaKey, map[string]any{"d": "AQ"})), "jwks_private oidc.jwksJson.keys[0]: this is a private key: it must never leave the issuer", ""},
		"key without name": {upload(jwks(t, map[string]crypto.PublicKey{"": signers().rsa.Public()}, nil)), `jwks_kid oidc.jwksJson.keys[0]: the key has no "kid", so no token can name it`, ""},
		"several at once": {
			func(p *trust.Provider) {
				p.Name, p.OIDC.IssuerURI, p.AttributeCondition = strings.Replace(p.Name, "123456789012", "my-project", 1), "http://x", "("
			},
			"project_id_in_name name: \"my-project\" is a project id; the name of a provider holds the project number\n" +
				"issuer_scheme oidc.issuerUri: Invalid OIDC issuer URI. The scheme must be https.\n" +
				"cel_syntax attributeCondition:1:2: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}", "",
		},
	}
	for what, tt := range tests {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			p := provider()
			tt.change(&p)
			_, err := trust.Compile(p)
			problems, ok := errors.AsType[trust.Problems](err)
			if !ok {
				t.Fatalf("got %v, want problems", err)
			}
			var lines []string
			for _, p := range problems {
				lines = append(lines, p.Code+" "+p.String())
			}
			if diff := cmp.Diff(tt.want, strings.Join(lines, "\n")); diff != "" {
				t.Error(diff)
			}
			if tt.fix != "" && problems[0].Fix != tt.fix {
				t.Errorf("fix\ngot  %s\nwant %s", problems[0].Fix, tt.fix)
			}
		})
	}
}

const claimless = "condition_without_claim attributeCondition: The attribute condition must reference one of the provider's claims. " +
	"For more information, see https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines#conditions"

func TestCompileAccepts(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*trust.Provider){
		"split and join": func(p *trust.Provider) {
			p.AttributeMapping["attribute.a"] = "assertion.sub.split(':').filter(s, s != 'system').join('/')"
		},
		"has and ternary": func(p *trust.Provider) { p.AttributeMapping["attribute.a"] = "has(assertion.a) ? assertion.a : ''" },
		"Entra without a condition": func(p *trust.Provider) {
			p.OIDC.IssuerURI = "https://login.microsoftonline.com/tenant/v2.0"
		},
		"limits met exactly": func(p *trust.Provider) {
			p.DisplayName, p.Description = long(32), long(256)
			p.AttributeMapping["attribute."+long(100)] = "'" + long(2046) + "'"
			p.AttributeCondition = "assertion.sub != '" + long(4077) + "'"
			p.OIDC.AllowedAudiences = []string{long(256), "b", "c", "d", "e", "f", "g", "h", "i", "j"}
		},
		"uploaded keys": func(p *trust.Provider) {
			p.OIDC.JWKSJSON = jwks(t, map[string]crypto.PublicKey{"a": signers().rsa.Public(), "b": signers().p256.Public()}, nil)
		},
	}
	for what, change := range tests {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			p := provider()
			change(&p)
			if _, err := trust.Compile(p); err != nil {
				t.Error(err)
			}
		})
	}
}

// With an uploaded JWKS the issuer is never asked.
func TestUploadedKeysReplaceTheIssuers(t *testing.T) {
	t.Parallel()
	v := compile(t, func(p *trust.Provider) {
		p.OIDC.JWKSJSON = jwks(t, map[string]crypto.PublicKey{kid: signers().rsa.Public()}, nil)
	})
	if got := v.Verify(t.Context(), v.Request(signed(t, nil), now, nil)); !got.Accepted {
		t.Errorf("refused: %v", got.Refusal)
	}
	other := sign(t, jose.RS256, signers().otherRSA, "key-2", claims(nil))
	got := v.Verify(t.Context(), v.Request(other, now, published(t)))
	const reason = `no key "key-2" in the uploaded JWKS, which has [key-1]`
	const fix = "kubectl get --raw /openid/v1/jwks > jwks.json && gcloud iam workload-identity-pools providers update-oidc aks-west " +
		"--location=global --workload-identity-pool=azure-pool --project=123456789012 --jwk-json-path=jwks.json"
	if got.Refusal == nil || got.Refusal.Reason != reason || got.Refusal.Fix != fix {
		t.Errorf("got %+v", got.Refusal)
	}
}
