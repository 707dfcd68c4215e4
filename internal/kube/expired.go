package kube

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
	"time"

	"k8s.io/client-go/rest"

	"github.com/landbridge/landbridge/internal/bridge"
)

// unauthorized says why the API server knows nobody by these credentials, as far as they themselves tell.
func (c *Client) unauthorized(out *bridge.Error) {
	out.Kind, out.Code, out.Stale = bridge.Denied, "unauthorized", true
	out.Text = c.name() + " does not accept the credentials"
	out.Hint = c.renew()
	c.mu.Lock()
	live := c.live
	c.mu.Unlock()
	if live == nil {
		return
	}
	if what, end := expiry(live.config); !end.IsZero() && end.Before(c.options.Clock()) {
		out.Code = "credentials_expired"
		out.Text = fmt.Sprintf("the %s for %s ended at %s", what, c.name(), end.UTC().Format(time.RFC3339))
	}
}

// renew is how new credentials are had.
func (c *Client) renew() string {
	if c.reach.Context == "" {
		return "check that the pod's account still exists; kubelet renews its token"
	}
	return "sign in again: az login, or az aks get-credentials --overwrite-existing for context " + c.reach.Context
}

// expiry reads when a kubeconfig's own token or client certificate ends; zero when it has neither.
func expiry(config *rest.Config) (what string, end time.Time) {
	if token := config.BearerToken; token != "" {
		if claims, err := readClaims(bridge.NewSecret(token)); err == nil {
			return "token", claims.Expiry
		}
		return "", time.Time{}
	}
	text := config.CertData
	if len(text) == 0 && config.CertFile != "" {
		text, _ = os.ReadFile(config.CertFile)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return "", time.Time{}
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return "", time.Time{}
	}
	return "client certificate", certificate.NotAfter
}

// readClaims reads a service-account token's claims without checking its signature: they name it and decide nothing. A
// kube-apiserver writes "aud" as a list and dates as whole seconds.
func readClaims(token bridge.Secret) (bridge.Assertion, error) {
	var claims struct {
		Issuer   string          `json:"iss"`
		Subject  string          `json:"sub"`
		Audience json.RawMessage `json:"aud"`
		IssuedAt int64           `json:"iat"`
		Expiry   int64           `json:"exp"`
	}
	parts := strings.Split(token.Reveal(), ".")
	if len(parts) != 3 {
		return bridge.Assertion{}, fmt.Errorf("a JWT has 3 parts, this has %d", len(parts))
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(body, &claims) != nil {
		return bridge.Assertion{}, fmt.Errorf("its claims are not JSON in base64url")
	}
	out := bridge.Assertion{Token: token, Type: bridge.JWT, Issuer: claims.Issuer, Subject: claims.Subject}
	if claims.IssuedAt > 0 {
		out.IssuedAt = time.Unix(claims.IssuedAt, 0).UTC()
	}
	if claims.Expiry > 0 {
		out.Expiry = time.Unix(claims.Expiry, 0).UTC()
	}
	if json.Unmarshal(claims.Audience, &out.Audience) != nil {
		var one string
		if json.Unmarshal(claims.Audience, &one) == nil {
			out.Audience = []string{one}
		}
	}
	return out, nil
}
