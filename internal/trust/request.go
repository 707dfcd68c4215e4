package trust

import (
	"strconv"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// GrantType is the grant of an RFC 8693 token exchange.
const GrantType = "urn:ietf:params:oauth:grant-type:token-exchange"

// Request is one token exchange, with the fields as they stand on the wire, and what the verifier cannot know by itself.
type Request struct {
	GrantType          string
	RequestedTokenType string
	SubjectTokenType   string
	SubjectToken       bridge.Secret
	Audience           string // //iam.googleapis.com/ and the provider's name
	Scope              string // space separated

	Now          time.Time
	Keys         Keys // not asked when the provider has an uploaded JWKS
	PoolDisabled bool
	PoolDeleted  bool
}

// Request is a well-formed exchange of a token with this provider: what every Google SDK would send.
func (v *Verifier) Request(token bridge.Secret, now time.Time, keys Keys) Request {
	return Request{
		GrantType:          GrantType,
		RequestedTokenType: string(bridge.AccessToken),
		SubjectTokenType:   string(bridge.JWT),
		SubjectToken:       token,
		Audience:           v.name.Audience(),
		Scope:              "https://www.googleapis.com/auth/cloud-platform",
		Now:                now,
		Keys:               keys,
	}
}

// Target checks the form of an exchange, all that Google does before it looks the provider up, and says which provider
// is meant. A server calls it to find the Verifier; Verify calls it again.
func Target(req Request) (ProviderName, *Refusal) {
	if req.GrantType != GrantType {
		return ProviderName{}, (&Refusal{Code: "unsupported_grant_type", Description: "Unsupported grant_type in request.", Status: 400}).
			because("the grant type is "+strconv.Quote(req.GrantType), "grant_type="+GrantType)
	}
	name, err := ParseAudience(req.Audience)
	if err != nil {
		return ProviderName{}, audienceForm().because(
			strconv.Quote(req.Audience)+": "+err.Error(),
			"gcloud iam workload-identity-pools providers describe PROVIDER --location=global --workload-identity-pool=POOL --format='value(name)'")
	}
	var r *Refusal
	switch {
	case req.RequestedTokenType != string(bridge.AccessToken):
		r = google(0, "invalid_request", "Invalid value of requested_token_type in request.").
			because("the requested token type is "+strconv.Quote(req.RequestedTokenType), "requested_token_type="+string(bridge.AccessToken))
	case req.SubjectToken.Empty():
		r = google(0, "invalid_request", "Missing subject_token in request.").worded().because("there is no subject token", "")
	case req.SubjectTokenType != string(bridge.JWT) && req.SubjectTokenType != string(bridge.IDToken):
		r = google(0, "invalid_request", "Invalid value of subject_token_type in request.").worded().
			because("an OIDC provider takes jwt or id_token, not "+strconv.Quote(req.SubjectTokenType), "subject_token_type="+string(bridge.JWT))
	case strings.TrimSpace(req.Scope) == "":
		r = noScope().because("no scope was asked for", "scope=https://www.googleapis.com/auth/cloud-platform")
	}
	return name, r
}

// NoSuchTarget is Google's answer to a well-formed exchange whose provider it does not have.
func NoSuchTarget(n ProviderName) *Refusal {
	if !n.Numeric() {
		return noTarget().because(
			strconv.Quote(n.Project)+" is a project id; the audience holds the project number",
			"gcloud projects describe "+quote(n.Project)+" --format='value(projectNumber)'")
	}
	return noTarget().because("there is no provider "+n.String(),
		"gcloud iam workload-identity-pools providers list --show-deleted --location=global"+flags(n)+" --format='table(name,state,disabled)'")
}
