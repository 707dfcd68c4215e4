package kubeapi

import (
	"fmt"
	"net/http"
)

// status is meta/v1 Status, with which a kube-apiserver refuses.
type status struct {
	Kind       string   `json:"kind"`
	APIVersion string   `json:"apiVersion"`
	Metadata   struct{} `json:"metadata"`
	Status     string   `json:"status"`
	Message    string   `json:"message,omitempty"`
	Reason     string   `json:"reason,omitempty"`
	Details    *details `json:"details,omitempty"`
	Code       int      `json:"code,omitempty"`
}

type details struct {
	Name   string  `json:"name,omitempty"`
	Group  string  `json:"group,omitempty"`
	Kind   string  `json:"kind,omitempty"`
	UID    string  `json:"uid,omitempty"`
	Causes []cause `json:"causes,omitempty"`
}

type cause struct {
	Reason  string `json:"reason"`
	Message string `json:"message"`
	Field   string `json:"field"`
}

func refuse(rw http.ResponseWriter, s *status) {
	s.Kind, s.APIVersion, s.Status = "Status", "v1", "Failure"
	write(rw, s.Code, s)
}

func failure(code int, reason, message string) *status {
	return &status{Code: code, Reason: reason, Message: message}
}

func unauthorized() *status {
	return failure(http.StatusUnauthorized, "Unauthorized", "Unauthorized")
}

func badRequest(format string, args ...any) *status {
	return failure(http.StatusBadRequest, "BadRequest", fmt.Sprintf(format, args...))
}

func internal(text string) *status {
	return failure(http.StatusInternalServerError, "InternalError", "Internal error occurred: "+text)
}

func notFound(resource, group, name string) *status {
	s := failure(http.StatusNotFound, "NotFound", fmt.Sprintf("%s %q not found", qualified(resource, group), name))
	s.Details = &details{Name: name, Group: group, Kind: resource}
	return s
}

func alreadyExists(resource, group, name string) *status {
	s := failure(http.StatusConflict, "AlreadyExists", fmt.Sprintf("%s %q already exists", qualified(resource, group), name))
	s.Details = &details{Name: name, Group: group, Kind: resource}
	return s
}

func conflict(resource, group, name, why string) *status {
	s := failure(http.StatusConflict, "Conflict", fmt.Sprintf("Operation cannot be fulfilled on %s %q: %s", qualified(resource, group), name, why))
	s.Details = &details{Name: name, Group: group, Kind: resource}
	return s
}

// invalid is a refused field; why is what stands behind the field's name.
func invalid(kind, group, name, reason, field, why string) *status {
	s := failure(http.StatusUnprocessableEntity, "Invalid", fmt.Sprintf("%s %q is invalid: %s: %s", qualified(kind, group), name, field, why))
	s.Details = &details{Name: name, Group: group, Kind: kind, Causes: []cause{{Reason: reason, Message: why, Field: field}}}
	return s
}

// notPretended says that a real API server may know this call.
func notPretended(r *http.Request, what string) *status {
	return failure(http.StatusNotImplemented, "", "the sandbox does not pretend "+r.Method+" "+r.URL.Path+what+": the real API may know it")
}

func qualified(resource, group string) string {
	if group == "" {
		return resource
	}
	return resource + "." + group
}
