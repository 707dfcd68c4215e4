package trust_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/trust"
)

func encode(parts ...string) string {
	for i, p := range parts {
		parts[i] = base64.RawURLEncoding.EncodeToString([]byte(p))
	}
	return strings.Join(parts, ".")
}

// A token from anybody is taken apart or refused, and none of it is in the error.
func FuzzParseToken(f *testing.F) {
	for _, seed := range []string{
		"", ".", "..", "a.b.c", "ya29.opaque",
		encode(`{"alg":"none"}`, `{}`) + ".",
		encode(`{"alg":"RS256","kid":"k"}`, `{"iss":"i","sub":"s","aud":["a"],"iat":1,"exp":2}`, "x"),
		encode(`{"alg":"RS256","alg":"none"}`, `{}`, "x"),
		encode(`{"alg":"RS256"}`, `{"exp":1e308,"iat":-1e308,"nbf":"x","aud":{"a":1}}`, "x"),
		encode(`{"alg":["RS256"]}`, `{"aud":[1,null,"a"]}`, "x"),
		encode(`{"alg":"RS256","crit":["b64"],"b64":false}`, `{}`, "x"),
		encode("null", "null", ""),
		encode(`{}`, strings.Repeat("[", 20000), ""),
	} {
		f.Add(seed)
	}
	v, err := trust.Compile(provider())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		token, err := trust.ParseToken(bridge.NewSecret(text))
		if err != nil {
			if len(text) > 40 && strings.Contains(err.Error(), text) {
				t.Fatal("the error holds the token")
			}
			return
		}
		if token.Claims == nil {
			t.Fatal("no claims")
		}
		if got := v.Verify(t.Context(), v.Request(bridge.NewSecret(text), now, trust.Published{})); got.Accepted {
			t.Fatal("accepted a token that nobody signed")
		}
	})
}

// An expression from anybody compiles or is refused with a place, and costs no more than its share on any token.
func FuzzMapping(f *testing.F) {
	for _, seed := range []string{
		"assertion.sub", "assertion['kubernetes.io']['namespace']", "assertion.sub.extract('system:{s}')",
		"assertion.sub.split(':')[2]", "assertion.groups.join(',')", "has(assertion.a) ? assertion.a : ''",
		"assertion.groups.map(a, assertion.groups.map(b, assertion.groups.map(c, a + b + c).join()).join()).join()",
		"assertion.sub.split('').join(assertion.sub)", "assertion.sub.matches('(a*)*$') ? 'a' : 'b'",
		"'a' + 1", "1/0", "assertion[0]", "[[[[[[", "\x00", "timestamp('2026-01-01T00:00:00Z') + duration('1h')", "assertion",
		"{'a': assertion}.a.sub", "string(assertion.iat)", "type(assertion) == map ? 'a' : 'b'",
	} {
		f.Add(seed)
	}
	token := map[string]any{
		"sub": strings.Repeat("system:serviceaccount:", 100), "iat": 1.7e9,
		"groups":        []any{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"},
		"kubernetes.io": map[string]any{"namespace": "shop"},
	}
	payload, err := json.Marshal(token)
	if err != nil {
		f.Fatal(err)
	}
	secret := bridge.NewSecret(encode(`{"alg":"RS256","kid":"k"}`, string(payload), "x"))
	f.Fuzz(func(t *testing.T, expression string) {
		for _, key := range []string{"google.subject", "google.groups"} {
			p := provider()
			p.AttributeMapping[key] = expression
			p.AttributeCondition = expression
			v, err := trust.Compile(p)
			if err != nil {
				if _, ok := errors.AsType[trust.Problems](err); !ok {
					t.Fatalf("not a problem of the provider: %v", err)
				}
				p.AttributeCondition = ""
				if v, err = trust.Compile(p); err != nil {
					continue
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			got := v.Verify(ctx, v.Request(secret, now, trust.Published{}))
			if ctx.Err() != nil {
				t.Fatal("the expression took more than five seconds")
			}
			cancel()
			if got.Accepted {
				t.Fatal("accepted a token that nobody signed")
			}
		}
	})
}

// A provider from anybody compiles or is refused with every problem named.
func FuzzProviderJSON(f *testing.F) {
	good, err := json.Marshal(provider())
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		string(good), "{}", "[]", "null", `{"name":"projects/1/locations/global/workloadIdentityPools/pool"}`,
		`{"attributeMapping":{"google.subject":"assertion.sub","attribute.":"''"}}`,
		`{"oidc":{"issuerUri":"https://a","jwksJson":"{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AA\",\"e\":\"AQAB\"}]}"}}`,
		`{"oidc":{"jwksJson":"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}"}}`,
		`{"oidc":{"issuerUri":"://","allowedAudiences":["",""]}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var p trust.Provider
		if json.Unmarshal([]byte(text), &p) != nil {
			return
		}
		v, err := trust.Compile(p)
		if err == nil {
			if _, err := trust.ParseProviderName(v.Provider().Name); err != nil {
				t.Fatal("compiled a provider without a name")
			}
			return
		}
		problems, ok := errors.AsType[trust.Problems](err)
		if !ok {
			t.Fatalf("not a problem of the provider: %v", err)
		}
		for _, p := range problems {
			if p.Code == "" || p.Field == "" || p.Text == "" {
				t.Fatalf("a problem says too little: %+v", p)
			}
		}
	})
}
