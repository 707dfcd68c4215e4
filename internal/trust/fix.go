package trust

import (
	"strconv"
	"strings"
)

// The commands that mend a refusal, with the real values filled in: each can be pasted as it stands.

func flags(n ProviderName) string {
	return " --workload-identity-pool=" + quote(n.Pool) + " --project=" + quote(n.Project)
}

func (v *Verifier) update(flag, value string) string {
	return "gcloud iam workload-identity-pools providers update-oidc " + quote(v.name.Provider) +
		" --location=global" + flags(v.name) + " " + flag + "=" + quote(value)
}

// kubernetesAccount reads namespace and name out of a Kubernetes service account's subject.
func kubernetesAccount(subject string) (namespace, name string, ok bool) {
	rest, ok := strings.CutPrefix(subject, "system:serviceaccount:")
	if !ok {
		return "", "", false
	}
	namespace, name, ok = strings.Cut(rest, ":")
	return namespace, name, ok && namespace != "" && name != ""
}

// freshToken is how to get a token that the provider takes, from the place that this one seems to come from.
func (v *Verifier) freshToken(t *Token) string {
	audience := v.name.TokenAudience()
	if len(v.audiences) > 0 {
		audience = v.audiences[0]
	}
	if namespace, name, ok := kubernetesAccount(t.Subject); ok {
		return "kubectl create token " + quote(name) + " --namespace=" + quote(namespace) + " --audience=" + quote(audience) + " --duration=2h"
	}
	if sharedEntra(t.Issuer) {
		return "az account get-access-token --resource=" + quote(audience) + " --query=accessToken --output=tsv"
	}
	return "ask the issuer for a token with aud " + quote(audience)
}

func sharedEntra(issuer string) bool {
	hint, ok := sharedIssuer(issuer)
	return ok && !hint.required
}

// fixAudience: a Kubernetes token is better asked for with the right audience than the provider widened to a general one.
func (v *Verifier) fixAudience(t *Token) string {
	if _, _, ok := kubernetesAccount(t.Subject); ok || len(t.Audience) == 0 {
		return v.freshToken(t)
	}
	// The list replaces what was there, so the audiences that stay are repeated.
	list := append([]string{t.Audience[0]}, v.provider.OIDC.AllowedAudiences...)
	return v.update("--allowed-audiences", strings.Join(list, ","))
}

func (v *Verifier) fixIssuer(t *Token) string {
	if t.Issuer == "" {
		return v.freshToken(t)
	}
	return v.update("--issuer-uri", t.Issuer)
}

// fixKeys: an uploaded JWKS is replaced, a published one is looked at.
func (v *Verifier) fixKeys() string {
	if v.uploaded != nil {
		return "kubectl get --raw /openid/v1/jwks > jwks.json && " + v.update("--jwk-json-path", "jwks.json")
	}
	return "curl -fsS " + quote(strings.TrimSuffix(v.provider.OIDC.IssuerURI, "/")+"/.well-known/openid-configuration")
}

// fixSubject maps google.subject from what this very token has, in as few bytes as there are.
func (v *Verifier) fixSubject(t *Token) string {
	expression := subjectExpression(t)
	if expression == "" {
		return "ask the issuer for a token with a sub claim"
	}
	return v.fixMapping(append([]string{subjectKey + "=" + expression}, v.mappingWithout(subjectKey)...))
}

// subjectExpression: Kubernetes' prefix of 22 bytes can be taken off; an account's uid, or Entra's oid, is always short.
func subjectExpression(t *Token) string {
	const prefix = "system:serviceaccount:"
	if _, _, ok := kubernetesAccount(t.Subject); ok && len(t.Subject)-len(prefix) <= maxSubject {
		return "assertion.sub.extract('" + prefix + "{s}')"
	}
	if t.Subject != "" && len(t.Subject) <= maxSubject {
		return "assertion.sub"
	}
	for _, short := range []struct {
		path       []string
		expression string
	}{
		{[]string{"kubernetes.io", "serviceaccount", "uid"}, "assertion['kubernetes.io']['serviceaccount']['uid']"},
		{[]string{"oid"}, "assertion.oid"},
		{[]string{"client_id"}, "assertion.client_id"},
		{[]string{"azp"}, "assertion.azp"},
		{[]string{"email"}, "assertion.email"},
	} {
		if text := claimText(t.Claims, short.path); text != "" && len(text) <= maxSubject {
			return short.expression
		}
	}
	return ""
}

func claimText(claims map[string]any, path []string) string {
	for _, name := range path[:len(path)-1] {
		claims, _ = claims[name].(map[string]any)
	}
	text, _ := claims[path[len(path)-1]].(string)
	return text
}

// fixAttribute drops one attribute from the mapping.
func (v *Verifier) fixAttribute(key string) string { return v.fixMapping(v.mappingWithout(key)) }

// fixMapping sets the whole mapping, as the flag does. gcloud takes a delimiter between two ^ when a comma is in use.
func (v *Verifier) fixMapping(lines []string) string {
	value := strings.Join(lines, ",")
	if strings.Count(value, ",") >= len(lines) {
		for _, d := range []string{"~", ";", "@@", "~~~"} {
			if !strings.Contains(value, d) {
				value = "^" + d + "^" + strings.Join(lines, d)
				break
			}
		}
	}
	return v.update("--attribute-mapping", value)
}

func (v *Verifier) mappingWithout(key string) []string {
	var lines []string
	for _, r := range v.mapping {
		if r.key != key {
			lines = append(lines, r.key+"="+r.text)
		}
	}
	return lines
}

func (v *Verifier) fixState(req *Request) string {
	pool := "gcloud iam workload-identity-pools "
	tail := " --location=global --project=" + quote(v.name.Project)
	switch {
	case req.PoolDeleted:
		return pool + "undelete " + quote(v.name.Pool) + tail
	case req.PoolDisabled:
		return pool + "update " + quote(v.name.Pool) + tail + " --no-disabled"
	case v.provider.State == "DELETED":
		return pool + "providers undelete " + quote(v.name.Provider) + " --location=global" + flags(v.name)
	default:
		return pool + "providers update-oidc " + quote(v.name.Provider) + " --location=global" + flags(v.name) + " --no-disabled"
	}
}

// fixCondition lets this one subject in besides those that the condition lets in already.
func (v *Verifier) fixCondition(m *mapped) string {
	return v.update("--attribute-condition", "("+v.provider.AttributeCondition+") || google.subject == "+celText(m.subject))
}

// celText writes a string as a CEL literal.
func celText(s string) string {
	if strings.ContainsAny(s, "'\\\n\r") {
		return strconv.Quote(s)
	}
	return "'" + s + "'"
}
