package azureapi

import (
	"encoding/xml"
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// storageProblem is a refusal of Blob Storage; detail is its AuthenticationErrorDetail.
type storageProblem struct {
	status                int
	code, message, detail string
}

type storageError struct {
	XMLName xml.Name `xml:"Error"`
	Code    string   `xml:"Code"`
	Message string   `xml:"Message"`
	Detail  string   `xml:"AuthenticationErrorDetail,omitempty"`
}

const seeChallenge = "Server failed to authenticate the request. Please refer to the information in the www-authenticate header."

// storageCaller verifies the token for an account and says in Storage's words what is wrong with it.
func (a *API) storageCaller(rw http.ResponseWriter, r *http.Request, t target) (world.Identity, storageProblem) {
	if strings.HasPrefix(r.Header.Get("Authorization"), "SharedKey") || r.URL.Query().Has("sig") {
		return world.Identity{}, storageProblem{http.StatusForbidden, "KeyBasedAuthenticationNotPermitted", "Key based authentication is not permitted on this storage account.", ""}
	}
	base := "https://" + t.host
	c, fault := a.caller(r, "https://storage.azure.com", "https://storage.azure.com/", base, base+"/", storageAppID)
	if fault != bearerMissing && r.Header.Get("x-ms-version") < leastBearerVersion {
		return world.Identity{}, storageProblem{
			http.StatusForbidden, "AuthenticationFailed",
			"Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.",
			"Authentication scheme Bearer is not supported in this version.",
		}
	}
	if fault == bearerFine && c.tenant == t.account.TenantID && c.issuer == issuerV1(c.tenant) {
		return c.identity, storageProblem{}
	}
	rw.Header().Set("WWW-Authenticate", "Bearer authorization_uri=https://"+entraHost+"/"+t.account.TenantID+"/oauth2/authorize resource_id=https://storage.azure.com")
	p := storageProblem{http.StatusUnauthorized, "InvalidAuthenticationInfo", seeChallenge, ""}
	switch fault {
	case bearerMissing:
		p.code = "NoAuthenticationInformation"
	case bearerMalformed:
		p.detail = "Token is malformed."
	case bearerSignature:
		p.detail = "Signature validation failed. The signature is invalid."
	case bearerExpired:
		p.detail = "Lifetime validation failed. The token is expired."
	case bearerEarly:
		p.detail = "Lifetime validation failed. The token is not yet valid."
	case bearerAudience:
		p.detail = "Audience validation failed. Audience did not match."
	default: // unknown to Entra, or another tenant's
		p.detail = "Issuer validation failed. Issuer did not match."
	}
	return world.Identity{}, p
}

func (a *API) refuseStorage(rw http.ResponseWriter, r *http.Request, p storageProblem) {
	rw.Header().Set("x-ms-error-code", p.code)
	if r.Method == http.MethodHead {
		rw.WriteHeader(p.status)
		return
	}
	message := p.message + "\nRequestId:" + rw.Header().Get("x-ms-request-id") +
		"\nTime:" + a.world.Now().UTC().Format("2006-01-02T15:04:05.0000000Z")
	writeXML(rw, p.status, storageError{Code: p.code, Message: message, Detail: p.detail})
}

// writeXML answers as Storage does, byte order mark included.
func writeXML(rw http.ResponseWriter, status int, v any) {
	body, err := xml.Marshal(v)
	if err != nil { // our own structs always encode
		panic(err)
	}
	rw.Header().Set("Content-Type", "application/xml")
	rw.WriteHeader(status)
	_, _ = rw.Write(append([]byte("\ufeff<?xml version=\"1.0\" encoding=\"utf-8\"?>"), body...))
}
