package dialect

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/landbridge/landbridge/internal/bridge"
)

// failure is an error between two dialects.
type failure struct {
	status  int    // of HTTP
	code    string // ours ("policy_denied") or Google's ("RESOURCE_EXHAUSTED")
	message string
	field   string // of the request that is wrong, where one is
	callID  string
	retry   int // seconds to wait, 0 when nobody said
}

// Status is the HTTP status that a caller gets for an error of ours.
func Status(err error) int {
	e, ok := errors.AsType[*bridge.Error](err)
	switch {
	case !ok:
		return http.StatusInternalServerError
	case e.Status >= 400 && e.Status < 600 && (e.Hop == bridge.HopVertex || e.Hop == bridge.HopDoor):
		return e.Status
	case e.RetryAfter > 0:
		return http.StatusTooManyRequests
	}
	switch e.Kind {
	case bridge.Usage:
		return http.StatusBadRequest
	case bridge.Refused, bridge.Denied:
		return http.StatusForbidden
	case bridge.Unreachable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// Refusal is an error of ours as the caller's dialect writes it, with the HTTP status to send. callID is what the audit
// record of the call is found by; empty for none.
func (d Dialect) Refusal(err error, callID string) (status int, body []byte) {
	f := refusal(err, callID)
	return f.status, d.write(nil, f)
}

// Error is Vertex AI's answer of a status other than 2xx, in the caller's dialect. Vertex's own callers get it as it is.
func (d Dialect) Error(status int, body []byte) []byte {
	if d == Vertex {
		return body
	}
	return d.write(nil, readFailure(status, body))
}

// refusal takes an error of ours apart. What is not a bridge.Error is told to nobody.
func refusal(err error, callID string) failure {
	f := failure{status: Status(err), code: "internal", message: "the gateway failed", callID: callID}
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok {
		return f
	}
	f.message = e.Text
	if e.Code != "" {
		f.code = e.Code
	}
	if f.code == invalidRequest {
		if field, _, ok := strings.Cut(e.Text, ": "); ok {
			f.field = field
		}
	}
	if e.Hint != "" {
		f.message += "; " + e.Hint
	}
	f.retry = int((e.RetryAfter + 999_999_999) / 1_000_000_000)
	return f
}

// readFailure reads the forms that Vertex AI answers an error in: Google's object, the same in an array, and Anthropic's
// and OpenAI's. What is none of them (HTML of a proxy) is named by its status alone.
func readFailure(status int, body []byte) failure {
	f := failure{status: status, code: googleStatus(status), message: "Vertex AI answered " + strconv.Itoa(status) + " " + http.StatusText(status)}
	e := errorIn(body)
	if e == nil {
		return f
	}
	if e.Message != "" {
		f.message = e.Message
	}
	switch {
	case e.Status != "":
		f.code = e.Status
	case e.Type != "":
		f.code = e.Type
	}
	return f
}

// errorBody is the union of Google's, Anthropic's and OpenAI's error objects.
type errorBody struct {
	Error *errorDetail `json:"error"`
}

type errorDetail struct {
	Code    jsontext.Value `json:"code"` // the HTTP status in Google's, a word or null in OpenAI's
	Message string         `json:"message"`
	Status  string         `json:"status"`
	Type    string         `json:"type"`
}

// errorIn finds the error that a body is, alone or first in an array; nil when it is none.
func errorIn(body []byte) *errorDetail {
	var one errorBody
	if lenient(body, &one) == nil {
		return one.Error
	}
	if list := []errorBody(nil); lenient(body, &list) == nil && len(list) > 0 {
		return list[0].Error
	}
	return nil
}

// reported is the error that Vertex AI gives after it has answered 200, or nil where the answer is none. Its status is
// the one that it would have had.
func reported(body []byte) *bridge.Error {
	e := errorIn(body)
	if e == nil {
		return nil
	}
	status, err := strconv.Atoi(string(e.Code))
	if err != nil || status < 400 || status > 599 {
		status = anthropicStatus(e.Type)
	}
	f := readFailure(status, body)
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopVertex, Code: f.code, Status: status, Text: f.message,
		Retry: status >= 500 || status == http.StatusTooManyRequests,
	}
}
