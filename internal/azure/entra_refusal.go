package azure

import (
	"fmt"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// refusal is Entra's no, with what to do about it. The claims in the hints are as the assertion has them: comparing them
// with the federated identity credential is how nearly every refusal is solved.
func (e *Entra) refusal(a answer, assertion bridge.Assertion) *bridge.Error {
	out, _ := a.refused()
	if strings.Contains(out.Text, assertion.Token.Reveal()) {
		out.Text = out.Code // Entra never repeats an assertion; whoever answers in its place might
	}
	out.Stale = out.Code == "AADSTS700024"
	if hint := e.hint(out.Code, assertion); hint != "" {
		out.Hint = hint
	}
	return out
}

func (e *Entra) hint(code string, a bridge.Assertion) string {
	const list = "az identity federated-credential list --identity-name NAME -g GROUP"
	switch code {
	case "AADSTS70021":
		return fmt.Sprintf("no federated credential on %s matches issuer %s, subject %s, audience %s exactly, trailing slash included; compare with: %s; a new one takes some minutes",
			e.client, a.Issuer, a.Subject, strings.Join(a.Audience, " "), list)
	case "AADSTS700211":
		return fmt.Sprintf("the assertion's issuer is %s; recreate the federated credential with exactly that, trailing slash included: %s", a.Issuer, list)
	case "AADSTS700212":
		return fmt.Sprintf("the assertion's audience is %s; use %s in the token and in the federated credential", strings.Join(a.Audience, " "), TokenExchangeResource)
	case "AADSTS700213":
		return fmt.Sprintf("the assertion's subject is %s, and case matters; set it with: az identity federated-credential update --subject %s", a.Subject, a.Subject)
	case "AADSTS7002131":
		return "the assertion's subject is " + a.Subject + "; correct claimsMatchingExpression of the flexible federated credential, which works for GitHub, GitLab and Terraform Cloud issuers only"
	case "AADSTS700214":
		return "recreate the federated credential with audience " + TokenExchangeResource + ", not with a GUID"
	case "AADSTS700016":
		return fmt.Sprintf("check client id %s and tenant %s: az identity show, az account show; the identity may have been deleted", e.client, e.tenant)
	case "AADSTS700024":
		return "the assertion is too old or this machine's clock is wrong: re-read the token file on each exchange, and check timedatectl"
	case "AADSTS70023":
		return "project a token with expirationSeconds of at most 86400; the default service-account token lives for a year"
	case "AADSTS90061":
		return fmt.Sprintf("Entra must be able to fetch the issuer's keys over the internet: curl %s/.well-known/openid-configuration", strings.TrimSuffix(a.Issuer, "/"))
	case "AADSTS700222", "AADSTS700226", "AADSTS700227":
		return "the assertion was issued by Entra itself, which federated credentials do not take: use the cluster's or Google's token, issuer now " + a.Issuer
	case "AADSTS500011":
		return "the resource has no service principal in this tenant: az ad sp create --id APP_ID, or ask for " + TokenExchangeResource + ", which needs none"
	case "AADSTS501051":
		return "the application demands an assignment: assign one of its app roles to the identity in Enterprise applications"
	case "AADSTS90002":
		return fmt.Sprintf("check tenant %s and that the authority host is its cloud's", e.tenant)
	case "AADSTS7000112":
		return "the application or identity is disabled: enable it in Enterprise applications"
	case "AADSTS53003":
		return "a Conditional Access policy for workload identities blocks it: see the identity's sign-in log"
	}
	return ""
}
