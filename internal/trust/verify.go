package trust

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// skew is how far Google lets the clocks differ, both ways.
const skew = time.Minute

// Verify walks one exchange through every rule, in Google's order. Rules after the first refusal are looked at too,
// where there is something to look at, so that one answer shows all that is wrong; the refusal is the first.
func (v *Verifier) Verify(ctx context.Context, req Request) Verdict {
	w := walk{v: v, req: &req, out: Verdict{Steps: make([]Step, 0, 13), provider: v.name}}
	w.request()
	w.state()
	if w.parse() {
		w.algorithm()
		w.issuer()
		w.audience()
		w.times()
		w.key(ctx)
		w.signature()
		w.attributes(ctx)
	} else {
		w.skip(StepAlgorithm, StepIssuer, StepAudience, StepTimes, StepKey, StepSignature, StepMapping, StepSubject, StepSize, StepCondition)
	}
	return w.verdict()
}

// walk is one token on its way through the rules.
type walk struct {
	v      *Verifier
	req    *Request
	token  *Token
	alg    string // set once the algorithm is allowed
	public crypto.PublicKey
	signed bool
	out    Verdict
}

func (w *walk) verdict() Verdict {
	w.out.Accepted = w.out.Refusal == nil && w.signed
	if !w.out.Accepted {
		return w.out
	}
	w.out.Principal = w.v.name.Principal(w.out.Subject)
	w.out.Expiry = w.token.Expiry
	if latest := w.req.Now.Add(maxLife); w.out.Expiry.After(latest) {
		w.out.Expiry = latest
	}
	return w.out
}

func (w *walk) ok(name, expected, got, detail string) {
	w.out.Steps = append(w.out.Steps, Step{Name: name, OK: true, Expected: expected, Got: got, Detail: detail})
}

func (w *walk) refuse(name, expected, got string, r *Refusal) {
	w.out.Steps = append(w.out.Steps, Step{Name: name, Expected: expected, Got: got, Detail: r.Reason})
	if w.out.Refusal == nil {
		w.out.Refusal = r
	}
}

func (w *walk) skip(names ...string) {
	for _, n := range names {
		w.out.Steps = append(w.out.Steps, Step{Name: n, Skipped: true})
	}
}

func (w *walk) request() {
	want := w.v.name.Audience()
	name, r := Target(*w.req)
	if r == nil && name != w.v.name {
		r = NoSuchTarget(name)
	}
	if r != nil {
		w.refuse(StepRequest, want, w.req.Audience, r)
		return
	}
	w.ok(StepRequest, want, w.req.Audience, "")
}

func (w *walk) state() {
	const want = "pool and provider active"
	p := &w.v.provider
	got := ""
	switch {
	case w.req.PoolDeleted:
		got = "the pool is deleted"
	case w.req.PoolDisabled:
		got = "the pool is disabled"
	case p.State == "DELETED":
		got = "the provider is deleted"
	case p.Disabled:
		got = "the provider is disabled"
	default:
		w.ok(StepProvider, want, want, "")
		return
	}
	w.refuse(StepProvider, want, got, noTarget().because(got, w.v.fixState(w.req)))
}

func (w *walk) parse() bool {
	t, err := ParseToken(w.req.SubjectToken)
	if err != nil {
		w.refuse(StepToken, "a signed JWT", "", google(0, "invalid_grant", "Unable to parse the ID Token.").worded().
			because(err.Error(), "check what the token file really holds: an opaque access token is no JWT"))
		return false
	}
	w.token = t
	w.out.Issuer, w.out.TokenSubject = t.Issuer, t.Subject
	w.ok(StepToken, "a signed JWT", "a JWT", "")
	return true
}

func (w *walk) algorithm() {
	const want = "RS256 or ES256"
	switch w.token.Alg {
	case "RS256", "ES256":
		w.alg = w.token.Alg
		w.ok(StepAlgorithm, want, w.token.Alg, "")
	default:
		reason := "the token is signed with " + strconv.Quote(w.token.Alg) + "; Google takes " + want + " only"
		switch {
		case w.token.Alg == "" || strings.EqualFold(w.token.Alg, "none"):
			reason = "the token is not signed: its algorithm is " + strconv.Quote(w.token.Alg)
		case strings.HasPrefix(w.token.Alg, "HS"):
			reason = "the token is signed with a shared secret (" + w.token.Alg + "); a public key is never taken for one"
		}
		w.refuse(StepAlgorithm, want, w.token.Alg, badSignature().worded().
			because(reason, "let the issuer sign with RS256, or with ES256 on P-256"))
	}
}

func (w *walk) issuer() {
	want, got := w.v.provider.OIDC.IssuerURI, w.token.Issuer
	switch {
	case got == "":
		w.refuse(StepIssuer, want, "", noIssuer(want).because("the token has no iss claim: it is not an OIDC token", w.v.fixIssuer(w.token)))
	case got == want:
		w.ok(StepIssuer, want, got, "")
	case sameIssuer(got, want):
		w.ok(StepIssuer, want, got, "they differ by a trailing slash, which Google overlooks and Entra does not: write the token's iss")
	default:
		r := wrongIssuer(strings.TrimSuffix(got, "/"), strings.TrimSuffix(want, "/"))
		w.refuse(StepIssuer, want, got, r.because(issuerReason(got, want), w.v.fixIssuer(w.token)))
	}
}

// issuerReason knows the two forms of Entra's tokens: the same tenant, another version.
func issuerReason(got, want string) string {
	if sharedEntra(got) && sharedEntra(want) {
		return "the token is of Entra's other version (v1 is https://sts.windows.net/TENANT/, v2 is https://login.microsoftonline.com/TENANT/v2.0): issuer " +
			got + ", the provider trusts " + want
	}
	return "the token is from " + got + ", the provider trusts " + want
}

func (w *walk) audience() {
	want, got := strings.Join(w.v.audiences, " or "), javaList(w.token.Audience)
	for _, a := range w.token.Audience {
		if slices.Contains(w.v.audiences, a) {
			w.ok(StepAudience, want, got, "")
			return
		}
	}
	reason := "the token is meant for " + got + ", the provider takes " + want
	if len(w.token.Audience) == 0 {
		reason = "the token has no aud claim, the provider takes " + want
	}
	w.refuse(StepAudience, want, got, wrongAudience(w.token.Audience).because(reason, w.v.fixAudience(w.token)))
}

func (w *walk) times() {
	t, now := w.token, w.req.Now
	want := "now (" + clock(now) + ") between iat and exp, give or take " + skew.String()
	got := "iat " + clock(t.IssuedAt) + ", exp " + clock(t.Expiry)
	reason := ""
	switch {
	case t.IssuedAt.IsZero():
		reason = "the token has no iat claim"
	case t.Expiry.IsZero():
		reason = "the token has no exp claim"
	case now.Sub(t.Expiry) > skew:
		reason = "the token expired " + now.Sub(t.Expiry).Round(time.Second).String() + " ago"
	case t.IssuedAt.Sub(now) > skew:
		reason = "the token was issued " + t.IssuedAt.Sub(now).Round(time.Second).String() + " in the future: one of the two clocks is wrong"
	case t.NotBefore.Sub(now) > skew:
		reason = "the token is not valid for another " + t.NotBefore.Sub(now).Round(time.Second).String()
	default:
		detail := ""
		if left := t.Expiry.Sub(now); left < maxLife/4 {
			detail = "the federated token gets what is left of this one: " + max(left, 0).Round(time.Second).String()
		}
		w.ok(StepTimes, want, got, detail)
		return
	}
	w.refuse(StepTimes, want, got, staleToken(t.IssuedAt).because(reason, w.v.freshToken(t)))
}

func (w *walk) key(ctx context.Context) {
	if w.alg == "" {
		w.skip(StepKey)
		return
	}
	set, from := w.v.uploaded, "the uploaded JWKS"
	if set == nil {
		from = "the issuer's JWKS"
		if w.req.Keys == nil {
			w.refuse(StepKey, "", "", noKey().because("no keys are at hand for "+w.v.provider.OIDC.IssuerURI, w.v.fixKeys()))
			return
		}
		var err error
		if set, err = w.req.Keys.Keys(ctx, w.v.provider.OIDC.IssuerURI, w.token.Kid); err != nil || set == nil {
			if err == nil {
				err = errors.New("it gave no keys")
			}
			w.refuse(StepKey, "the issuer's discovery document and JWKS", "", noKey().because("the issuer cannot be read: "+err.Error(), w.v.fixKeys()))
			return
		}
	}
	want := "kid one of " + javaList(set.Kids()) + " in " + from
	public, why := set.find(w.token.Kid, w.alg)
	if public == nil {
		w.refuse(StepKey, want, w.token.Kid, noKey().because(why+" in "+from+", which has "+javaList(set.Kids()), w.v.fixKeys()))
		return
	}
	w.public = public
	w.ok(StepKey, want, w.token.Kid, "")
}

func (w *walk) signature() {
	switch {
	case w.public == nil:
		w.skip(StepSignature)
	case w.token.signedBy(w.public, w.alg):
		w.signed = true
		w.ok(StepSignature, "made by key "+w.token.Kid, "it is", "")
	default:
		w.refuse(StepSignature, "made by key "+w.token.Kid, "it is not", badSignature().because(
			"the issuer's key "+strconv.Quote(w.token.Kid)+" did not make this signature: the token was changed, or another key has the same kid", w.v.fixKeys()))
	}
}

// attributes runs mapping, sizes and condition. They are shown for a token that was refused before, too.
func (w *walk) attributes(ctx context.Context) {
	m, err := w.v.apply(ctx, w.token.Claims)
	if err != nil {
		w.mappingRefused(err)
		w.skip(StepSubject, StepSize, StepCondition)
		return
	}
	w.out.Subject, w.out.Attributes, w.out.Groups = m.subject, m.attributes, m.groups
	detail := ""
	if len(m.absent) > 0 {
		detail = "left out: " + strings.Join(m.absent, "; ")
	}
	w.ok(StepMapping, "google.subject has a value", m.subject, detail)

	want, got := strconv.Itoa(maxSubject)+" bytes at most", strconv.Itoa(len(m.subject))+" bytes"
	if len(m.subject) > maxSubject {
		w.refuse(StepSubject, want, got, subjectTooLong().because("google.subject has "+got+": "+strconv.Quote(m.subject), w.v.fixSubject(w.token)))
	} else {
		w.ok(StepSubject, want, got, "")
	}

	want, got = strconv.Itoa(maxMapped)+" bytes at most", strconv.Itoa(m.size)+" bytes"
	if m.size > maxMapped {
		r := google(0, "invalid_request", "The total size of the mapped attributes exceeds the "+strconv.Itoa(maxMapped)+" bytes limit.").worded()
		w.refuse(StepSize, want, got, r.because("all mapped values together have "+got, w.v.fixAttribute(m.largest())))
	} else {
		w.ok(StepSize, want, got, "")
	}
	w.condition(ctx, &m)
}

func (w *walk) mappingRefused(err error) {
	var m *mappingError
	if !errors.As(err, &m) {
		m = &mappingError{key: subjectKey, why: err.Error()}
	}
	r := noSubject().because(m.Error(), w.v.fixSubject(w.token))
	if m.want != "" && m.key != subjectKey {
		r = google(0, "invalid_request", fmt.Sprintf("The mapped attribute %s must be of type %s.", m.key, m.want)).worded().
			because(m.Error(), w.v.fixAttribute(m.key))
	}
	w.refuse(StepMapping, "google.subject has a value", "", r)
}

func (w *walk) condition(ctx context.Context, m *mapped) {
	text := w.v.provider.AttributeCondition
	if w.v.condition == nil {
		w.ok(StepCondition, "none", "", "")
		return
	}
	if ok, reason := w.v.admits(ctx, w.token.Claims, m); !ok {
		w.refuse(StepCondition, text, "false", conditionFalse().because(reason+": "+text, w.v.fixCondition(m)))
		return
	}
	w.ok(StepCondition, text, "true", "")
}

func clock(t time.Time) string {
	if t.IsZero() {
		return "absent"
	}
	return t.UTC().Format(time.RFC3339)
}
