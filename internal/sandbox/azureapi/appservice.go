package azureapi

import (
	"net/http"
	"strconv"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	appVersion    = "2019-08-01"
	oldAppVersion = "2017-09-01"
)

// appProblem is the error of App Service's token service.
type appProblem struct {
	StatusCode    int    `json:"statusCode"`
	Message       string `json:"message"`
	CorrelationID string `json:"correlationId"`
}

func writeAppProblem(rw http.ResponseWriter, status int, message string) {
	writeJSON(rw, status, appProblem{status, message, world.GUID()})
}

// appAnswer is the answer of 2019-08-01; expires_on counts seconds.
type appAnswer struct {
	AccessToken string `json:"access_token"`
	ExpiresOn   string `json:"expires_on"`
	Resource    string `json:"resource"`
	TokenType   string `json:"token_type"`
	ClientID    string `json:"client_id"`
}

// oldAppAnswer is the answer of 2017-09-01; expires_on is a date as .NET prints it.
type oldAppAnswer struct {
	AccessToken string `json:"access_token"`
	ExpiresOn   string `json:"expires_on"`
	Resource    string `json:"resource"`
	TokenType   string `json:"token_type"`
}

// serveAppService is the endpoint that App Service, Functions and Container Apps put into IDENTITY_ENDPOINT, and older
// ones into MSI_ENDPOINT.
func (a *API) serveAppService(rw http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	version := query.Get("api-version")
	secret := r.Header.Get("X-IDENTITY-HEADER")
	switch version {
	case appVersion:
	case oldAppVersion:
		secret = r.Header.Get("secret")
	default:
		writeJSON(rw, http.StatusBadRequest, map[string]any{"error": map[string]any{
			"code": "UnsupportedApiVersion",
			"message": "The HTTP resource that matches the request URI '" + baseURL(r) + r.URL.Path +
				"' does not support the API version '" + version + "'.",
			"innerError": nil,
		}})
		return
	}
	switch {
	case !secretIs(secret, a.options.IdentityHeader):
		writeAppProblem(rw, http.StatusUnauthorized, "Unauthorized")
		return
	case r.Method != http.MethodGet:
		writeAppProblem(rw, http.StatusMethodNotAllowed, "Method Not Allowed")
		return
	case query.Get("resource") == "":
		writeAppProblem(rw, http.StatusBadRequest, "The 'resource' query parameter is required.")
		return
	}
	who, found := a.identityOn(a.world.Host(world.HostApp), query)
	if found != chosen {
		message := "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId."
		if found == manyIdentities || noSelector(query) {
			message = "Unable to load the proper Managed Identity."
		}
		writeAppProblem(rw, http.StatusBadRequest, message)
		return
	}
	resource := query.Get("resource")
	m, refused := a.managedToken(who, resource)
	if refused != nil {
		a.refuse(rw, r, refused)
		return
	}
	if version == oldAppVersion {
		writeJSON(rw, http.StatusOK, oldAppAnswer{m.token, m.expiry.UTC().Format("01/02/2006 15:04:05 +00:00"), resource, "Bearer"})
		return
	}
	writeJSON(rw, http.StatusOK, appAnswer{m.token, strconv.FormatInt(m.expiry.Unix(), 10), resource, "Bearer", who.ClientID})
}

func noSelector(query map[string][]string) bool {
	for _, name := range selectors {
		if len(query[name]) > 0 {
			return false
		}
	}
	return true
}
