package kubeapi

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"
)

func (s *store) delete(r *http.Request, c call) (int, any, *status) {
	o := s.get(c)
	if o == nil {
		return 0, nil, notFound(c.kind.resource, c.kind.group, c.name)
	}
	var options struct {
		Preconditions struct {
			UID             string `json:"uid"`
			ResourceVersion string `json:"resourceVersion"`
		} `json:"preconditions"`
	}
	body, err := io.ReadAll(r.Body)
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || len(body) > 0 && (mediaType == protobuf || json.Unmarshal(body, &options) != nil) {
		return 0, nil, failure(http.StatusNotImplemented, "", "the sandbox reads DeleteOptions in JSON only")
	}
	if problem := c.same(metaOf(o), object{"uid": options.Preconditions.UID, "resourceVersion": options.Preconditions.ResourceVersion}); problem != nil {
		return 0, nil, problem
	}
	if c.kind.resource == "namespaces" && (c.name == "default" || strings.HasPrefix(c.name, "kube-")) {
		return 0, nil, failure(http.StatusForbidden, "Forbidden", `namespaces "`+c.name+`" is forbidden: this namespace may not be deleted`)
	}
	if !dry(r) {
		if err := s.drop(c.kind.resource, c.namespace+"/"+c.name); err != nil {
			return 0, nil, internal(err.Error())
		}
	}
	return http.StatusOK, &status{
		Kind: "Status", APIVersion: "v1", Status: "Success",
		Details: &details{Name: c.name, Group: c.kind.group, Kind: c.kind.resource, UID: text(metaOf(o), "uid")},
	}, nil
}

// review is what "kubectl auth can-i" asks: the administrator may do everything.
func review(r *http.Request) (int, any, *status) {
	in, problem := call{kind: kind{group: authorization, version: "v1", kind: "SelfSubjectAccessReview"}}.read(r)
	if problem != nil {
		return 0, nil, problem
	}
	in["status"] = object{"allowed": true, "reason": "the sandbox has one user, its administrator"}
	return http.StatusCreated, in, nil
}
