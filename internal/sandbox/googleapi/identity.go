package googleapi

import (
	"crypto/sha256"
	"encoding/binary"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// idToken signs an ID token of a service account as Google does. The extra claims are a machine's, on its metadata server.
func (a *API) idToken(account world.ServiceAccount, audience string, includeEmail bool, extra map[string]any) (string, error) {
	now := a.world.Now()
	claims := map[string]any{
		"iss": world.GoogleIssuer, "sub": account.UniqueID, "azp": account.UniqueID, "aud": audience,
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	if includeEmail {
		claims["email"], claims["email_verified"] = account.Email, true
	}
	for k, v := range extra {
		claims[k] = v
	}
	return a.world.GoogleKeys().Sign(claims)
}

// serveOAuth2 is Google as an OpenID provider, and the two look-ups of tokens that clients use.
func (a *API) serveOAuth2(rw http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		origin := originOf(r)
		at := func(production, path string) string {
			if origin == world.GoogleIssuer {
				return "https://" + production + path
			}
			return origin + path
		}
		writeJSON(rw, http.StatusOK, map[string]any{
			"issuer":                                world.GoogleIssuer,
			"jwks_uri":                              at("www.googleapis.com", "/oauth2/v3/certs"),
			"userinfo_endpoint":                     at("openidconnect.googleapis.com", "/v1/userinfo"),
			"token_endpoint":                        at("oauth2.googleapis.com", "/token"),
			"authorization_endpoint":                at("accounts.google.com", "/o/oauth2/v2/auth"),
			"response_types_supported":              []string{"code", "token", "id_token"},
			"subject_types_supported":               []string{"public"},
			"id_token_signing_alg_values_supported": []string{"RS256"},
			"claims_supported":                      []string{"aud", "email", "email_verified", "exp", "iat", "iss", "sub"},
		})
	case "/oauth2/v3/certs":
		rw.Header().Set("Content-Type", "application/json; charset=UTF-8")
		rw.Header().Set("Cache-Control", "public, max-age=300")
		_, _ = rw.Write(a.world.GoogleKeys().JWKS())
	case "/tokeninfo", "/oauth2/v1/tokeninfo", "/oauth2/v3/tokeninfo":
		a.tokenInfo(rw, r)
	case "/oauth2/v1/userinfo", "/oauth2/v2/userinfo", "/oauth2/v3/userinfo", "/v1/userinfo":
		a.userInfo(rw, r)
	default:
		unknown(r).write(rw)
	}
}

// originOf is where the caller found us, so that discovery leads back to the same place.
func originOf(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

// holder is the service account that a token stands for, or the person, in the same shape. A federated token stands for
// neither.
func (a *API) holder(g world.Grant) (world.ServiceAccount, bool) {
	account, err := a.world.ServiceAccount(string(g.Principal))
	if err == nil {
		return account, true
	}
	if isFederated(g) || !slices.Contains(g.Members, "user:"+string(g.Principal)) {
		return world.ServiceAccount{}, false
	}
	sum := sha256.Sum256([]byte(g.Principal))
	return world.ServiceAccount{Email: string(g.Principal), UniqueID: "1" + decimal(int64(binary.BigEndian.Uint64(sum[:8])>>4))}, true
}

// tokenInfo knows tokens of service accounts and persons; of federated ones it says invalid_token, as Google does.
func (a *API) tokenInfo(rw http.ResponseWriter, r *http.Request) {
	token := r.FormValue("access_token")
	grant, ok := a.world.Grant(bridge.NewSecret(token))
	account, known := a.holder(grant)
	if !ok || !known {
		writeJSON(rw, http.StatusBadRequest, map[string]any{"error": "invalid_token", "error_description": "Invalid Value"})
		return
	}
	info := map[string]any{
		"azp": account.UniqueID, "aud": account.UniqueID, "scope": strings.Join(grant.Scopes, " "),
		"exp":         decimal(grant.Expiry.Unix()),
		"expires_in":  decimal(int64(grant.Expiry.Sub(a.world.Now()).Seconds())),
		"access_type": "online",
	}
	for _, s := range grant.Scopes {
		if s == "email" || s == "https://www.googleapis.com/auth/userinfo.email" {
			info["email"], info["email_verified"] = account.Email, "true"
		}
	}
	writeJSON(rw, http.StatusOK, info)
}

func (a *API) userInfo(rw http.ResponseWriter, r *http.Request) {
	token, _ := bearer(r)
	grant, ok := a.world.Grant(bridge.NewSecret(token))
	account, known := a.holder(grant)
	if !ok || !known {
		writeJSON(rw, http.StatusUnauthorized, map[string]any{"error": "invalid_request", "error_description": "Invalid Credentials"})
		return
	}
	writeJSON(rw, http.StatusOK, map[string]any{"sub": account.UniqueID, "email": account.Email, "email_verified": true})
}
