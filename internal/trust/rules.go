package trust

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// The limits of a provider, as the IAM API documents them.
const (
	maxAudiences    = 10
	maxAudience     = 256
	maxAttributes   = 50
	maxAttributeKey = 100
	maxExpression   = 2048
	maxCondition    = 4096
	maxSubject      = 127     // bytes
	maxMapped       = 8 << 10 // bytes, all mapped values together
	maxDisplayName  = 32
	maxDescription  = 256

	subjectKey   = "google.subject"
	groupsKey    = "google.groups"
	attributeKey = "attribute."
)

func (v *Verifier) checkName() []Problem {
	const field = "name"
	const form = "projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER"
	n, err := ParseProviderName(v.provider.Name)
	switch {
	case err == nil:
	case errors.Is(err, ErrPoolName):
		return []Problem{{
			Code: "pool_name", Field: field, Text: fmt.Sprintf("%q names the pool, not a provider in it", v.provider.Name),
			Fix: "gcloud iam workload-identity-pools providers list --location=global --workload-identity-pool=" +
				quote(lastPart(v.provider.Name)) + " --project=" + quote(projectPart(v.provider.Name)) + " --format='value(name)'",
		}}
	default:
		p := Problem{Code: "name_shape", Field: field, Text: fmt.Sprintf("%q is not of the form %s", v.provider.Name, form), Fix: form}
		if bare, err := ParseAudience(strings.TrimPrefix(v.provider.Name, "https:")); err == nil {
			p.Text = "this is the audience of a token exchange; the provider's name has no host"
			p.Fix = bare.String()
		}
		return []Problem{p}
	}
	v.name = n
	var found []Problem
	if !n.Numeric() {
		found = append(found, Problem{
			Code: "project_id_in_name", Field: field,
			Text: fmt.Sprintf("%q is a project id; the name of a provider holds the project number", n.Project),
			Fix:  "gcloud projects describe " + quote(n.Project) + " --format='value(projectNumber)'",
		})
	}
	found = append(found, checkID("pool", n.Pool)...)
	return append(found, checkID("provider", n.Provider)...)
}

// checkID applies the rule for pool and provider ids: 4 to 32 characters of [a-z0-9-], not starting with "gcp-".
func checkID(what, id string) []Problem {
	p := Problem{Code: what + "_id", Field: "name"}
	switch {
	case len(id) < 4 || len(id) > 32:
		p.Text = fmt.Sprintf("the %s id %q has %d characters, 4 to 32 are allowed", what, id, len(id))
	case strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
		p.Text = fmt.Sprintf("the %s id %q may hold a-z, 0-9 and - only", what, id)
	case strings.HasPrefix(id, "gcp-"):
		p.Text = fmt.Sprintf(`the %s id %q starts with "gcp-", which Google keeps for itself`, what, id)
	default:
		return nil
	}
	return []Problem{p}
}

func checkTexts(p *Provider) []Problem {
	var found []Problem
	if n := utf8.RuneCountInString(p.DisplayName); n > maxDisplayName {
		found = append(found, Problem{Code: "display_name", Field: "displayName", Text: fmt.Sprintf("%d characters, at most %d are allowed", n, maxDisplayName)})
	}
	if n := utf8.RuneCountInString(p.Description); n > maxDescription {
		found = append(found, Problem{Code: "description", Field: "description", Text: fmt.Sprintf("%d characters, at most %d are allowed", n, maxDescription)})
	}
	switch p.State {
	case "", "STATE_UNSPECIFIED", "ACTIVE", "DELETED":
	default:
		found = append(found, Problem{Code: "state", Field: "state", Text: fmt.Sprintf("%q is neither ACTIVE nor DELETED", p.State)})
	}
	return found
}

func (v *Verifier) checkIssuer() []Problem {
	const field = "oidc.issuerUri"
	issuer := v.provider.OIDC.IssuerURI
	if issuer == "" {
		return []Problem{{Code: "issuer_missing", Field: field, Text: "no issuer is given", Fix: "write the token's iss claim here, to the letter"}}
	}
	u, err := url.Parse(issuer)
	switch {
	case err != nil || u.Host == "":
		return []Problem{{Code: "issuer_uri", Field: field, Text: fmt.Sprintf("Invalid OIDC issuer URI. %q is not a URL with a host.", issuer)}}
	case u.Scheme != "https":
		return []Problem{{Code: "issuer_scheme", Field: field, Text: "Invalid OIDC issuer URI. The scheme must be https.", Fix: "https://" + u.Host + u.EscapedPath()}}
	case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return []Problem{{Code: "issuer_uri", Field: field, Text: "an issuer has no query, fragment or user"}}
	}
	return nil
}

func (v *Verifier) checkAudiences() []Problem {
	const field = "oidc.allowedAudiences"
	var found []Problem
	list := v.provider.OIDC.AllowedAudiences
	if len(list) > maxAudiences {
		found = append(found, Problem{Code: "audiences", Field: field, Text: fmt.Sprintf("%d audiences, at most %d are allowed", len(list), maxAudiences)})
	}
	for i, a := range list {
		where := fmt.Sprintf("%s[%d]", field, i)
		switch n := utf8.RuneCountInString(a); {
		case a == "":
			found = append(found, Problem{Code: "audience_empty", Field: where, Text: "the audience is empty"})
		case n > maxAudience:
			found = append(found, Problem{Code: "audience_length", Field: where, Text: fmt.Sprintf("%d characters, at most %d are allowed", n, maxAudience)})
		}
	}
	v.audiences = list
	if len(list) == 0 {
		// Google takes the provider's full name with and without the scheme, and drops both once a list is set.
		v.audiences = []string{v.name.TokenAudience(), v.name.Audience()}
	}
	return found
}

func checkMapping(p *Provider) []Problem {
	const field = "attributeMapping"
	var found []Problem
	if p.AttributeMapping[subjectKey] == "" {
		found = append(found, Problem{
			Code: "subject_unmapped", Field: field, Text: "google.subject must be mapped", Fix: "google.subject=assertion.sub",
		})
	}
	custom := 0
	for _, key := range mappingKeys(p.AttributeMapping) {
		where := field + "[" + key + "]"
		if name, ok := strings.CutPrefix(key, attributeKey); ok {
			custom++
			if len(name) == 0 || len(name) > maxAttributeKey || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
				found = append(found, Problem{Code: "attribute_key", Field: where, Text: fmt.Sprintf("an attribute's name has 1 to %d characters of a-z, 0-9 and _", maxAttributeKey)})
			}
		} else if key != subjectKey && key != groupsKey {
			found = append(found, Problem{
				Code: "attribute_key", Field: where, Text: "only google.subject, google.groups and attribute.NAME can be mapped",
				Fix: attributeKey + strings.ToLower(key[strings.LastIndexByte(key, '.')+1:]),
			})
		}
		if n := utf8.RuneCountInString(p.AttributeMapping[key]); n > maxExpression {
			found = append(found, Problem{Code: "expression_length", Field: where, Text: fmt.Sprintf("%d characters, at most %d are allowed", n, maxExpression)})
		}
	}
	if custom > maxAttributes {
		found = append(found, Problem{Code: "attributes", Field: field, Text: fmt.Sprintf("%d custom attributes, at most %d are allowed", custom, maxAttributes)})
	}
	return found
}

func checkCondition(p *Provider) []Problem {
	var found []Problem
	if n := utf8.RuneCountInString(p.AttributeCondition); n > maxCondition {
		found = append(found, Problem{Code: "condition_length", Field: "attributeCondition", Text: fmt.Sprintf("%d characters, at most %d are allowed", n, maxCondition)})
	}
	if hint, shared := sharedIssuer(p.OIDC.IssuerURI); shared && p.AttributeCondition == "" && hint.required {
		found = append(found, claimlessCondition(p))
	}
	return found
}

func lastPart(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

func projectPart(name string) string {
	if part := strings.Split(name, "/"); len(part) > 1 {
		return part[1]
	}
	return ""
}
