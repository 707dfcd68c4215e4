package trust

import (
	"net/url"
	"strings"
)

// tenants says of an issuer that serves many parties which claim tells them apart.
type tenants struct {
	claim string // an example of a condition
	// required: Google refuses the provider without a condition. Elsewhere it refuses only one that names no claim.
	required bool
}

// sharedIssuer knows the issuers that sign for more than one party, so that "the signature is good" says little.
func sharedIssuer(issuer string) (tenants, bool) {
	u, err := url.Parse(issuer)
	if err != nil {
		return tenants{}, false
	}
	host := strings.ToLower(u.Hostname())
	switch host {
	case "token.actions.githubusercontent.com":
		return tenants{"assertion.repository_owner == 'ORGANISATION'", true}, true
	case "gitlab.com":
		return tenants{"assertion.namespace_path == 'GROUP'", true}, true
	case "app.terraform.io":
		return tenants{"assertion.terraform_organization_name == 'ORGANISATION'", true}, true
	}
	if entraHost(host) {
		return tenants{"assertion.sub == 'OBJECT_ID_OF_THE_IDENTITY'", false}, true
	}
	return tenants{}, false
}

// entraHost says whether a host issues Entra tokens, in any national cloud.
func entraHost(host string) bool {
	switch host {
	case "sts.windows.net", "login.microsoftonline.com", "login.microsoft.com", "login.windows.net",
		"login.microsoftonline.us", "login.partner.microsoftonline.cn", "login.chinacloudapi.cn", "sts.chinacloudapi.cn":
		return true
	}
	return false
}

// claimlessCondition is Google's own refusal of a provider for a shared issuer.
func claimlessCondition(p *Provider) Problem {
	hint, _ := sharedIssuer(p.OIDC.IssuerURI)
	return Problem{
		Code: "condition_without_claim", Field: "attributeCondition",
		Text: "The attribute condition must reference one of the provider's claims. For more information, see " +
			"https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines#conditions",
		Fix: hint.claim,
	}
}
