package trust

import (
	"context"
	"crypto"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

const (
	// entraSkew is how far Entra lets the clocks differ.
	entraSkew = 5 * time.Minute
	// entraLife is the longest life of an assertion: a day, and an hour of grace.
	entraLife = 25 * time.Hour
)

// AssertionRequest is a client assertion on its way into Entra.
type AssertionRequest struct {
	Assertion   bridge.Secret
	Credentials []FederatedCredential // of the application or managed identity that the client id names
	Now         time.Time
	Keys        Keys
}

// AssertionVerdict is what becomes of a client assertion.
type AssertionVerdict struct {
	Accepted   bool                 `json:"accepted"`
	Steps      []Step               `json:"steps"`
	Credential *FederatedCredential `json:"credential,omitempty"` // the one that matched
	Issuer     string               `json:"issuer,omitempty"`     // as claimed; proven only when Accepted
	Subject    string               `json:"subject,omitempty"`    // as claimed; proven only when Accepted
	Refusal    *Refusal             `json:"refusal,omitempty"`
}

// VerifyAssertion walks a client assertion through Entra's rules. As in Verify, what can be looked at after the first
// refusal is looked at, and the refusal is the first.
func VerifyAssertion(ctx context.Context, req AssertionRequest) AssertionVerdict {
	var w assertionWalk
	t, err := ParseToken(req.Assertion)
	if err != nil {
		w.refuse(StepToken, "a signed JWT", "", entra(0, 50027, "invalid_request", "JWT token is invalid or malformed.").worded().because(err.Error(), ""))
		return w.out
	}
	w.out.Issuer, w.out.Subject = t.Issuer, t.Subject
	w.ok(StepToken, "a signed JWT", "a JWT")
	w.algorithm(t)
	w.credential(t, req.Credentials)
	w.signature(ctx, t, req.Keys)
	w.times(t, req.Now)
	w.out.Accepted = w.out.Refusal == nil && w.signed
	if !w.out.Accepted {
		w.out.Credential = nil
	}
	return w.out
}

type assertionWalk struct {
	out    AssertionVerdict
	alg    string
	signed bool
}

func (w *assertionWalk) ok(name, expected, got string) {
	w.out.Steps = append(w.out.Steps, Step{Name: name, OK: true, Expected: expected, Got: got})
}

func (w *assertionWalk) refuse(name, expected, got string, r *Refusal) {
	w.out.Steps = append(w.out.Steps, Step{Name: name, Expected: expected, Got: got, Detail: r.Reason})
	if w.out.Refusal == nil {
		w.out.Refusal = r
	}
}

func (w *assertionWalk) algorithm(t *Token) {
	if t.Alg == "RS256" {
		w.alg = t.Alg
		w.ok(StepAlgorithm, "RS256", t.Alg)
		return
	}
	w.refuse(StepAlgorithm, "RS256", t.Alg, entra(0, 5002730, "invalid_request", "Invalid JWT token. Unsupported key for the signing algorithm.").
		because("the assertion's algorithm is "+strconv.Quote(t.Alg)+"; Entra takes RS256 only", "let the issuer sign with RS256"))
}

// StepCredential is Entra's own step: the federated credential that fits.
const StepCredential = "credential"

func (w *assertionWalk) credential(t *Token, creds []FederatedCredential) {
	const want = "a credential with the assertion's issuer, subject and audience"
	got := t.Issuer + " | " + t.Subject + " | " + strings.Join(t.Audience, ", ")
	if u, err := url.Parse(t.Issuer); err == nil && entraHost(strings.ToLower(u.Hostname())) {
		w.refuse(StepCredential, "an issuer other than Entra", got, entraIssued(t))
		return
	}
	c, r := matchToken(creds, t)
	if r != nil {
		w.refuse(StepCredential, want, got, r)
		return
	}
	w.out.Credential = &c
	w.ok(StepCredential, want, got)
}

// signature asks for keys only once a credential trusts the issuer: an assertion must not make anybody call a stranger.
func (w *assertionWalk) signature(ctx context.Context, t *Token, keys Keys) {
	if w.alg == "" || w.out.Credential == nil {
		w.out.Steps = append(w.out.Steps, Step{Name: StepKey, Skipped: true}, Step{Name: StepSignature, Skipped: true})
		return
	}
	public := w.key(ctx, t, keys)
	switch {
	case public == nil:
		w.out.Steps = append(w.out.Steps, Step{Name: StepSignature, Skipped: true})
	case t.signedBy(public, w.alg):
		w.signed = true
		w.ok(StepSignature, "made by key "+t.Kid, "it is")
	default:
		w.refuse(StepSignature, "made by key "+t.Kid, "it is not", entra(0, 50013, "invalid_client",
			"Assertion failed signature validation. [Reason - The provided signature value did not match the expected signature value.]").worded().
			because("the issuer's key "+strconv.Quote(t.Kid)+" did not make this signature", entraToken(t, ExchangeAudience)))
	}
}

func (w *assertionWalk) key(ctx context.Context, t *Token, keys Keys) crypto.PublicKey {
	var set *KeySet
	err := errors.New("no keys are at hand")
	if keys != nil {
		set, err = keys.Keys(ctx, t.Issuer, t.Kid)
	}
	if err != nil || set == nil {
		if err == nil {
			err = errors.New("it gave no keys")
		}
		w.refuse(StepKey, "the issuer's discovery document and JWKS", "", entra(22, 90061, "invalid_request", "Request to External OIDC endpoint failed.").
			because("the issuer cannot be read: "+err.Error(), "curl -fsS "+quote(strings.TrimSuffix(t.Issuer, "/")+"/.well-known/openid-configuration")))
		return nil
	}
	public, why := set.find(t.Kid, w.alg)
	if public == nil {
		w.refuse(StepKey, "kid one of "+javaList(set.Kids()), t.Kid, entra(0, 50013, "invalid_client",
			"Assertion failed signature validation. [Reason - The key was not found.]").worded().
			because(why+" in the issuer's JWKS, which has "+javaList(set.Kids()), "curl -fsS "+quote(strings.TrimSuffix(t.Issuer, "/")+"/.well-known/openid-configuration")))
		return nil
	}
	w.ok(StepKey, "kid one of "+javaList(set.Kids()), t.Kid)
	return public
}

func (w *assertionWalk) times(t *Token, now time.Time) {
	const want = "now between nbf and exp, and a life of at most 25h"
	got := "nbf " + clock(t.NotBefore) + ", iat " + clock(t.IssuedAt) + ", exp " + clock(t.Expiry)
	switch {
	case t.Expiry.IsZero():
		w.refuse(StepTimes, want, got, outsideTime(t, now, "the token has no exp claim"))
	case now.Sub(t.Expiry) > entraSkew:
		w.refuse(StepTimes, want, got, outsideTime(t, now, "the token expired "+now.Sub(t.Expiry).Round(time.Second).String()+" ago"))
	case t.NotBefore.Sub(now) > entraSkew, t.IssuedAt.Sub(now) > entraSkew:
		w.refuse(StepTimes, want, got, outsideTime(t, now, "the token is not valid yet: one of the two clocks is wrong"))
	case t.IssuedAt.IsZero(), t.Expiry.Sub(t.IssuedAt) > entraLife:
		w.refuse(StepTimes, want, got, tooLong(t))
	default:
		w.ok(StepTimes, want, got)
	}
}
