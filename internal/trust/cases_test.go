package trust_test

import (
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/trust"
)

const caseProvider = `
  provider: &provider
    name: projects/123456789012/locations/global/workloadIdentityPools/azure-pool/providers/aks-west
    attributeMapping:
      google.subject: assertion.sub
      attribute.namespace: assertion['kubernetes.io']['namespace']
    attributeCondition: attribute.namespace == 'shop'
    oidc:
      issuerUri: https://issuer.example/
`

func runYAML(t *testing.T, text string) []trust.CaseResult {
	t.Helper()
	var cases []trust.Case
	if err := yaml.Unmarshal([]byte(text), &cases); err != nil {
		t.Fatal(err)
	}
	return trust.RunCases(t.Context(), cases, now, nil)
}

func TestRunCases(t *testing.T) {
	t.Parallel()
	got := runYAML(t, `
- name: the shop gets in`+caseProvider+`
  claims: {sub: a, kubernetes.io: {namespace: shop}}
  expect:
    principal: principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/azure-pool/subject/a
    attributes: {namespace: shop}
- name: another namespace does not
  provider: *provider
  claims: {sub: a, kubernetes.io: {namespace: bank}}
  expect: {code: unauthorized_client, text: rejected by the attribute condition}
- name: an old token is refused
  provider: *provider
  claims: {sub: a, kubernetes.io: {namespace: shop}, exp: -61s}
  expect: {code: invalid_grant, text: stale to sign-in}
- name: an hour later too
  provider: *provider
  at: +2h
  claims: {sub: a, kubernetes.io: {namespace: shop}, exp: "2026-11-23T13:00:00Z"}
  expect: {accepted: false, text: the token expired 1h0m0s ago}
- name: no signature
  provider: *provider
  header: {alg: none}
  claims: {sub: a, kubernetes.io: {namespace: shop}}
  expect: {text: Unable to verify the ID Token signature.}
- name: the public key as a secret
  provider: *provider
  header: {alg: HS256}
  claims: {sub: a, kubernetes.io: {namespace: shop}}
  expect: {text: a public key is never taken for one}
- name: P-384
  provider: *provider
  header: {alg: ES384}
  claims: {sub: a, kubernetes.io: {namespace: shop}}
  expect: {text: Google takes RS256 or ES256 only}
- name: P-256
  provider: *provider
  header: {alg: ES256}
  claims: {sub: a, kubernetes.io: {namespace: shop}}
  expect: {accepted: true}
- name: unknown kid
  provider: *provider
  header: {kid: another}
  claims: {sub: a, kubernetes.io: {namespace: shop}}
  expect: {text: Error connecting to the given credential's issuer.}
- name: no subject
  provider: *provider
  claims: {kubernetes.io: {namespace: shop}, sub: null}
  expect: {text: Could not obtain a value for google.subject from the given credential.}
- name: disabled pool
  provider: *provider
  pool_disabled: true
  claims: {sub: a, kubernetes.io: {namespace: shop}}
  expect: {code: invalid_target}
- name: a mistake in the provider
  provider: {name: projects/my-project/locations/global/workloadIdentityPools/azure-pool/providers/aks-west, oidc: {issuerUri: "https://issuer.example"}}
  claims: {sub: a}
  expect: {problem: project_id_in_name}
- name: Entra takes it
  credentials: &credentials [{name: shop, issuer: "https://issuer.example/", subject: a, audiences: ["api://AzureADTokenExchange"]}]
  claims: {sub: a}
  expect: {principal: shop}
- name: Entra minds the slash
  credentials: *credentials
  claims: {sub: a, iss: "https://issuer.example"}
  expect: {code: AADSTS700211, text: the trailing slash matters}
`)
	if len(got) != 14 {
		t.Fatalf("%d results", len(got))
	}
	for _, r := range got {
		if !r.Passed {
			t.Errorf("%s: %s", r.Name, strings.Join(r.Diffs, "; "))
		}
	}
}

func TestRunCasesSayWhatDiffers(t *testing.T) {
	t.Parallel()
	got := runYAML(t, `
- claims: {sub: a, kubernetes.io: {namespace: bank}}`+caseProvider+`
- provider: *provider
  claims: {sub: a, kubernetes.io: {namespace: shop}}
  expect: {code: invalid_grant}
- provider: *provider
  claims: {sub: a, kubernetes.io: {namespace: shop}}
  expect: {subject: b, principal: p, attributes: {namespace: bank, attribute.other: x}, groups: [g]}
- provider: *provider
  claims: {sub: a, kubernetes.io: {namespace: shop}, aud: x}
  expect: {code: invalid_target, text: nothing of the kind}
- provider: {name: x}
  claims: {sub: a}
- provider: *provider
  claims: {sub: a, kubernetes.io: {namespace: shop}}
  expect: {problem: cel_syntax}
- provider: *provider
- claims: {}
- provider: *provider
  at: tomorrow
  claims: {}
- provider: *provider
  claims: {exp: +soon}
- provider: *provider
  header: {alg: RS1}
  claims: {}
- provider: *provider
  claims: {}
  token: a.b.c
- provider: *provider
  credentials: []
  claims: {}
`)
	want := [][]string{
		{"expected the token to be accepted, it was refused: unauthorized_client: The given credential is rejected by the attribute condition. (the condition is false for this token: attribute.namespace == 'shop')"},
		{"expected the token to be refused, it was accepted as principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/azure-pool/subject/a"},
		{
			"principal: expected p, got principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/azure-pool/subject/a",
			`subject: expected "b", got "a"`,
			`attribute attribute.other: expected "x", got none`,
			`attribute namespace: expected "bank", got "shop"`,
			`groups: expected ["g"], got []`,
		},
		{
			"code: expected invalid_target, got invalid_grant: The audience in ID Token [x] does not match the expected audience.",
			`text: expected "nothing of the kind" in "The audience in ID Token [x] does not match the expected audience." or in the reason "the token is meant for [x], the provider takes https:` + iamHost + name + " or " + iamHost + name + `"`,
		},
		{`the trust itself has problems: name: "x" is not of the form projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER; oidc.issuerUri: no issuer is given; attributeMapping: google.subject must be mapped`},
		{`expected the problem "cel_syntax" of the trust, got none`},
		{"the case cannot be run: it has neither claims nor a token"},
		{"the case cannot be run: it has neither a provider nor credentials"},
		{`the case cannot be run: at: "tomorrow" is neither a duration such as +2h nor a time such as 2026-11-23T12:00:00Z`},
		{`the case cannot be run: claims.exp: "+soon" is not a duration such as +2h or -61s`},
		{`the case cannot be run: alg "RS1": a case can be signed with RS256, RS384, RS512, PS256, ES256, ES384, HS256 or none`},
		{"the case cannot be run: it has claims and a token, one of them is enough"},
		{"the case cannot be run: it has a provider and credentials, one of them is enough"},
	}
	for i, r := range got {
		if r.Passed {
			t.Errorf("%s passed", r.Name)
		}
		if diff := cmp.Diff(want[i], r.Diffs); diff != "" {
			t.Errorf("%s:\n%s", r.Name, diff)
		}
	}
}
