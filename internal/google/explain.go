package google

import (
	"fmt"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// explain adds the next step to a refusal of an exchange, with the real names filled in. A federated token that is too
// old is told from Google's own sentence: there is no code for it.
func (at attempt) explain(r refusal) error {
	if r.Hop == bridge.HopSTS {
		if strings.Contains(r.message, "is stale to sign-in") {
			r.Stale = true
		}
		if hint := at.stsHint(r); hint != "" {
			r.Hint = hint
		}
		return r.Error
	}
	if hint := at.iamHint(r); hint != "" {
		r.Hint = hint
	} else if hint := sharedHint(r, at.o.QuotaProject, at.provider.Project); hint != "" {
		r.Hint = hint
	}
	return r.Error
}

func (at attempt) stsHint(r refusal) string {
	p, says := at.provider, func(part string) bool { return strings.Contains(r.message, part) }
	describe := "gcloud iam workload-identity-pools providers describe " + at.flags()
	update := "gcloud iam workload-identity-pools providers update-oidc " + at.flags()
	switch {
	case says("audience in ID Token") && slices.Contains(at.assertion.Audience, p.Audience()):
		return fmt.Sprintf("the assertion is made for this provider, whose list of audiences leaves its own name out: add it to the list: %s --allowed-audiences=%s", update, quote(p.Audience()))
	case says("audience in ID Token"):
		return fmt.Sprintf("the assertion's audience is %s: have it made for %s, or allow it: %s --allowed-audiences=%s",
			clean(fmt.Sprint(at.assertion.Audience)), p.Audience(), update, quote(strings.Join(at.assertion.Audience, ",")))
	case says("issuer in ID Token null"):
		return "the assertion has no iss claim: check that the source gives an OIDC token and not an access token of another kind"
	case says("issuer in ID Token"):
		return fmt.Sprintf("trust this issuer: %s --issuer-uri=%s; an Entra token of the other version has the other issuer: set requestedAccessTokenVersion on the app registration",
			update, quote(at.assertion.Issuer))
	case r.Stale:
		return "the assertion is expired or not valid yet: check that its source renews it (a projected token wants expirationSeconds: 7200) and that the clock is right: timedatectl"
	case says("Error connecting to the given credential's issuer"):
		return fmt.Sprintf("google cannot read the issuer's keys, or does not find the assertion's kid among them: curl %s; a private issuer needs its keys uploaded, again after each rotation: %s --jwk-json-path=FILE",
			quote(strings.TrimSuffix(at.assertion.Issuer, "/")+"/.well-known/openid-configuration"), update)
	case says("Unable to verify the ID Token signature"):
		return fmt.Sprintf("the issuer has signed with another key under the same kid: upload the keys of today: %s --jwk-json-path=FILE", update)
	case r.Code == "invalid_target":
		return fmt.Sprintf("check name, state and disabled: %s; a deleted one comes back with undelete", describe)
	case says(`Invalid value for "audience"`):
		return "name the provider in full: " + providerExample
	case says("Scope(s) must be provided"):
		return "ask for the scope " + CloudPlatform
	case says("google.subject exceeds the 127 bytes limit"):
		return fmt.Sprintf("the subject has %d bytes: shorten it in the mapping: %s --attribute-mapping=%s", len(at.assertion.Subject), update,
			quote("google.subject=assertion.sub.extract('system:serviceaccount:{s}')"))
	case says("rejected by the attribute condition"):
		return fmt.Sprintf("the provider's condition is false for subject %s, or needs a claim that the assertion lacks: landbridge trust explain --provider provider.json --token -, with provider.json from %s --format=json",
			quote(clean(at.assertion.Subject)), describe)
	case says("Could not obtain a value for google.subject"):
		return fmt.Sprintf("the mapping uses a claim that the assertion lacks: %s --attribute-mapping=google.subject=assertion.sub", update)
	case r.Code == "quota_exceeded":
		return "google allows 6000 exchanges a minute and project: let the pods of a node share one landbridge, or raise the quota of sts.googleapis.com"
	}
	return ""
}

func (at attempt) iamHint(r refusal) string {
	says := func(part string) bool { return strings.Contains(r.message, part) }
	sa := at.o.ServiceAccount
	switch {
	case says("iam.serviceAccounts.getAccessToken"), says("iam.serviceAccounts.getOpenIdToken"):
		return at.bindingHint()
	case says("Gaia id not found"), r.Code == "NOT_FOUND":
		return fmt.Sprintf("the service account does not exist: gcloud iam service-accounts describe %s; its form is NAME@PROJECT.iam.gserviceaccount.com", quote(sa))
	case says("can not have lifetimes of more than 1 hour"):
		return fmt.Sprintf("ask for 3600s or less, or have %s listed in constraints/iam.allowServiceAccountCredentialLifetimeExtension", sa)
	case says("lifetime cannot exceed 3600 seconds"):
		return "this machine's clock is ahead: fix it (timedatectl), or ask for 3300s"
	case says("Request contains an invalid argument"):
		return fmt.Sprintf("check the scopes %v and the audience: %s is always right", at.scopes, CloudPlatform)
	case r.Code == "UNAUTHENTICATED":
		return "the federated token was not accepted: check that sts and iamcredentials are endpoints of the same universe"
	}
	return ""
}

// bindingHint names the binding that is most likely absent: with delegates, any link of the chain.
func (at attempt) bindingHint() string {
	first := at.o.ServiceAccount
	if len(at.o.Delegates) > 0 {
		first = at.o.Delegates[0]
	}
	hint := fmt.Sprintf("gcloud iam service-accounts add-iam-policy-binding %s --role=roles/iam.workloadIdentityUser --member=%s; a new binding takes up to 7 minutes",
		quote(first), quote(string(at.provider.Principal(at.assertion.Subject))))
	if len(at.o.Delegates) > 0 {
		hint += "; each delegate needs roles/iam.serviceAccountTokenCreator on the next, the last one on " + at.o.ServiceAccount
	}
	return hint
}

// flags name the provider on a gcloud command line.
func (at attempt) flags() string {
	p := at.provider
	return fmt.Sprintf("%s --workload-identity-pool=%s --location=global --project=%s", p.ID, p.Pool, p.Project)
}

// sharedHint covers what every Google API may answer. Project is the one to fall back on where Google names none.
func sharedHint(r refusal, quotaProject, project string) string {
	says := func(part string) bool { return strings.Contains(r.message, part) }
	if consumer := strings.TrimPrefix(r.details["consumer"], "projects/"); consumer != "" {
		project = consumer
	}
	switch {
	case r.reason == "SERVICE_DISABLED", says("has not been used in project"):
		service := r.details["service"]
		if service == "" {
			service = map[bridge.Hop]string{bridge.HopImpersonate: "iamcredentials.googleapis.com"}[r.Hop]
		}
		if service == "" {
			service = "aiplatform.googleapis.com"
		}
		return fmt.Sprintf("gcloud services enable %s --project=%s", quote(service), quote(project))
	case r.reason == "USER_PROJECT_DENIED", says("roles/serviceusage.serviceUsageConsumer"):
		return fmt.Sprintf("the quota project is %q: grant the caller roles/serviceusage.serviceUsageConsumer on it, or drop the quota project", quotaProject)
	case r.reason == "SECURITY_POLICY_VIOLATED", says("vpcServiceControlsUniqueIdentifier"):
		return "a VPC Service Controls perimeter refuses: let the administrator look the identifier up in the audit log, and add an ingress rule for the principal, for sts and iamcredentials as well"
	case r.reason == "BILLING_DISABLED", says("requires billing to be enabled"):
		return fmt.Sprintf("gcloud billing projects describe %s, then link a billing account", quote(project))
	case r.reason == "ACCESS_TOKEN_SCOPE_INSUFFICIENT":
		return "ask for the scope " + CloudPlatform
	}
	return ""
}

// Word is a text as one word of a command for people to paste, as our own hints have it.
func Word(s string) string { return quote(s) }

// quote makes text one word for a POSIX shell: what a token claims must not become a command when pasted.
func quote(s string) string {
	s = clean(s)
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("@%+=:,./_-", r)
	}
	if s != "" && strings.TrimFunc(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
