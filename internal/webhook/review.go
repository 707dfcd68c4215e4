package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
)

// The parts of admission.k8s.io/v1 that are read and written. The structs are our own: the types of k8s.io/api weigh 4 MiB.
const (
	reviewVersion = "admission.k8s.io/v1"
	reviewKind    = "AdmissionReview"
)

type review struct {
	APIVersion string    `json:"apiVersion"`
	Kind       string    `json:"kind"`
	Request    *request  `json:"request,omitempty"`
	Response   *response `json:"response,omitempty"`
}

type request struct {
	UID         string    `json:"uid"`
	Kind        groupKind `json:"kind"`
	SubResource string    `json:"subResource"`
	Namespace   string    `json:"namespace"`
	Operation   string    `json:"operation"`
	// Object is decoded in one go with what is round it: as a json.RawMessage it would be read four times. It is never
	// written back, and means something only when the request creates a pod.
	Object *pod `json:"object"`
}

type groupKind struct {
	Group string `json:"group"`
	Kind  string `json:"kind"`
}

type response struct {
	UID              string            `json:"uid"`
	Allowed          bool              `json:"allowed"`
	Status           *status           `json:"status,omitempty"`
	PatchType        string            `json:"patchType,omitempty"`
	Patch            []byte            `json:"patch,omitempty"` // base64 on the wire
	Warnings         []string          `json:"warnings,omitempty"`
	AuditAnnotations map[string]string `json:"auditAnnotations,omitempty"`
}

// status is a metav1.Status: what kubectl prints of a denied request.
type status struct {
	Status  string `json:"status"`
	Message string `json:"message"`
	Reason  string `json:"reason"`
	Code    int    `json:"code"`
}

// readReview decodes a review and checks that it is one that can be answered.
func readReview(body []byte) (*request, error) {
	var r review
	err := json.Unmarshal(body, &r)
	mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err) // the rest is decoded nevertheless
	if err != nil && !ok {
		return nil, fmt.Errorf("the body is not an AdmissionReview: %w", err)
	}
	switch {
	case r.Kind != reviewKind || r.APIVersion != reviewVersion:
		return nil, fmt.Errorf("the body is a %q of %q, not an %s of %s: set admissionReviewVersions: [v1]", clip(r.Kind), clip(r.APIVersion), reviewKind, reviewVersion)
	case r.Request == nil || r.Request.UID == "":
		return nil, fmt.Errorf("the %s has no request with a uid", reviewKind)
	case r.Request.isNewPod() && ok:
		return nil, fmt.Errorf("the object is not a pod: %s is no %s", mismatch.Field, mismatch.Type)
	case r.Request.isNewPod() && r.Request.Object == nil:
		return nil, errors.New("the request creates a pod and has no object")
	}
	return r.Request, nil
}

// isNewPod says whether the request creates a pod; nothing else is changed.
func (r *request) isNewPod() bool {
	return r.Kind.Group == "" && r.Kind.Kind == "Pod" && r.SubResource == "" && r.Operation == "CREATE"
}

// clip shortens a foreign text before it is repeated.
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return s[:most] + "..."
}
