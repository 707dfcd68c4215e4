package azureapi

import (
	"net/http"
	"strings"
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
	if part := armPath.FindStringSubmatch(r.URL.Path); part != nil && part[1] != "" {
		if s, err := a.world.Subscription(part[1]); err == nil {
			authority += s.TenantID
		}
	}
	rw.Header().Set("WWW-Authenticate", `Bearer authorization_uri="`+authority+`", error="invalid_token", error_description="`+description+`"`)
	writeProblem(rw, http.StatusUnauthorized, code, message)
}

func wrongTenant(rw http.ResponseWriter, c caller, tenant string) {
	rw.Header().Set("WWW-Authenticate", `Bearer authorization_uri="https://login.windows.net/`+tenant+`", error="invalid_token", error_description="The access token is from the wrong issuer. It must match the tenant associated with this subscription."`)
	writeProblem(rw, http.StatusUnauthorized, "InvalidAuthenticationTokenTenant",
		"The access token is from the wrong issuer '"+c.issuer+"'. It must match the tenant '"+issuerV1(tenant)+"' associated with this subscription. "+
			"Please use the authority (URL) 'https://login.windows.net/"+tenant+"' to get the token. "+
			"Note, if the subscription is transferred to another tenant there is no impact to the services, but information about new tenant could take time to propagate (up to an hour). "+
			"If you just transferred your subscription and see this error message, please try back later.")
}

func unauthorized(rw http.ResponseWriter, c caller, action, scope string) {
	writeProblem(rw, http.StatusForbidden, "AuthorizationFailed",
		"The client '"+c.clientID+"' with object id '"+c.objectID+"' does not have authorization to perform action '"+action+
			"' over scope '"+scope+"' or the scope is invalid. If access was recently granted, please refresh your credentials.")
}
