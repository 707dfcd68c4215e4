package azureapi

import (
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/blobapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// leastBearerVersion is the first x-ms-version that takes Entra tokens.
const leastBearerVersion = "2017-11-09"

// ownsStorage knows path-style requests, as storage emulators take them: the first segment is an account of the world.
func (a *API) ownsStorage(r *http.Request) bool {
	_, ok := a.blobs.Target(r)
	return ok
}

const seeChallenge = "Server failed to authenticate the request. Please refer to the information in the www-authenticate header."

// storageCaller verifies the token for an account and says in Storage's words what is wrong with it.
func (a *API) storageCaller(rw http.ResponseWriter, r *http.Request, t blobapi.Target) (world.Identity, *blobapi.Problem) {
	if strings.HasPrefix(r.Header.Get("Authorization"), "SharedKey") || r.URL.Query().Has("sig") {
		return world.Identity{}, &blobapi.Problem{
			Status: http.StatusForbidden, Code: "KeyBasedAuthenticationNotPermitted", Message: "Key based authentication is not permitted on this storage account.",
		}
	}
	base := "https://" + t.Host
	c, fault := a.caller(r, "https://storage.azure.com", "https://storage.azure.com/", base, base+"/", storageAppID)
	if fault != bearerMissing && r.Header.Get("x-ms-version") < leastBearerVersion {
		return world.Identity{}, &blobapi.Problem{
			Status: http.StatusForbidden, Code: "AuthenticationFailed",
			Message: "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.",
			Detail:  "Authentication scheme Bearer is not supported in this version.",
		}
	}
	if fault == bearerFine && c.tenant == t.Account.TenantID && c.issuer == issuerV1(c.tenant) {
		return c.identity, nil
	}
	rw.Header().Set("WWW-Authenticate", "Bearer authorization_uri=https://"+entraHost+"/"+t.Account.TenantID+"/oauth2/authorize resource_id=https://storage.azure.com")
	p := &blobapi.Problem{Status: http.StatusUnauthorized, Code: "InvalidAuthenticationInfo", Message: seeChallenge}
	switch fault {
	case bearerMissing:
		p.Code = "NoAuthenticationInformation"
	case bearerMalformed:
		p.Detail = "Token is malformed."
	case bearerSignature:
		p.Detail = "Signature validation failed. The signature is invalid."
	case bearerExpired:
		p.Detail = "Lifetime validation failed. The token is expired."
	case bearerEarly:
		p.Detail = "Lifetime validation failed. The token is not yet valid."
	case bearerAudience:
		p.Detail = "Audience validation failed. Audience did not match."
	default: // unknown to Entra, or another tenant's
		p.Detail = "Issuer validation failed. Issuer did not match."
	}
	return world.Identity{}, p
}
