package azureapi

import (
	"net/http"

	"github.com/landbridge/landbridge/internal/sandbox/keyvaultapi"
)

const vaultResource = "https://vault.azure.net"

// ownsVault knows requests in whose path the vault comes first, as emulators take them.
func (a *API) ownsVault(r *http.Request) bool {
	if a.options.Vaults == nil {
		return false
	}
	_, ok := a.options.Vaults.Target(r)
	return ok
}

// vaultCaller verifies the token for a vault. Every refusal bears the challenge by which clients learn which token is wanted.
func (a *API) vaultCaller(rw http.ResponseWriter, r *http.Request, t keyvaultapi.Target) (keyvaultapi.Caller, *keyvaultapi.Problem) {
	c, fault := a.caller(r, vaultResource, vaultResource+"/")
	if fault == bearerFine && c.tenant == t.Vault.TenantID {
		return keyvaultapi.Caller{ObjectID: c.objectID, ClientID: c.clientID, Issuer: c.issuer}, nil
	}
	rw.Header().Set("WWW-Authenticate", `Bearer authorization="https://`+entraHost+"/"+t.Vault.TenantID+`", resource="`+vaultResource+`"`)
	p := &keyvaultapi.Problem{Status: http.StatusUnauthorized, Code: "Unauthorized"}
	switch fault {
	case bearerMissing, bearerMalformed:
		p.Message = "AKV10000: Request is missing a Bearer or PoP token."
	case bearerSignature:
		p.Message = "AKV10046: Unable to resolve the key used for signature validation."
	case bearerExpired, bearerEarly:
		p.Message = "[TokenExpired] Error validating token: 'IDX10223'."
	case bearerAudience:
		p.Message = "AKV10022: Invalid audience. Expected " + vaultResource + ", found: " + c.audience + "."
	default: // unknown to Entra, or another tenant's
		p.Message = "AKV10032: Invalid issuer. Expected one of " + issuerV1(t.Vault.TenantID) + ", found " + c.issuer + "."
	}
	return keyvaultapi.Caller{}, p
}
