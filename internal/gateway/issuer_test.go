package gateway_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/gateway"
	"github.com/landbridge/landbridge/internal/prompt"
	"github.com/landbridge/landbridge/internal/trust"
)

const cluster = "https://oidc.prod-aks.azure.com/11111111-1111-1111-1111-111111111111"

// issuer signs tokens of a cluster.
type issuer struct {
	key *ecdsa.PrivateKey
	now time.Time
}

func (i issuer) token(t *testing.T, change map[string]any) string {
	t.Helper()
	claims := map[string]any{
		"iss": cluster, "sub": "system:serviceaccount:demo:chat", "aud": []string{"gateway"}, "iat": i.now.Unix(), "exp": i.now.Add(time.Hour).Unix(),
		"appid": "an-application",
	}
	for name, value := range change {
		claims[name] = value
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: i.key, KeyID: "k"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(claims)
	signed, err := signer.Sign(text)
	if err != nil {
		t.Fatal(err)
	}
	out, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestIssuers(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	set, err := trust.NewKeySet(map[string]crypto.PublicKey{"k": key.Public()})
	if err != nil {
		t.Fatal(err)
	}
	rules, err := trust.Compile(trust.Provider{
		Name:             "projects/1/locations/global/workloadIdentityPools/pool/providers/aks-prod",
		AttributeMapping: map[string]string{"google.subject": "assertion.sub"},
		OIDC:             trust.OIDC{IssuerURI: cluster, AllowedAudiences: []string{"gateway"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	i := issuer{key, time.Now().Truncate(time.Second)}
	v := gateway.NewIssuers([]gateway.Issuer{
		{Name: "other", Rules: other(t)}, {Name: "aks", Rules: rules}, {Name: "app", SubjectClaim: "appid", Rules: rules},
	}, trust.Published{cluster: set}, func() time.Time { return i.now })
	caller, err := v.Verify(t.Context(), bridge.NewSecret(i.token(t, nil)))
	if err != nil || caller.Name != "aks/system:serviceaccount:demo:chat" || caller.Claims["appid"] != "an-application" || caller.Assertion.Expiry.Unix() != i.now.Add(time.Hour).Unix() {
		t.Errorf("%+v, %v", caller, err)
	}
	for text, change := range map[string]map[string]any{
		"the token is refused: the token expired 1h0m0s ago":                                   {"iat": i.now.Add(-2 * time.Hour).Unix(), "exp": i.now.Add(-time.Hour).Unix()},
		"the token is refused: the token is meant for [elsewhere], the provider takes gateway": {"aud": "elsewhere"},
		"the token is of an issuer that the gateway does not know":                             {"iss": "https://evil.test"},
	} {
		if _, err := v.Verify(t.Context(), bridge.NewSecret(i.token(t, change))); err == nil || !strings.HasPrefix(strings.TrimPrefix(err.Error(), "door: "), text) {
			t.Errorf("%v, want %s", err, text)
		}
	}
	if _, err := v.Verify(t.Context(), bridge.NewSecret("ya29.an-access-token")); err == nil || !strings.Contains(err.Error(), "not a JWT") {
		t.Error(err)
	}
}

// An e-mail that its issuer has not verified may be anybody's.
func TestAnUnverifiedEmailIsNobody(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	set, err := trust.NewKeySet(map[string]crypto.PublicKey{"k": key.Public()})
	if err != nil {
		t.Fatal(err)
	}
	i := issuer{key, time.Now().Truncate(time.Second)}
	v := gateway.NewIssuers([]gateway.Issuer{{Name: "vertex", SubjectClaim: "email", Rules: other(t)}}, trust.Published{"https://other.test": set}, func() time.Time { return i.now })
	for verified, want := range map[any]string{true: "", false: "has not verified its email", "true": "has not verified its email"} {
		token := i.token(t, map[string]any{"iss": "https://other.test", "email": "train@demo.iam.gserviceaccount.com", "email_verified": verified})
		caller, err := v.Verify(t.Context(), bridge.NewSecret(token))
		if want == "" && (err != nil || caller.Name != "vertex/train@demo.iam.gserviceaccount.com") || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("verified %v: %q, %v", verified, caller.Name, err)
		}
	}
}

func other(t *testing.T) *trust.Verifier {
	t.Helper()
	rules, err := trust.Compile(trust.Provider{
		Name:             "projects/1/locations/global/workloadIdentityPools/pool/providers/other",
		AttributeMapping: map[string]string{"google.subject": "assertion.sub"},
		OIDC:             trust.OIDC{IssuerURI: "https://other.test", AllowedAudiences: []string{"gateway"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// counted counts how often a token is verified.
type counted struct{ n *atomic.Int32 }

func TestATokenIsVerifiedOnce(t *testing.T) {
	t.Parallel()
	var now atomic.Pointer[time.Time]
	start := time.Now()
	now.Store(&start)
	c := counted{n: new(atomic.Int32)}
	d := open(t, farSide(t, says("application/json", answer)), func(o *gateway.Options) {
		o.Verifier, o.Clock = c, func() time.Time { return *now.Load() }
	})
	for range 3 {
		if status, body, _ := d.post(t, native+"generateContent", hello); status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
	}
	if n := c.n.Load(); n != 1 {
		t.Errorf("verified %d times", n)
	}
	later := start.Add(6 * time.Minute)
	now.Store(&later)
	d.post(t, native+"generateContent", hello)
	if n := c.n.Load(); n != 2 {
		t.Errorf("verified %d times after the verdict's life", n)
	}
}

func (c counted) Verify(ctx context.Context, token bridge.Secret) (prompt.Caller, error) {
	c.n.Add(1)
	return knows{}.Verify(ctx, token)
}
