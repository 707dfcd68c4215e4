package azureapi

import (
	"net/http"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const fabricVersion = "2019-07-01-preview"

// fabricProblem is the error of Service Fabric's token service.
type fabricProblem struct {
	CorrelationID string `json:"correlationId"`
	Code          string `json:"code"`
	Message       string `json:"message"`
}

func writeFabricProblem(rw http.ResponseWriter, status int, code, message string) {
	writeJSON(rw, status, map[string]fabricProblem{"error": {world.GUID(), code, message}})
}

type fabricAnswer struct {
	TokenType   string `json:"token_type"`
	AccessToken string `json:"access_token"`
	ExpiresOn   int64  `json:"expires_on"`
	Resource    string `json:"resource"`
}

// serveFabric is the endpoint that Service Fabric puts into IDENTITY_ENDPOINT. The identity is the application's: a
// selector in the query is ignored, as the real one ignores it.
func (a *API) serveFabric(rw http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	switch {
	case r.Method != http.MethodGet:
		writeFabricProblem(rw, http.StatusMethodNotAllowed, "MethodNotAllowed", "The method "+r.Method+" is not allowed.")
		return
	case query.Get("api-version") != fabricVersion:
		writeFabricProblem(rw, http.StatusBadRequest, "InvalidApiVersion",
			"The api-version '"+query.Get("api-version")+"' is not supported. Supported version is '"+fabricVersion+"'.")
		return
	case r.Header.Get("Secret") == "":
		writeFabricProblem(rw, http.StatusBadRequest, "SecretHeaderNotFound", "Secret is not found in the request headers.")
		return
	case !secretIs(r.Header.Get("Secret"), a.options.FabricSecret):
		writeFabricProblem(rw, http.StatusNotFound, "ManagedIdentityNotFound", "Managed identity not found for the specified application host.")
		return
	case query.Get("resource") == "":
		writeFabricProblem(rw, http.StatusBadRequest, "ArgumentNullOrEmpty", "The parameter 'resource' should not be null or empty string.")
		return
	}
	who, found := a.identityOn(a.world.Host(world.HostFabric), nil)
	if found != chosen {
		writeFabricProblem(rw, http.StatusNotFound, "ManagedIdentityNotFound", "Managed identity not found for the specified application host.")
		return
	}
	m, refused := a.managedToken(who, query.Get("resource"))
	if refused != nil {
		a.refuse(rw, r, refused)
		return
	}
	writeJSON(rw, http.StatusOK, fabricAnswer{"Bearer", m.token, m.expiry.Unix(), query.Get("resource")})
}
