package trust

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Case is one unit test of a federation: a trust, a token, and what is expected to come of them. A case with Credentials
// is put to Entra's rules, every other to Google's.
type Case struct {
	Name string `json:"name" yaml:"name"`
	// Provider is given here, or by ProviderFile, which the caller reads before the run.
	Provider     *Provider             `json:"provider,omitempty" yaml:"provider,omitempty"`
	ProviderFile string                `json:"provider_file,omitempty" yaml:"provider_file,omitempty"`
	Credentials  []FederatedCredential `json:"credentials,omitempty" yaml:"credentials,omitempty"`
	PoolDisabled bool                  `json:"pool_disabled,omitempty" yaml:"pool_disabled,omitempty"`

	// Claims are signed on the fly with a key that lives in memory only. iss, aud, iat and exp are filled in where they
	// are absent; null takes one out; iat, nbf and exp may be given as "+2h" or "-61s" from the time of the case.
	Claims map[string]any `json:"claims,omitempty" yaml:"claims,omitempty"`
	Header Header         `json:"header,omitzero" yaml:"header,omitempty"`
	// Token is a whole JWT in place of Claims, given here or by TokenFile, which the caller reads before the run. Its keys
	// come from the provider's jwksJson or from the caller.
	Token     string `json:"token,omitempty" yaml:"token,omitempty"`
	TokenFile string `json:"token_file,omitempty" yaml:"token_file,omitempty"`

	// At is the time of the case: "+90m" from the time of the run, or RFC 3339. Empty is the time of the run.
	At     string `json:"at,omitempty" yaml:"at,omitempty"`
	Expect Expect `json:"expect" yaml:"expect"`
}

// Header overrides the header of the token that a case signs.
type Header struct {
	Alg string `json:"alg,omitempty" yaml:"alg,omitempty"` // RS256 when empty; also none, HS256 (with the public key), ES256, ES384
	Kid string `json:"kid,omitempty" yaml:"kid,omitempty"` // any other than the default is unknown to the issuer
}

// Expect is what a case expects. Only what is written is compared; attributes that are not named may have any value.
type Expect struct {
	// Accepted may be left out: it is false when a code, a text or a problem is expected, and true otherwise.
	Accepted   *bool             `json:"accepted,omitempty" yaml:"accepted,omitempty"`
	Principal  string            `json:"principal,omitempty" yaml:"principal,omitempty"`
	Subject    string            `json:"subject,omitempty" yaml:"subject,omitempty"`
	Attributes map[string]string `json:"attributes,omitempty" yaml:"attributes,omitempty"`
	Groups     []string          `json:"groups,omitempty" yaml:"groups,omitempty"`
	Code       string            `json:"code,omitempty" yaml:"code,omitempty"`       // of the refusal: invalid_grant ..., or AADSTS700213
	Text       string            `json:"text,omitempty" yaml:"text,omitempty"`       // part of the refusal's description or reason
	Problem    string            `json:"problem,omitempty" yaml:"problem,omitempty"` // code of a problem of the trust itself
}

// CaseResult is how one case went.
type CaseResult struct {
	Name     string   `json:"name"`
	Passed   bool     `json:"passed"`
	Diffs    []string `json:"diffs,omitempty"` // one sentence for each expectation that was not met
	Problems Problems `json:"problems,omitempty"`
	Refusal  *Refusal `json:"refusal,omitempty"`
	Steps    []Step   `json:"steps,omitempty"`
}

// outcome is what both clouds' verdicts have in common, for the comparison.
type outcome struct {
	accepted   bool
	problems   Problems
	principal  string
	subject    string
	attributes map[string]string
	groups     []string
	refusal    *Refusal
	steps      []Step
}

// RunCases runs the cases at the given time. Keys are for cases with a whole Token and may be nil.
func RunCases(ctx context.Context, cases []Case, now time.Time, keys Keys) []CaseResult {
	m := &mint{}
	out := make([]CaseResult, len(cases))
	for i := range cases {
		c := &cases[i]
		r := &out[i]
		if r.Name = c.Name; r.Name == "" {
			r.Name = fmt.Sprintf("case %d", i+1)
		}
		got, err := c.run(ctx, m, now, keys)
		if err != nil {
			r.Diffs = []string{"the case cannot be run: " + err.Error()}
			continue
		}
		r.Problems, r.Refusal, r.Steps = got.problems, got.refusal, got.steps
		r.Diffs = c.Expect.diff(got)
		r.Passed = len(r.Diffs) == 0
	}
	return out
}

func (c *Case) run(ctx context.Context, m *mint, now time.Time, keys Keys) (*outcome, error) {
	at, err := moment(c.At, now)
	if err != nil {
		return nil, fmt.Errorf("at: %w", err)
	}
	switch {
	case c.Token == "" && c.Claims == nil:
		return nil, errors.New("it has neither claims nor a token")
	case c.Token != "" && c.Claims != nil:
		return nil, errors.New("it has claims and a token, one of them is enough")
	case c.Provider != nil && c.Credentials != nil:
		return nil, errors.New("it has a provider and credentials, one of them is enough")
	case c.Provider != nil:
		return c.google(ctx, m, at, keys)
	case c.Credentials != nil:
		return c.entra(ctx, m, at, keys)
	default:
		return nil, errors.New("it has neither a provider nor credentials")
	}
}

func (c *Case) google(ctx context.Context, m *mint, at time.Time, keys Keys) (*outcome, error) {
	v, err := Compile(*c.Provider)
	if problems, ok := errors.AsType[Problems](err); ok {
		return &outcome{problems: problems}, nil
	}
	if err != nil {
		return nil, err
	}
	token := bridge.NewSecret(c.Token)
	if c.Claims != nil {
		// The throw-away key takes the place of the issuer's, and of an uploaded JWKS.
		v.uploaded = nil
		if token, keys, err = c.sign(m, at, v.provider.OIDC.IssuerURI, first(v.audiences)); err != nil {
			return nil, err
		}
	}
	req := v.Request(token, at, keys)
	req.PoolDisabled = c.PoolDisabled
	got := v.Verify(ctx, req)
	return &outcome{
		accepted: got.Accepted, principal: string(got.Principal), subject: got.Subject, attributes: got.Attributes,
		groups: got.Groups, refusal: got.Refusal, steps: got.Steps,
	}, nil
}

func (c *Case) entra(ctx context.Context, m *mint, at time.Time, keys Keys) (*outcome, error) {
	if problems := CheckFederated(c.Credentials); len(problems) > 0 {
		return &outcome{problems: problems}, nil
	}
	token := bridge.NewSecret(c.Token)
	if c.Claims != nil {
		var err error
		issuer := c.Credentials[0].Issuer
		if text, ok := c.Claims["iss"].(string); ok {
			issuer = text
		}
		if token, keys, err = c.sign(m, at, issuer, ExchangeAudience); err != nil {
			return nil, err
		}
	}
	got := VerifyAssertion(ctx, AssertionRequest{Assertion: token, Credentials: c.Credentials, Now: at, Keys: keys})
	out := &outcome{accepted: got.Accepted, subject: got.Subject, refusal: got.Refusal, steps: got.Steps}
	if got.Credential != nil {
		out.principal = got.Credential.Name
	}
	return out, nil
}

// sign fills in what a case leaves out, and signs.
func (c *Case) sign(m *mint, at time.Time, issuer, audience string) (bridge.Secret, Keys, error) {
	claims := map[string]any{"iss": issuer, "aud": audience, "iat": "+0s", "exp": "+1h"}
	maps.Copy(claims, c.Claims)
	for _, name := range []string{"iat", "nbf", "exp"} {
		text, ok := claims[name].(string)
		if !ok {
			continue
		}
		when, err := moment(text, at)
		if err != nil {
			return bridge.Secret{}, nil, fmt.Errorf("claims.%s: %w", name, err)
		}
		claims[name] = when.Unix()
	}
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	alg, kid := c.Header.Alg, c.Header.Kid
	if alg == "" {
		alg = "RS256"
	}
	if kid == "" {
		kid = mintKid
	}
	token, err := m.token(claims, alg, kid)
	if err != nil {
		return bridge.Secret{}, nil, err
	}
	keys, err := m.keys(issuer, alg)
	return token, keys, err
}

// moment reads "+2h", "-61s" or an RFC 3339 time; empty is now.
func moment(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return now, nil
	}
	if strings.HasPrefix(text, "+") || strings.HasPrefix(text, "-") {
		d, err := time.ParseDuration(text)
		if err != nil {
			return time.Time{}, fmt.Errorf("%q is not a duration such as +2h or -61s", text)
		}
		return now.Add(d), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is neither a duration such as +2h nor a time such as 2026-11-23T12:00:00Z", text)
	}
	return t, nil
}
