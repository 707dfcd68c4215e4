package trust

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// ExchangeAudience is the audience of every assertion for Entra; EntraExchangeID is the "aud" of a token that Entra
// itself issues for it, the same in every tenant.
const (
	ExchangeAudience = "api://AzureADTokenExchange"
	EntraExchangeID  = "fb60f99c-7a34-4190-8149-302f77469936"
)

// maxCredentials is how many federated credentials one identity may have.
const maxCredentials = 20

// FederatedCredential is what an Entra application or managed identity accepts in place of a secret, in the JSON shape of
// Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials' properties.
type FederatedCredential struct {
	Name      string   `json:"name,omitempty" yaml:"name,omitempty"`
	Issuer    string   `json:"issuer" yaml:"issuer"`
	Subject   string   `json:"subject,omitempty" yaml:"subject,omitempty"`
	Audiences []string `json:"audiences" yaml:"audiences"`
	// ClaimsMatchingExpression stands in place of Subject, for GitHub, GitLab and Terraform Cloud only.
	ClaimsMatchingExpression *ClaimsMatch `json:"claimsMatchingExpression,omitempty" yaml:"claimsMatchingExpression,omitempty"`
}

// ClaimsMatch is the expression of a flexible federated credential.
type ClaimsMatch struct {
	Value           string `json:"value" yaml:"value"`
	LanguageVersion int    `json:"languageVersion" yaml:"languageVersion"`
}

// CheckFederated finds every mistake in the federated credentials of one identity, as Entra does when they are created.
func CheckFederated(creds []FederatedCredential) Problems {
	var found Problems
	if len(creds) > maxCredentials {
		found = append(found, Problem{
			Code: "credentials", Field: "federatedIdentityCredentials", Text: fmt.Sprintf("%d credentials, at most %d are allowed for one identity", len(creds), maxCredentials),
			Fix: "spread them over several identities, or let the clusters' issuers be trusted by Google directly",
		})
	}
	seen := map[[2]string]bool{}
	for i := range creds {
		c, where := &creds[i], fmt.Sprintf("federatedIdentityCredentials[%d]", i)
		found = append(found, c.check(where)...)
		if pair := [2]string{c.Issuer, c.Subject}; c.ClaimsMatchingExpression == nil {
			if seen[pair] {
				found = append(found, Problem{Code: "duplicate", Field: where, Text: "Issuer and subject combination already exists for this Managed Identity."})
			}
			seen[pair] = true
		}
	}
	return found
}

func (c *FederatedCredential) check(where string) []Problem {
	var found []Problem
	add := func(code, field, text, fix string) {
		found = append(found, Problem{Code: code, Field: where + "." + field, Text: text, Fix: fix})
	}
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
	if c.Name != "" && (len(c.Name) < 3 || len(c.Name) > 120 || strings.Trim(c.Name, letters) != "") {
		add("name", "name", strconv.Quote(c.Name)+" must have 3 to 120 characters of A-Z, a-z, 0-9, _ and -", "")
	}
	if len(c.Audiences) != 1 {
		add("audiences", "audiences", "Federated identity credentials must have exactly one audience.", ExchangeAudience)
	} else if c.Audiences[0] == EntraExchangeID {
		add("audience_form", "audiences", "the audience must be the URI, not the id of Entra's application", ExchangeAudience)
	}
	u, err := url.Parse(c.Issuer)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		add("issuer", "issuer", strconv.Quote(c.Issuer)+" is not an https URL", "write the token's iss claim here, to the letter")
	} else if entraHost(strings.ToLower(u.Hostname())) {
		add("issuer_entra", "issuer", "AAD-issued tokens may not be used for federated identity flows.", "")
	}
	switch flexible := c.ClaimsMatchingExpression; {
	case flexible == nil && c.Subject == "":
		add("subject", "subject", "no subject is given", "system:serviceaccount:NAMESPACE:NAME")
	case flexible != nil && c.Subject != "":
		add("subject", "subject", "subject and claimsMatchingExpression exclude each other", "")
	case flexible != nil:
		if hint, ok := sharedIssuer(c.Issuer); !ok || !hint.required {
			add("expression_issuer", "claimsMatchingExpression", "expressions work for GitHub, GitLab and Terraform Cloud only, not for "+c.Issuer, "write one credential for each subject")
		}
		if _, err := parseExpression(flexible.Value); err != nil || flexible.LanguageVersion != 1 {
			add("expression", "claimsMatchingExpression", "not an expression of language version 1: "+flexible.Value, "claims['sub'] matches 'repo:ORGANISATION/*'")
		}
	}
	return found
}

// MatchFederated finds the credential for an assertion, or Entra's refusal. Every comparison is exact and case-sensitive;
// a trailing slash counts.
func MatchFederated(creds []FederatedCredential, issuer, subject string, audience []string) (FederatedCredential, *Refusal) {
	return matchToken(creds, &Token{Issuer: issuer, Subject: subject, Audience: audience, Claims: map[string]any{"iss": issuer, "sub": subject}})
}

func matchToken(creds []FederatedCredential, t *Token) (FederatedCredential, *Refusal) {
	if len(creds) == 0 {
		return FederatedCredential{}, noRecord(t)
	}
	sameIssuer := slices.DeleteFunc(slices.Clone(creds), func(c FederatedCredential) bool { return c.Issuer != t.Issuer })
	if len(sameIssuer) == 0 {
		return FederatedCredential{}, noIssuerRecord(creds, t)
	}
	var matching []FederatedCredential
	for _, c := range sameIssuer {
		if c.ClaimsMatchingExpression == nil && c.Subject == t.Subject || c.expressionMatches(t.Claims) {
			matching = append(matching, c)
		}
	}
	if len(matching) == 0 {
		return FederatedCredential{}, noSubjectRecord(sameIssuer, t)
	}
	for _, c := range matching {
		for _, a := range t.Audience {
			if slices.Contains(c.Audiences, a) && a != EntraExchangeID {
				return c, nil
			}
		}
	}
	return FederatedCredential{}, noAudienceRecord(matching[0], t)
}

func (c *FederatedCredential) expressionMatches(claims map[string]any) bool {
	if c.ClaimsMatchingExpression == nil {
		return false
	}
	terms, err := parseExpression(c.ClaimsMatchingExpression.Value)
	return err == nil && terms.match(claims)
}
