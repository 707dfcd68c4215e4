package trust_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/trust"
)

const (
	aksIssuer = "https://westeurope.oic.prod-aks.azure.com/tenant/cluster/"
	name      = "projects/123456789012/locations/global/workloadIdentityPools/azure-pool/providers/aks-west"
	iamHost   = "//iam.googleapis.com/"
	kid       = "key-1"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// signers are made once for the whole run: an RSA key takes its time.
var signers = sync.OnceValue(func() (s struct {
	rsa, otherRSA *rsa.PrivateKey
	p256, p384    *ecdsa.PrivateKey
},
) {
	s.rsa, _ = rsa.GenerateKey(rand.Reader, 2048)
	s.otherRSA, _ = rsa.GenerateKey(rand.Reader, 2048)
	s.p256, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	s.p384, _ = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	return s
})

func provider() trust.Provider {
	return trust.Provider{
		Name:             name,
		AttributeMapping: map[string]string{"google.subject": "assertion.sub"},
		OIDC:             trust.OIDC{IssuerURI: aksIssuer},
	}
}

func claims(change map[string]any) map[string]any {
	c := map[string]any{
		"iss": aksIssuer,
		"sub": "system:serviceaccount:shop:summarizer",
		"aud": []string{"https:" + iamHost + name},
		"iat": now.Add(-time.Minute).Unix(),
		"nbf": now.Add(-time.Minute).Unix(),
		"exp": now.Add(2 * time.Hour).Unix(),
		"kubernetes.io": map[string]any{
			"namespace":      "shop",
			"serviceaccount": map[string]any{"name": "summarizer"},
		},
	}
	maps.Copy(c, change)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

func sign(t testing.TB, alg jose.SignatureAlgorithm, key any, kid string, c map[string]any) bridge.Secret {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key},
		(&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", kid))
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return bridge.NewSecret(text)
}

func signed(t testing.TB, change map[string]any) bridge.Secret {
	t.Helper()
	return sign(t, jose.RS256, signers().rsa, kid, claims(change))
}

func published(t testing.TB) trust.Published {
	t.Helper()
	set, err := trust.NewKeySet(map[string]crypto.PublicKey{kid: signers().rsa.Public(), "ec": signers().p256.Public(), "p384": signers().p384.Public()})
	if err != nil {
		t.Fatal(err)
	}
	return trust.Published{aksIssuer: set}
}

func compile(t testing.TB, change func(*trust.Provider)) *trust.Verifier {
	t.Helper()
	p := provider()
	if change != nil {
		change(&p)
	}
	v, err := trust.Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func verify(t testing.TB, v *trust.Verifier, token bridge.Secret) trust.Verdict {
	t.Helper()
	return v.Verify(t.Context(), v.Request(token, now, published(t)))
}

func long(n int) string { return strings.Repeat("a", n) }

// publicPEM is the public key as text: the secret that a careless verifier would take for an HMAC.
func publicPEM(t testing.TB) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(signers().rsa.Public())
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}
