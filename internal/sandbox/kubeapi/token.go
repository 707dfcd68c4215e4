package kubeapi

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
	Metadata   tokenMeta          `json:"metadata"`
	Spec       tokenRequestSpec   `json:"spec"`
	Status     tokenRequestStatus `json:"status"`
}

type tokenMeta struct {
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

// token is TokenRequest: a token of an account, for some audiences.
func (s *store) token(r *http.Request, c call) (int, any, *status) {
	in, problem := readTokenRequest(r)
	if problem != nil {
		return 0, nil, problem
	}
	if s.get(c) == nil {
		return 0, nil, notFound(c.kind.resource, "", c.name)
	}
	seconds := int64(defaultTokenSeconds)
	if in.Spec.ExpirationSeconds != nil {
		seconds = *in.Spec.ExpirationSeconds
	}
	switch {
	case seconds < leastTokenSeconds:
		return 0, nil, invalidExpiration(seconds, "may not specify a duration less than 10 minutes")
	case seconds > mostTokenSeconds:
		return 0, nil, invalidExpiration(seconds, "may not specify a duration larger than 2^32 seconds")
	}
	seconds = min(seconds, longestTokenSeconds)
	bound, problem := boundObject(in.Spec.BoundObjectRef)
	if problem != nil {
		return 0, nil, problem
	}
	if len(in.Spec.Audiences) == 0 {
		in.Spec.Audiences = []string{s.cluster.TokenIssuer(s.api.world.Now())}
	}
	token, expiry, err := s.api.world.BoundToken(s.cluster.Issuer, c.namespace, c.name, in.Spec.Audiences, time.Duration(seconds)*time.Second, bound)
	if err != nil {
		if missing, gone := errors.AsType[*world.NotFound](err); gone {
			return 0, nil, notFound(missing.Kind, "", missing.Name)
		}
		return 0, nil, internal("failed to generate token")
	}
	in.Kind, in.APIVersion = "TokenRequest", authentication+"/v1"
	in.Metadata = tokenMeta{Name: c.name, Namespace: c.namespace, CreationTimestamp: s.now()}
	in.Spec.ExpirationSeconds = &seconds
	until := expiry.UTC().Format(time.RFC3339)
	in.Status = tokenRequestStatus{Token: token, ExpirationTimestamp: &until}
	return http.StatusCreated, in, nil
}

// readTokenRequest reads JSON, as programs write it, or protobuf, as kubectl does. The answer is JSON to both.
func readTokenRequest(r *http.Request) (tokenRequest, *status) {
	var in tokenRequest
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // what cannot be read is of no known kind
	body, err := io.ReadAll(r.Body)
	if err == nil {
		switch kind {
		case "application/json":
			err = json.Unmarshal(body, &in)
		case protobuf:
			in, err = protoTokenRequest(body)
		default:
			return in, failure(http.StatusUnsupportedMediaType, "UnsupportedMediaType",
				"the body of the request was in an unknown format - accepted media types include: application/json, "+protobuf)
		}
	}
	if err != nil {
		return in, badRequest("the object provided is unrecognized (must be of type TokenRequest): couldn't get version/kind")
	}
	if in.Kind != "TokenRequest" || in.APIVersion != "authentication.k8s.io/v1" {
		return in, badRequest("%s in version %q cannot be handled as a TokenRequest: no kind %q is registered for version %q", in.Kind, in.APIVersion, in.Kind, in.APIVersion)
	}
	return in, nil
}

func invalidExpiration(seconds int64, why string) *status {
	return invalid("TokenRequest", authentication, "", "FieldValueInvalid", "spec.expirationSeconds", fmt.Sprintf("Invalid value: %d: %s", seconds, why))
}

// boundObject reads what the token is bound to. The sandbox's clusters run nothing, so every pod, node and secret is
// taken to exist.
func boundObject(ref *boundsRef) (world.BoundObject, *status) {
	if ref == nil {
		return world.BoundObject{}, nil
	}
	switch {
	case ref.APIVersion == "v1" && (ref.Kind == "Pod" || ref.Kind == "Node" || ref.Kind == "Secret") && ref.Name != "":
	case ref.APIVersion == "v1" && ref.Name == "":
		return world.BoundObject{}, badRequest("resource name may not be empty")
	default:
		return world.BoundObject{}, badRequest("cannot bind token to object of type %s, Kind=%s", ref.APIVersion, ref.Kind)
	}
	if ref.UID == "" {
		ref.UID = world.GUID()
	}
	return world.BoundObject{Kind: ref.Kind, Name: ref.Name, UID: ref.UID}, nil
}
