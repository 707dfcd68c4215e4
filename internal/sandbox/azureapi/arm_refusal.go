package azureapi

import (
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/armapi"
)

// refuseBearer says in Resource Manager's words what is wrong with the token, with its challenge.
func (a *API) refuseBearer(rw http.ResponseWriter, r *http.Request, c caller, fault bearerFault) {
	code, message, description := "InvalidAuthenticationToken", "The access token is invalid.", "The access token is invalid."
	switch fault {
	case bearerMissing:
		code, message = "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing."
		description = "The authentication failed because of missing 'Authorization' header."
	case bearerIssuer:
		code, message = "InvalidAuthenticationTokenTenant", "The access token is from the wrong issuer '"+c.issuer+"'."
		description = "Could not find tenant for the issuer."
	case bearerSignature:
		code, message = "AuthenticationFailed", "Authentication failed."
		description = "The access token signature is invalid."
	case bearerExpired:
		code = "ExpiredAuthenticationToken"
		message = "The access token expiry UTC time '" + c.expiry.UTC().Format("1/2/2006 3:04:05 PM") +
			"' is earlier than current UTC time '" + a.world.Now().UTC().Format("1/2/2006 3:04:05 PM") + "'."
		description = "The access token has expired."
	case bearerAudience:
		code = "InvalidAuthenticationTokenAudience"
		message = "The access token has been obtained for wrong audience or resource '" + c.audience +
			"'. It should exactly match with one of the allowed audiences '" + strings.Join(armAudiences, "','") + "'."
		description = "The access token has been obtained from wrong audience or resource."
	}
	authority := "https://login.windows.net/"
	if s, err := a.world.Subscription(armapi.SubscriptionOf(r.URL.Path)); err == nil {
		authority += s.TenantID
	}
	rw.Header().Set("WWW-Authenticate", `Bearer authorization_uri="`+authority+`", error="invalid_token", error_description="`+description+`"`)
	writeProblem(rw, http.StatusUnauthorized, code, message)
}
