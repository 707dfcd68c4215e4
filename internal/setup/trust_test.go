package setup_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
	"github.com/landbridge/landbridge/internal/trust"
)

// TestTheTrustLetsInThoseAlone puts tokens to the providers and credentials that a set-up makes, by the clouds' own rules.
func TestTheTrustLetsInThoseAlone(t *testing.T) {
	t.Parallel()
	prefixed := example()
	prefixed.Clusters[0].SubjectPrefix = "prod"
	manyAccounts := example()
	many(&manyAccounts, 90, setup.Direct)
	pool := "principal://iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/azure/subject/"
	no := false
	reports := "00000000-0000-4000-8000-" + fmt.Sprintf("%012d", number(&estate.Identity{Name: "reports"}))

	type attempt struct {
		spec     setup.Spec
		provider string
		claims   map[string]any
		expect   trust.Expect
	}
	account := func(namespace, name string) map[string]any {
		return map[string]any{
			"sub":           "system:serviceaccount:" + namespace + ":" + name,
			"kubernetes.io": map[string]any{"namespace": namespace, "serviceaccount": map[string]any{"name": name}},
		}
	}
	with := func(claims map[string]any, key string, value any) map[string]any {
		claims[key] = value
		return claims
	}
	rejected := trust.Expect{Accepted: &no, Code: "unauthorized_client", Text: "rejected by the attribute condition"}
	for name, a := range map[string]attempt{
		"the account": {example(), "aks-prod", account("team-chat", "chat"), trust.Expect{
			Principal: pool + "system:serviceaccount:team-chat:chat", Attributes: map[string]string{"namespace": "team-chat", "service_account": "chat"},
		}},
		"another account":                {example(), "aks-prod", account("team-chat", "other"), rejected},
		"another namespace":              {example(), "aks-prod", account("team", "chat"), rejected},
		"an account of the entra route":  {example(), "aks-prod", account("team-reports", "reports"), rejected},
		"a token for Entra":              {example(), "aks-prod", with(account("team-chat", "chat"), "aud", "api://AzureADTokenExchange"), trust.Expect{Accepted: &no, Code: "invalid_grant"}},
		"with a prefix":                  {prefixed, "aks-prod", account("team-chat", "chat"), trust.Expect{Principal: pool + "prod:team-chat:chat"}},
		"with a prefix, another":         {prefixed, "aks-prod", account("team-chat", "other"), rejected},
		"one of many":                    {manyAccounts, "aks-prod", account("namespace-of-the-team-42", "web-server"), trust.Expect{Principal: pool + "system:serviceaccount:namespace-of-the-team-42:web-server"}},
		"none of many":                   {manyAccounts, "aks-prod", account("namespace-of-the-team-42", "web"), rejected},
		"the identity":                   {example(), "entra", map[string]any{"sub": reports, "tid": tenant}, trust.Expect{Principal: pool + reports}},
		"another identity of the tenant": {example(), "entra", map[string]any{"sub": "00000000-0000-4000-8000-000000000001", "tid": tenant}, rejected},
		"the identity's id in another tenant": {
			example(), "entra", map[string]any{"sub": reports, "tid": "99999999-bbbb-4ccc-8ddd-eeeeeeeeeeee"}, rejected,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := world(a.spec)
			apply(t, plan(t, f, a.spec))
			p := f.things["provider 123456789 azure "+a.provider].Spec.(*estate.Provider)
			result := trust.RunCases(t.Context(), []trust.Case{{
				Name: name, Claims: a.claims, Expect: a.expect,
				Provider: &trust.Provider{
					Name:             "projects/123456789/locations/global/workloadIdentityPools/azure/providers/" + p.ID,
					AttributeMapping: p.Mapping, AttributeCondition: p.Condition, OIDC: trust.OIDC{IssuerURI: p.Issuer, AllowedAudiences: p.Audiences},
				},
			}}, time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), nil)[0]
			if !result.Passed {
				t.Errorf("%v %v %v", result.Diffs, result.Problems, result.Refusal)
			}
		})
	}
}

// TestTheCredentialsAreAsAzureTakesThem checks names, issuers, subjects and audiences by Azure's rules.
func TestTheCredentialsAreAsAzureTakesThem(t *testing.T) {
	t.Parallel()
	s := example()
	many(&s, 20, setup.Entra)
	for _, s := range []setup.Spec{example(), s} {
		f := world(s)
		apply(t, plan(t, f, s))
		byIdentity := map[string][]trust.FederatedCredential{}
		for _, th := range f.things {
			if c, ok := th.Spec.(*estate.FederatedCredential); ok {
				byIdentity[c.Identity] = append(byIdentity[c.Identity], trust.FederatedCredential{Name: c.Name, Issuer: c.Issuer, Subject: c.Subject, Audiences: []string{c.Audience}})
				if estate.CredentialMarkedBy(c.Name) != "landbridge" {
					t.Errorf("%s bears the mark %q", c.Name, estate.CredentialMarkedBy(c.Name))
				}
			}
		}
		for identity, creds := range byIdentity {
			if found := trust.CheckFederated(creds); len(found) > 0 {
				t.Errorf("%s: %v", identity, found)
			}
		}
	}
}
