package azureapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// tokenRequest is authentication.k8s.io/v1 TokenRequest.
type tokenRequest struct {
	Kind       string             `json:"kind"`
	APIVersion string             `json:"apiVersion"`
	Metadata   kubeMeta           `json:"metadata"`
	Spec       tokenRequestSpec   `json:"spec"`
	Status     tokenRequestStatus `json:"status"`
}

type kubeMeta struct {
	Name              string `json:"name,omitempty"`
	Namespace         string `json:"namespace,omitempty"`
	CreationTimestamp any    `json:"creationTimestamp"` // null in what clients send
}

type tokenRequestSpec struct {
	Audiences         []string   `json:"audiences"`
	ExpirationSeconds *int64     `json:"expirationSeconds"`
	BoundObjectRef    *boundsRef `json:"boundObjectRef"`
}

type boundsRef struct {
	Kind       string `json:"kind,omitempty"`
	APIVersion string `json:"apiVersion,omitempty"`
	Name       string `json:"name,omitempty"`
	UID        string `json:"uid,omitempty"`
}

type tokenRequestStatus struct {
	Token               string  `json:"token"`
	ExpirationTimestamp *string `json:"expirationTimestamp"`
}

const (
	defaultTokenSeconds = 3600
	leastTokenSeconds   = 600
	mostTokenSeconds    = 1 << 32
	// longestTokenSeconds is what AKS caps --service-account-max-token-expiration at: longer wishes are shortened in silence.
	longestTokenSeconds = 24 * 3600
)

func (a *API) serveTokenRequest(rw http.ResponseWriter, r *http.Request, c world.Cluster, namespace, name string) {
	in, ok := readTokenRequest(rw, r)
	if !ok {
		return
	}
	if !c.Accounts[namespace+"/"+name] {
		kubeNotFound(rw, "serviceaccounts", name)
		return
	}
	seconds := int64(defaultTokenSeconds)
	if in.Spec.ExpirationSeconds != nil {
		seconds = *in.Spec.ExpirationSeconds
	}
	switch {
	case seconds < leastTokenSeconds:
		invalidExpiration(rw, seconds, "may not specify a duration less than 10 minutes")
		return
	case seconds > mostTokenSeconds:
		invalidExpiration(rw, seconds, "may not specify a duration larger than 2^32 seconds")
		return
	}
	seconds = min(seconds, longestTokenSeconds)
	bound, ok := boundObject(rw, in.Spec.BoundObjectRef)
	if !ok {
		return
	}
	if len(in.Spec.Audiences) == 0 {
		in.Spec.Audiences = []string{c.Issuer}
	}
	token, expiry, err := a.world.BoundToken(c.Issuer, namespace, name, in.Spec.Audiences, time.Duration(seconds)*time.Second, bound)
	if err != nil {
		if missing, gone := errors.AsType[*world.NotFound](err); gone {
			kubeNotFound(rw, missing.Kind, missing.Name)
			return
		}
		writeStatus(rw, http.StatusInternalServerError, "InternalError", "Internal error occurred: failed to generate token", nil)
		return
	}
	in.Kind, in.APIVersion = "TokenRequest", "authentication.k8s.io/v1"
	in.Metadata = kubeMeta{Name: name, Namespace: namespace, CreationTimestamp: a.world.Now().UTC().Format(time.RFC3339)}
	in.Spec.ExpirationSeconds = &seconds
	until := expiry.UTC().Format(time.RFC3339)
	in.Status = tokenRequestStatus{Token: token, ExpirationTimestamp: &until}
	rw.Header().Set("Cache-Control", "no-cache, private")
	writeJSON(rw, http.StatusCreated, in)
}

// readTokenRequest reads JSON, as programs write it, or protobuf, as kubectl does. The answer is JSON to both.
func readTokenRequest(rw http.ResponseWriter, r *http.Request) (tokenRequest, bool) {
	var in tokenRequest
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // what cannot be read is of no known kind
	body, err := io.ReadAll(r.Body)
	if err == nil {
		switch kind {
		case "application/json":
			err = json.Unmarshal(body, &in)
		case kubeProto:
			in, err = protoTokenRequest(body)
		default:
			writeStatus(rw, http.StatusUnsupportedMediaType, "UnsupportedMediaType",
				"the body of the request was in an unknown format - accepted media types include: application/json, "+kubeProto, nil)
			return in, false
		}
	}
	if err != nil {
		writeStatus(rw, http.StatusBadRequest, "BadRequest", "the object provided is unrecognized (must be of type TokenRequest): couldn't get version/kind", nil)
		return in, false
	}
	if in.Kind != "TokenRequest" || in.APIVersion != "authentication.k8s.io/v1" {
		writeStatus(rw, http.StatusBadRequest, "BadRequest", fmt.Sprintf(
			"%s in version %q cannot be handled as a TokenRequest: no kind %q is registered for version %q", in.Kind, in.APIVersion, in.Kind, in.APIVersion), nil)
		return in, false
	}
	return in, true
}

func invalidExpiration(rw http.ResponseWriter, seconds int64, why string) {
	cause := fmt.Sprintf("Invalid value: %d: %s", seconds, why)
	writeStatus(rw, http.StatusUnprocessableEntity, "Invalid",
		`TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: `+cause,
		&kubeDetails{Group: "authentication.k8s.io", Kind: "TokenRequest", Causes: []kubeCause{
			{Reason: "FieldValueInvalid", Message: cause, Field: "spec.expirationSeconds"},
		}})
}

// boundObject reads what the token is bound to. The sandbox's clusters run nothing, so every pod, node and secret is
// taken to exist.
func boundObject(rw http.ResponseWriter, ref *boundsRef) (world.BoundObject, bool) {
	if ref == nil {
		return world.BoundObject{}, true
	}
	switch {
	case ref.APIVersion == "v1" && (ref.Kind == "Pod" || ref.Kind == "Node" || ref.Kind == "Secret") && ref.Name != "":
	case ref.APIVersion == "v1" && ref.Name == "":
		writeStatus(rw, http.StatusBadRequest, "BadRequest", "resource name may not be empty", nil)
		return world.BoundObject{}, false
	default:
		writeStatus(rw, http.StatusBadRequest, "BadRequest",
			fmt.Sprintf("cannot bind token to object of type %s, Kind=%s", ref.APIVersion, ref.Kind), nil)
		return world.BoundObject{}, false
	}
	if ref.UID == "" {
		ref.UID = world.GUID()
	}
	return world.BoundObject{Kind: ref.Kind, Name: ref.Name, UID: ref.UID}, true
}
