package sandbox

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// mintRequest asks for a service-account token. With a flaw it is deliberately wrong in that one way.
type mintRequest struct {
	Issuer         string   `json:"issuer"` // of the cluster; empty is the default world's
	Namespace      string   `json:"namespace"`
	ServiceAccount string   `json:"service_account"`
	Audience       []string `json:"audience"` // empty is the default provider's
	Lifetime       string   `json:"lifetime"` // 1h when empty
	Flaw           string   `json:"flaw"`
}

// flaws are the ways in which a minted token can be wrong.
func flaws() map[string]func(*flawed) {
	without := func(claim string) func(*flawed) { return func(f *flawed) { delete(f.claims, claim) } }
	return map[string]func(*flawed){
		"expired":       func(f *flawed) { f.shift(-2 * time.Hour) },
		"not_yet_valid": func(f *flawed) { f.shift(2 * time.Hour) },
		"wrong_issuer":  func(f *flawed) { f.claims["iss"] = "https://issuer.example/" },
		"missing_iss":   without("iss"),
		"missing_sub":   without("sub"),
		"missing_aud":   without("aud"),
		"missing_iat":   without("iat"),
		"missing_exp":   without("exp"),
		"long_subject": func(f *flawed) {
			subject, _ := f.claims["sub"].(string)
			f.claims["sub"] = subject + strings.Repeat("x", max(128-len(subject), 1))
		},
		"unknown_kid": func(f *flawed) { f.kid = "unknown-" + f.kid },
		"wrong_key": func(f *flawed) {
			key, err := rsa.GenerateKey(rand.Reader, 2048)
			if err == nil {
				f.key = key
			}
		},
		"alg_none": func(f *flawed) { f.alg = "none" },
		"hs256":    func(f *flawed) { f.alg = "HS256" },
		"p384":     func(f *flawed) { f.alg = "ES384" },
		"garbled":  func(f *flawed) { f.garbled = true },
	}
}

// flawed is a token in the making.
type flawed struct {
	claims  map[string]any
	alg     jose.SignatureAlgorithm
	kid     string
	key     *rsa.PrivateKey
	garbled bool
}

func (f *flawed) shift(by time.Duration) {
	for _, claim := range []string{"iat", "nbf", "exp"} {
		if n, ok := f.claims[claim].(float64); ok {
			f.claims[claim] = n + by.Seconds()
		}
	}
}

func (a *admin) mint(r *http.Request) (any, error) {
	req, err := body[mintRequest](r)
	if err != nil {
		return nil, err
	}
	life := time.Hour
	if req.Lifetime != "" {
		if life, err = time.ParseDuration(req.Lifetime); err != nil || life <= 0 {
			return nil, badAdmin("lifetime %q is not a duration like 1h", req.Lifetime)
		}
	}
	if req.Issuer == "" {
		req.Issuer = a.profile.Azure.ClusterIssuer
	}
	if len(req.Audience) == 0 {
		req.Audience = []string{a.profile.Google.TokenAudience}
	}
	good, expiry, err := a.world.ServiceAccountToken(req.Issuer, or(req.Namespace, namespace), or(req.ServiceAccount, serviceAccount), req.Audience, life)
	if err != nil {
		return nil, err
	}
	if req.Flaw == "" {
		return map[string]any{"token": good, "expiry": expiry.UTC()}, nil
	}
	spoil, ok := flaws()[req.Flaw]
	if !ok {
		return nil, badAdmin("no flaw %q; the flaws are %s", req.Flaw, strings.Join(flawNames(), ", "))
	}
	token, err := a.spoiled(req.Issuer, good, spoil)
	if err != nil {
		return nil, err
	}
	return map[string]any{"token": token, "expiry": expiry.UTC()}, nil
}

// spoiled takes a good token apart, makes it wrong in one way, and signs it again.
func (a *admin) spoiled(issuer, good string, spoil func(*flawed)) (string, error) {
	cluster, err := a.world.Cluster(issuer)
	if err != nil {
		return "", err
	}
	f := &flawed{alg: jose.RS256}
	f.kid, f.key = cluster.Keys.Signer()
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(good, ".")[1])
	if err == nil {
		err = json.Unmarshal(payload, &f.claims)
	}
	if err != nil {
		return "", &adminError{http.StatusInternalServerError, "the token could not be taken apart"}
	}
	spoil(f)
	return f.sign()
}

func (f *flawed) sign() (string, error) {
	payload, err := json.Marshal(f.claims)
	if err != nil {
		return "", err
	}
	if f.alg == "none" {
		header, _ := json.Marshal(map[string]string{"alg": "none", "kid": f.kid, "typ": "JWT"})
		return base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(payload) + ".", nil
	}
	var key any = f.key
	switch f.alg {
	case jose.HS256: // the public key, which everybody has, taken for a shared secret
		der, err := x509.MarshalPKIXPublicKey(f.key.Public())
		if err != nil {
			return "", err
		}
		key = pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	case jose.ES384:
		if key, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader); err != nil {
			return "", err
		}
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: f.alg, Key: key}, (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", f.kid))
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	token, err := signed.CompactSerialize()
	if f.garbled {
		token = strings.Replace(token, ".", ".!", 1)
	}
	return token, err
}

func flawNames() []string {
	var out []string
	for name := range flaws() {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// Mint gives a service-account token of the default workload, for the tour and for tests in process.
func (s *Sandbox) Mint(audience []string, life time.Duration) (string, time.Time, error) {
	s.mu.Lock()
	st := s.state
	s.mu.Unlock()
	if st == nil {
		return "", time.Time{}, &world.NotFound{Kind: "cluster", Name: "aks"}
	}
	if len(audience) == 0 {
		audience = []string{st.profile.Google.TokenAudience}
	}
	return st.world.ServiceAccountToken(st.profile.Azure.ClusterIssuer, namespace, serviceAccount, audience, life)
}
