package trust

import (
	"cmp"
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

func (v *Verifier) fixSubject(t *Token) string {
	want := "google.subject=assertion.sub"
	if _, _, ok := kubernetesAccount(t.Subject); ok {
		want = "google.subject=assertion.sub.extract('system:serviceaccount:{s}')"
	}
	return v.update("--attribute-mapping", v.mappingWith(want))
}

// mappingWith repeats the mapping with google.subject replaced: the flag sets the whole of it.
func (v *Verifier) mappingWith(subject string) string {
	line := []string{subject}
	for _, r := range v.mapping {
		if r.key != subjectKey {
			line = append(line, r.key+"="+r.text)
		}
	}
	return strings.Join(line, ",")
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

func (v *Verifier) fixCondition() string {
	return v.update("--attribute-condition", cmp.Or(v.provider.AttributeCondition, "CONDITION"))
}
