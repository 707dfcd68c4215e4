package trust_test

import (
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/trust"
)

// One verdict shows everything that is wrong, and refuses for the first reason.
func TestEveryStepIsShown(t *testing.T) {
	t.Parallel()
	v := compile(t, func(p *trust.Provider) { p.AttributeCondition = "assertion.team == 'blue'" })
	token := signed(t, map[string]any{
		"iss": "https://other.example", "aud": "x", "exp": now.Add(-time.Hour).Unix(), "sub": long(128),
	})
	got := verify(t, v, token)
	var lines []string
	for _, s := range got.Steps {
		lines = append(lines, fmt.Sprintf("%s %v", s.Name, s.OK))
	}
	want := []string{
		"request true", "provider true", "token true", "algorithm true", "issuer false", "audience false", "times false",
		"key true", "signature true", "mapping true", "subject false", "size true", "condition false",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	if got.Refusal.Row != 37 {
		t.Errorf("refused for row %d, want the issuer (37)", got.Refusal.Row)
	}
	opaque := verify(t, v, bridge.NewSecret("opaque"))
	for _, s := range opaque.Steps[3:] {
		if !s.Skipped || s.OK {
			t.Errorf("%s was not skipped", s.Name)
		}
	}
}

// No verdict, refusal or error holds the token, nor its signature.
func TestNoTokenInAnyAnswer(t *testing.T) {
	t.Parallel()
	v := compile(t, func(p *trust.Provider) { p.AttributeCondition = "assertion.team == 'blue'" })
	token := sign(t, jose.RS256, signers().otherRSA, kid, claims(map[string]any{"aud": "x"}))
	req := v.Request(token, now, published(t))
	verdict := v.Verify(t.Context(), req)
	assertion := trust.VerifyAssertion(t.Context(), trust.AssertionRequest{Assertion: token, Credentials: credentials(), Now: now, Keys: published(t)})
	text, err := json.Marshal([]any{verdict, assertion})
	if err != nil {
		t.Fatal(err)
	}
	all := string(text) + fmt.Sprintf("%+v %+v %+v", req, verdict, verdict.Refusal.Err(bridge.HopSTS))
	for _, part := range strings.Split(token.Reveal(), ".") {
		if strings.Contains(all, part) {
			t.Error("a part of the token is in the answer")
		}
	}
}

func TestCostlyExpressionsAreCutOff(t *testing.T) {
	t.Parallel()
	list := make([]string, 100)
	for i := range list {
		list[i] = "group"
	}
	for what, expression := range map[string]string{
		"nested loops":    "assertion.g.map(a, assertion.g.map(b, assertion.g.map(c, c).join()).join()).join()",
		"growing by join": "assertion.s.split('').join(assertion.s).split('').join(assertion.s)",
	} {
		v := compile(t, func(p *trust.Provider) { p.AttributeMapping["google.subject"] = expression })
		start := time.Now()
		got := verify(t, v, signed(t, map[string]any{"g": list, "s": long(8000)}))
		if got.Refusal == nil || got.Refusal.Row != 47 {
			t.Errorf("%s: got %+v", what, got.Refusal)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s took %s", what, took)
		}
	}
}

func TestProviderNames(t *testing.T) {
	t.Parallel()
	n, err := trust.ParseAudience(iamHost + name)
	if err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{
		n.String():        name,
		n.Audience():      iamHost + name,
		n.TokenAudience(): "https:" + iamHost + name,
		n.PoolName():      strings.TrimSuffix(name, "/providers/aks-west"),
		string(n.AttributeSet("namespace", "shop")): "principalSet:" + iamHost + n.PoolName() + "/attribute.namespace/shop",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for text, want := range map[string]error{
		name:                                  trust.ErrAudienceHost,
		"https:" + iamHost + name:             trust.ErrAudienceHost,
		iamHost + n.PoolName():                trust.ErrPoolName,
		iamHost + name + "/":                  trust.ErrNameShape,
		iamHost + name + "/x":                 trust.ErrNameShape,
		iamHost + "projects//locations":       trust.ErrNameShape,
		iamHost:                               trust.ErrNameShape,
		"//sts.googleapis.com/" + name:        trust.ErrAudienceHost,
		iamHost + n.PoolName() + "/providers": trust.ErrNameShape,
	} {
		if _, err := trust.ParseAudience(text); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", text, err, want)
		}
	}
}

func TestParseKeys(t *testing.T) {
	t.Parallel()
	text := jwks(t, map[string]crypto.PublicKey{"a": signers().rsa.Public(), "b": signers().p384.Public()}, map[string]any{"x5c": []string{"broken"}})
	set, err := trust.ParseKeys([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a"}, set.Kids()); diff != "" {
		t.Error(diff)
	}
	for text, want := range map[string]string{
		"<html>": "the JWKS is not valid JSON: invalid character '<' looking for beginning of value",
		"{}":     `the JWKS has no "keys"`,
	} {
		if _, err := trust.ParseKeys([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	v := compile(t, nil)
	got := v.Verify(t.Context(), v.Request(sign(t, jose.RS256, signers().rsa, "b", claims(nil)), now, trust.Published{aksIssuer: set}))
	if want := `key "b" is of no use: curve P-384 is not supported, only P-256 in the issuer's JWKS, which has [a]`; got.Refusal.Reason != want {
		t.Errorf("got  %s\nwant %s", got.Refusal.Reason, want)
	}
}

func TestAdvice(t *testing.T) {
	t.Parallel()
	v := compile(t, func(p *trust.Provider) {
		p.OIDC.AllowedAudiences = []string{trust.ExchangeAudience}
		p.AttributeMapping["attribute.a"] = "assertion.a"
	})
	condition := compile(t, func(p *trust.Provider) {
		p.AttributeMapping["google.subject"] = "assertion.sub.extract('system:{s}')"
		p.AttributeCondition = "attribute.team == 'a' || attribute['unit'] == 'b' || has(attribute.c)"
	})
	var got []string
	for _, p := range append(v.Advice(), condition.Advice()...) {
		got = append(got, p.Code+" "+p.String())
	}
	want := []string{
		"no_condition attributeCondition: every identity of the issuer gets a principal in the pool",
		"shared_audience oidc.allowedAudiences[0]: the same token opens Entra too: whoever steals it has both clouds",
		"subject_budget attributeMapping[google.subject]: a namespace and account name of more than 104 bytes together do not fit into google.subject, whose 127 bytes begin with system:serviceaccount:",
		"unmapped_attribute attributeCondition: the condition needs attribute.team, which is not mapped: that part never holds",
		"unmapped_attribute attributeCondition: the condition needs attribute.unit, which is not mapped: that part never holds",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
