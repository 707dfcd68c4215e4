package dialect

import (
	"net/http"
	"strconv"
	"strings"
)

// The shapes of an error, one a dialect.
type (
	openaiError struct {
		Error openaiErrorDetail `json:"error"`
	}
	openaiErrorDetail struct {
		Message string  `json:"message"`
		Type    string  `json:"type"`
		Param   *string `json:"param"`
		Code    *string `json:"code"`
		CallID  string  `json:"request_id,omitzero"`
	}
	anthropicError struct {
		Type  string               `json:"type"` // error
		Error anthropicErrorDetail `json:"error"`
		ID    string               `json:"request_id,omitzero"`
	}
	anthropicErrorDetail struct {
		Type    string `json:"type"`
		Message string `json:"message"`
	}
	googleError struct {
		Error googleErrorDetail `json:"error"`
	}
	googleErrorDetail struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Status  string `json:"status"`
		Details []any  `json:"details,omitzero"`
	}
	// google.rpc.ErrorInfo, RetryInfo, RequestInfo and BadRequest (google/rpc/error_details.proto).
	errorInfo struct {
		At     string `json:"@type"`
		Reason string `json:"reason"`
		Domain string `json:"domain"`
	}
	retryInfo struct {
		At    string `json:"@type"`
		Delay string `json:"retryDelay"`
	}
	requestInfo struct {
		At string `json:"@type"`
		ID string `json:"requestId"`
	}
	badRequest struct {
		At         string      `json:"@type"`
		Violations []violation `json:"fieldViolations"`
	}
	violation struct {
		Field       string `json:"field"`
		Description string `json:"description"`
	}
)

// write appends an error as the dialect says it.
func (d Dialect) write(dst []byte, f failure) []byte {
	switch d {
	case OpenAI:
		e := openaiError{openaiErrorDetail{Message: f.message, Type: openaiType(f.status), CallID: f.callID}}
		if f.field != "" {
			e.Error.Param = &f.field
		}
		if f.code != "" {
			e.Error.Code = &f.code
		}
		return appendJSON(dst, e)
	case Anthropic:
		return appendJSON(dst, anthropicError{"error", anthropicErrorDetail{anthropicType(f.status), f.message}, f.callID})
	default:
		return appendJSON(dst, googleError{googleErrorDetail{f.status, f.message, googleStatus(f.status), details(f)}})
	}
}

func details(f failure) []any {
	const at = "type.googleapis.com/google.rpc."
	list := []any{errorInfo{at + "ErrorInfo", strings.ToUpper(f.code), "landbridge"}}
	if f.field != "" {
		list = append(list, badRequest{at + "BadRequest", []violation{{f.field, f.message}}})
	}
	if f.retry > 0 {
		list = append(list, retryInfo{at + "RetryInfo", strconv.Itoa(f.retry) + "s"})
	}
	if f.callID != "" {
		list = append(list, requestInfo{at + "RequestInfo", f.callID})
	}
	return list
}

// googleStatus is the google.rpc.Code of an HTTP status (google/rpc/code.proto).
func googleStatus(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "UNAUTHENTICATED"
	case http.StatusForbidden:
		return "PERMISSION_DENIED"
	case http.StatusNotFound:
		return "NOT_FOUND"
	case http.StatusConflict:
		return "ABORTED"
	case http.StatusTooManyRequests:
		return "RESOURCE_EXHAUSTED"
	case 499:
		return "CANCELLED"
	case http.StatusNotImplemented:
		return "UNIMPLEMENTED"
	case http.StatusBadGateway, http.StatusServiceUnavailable:
		return "UNAVAILABLE"
	case http.StatusGatewayTimeout:
		return "DEADLINE_EXCEEDED"
	}
	if status >= 500 {
		return "INTERNAL"
	}
	return "INVALID_ARGUMENT"
}

// openaiType is the "type" of OpenAI's error object by status.
func openaiType(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "authentication_error"
	case http.StatusForbidden:
		return "permission_error"
	case http.StatusNotFound:
		return "not_found_error"
	case http.StatusTooManyRequests:
		return "rate_limit_error"
	}
	if status >= 500 {
		return "server_error"
	}
	return "invalid_request_error"
}

// anthropicType is the "type" of Anthropic's error object by status (docs.anthropic.com/en/api/errors).
func anthropicType(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "authentication_error"
	case http.StatusForbidden:
		return "permission_error"
	case http.StatusNotFound:
		return "not_found_error"
	case http.StatusRequestEntityTooLarge:
		return "request_too_large"
	case http.StatusTooManyRequests:
		return "rate_limit_error"
	case http.StatusServiceUnavailable, 529:
		return "overloaded_error"
	case http.StatusGatewayTimeout:
		return "timeout_error"
	}
	if status >= 500 {
		return "api_error"
	}
	return "invalid_request_error"
}

// anthropicStatus is the HTTP status of an error that came without one, by its "type".
func anthropicStatus(kind string) int {
	switch kind {
	case "invalid_request_error":
		return http.StatusBadRequest
	case "authentication_error":
		return http.StatusUnauthorized
	case "permission_error":
		return http.StatusForbidden
	case "not_found_error":
		return http.StatusNotFound
	case "request_too_large":
		return http.StatusRequestEntityTooLarge
	case "rate_limit_error":
		return http.StatusTooManyRequests
	case "overloaded_error":
		return http.StatusServiceUnavailable
	case "timeout_error":
		return http.StatusGatewayTimeout
	default:
		return http.StatusInternalServerError
	}
}
