package kubeapi

import (
	"net/http"
	"slices"
	"strings"
)

// call is a request to a resource, read from its path.
type call struct {
	kind      kind
	namespace string
	name      string
	sub       string
	verb      string // of RBAC: get, list, create, update, patch, delete, deletecollection
}

// parse reads /api/v1/… or /apis/GROUP/VERSION/…, in its forms RESOURCE, RESOURCE/NAME, RESOURCE/NAME/SUB and each of them
// behind namespaces/NAMESPACE.
func parse(r *http.Request, path string) (call, *status) {
	steps := strings.Split(strings.Trim(path, "/"), "/")
	var group, version string
	switch {
	case steps[0] == "api" && len(steps) > 2:
		version, steps = steps[1], steps[2:]
	case steps[0] == "apis" && len(steps) > 3:
		group, version, steps = steps[1], steps[2], steps[3:]
	default:
		return call{}, notPretended(r, "")
	}
	var c call
	if steps[0] == "namespaces" && len(steps) > 2 {
		if _, ok := find(group, version, steps[2]); ok {
			c.namespace, steps = steps[1], steps[2:]
		}
	}
	k, ok := find(group, version, steps[0])
	if !ok || len(steps) > 3 || c.namespace != "" && !k.namespaced {
		return call{}, notPretended(r, "")
	}
	c.kind = k
	if len(steps) > 1 {
		c.name = steps[1]
	}
	if len(steps) > 2 {
		c.sub = steps[2]
	}
	if c.verb = verbOf(r.Method, c.name); c.verb == "" {
		return call{}, failure(http.StatusMethodNotAllowed, "MethodNotAllowed", "the server does not allow this method on the requested resource")
	}
	verbs := k.verbs
	if c.sub != "" {
		at := slices.IndexFunc(k.subresources(), func(s subresource) bool { return s.path == c.sub })
		if at < 0 {
			return call{}, notPretended(r, "")
		}
		verbs = k.subresources()[at].verbs
	}
	query := r.URL.Query()
	switch {
	case query.Get("watch") == "true" || query.Get("watch") == "1":
		return call{}, notPretended(r, " as a watch")
	case c.verb == "create" && c.name == "" && k.namespaced && c.namespace == "",
		c.name != "" && k.namespaced && c.namespace == "",
		c.verb == "create" && c.name != "" && c.sub == "",
		!slices.Contains(verbs, c.verb) && c.verb != "deletecollection":
		return call{}, failure(http.StatusMethodNotAllowed, "MethodNotAllowed", "the server does not allow this method on the requested resource")
	case c.verb == "deletecollection":
		return call{}, notPretended(r, " of a whole list")
	}
	return c, nil
}

func verbOf(method, name string) string {
	switch method {
	case http.MethodGet:
		if name == "" {
			return "list"
		}
		return "get"
	case http.MethodPost:
		return "create"
	case http.MethodPut:
		if name == "" {
			return ""
		}
		return "update"
	case http.MethodPatch:
		if name == "" {
			return ""
		}
		return "patch"
	case http.MethodDelete:
		if name == "" {
			return "deletecollection"
		}
		return "delete"
	}
	return ""
}
