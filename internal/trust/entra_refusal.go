package trust

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The texts of Entra's token endpoint, as observed. Behind each, Entra writes " Trace ID: ... Correlation ID: ...
// Timestamp: ...", which is for the server to add.

const (
	federationDocs = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
	checkRecord    = "Check your federated identity credential Subject, Audience and Issuer against the presented assertion. " + federationDocs
)

// entra makes a refusal of Entra's token endpoint; invalid_client answers with 401, everything else with 400.
func entra(row, number int, code, text string) *Refusal {
	status := 400
	if code == "invalid_client" {
		status = 401
	}
	return &Refusal{
		Code: code, Description: "AADSTS" + strconv.Itoa(number) + ": " + text, Verbatim: true,
		Codes: []int{number}, Status: status, Row: row,
	}
}

func noRecord(t *Token) *Refusal {
	return entra(13, 70021, "invalid_request", fmt.Sprintf(
		"No matching federated identity record found for presented assertion. Assertion Issuer: '%s'. Assertion Subject: '%s'. Assertion Audience: '%s'. "+
			"https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation",
		t.Issuer, t.Subject, first(t.Audience))).
		because("the identity has no federated credential", fixCredential("create", t))
}

func noIssuerRecord(creds []FederatedCredential, t *Token) *Refusal {
	reason := "no credential names the issuer " + t.Issuer
	for _, c := range creds {
		if sameIssuer(c.Issuer, t.Issuer) {
			reason = fmt.Sprintf("the credential's issuer is %s, the token's %s: to Entra the trailing slash matters", c.Issuer, t.Issuer)
		}
	}
	return entra(14, 700211, "invalid_client", "No matching federated identity record found for presented assertion issuer '"+t.Issuer+"'. "+checkRecord).
		because(reason, fixCredential("create", t))
}

func noSubjectRecord(creds []FederatedCredential, t *Token) *Refusal {
	const text = "No matching federated identity record found for presented assertion subject '"
	var subjects []string
	for _, c := range creds {
		if strings.EqualFold(c.Subject, t.Subject) {
			return entra(16, 7002138, "invalid_client", text+t.Subject+
				"'. The subject matches with case-insensitive comparison, but not with case-sensitive comparison. "+
				"Check your federated identity credential Subject, Audience and Issuer against the presented assertion. See documentation at: "+federationDocs+
				". See breaking change notification and remediation at: https://learn.microsoft.com/en-us/entra/identity-platform/reference-breaking-changes#august-2024.").
				because(fmt.Sprintf("the credential's subject is %q, the token's %q: upper and lower case count", c.Subject, t.Subject), fixCredential("create", t))
		}
		if e := c.ClaimsMatchingExpression; e != nil {
			return entra(17, 7002131, "invalid_client", text+t.Subject+"' or no federated identity credential expression matched. "+checkRecord).worded().
				because("no subject is the token's, and this expression is false for it: "+e.Value, fixCredential("create", t))
		}
		subjects = append(subjects, strconv.Quote(c.Subject))
	}
	return entra(16, 700213, "invalid_client", text+t.Subject+"'. "+checkRecord).
		because(fmt.Sprintf("the token's subject is %q, the credentials for its issuer have %s", t.Subject, strings.Join(subjects, ", ")), fixCredential("create", t))
}

func noAudienceRecord(c FederatedCredential, t *Token) *Refusal {
	if first(c.Audiences) == EntraExchangeID {
		return entra(18, 700214, "invalid_client", "The audience of the federated identity credential must be in its URI form '"+ExchangeAudience+"'.").worded().
			because("the credential was made with the id of Entra's application as audience", fixCredential("update", t, c.Name))
	}
	return entra(15, 700212, "invalid_client", "No matching federated identity record found for presented assertion audience '"+strings.Join(t.Audience, ", ")+"'. "+checkRecord).
		because(fmt.Sprintf("the token is meant for %s, the credential takes %s", javaList(t.Audience), first(c.Audiences)), entraToken(t, first(c.Audiences)))
}

func entraIssued(t *Token) *Refusal {
	return entra(23, 700222, "invalid_client", "AAD-issued tokens may not be used for federated identity flows.").
		because("the assertion comes from Entra itself ("+t.Issuer+")", "use the token of the cluster, or of Google, as the assertion")
}

func outsideTime(t *Token, now time.Time, reason string) *Refusal {
	from := t.NotBefore
	if from.IsZero() {
		from = t.IssuedAt
	}
	r := entra(20, 700024, "invalid_client", fmt.Sprintf(
		"Client assertion is not within its valid time range. Current time: %s, assertion valid from %s, expiry time of assertion %s. "+
			"Review the documentation at https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .",
		dotnet(now), dotnet(from), dotnet(t.Expiry)))
	r.Stale = true
	return r.because(reason, entraToken(t, ExchangeAudience))
}

func tooLong(t *Token) *Refusal {
	return entra(21, 70023, "invalid_client", fmt.Sprintf(
		"External OIDC Provider token must have a lifetime of less than or equal to 1.01:00:00. Token issued at %d. Token expires on %d.", unix(t.IssuedAt), unix(t.Expiry))).
		because(tooLongReason(t), entraToken(t, ExchangeAudience))
}

func tooLongReason(t *Token) string {
	if t.IssuedAt.IsZero() {
		return "the token has no iat claim, which Entra takes for the year 1970"
	}
	return "the token lives for " + t.Expiry.Sub(t.IssuedAt).String() + "; the default token of a Kubernetes service account lives for a year"
}

// fixCredential writes the az command with the token's own values. An identity's name and group are not in a token.
func fixCredential(verb string, t *Token, name ...string) string {
	return "az identity federated-credential " + verb + " --name " + quote(first(append(name, "landbridge"))) +
		` --identity-name "$IDENTITY" --resource-group "$RESOURCE_GROUP" --issuer ` + quote(t.Issuer) +
		" --subject " + quote(t.Subject) + " --audiences " + ExchangeAudience
}

func entraToken(t *Token, audience string) string {
	if namespace, name, ok := kubernetesAccount(t.Subject); ok {
		return "kubectl create token " + quote(name) + " --namespace=" + quote(namespace) + " --audience=" + quote(audience) + " --duration=1h"
	}
	return "ask the issuer for a token with aud " + quote(audience)
}

func first(list []string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// dotnet prints a time as .NET's round-trip format does; an absent one is 1970.
func dotnet(t time.Time) string {
	return time.Unix(unix(t), int64(t.Nanosecond())).UTC().Format("2006-01-02T15:04:05.0000000Z")
}
