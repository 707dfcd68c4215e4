package gateway

import (
	"context"
	"net/http"
	"strings"
	"unicode"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
	"github.com/landbridge/landbridge/internal/trust"
)

// Verifier says who a bearer token is of. It may be called from many goroutines; an error is a *bridge.Error (Denied)
// whose text holds nothing of the token but its claims.
type Verifier interface {
	Verify(ctx context.Context, token bridge.Secret) (prompt.Caller, error)
}

// Issuer is one whose tokens the gateway takes.
type Issuer struct {
	// Name by which policy knows the issuer's workloads: NAME/SUBJECT.
	Name string
	// SubjectClaim is the claim that is the SUBJECT; sub when empty.
	SubjectClaim string
	// Rules are those of the workload identity pool provider that the token will be exchanged at, so that whoever gets in
	// here gets in there.
	Rules *trust.Verifier
}

// Issuers verifies tokens by the rules of their issuers. It implements Verifier and keeps nothing: the gateway does.
type Issuers struct {
	issuers []Issuer
	keys    trust.Keys
	clock   bridge.Clock
}

// NewIssuers returns a Verifier for the tokens of these issuers. Several of one issuer, for other audiences, are tried in
// order.
func NewIssuers(issuers []Issuer, keys trust.Keys, clock bridge.Clock) *Issuers {
	return &Issuers{issuers, keys, clock}
}

// Verify implements Verifier.
func (s *Issuers) Verify(ctx context.Context, secret bridge.Secret) (prompt.Caller, error) {
	token, err := trust.ParseToken(secret)
	if err != nil {
		return prompt.Caller{}, unauthenticated("token_malformed", "the credential is "+err.Error(),
			"send the workload's own token: a Kubernetes service-account token, an Entra token, or one of POST /v1/token", nil)
	}
	refused := unauthenticated("issuer_unknown", "the token is of an issuer that the gateway does not know", "name it under doors.gateway.callers", nil)
	for i := range s.issuers {
		issuer := &s.issuers[i]
		if !sameIssuer(issuer.Rules.Provider().OIDC.IssuerURI, token.Issuer) {
			continue
		}
		verdict := issuer.Rules.Verify(ctx, issuer.Rules.Request(secret, s.clock(), s.keys))
		if verdict.Accepted {
			return issuer.caller(secret, token)
		}
		refused = refusedToken(verdict.Refusal)
	}
	return prompt.Caller{}, refused
}

func (i *Issuer) caller(secret bridge.Secret, token *trust.Token) (prompt.Caller, error) {
	subject := token.Subject
	if i.SubjectClaim != "" {
		subject, _ = token.Claims[i.SubjectClaim].(string)
	}
	if verified, said := token.Claims["email_verified"]; i.SubjectClaim == "email" && said && verified != true {
		return prompt.Caller{}, unauthenticated("email_unverified", "the token's issuer has not verified its email", "name another claim in subject_claim", nil)
	}
	if subject == "" || len(subject) > maxName || strings.ContainsFunc(subject, unicode.IsControl) {
		return prompt.Caller{}, unauthenticated("subject_missing", "the token has no usable subject claim", "name another claim in subject_claim", nil)
	}
	return prompt.Caller{
		Name: i.Name + "/" + subject, Issuer: token.Issuer, Subject: token.Subject, Claims: token.Claims,
		Assertion: bridge.Assertion{
			Token: secret, Type: bridge.JWT, Issuer: token.Issuer, Subject: token.Subject, Audience: token.Audience,
			IssuedAt: token.IssuedAt, Expiry: token.Expiry,
		},
	}, nil
}

// sameIssuer compares as the rules do: one trailing slash makes no difference.
func sameIssuer(a, b string) bool { return strings.TrimSuffix(a, "/") == strings.TrimSuffix(b, "/") }

// refusedToken says in our words why a token is refused; the cause keeps those of the far side for /v1/token.
func refusedToken(r *trust.Refusal) error {
	return unauthenticated("token_refused", "the token is refused: "+r.Reason, "send a fresh token that is meant for this gateway", r)
}

func unauthenticated(code, text, hint string, cause error) error {
	return &bridge.Error{Kind: bridge.Denied, Hop: bridge.HopDoor, Code: code, Text: text, Hint: hint, Status: http.StatusUnauthorized, Cause: cause}
}
