package fault

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// errorBody is what the API says with a status that it does not choose itself: overload, an outage, a proxy in between.
func errorBody(api string, status int, now time.Time) (contentType string, body []byte) {
	switch api {
	case "entra":
		return "application/json; charset=utf-8", entraBody(status, now)
	case "sts":
		return "application/json; charset=UTF-8", stsBody(status)
	case "imds", "appservice", "arc":
		return "application/json; charset=utf-8", managedIdentityBody(status)
	case "kube":
		return "application/json", encode(map[string]any{
			"kind": "Status", "apiVersion": "v1", "metadata": map[string]any{}, "status": "Failure", "code": status,
			"message": "the server is currently unable to handle the request",
		})
	case "arm", "vaults", "graph", "aks", "servicefabric":
		return "application/json; charset=utf-8", encode(map[string]any{
			"error": map[string]any{"code": azureCode(status), "message": azureMessage(status)},
		})
	case "storage":
		return "application/xml", fmt.Appendf(nil, "\ufeff<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>%s</Code><Message>%s\nRequestId:%s\nTime:%s</Message></Error>",
			azureCode(status), azureMessage(status), world.GUID(), now.UTC().Format("2006-01-02T15:04:05.0000000Z"))
	default:
		return "application/json; charset=UTF-8", googleBody(status)
	}
}

// entraBody is the token endpoint's own error for "try again", or for anything else that went wrong inside.
func entraBody(status int, now time.Time) []byte {
	code, text, name := 90033, "A transient error has occurred. Please try again.", "temporarily_unavailable"
	if status == http.StatusTooManyRequests {
		code, text, name = 90055, "The request was throttled due to too many requests. Please try again later.", "temporarily_unavailable"
	}
	trace, correlation := world.GUID(), world.GUID()
	stamp := now.UTC().Format("2006-01-02 15:04:05Z")
	return encode(map[string]any{
		"error":             name,
		"error_description": fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s", code, text, trace, correlation, stamp),
		"error_codes":       []int{code},
		"timestamp":         stamp,
		"trace_id":          trace,
		"correlation_id":    correlation,
	})
}

func stsBody(status int) []byte {
	switch {
	case status == http.StatusTooManyRequests:
		return encode(map[string]any{
			"error":             "quota_exceeded",
			"error_description": "The request was throttled due to rate limit: sts.googleapis.com/requests. Please retry after a few seconds.",
		})
	case status >= http.StatusInternalServerError:
		return encode(map[string]any{"error": "internal_failure", "error_description": "Internal error encountered."})
	default:
		return encode(map[string]any{"error": "invalid_request", "error_description": http.StatusText(status)})
	}
}

// managedIdentityBody is the error of the instance metadata service and its kin.
func managedIdentityBody(status int) []byte {
	switch {
	case status == http.StatusTooManyRequests:
		return encode(map[string]any{"error": "too_many_requests", "error_description": "Temporarily throttled, too many requests"})
	case status >= http.StatusInternalServerError:
		return encode(map[string]any{"error": "unknown_failure", "error_description": "Failed to retrieve token from the Active directory. For details see logs in the host"})
	default:
		return encode(map[string]any{"error": "invalid_request", "error_description": http.StatusText(status)})
	}
}

func googleBody(status int) []byte {
	name, message := "UNKNOWN", http.StatusText(status)
	switch status {
	case http.StatusBadRequest:
		name, message = "INVALID_ARGUMENT", "Request contains an invalid argument."
	case http.StatusUnauthorized:
		name, message = "UNAUTHENTICATED", "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
	case http.StatusForbidden:
		name, message = "PERMISSION_DENIED", "The caller does not have permission"
	case http.StatusNotFound:
		name, message = "NOT_FOUND", "Requested entity was not found."
	case http.StatusTooManyRequests:
		name, message = "RESOURCE_EXHAUSTED", "Resource exhausted. Please try again later. Please refer to https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details."
	case http.StatusInternalServerError:
		name, message = "INTERNAL", "Internal error encountered."
	case http.StatusServiceUnavailable:
		name, message = "UNAVAILABLE", "The service is currently unavailable."
	case http.StatusGatewayTimeout:
		name, message = "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."
	}
	return encode(map[string]any{"error": map[string]any{"code": status, "message": message, "status": name}})
}

func azureCode(status int) string {
	switch status {
	case http.StatusTooManyRequests:
		return "TooManyRequests"
	case http.StatusInternalServerError:
		return "InternalServerError"
	case http.StatusServiceUnavailable:
		return "ServerBusy"
	default:
		return "OperationTimedOut"
	}
}

func azureMessage(status int) string {
	switch status {
	case http.StatusTooManyRequests:
		return "The request is being throttled."
	case http.StatusInternalServerError:
		return "The server encountered an internal error. Please retry the request."
	case http.StatusServiceUnavailable:
		return "The server is currently unable to receive requests. Please retry your request."
	default:
		return "The operation could not be completed within the permitted time."
	}
}

func encode(v any) []byte {
	out, err := json.Marshal(v)
	if err != nil { // maps of strings and numbers always encode
		panic(err)
	}
	return out
}
