package azureapi

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

// aadsts is a refusal of Entra: its number, its OAuth name, the HTTP status, its words.
type aadsts struct {
	number int
	name   string
	status int
	text   string
}

// fromTrust takes over a refusal that package trust has worded.
func fromTrust(r *trust.Refusal) *aadsts {
	number := 0
	if len(r.Codes) > 0 {
		number = r.Codes[0]
	}
	text := r.Description
	if prefix := "AADSTS" + strconv.Itoa(number) + ": "; len(text) > len(prefix) && text[:len(prefix)] == prefix {
		text = text[len(prefix):]
	}
	return &aadsts{number, r.Code, r.Status, text}
}

// entraError is the body of every refusal, in Entra's order of fields.
type entraError struct {
	Error         string `json:"error"`
	Description   string `json:"error_description"`
	Codes         []int  `json:"error_codes"`
	Timestamp     string `json:"timestamp"`
	TraceID       string `json:"trace_id"`
	CorrelationID string `json:"correlation_id"`
	URI           string `json:"error_uri"`
}

// body words the refusal; the correlation id is the caller's own where it sent one.
func (a *API) body(r *http.Request, e *aadsts) entraError {
	trace, correlation := world.GUID(), r.Header.Get("client-request-id")
	if !guid().MatchString(correlation) {
		correlation = world.GUID()
	}
	stamp := a.world.Now().UTC().Format("2006-01-02 15:04:05Z")
	return entraError{
		Error: e.name,
		Description: fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s",
			e.number, e.text, trace, correlation, stamp),
		Codes: []int{e.number}, Timestamp: stamp, TraceID: trace, CorrelationID: correlation,
		URI: entraErrorID + strconv.Itoa(e.number),
	}
}

func (a *API) refuse(rw http.ResponseWriter, r *http.Request, e *aadsts) {
	body := a.body(r, e)
	h := rw.Header()
	h.Set("x-ms-request-id", body.TraceID)
	h.Set("client-request-id", body.CorrelationID)
	writeJSON(rw, e.status, body)
}

func missingParameter(name string) *aadsts {
	return &aadsts{
		900144, "invalid_request", http.StatusBadRequest,
		"The request body must contain the following parameter: '" + name + "'.",
	}
}

func unknownClient(client, tenant string) *aadsts {
	return &aadsts{
		700016, "unauthorized_client", http.StatusBadRequest,
		"Application with identifier '" + client + "' was not found in the directory '" + tenant + "'. " +
			"This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. " +
			"You may have sent your authentication request to the wrong tenant.",
	}
}

func unknownResource(resource, tenant string) *aadsts {
	return &aadsts{
		500011, "invalid_resource", http.StatusBadRequest,
		"The resource principal named " + resource + " was not found in the tenant named " + tenant + ". " +
			"This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. " +
			"You might have sent your authentication request to the wrong tenant.",
	}
}

func invalidSecret(client string) *aadsts {
	return &aadsts{
		7000215, "invalid_client", http.StatusUnauthorized,
		"Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '" + client + "'.",
	}
}

func missingCredential() *aadsts {
	return &aadsts{
		7000218, "invalid_client", http.StatusUnauthorized,
		"The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
	}
}

func unsupportedGrant(grant string) *aadsts {
	return &aadsts{
		70003, "unsupported_grant_type", http.StatusBadRequest,
		"The app requested an unsupported grant type '" + grant + "'.",
	}
}

func invalidScope(scope string) *aadsts {
	return &aadsts{
		1002012, "invalid_scope", http.StatusBadRequest,
		"The provided value for scope " + scope + " is not valid. " +
			"Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
	}
}

func onlyPost(method string) *aadsts {
	return &aadsts{
		900561, "invalid_request", http.StatusBadRequest,
		"The endpoint only accepts POST requests. Received a " + method + " request.",
	}
}
