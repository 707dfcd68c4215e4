package azureapi

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

// bearerFault is the first thing that is wrong with an access token, in the order in which Azure's APIs look.
type bearerFault int

const (
	bearerFine bearerFault = iota
	bearerMissing
	bearerMalformed
	bearerIssuer
	bearerSignature
	bearerExpired
	bearerEarly
	bearerAudience
)

// bearerSkew is how far Azure's APIs let the clocks differ.
const bearerSkew = 5 * time.Minute

// caller is who an access token stands for. Its fields are proven only when the fault is bearerFine.
type caller struct {
	tenant   string
	issuer   string
	audience string
	expiry   time.Time
	clientID string
	objectID string
	identity world.Identity // zero when the object is gone since
}

// caller verifies the request's access token against the tenants of the world.
func (a *API) caller(r *http.Request, audiences ...string) (caller, bearerFault) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return caller{}, bearerMissing
	}
	scheme, text, _ := strings.Cut(header, " ")
	token, err := trust.ParseToken(bridge.NewSecret(text))
	if !strings.EqualFold(scheme, "Bearer") || err != nil {
		return caller{}, bearerMalformed
	}
	c := caller{issuer: token.Issuer, expiry: token.Expiry}
	c.tenant, _ = token.Claims["tid"].(string)
	c.objectID, _ = token.Claims["oid"].(string)
	c.clientID, _ = token.Claims["appid"].(string)
	if len(token.Audience) == 1 {
		c.audience = token.Audience[0]
	}
	t, err := a.world.Tenant(c.tenant)
	now := a.world.Now()
	switch {
	case err != nil || (c.issuer != issuerV1(t.ID) && c.issuer != issuerV2(t.ID)):
		return c, bearerIssuer
	case !signedByTenant(text, t):
		return c, bearerSignature
	case token.Expiry.IsZero() || now.Sub(token.Expiry) > bearerSkew:
		return c, bearerExpired
	case token.NotBefore.Sub(now) > bearerSkew:
		return c, bearerEarly
	case !slices.Contains(audiences, c.audience):
		return c, bearerAudience
	}
	if who, err := a.world.Principal(c.objectID); err == nil && who.TenantID == t.ID {
		c.identity = who
	}
	return c, bearerFine
}

// signedByTenant checks the signature with the tenant's published keys, and with nothing but RS256.
func signedByTenant(text string, t world.Tenant) bool {
	var set jose.JSONWebKeySet
	if json.Unmarshal(t.Keys.JWKS(), &set) != nil {
		return false
	}
	jws, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || len(jws.Signatures) != 1 {
		return false
	}
	for _, key := range set.Key(jws.Signatures[0].Header.KeyID) {
		if _, err := jws.Verify(key); err == nil {
			return true
		}
	}
	return false
}
