package storageapi

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
)

// refusal is an error as the JSON API of Cloud Storage answers it
// (https://cloud.google.com/storage/docs/json_api/v1/status-codes).
type refusal struct {
	status  int
	reason  string
	message string
	// location says what of the request was refused; "" when it is nothing in particular.
	locationType, location string
}

func refuse(status int, reason, format string, args ...any) *refusal {
	return &refusal{status: status, reason: reason, message: fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) *refusal {
	return refuse(http.StatusBadRequest, "invalid", format, args...)
}

func noBucket() *refusal {
	return refuse(http.StatusNotFound, "notFound", "The specified bucket does not exist.")
}

func noObject(bucket, object string) *refusal {
	return refuse(http.StatusNotFound, "notFound", "No such object: %s/%s", bucket, object)
}

// denied is IAM's refusal; what is "bucket" or "object".
func denied(who, permission string) *refusal {
	what := "object"
	if strings.HasPrefix(permission, "storage.buckets.") {
		what = "bucket"
	}
	return refuse(http.StatusForbidden, "forbidden",
		"%s does not have %s access to the Google Cloud Storage %s. Permission '%s' denied on resource (or it may not exist).", who, permission, what, permission)
}

func unmet() *refusal {
	return &refusal{
		status: http.StatusPreconditionFailed, reason: "conditionNotMet", locationType: "header", location: "If-Match",
		message: "At least one of the pre-conditions you specified did not hold.",
	}
}

// translated is a refusal of the parts that all of Google's APIs share, in Cloud Storage's form.
func translated(p *googleapi.Problem) *refusal {
	out := &refusal{status: p.Code, message: p.Message, reason: "forbidden"}
	switch reason, _ := firstDetail(p)["reason"].(string); {
	case reason == "CREDENTIALS_MISSING":
		out.reason, out.message, out.locationType, out.location = "required", "Login Required", "header", "Authorization"
	case p.Code == http.StatusUnauthorized:
		out.reason, out.message, out.locationType, out.location = "authError", "Invalid Credentials", "header", "Authorization"
	case reason == "ACCESS_TOKEN_SCOPE_INSUFFICIENT":
		out.reason = "insufficientPermissions"
	case reason == "SERVICE_DISABLED":
		out.reason = "accessNotConfigured"
	}
	return out
}

func firstDetail(p *googleapi.Problem) map[string]any {
	for _, d := range p.Details {
		if d["reason"] != nil {
			return d
		}
	}
	return nil
}

func (p *refusal) write(rw http.ResponseWriter, asXML bool) {
	if p.status == http.StatusNotModified {
		rw.WriteHeader(p.status)
		return
	}
	if p.status == http.StatusUnauthorized {
		rw.Header().Set("WWW-Authenticate", `Bearer realm="https://accounts.google.com/"`)
	}
	if asXML {
		p.writeXML(rw)
		return
	}
	one := map[string]any{"message": p.message, "domain": "global", "reason": p.reason}
	if p.location != "" {
		one["locationType"], one["location"] = p.locationType, p.location
	}
	answer(rw, p.status, map[string]any{"error": map[string]any{"code": p.status, "message": p.message, "errors": []any{one}}})
}

// writeXML is the same in the XML API's words (https://cloud.google.com/storage/docs/xml-api/reference-status).
func (p *refusal) writeXML(rw http.ResponseWriter) {
	body := struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
		Message string
		Details string
	}{Code: "InvalidArgument", Message: "Invalid argument.", Details: p.message}
	switch {
	case p.status == http.StatusNotFound && p.reason == "notFound" && strings.HasPrefix(p.message, "No such object"):
		body.Code, body.Message = "NoSuchKey", "The specified key does not exist."
	case p.status == http.StatusNotFound:
		body.Code, body.Message = "NoSuchBucket", "The specified bucket does not exist."
	case p.status == http.StatusUnauthorized:
		body.Code, body.Message = "AuthenticationRequired", "Authentication required."
	case p.status == http.StatusForbidden:
		body.Code, body.Message = "AccessDenied", "Access denied."
	case p.status == http.StatusPreconditionFailed:
		body.Code, body.Message = "PreconditionFailed", p.message
	case p.status == http.StatusRequestedRangeNotSatisfiable:
		body.Code, body.Message = "InvalidRange", "The requested range cannot be satisfied."
	}
	text, _ := xml.Marshal(body) // a struct of strings always encodes
	rw.Header().Set("Content-Type", "application/xml; charset=UTF-8")
	rw.WriteHeader(p.status)
	_, _ = rw.Write(append([]byte("<?xml version='1.0' encoding='UTF-8'?>"), text...))
}

func answer(rw http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil { // our own maps always encode
		panic(err)
	}
	send(rw, status, body)
}

func send(rw http.ResponseWriter, status int, body []byte) {
	rw.Header()["Content-Type"] = []string{"application/json; charset=UTF-8"}
	rw.WriteHeader(status)
	_, _ = rw.Write(body)
}
