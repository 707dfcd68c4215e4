package kubeapi

import (
	"io"
	"mime"
	"net/http"
)

// The media types of patches.
const (
	applyPatch     = "application/apply-patch+yaml"
	mergePatch     = "application/merge-patch+json"
	strategicPatch = "application/strategic-merge-patch+json"
)

func (s *store) patch(r *http.Request, c call) (int, any, *status) {
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // what cannot be read is of no known kind
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, nil, failure(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "the request is larger than 3 MiB")
	}
	switch mediaType {
	case applyPatch:
		return s.apply(r, c, body)
	case mergePatch, strategicPatch:
	case "application/json-patch+json":
		return 0, nil, notPretended(r, " as a JSON patch")
	default:
		return 0, nil, failure(http.StatusUnsupportedMediaType, "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media types include: "+
			"application/json-patch+json, "+mergePatch+", "+strategicPatch+", "+applyPatch)
	}
	live := s.get(c)
	if live == nil {
		return 0, nil, notFound(c.kind.resource, c.kind.group, c.name)
	}
	change, problem := decodePatch(body)
	if problem != nil {
		return 0, nil, problem
	}
	if mediaType == strategicPatch && special(change) {
		return 0, nil, notPretended(r, " as a strategic merge patch with lists or directives")
	}
	next := merged(clone(live), change).(object)
	if problem := c.named(next); problem != nil {
		return 0, nil, problem
	}
	if problem := c.strict(r, next); problem != nil {
		return 0, nil, problem
	}
	if version := text(metaOfPatch(change), "resourceVersion"); version == "" {
		delete(metaOf(next), "resourceVersion") // the present one
	}
	return s.change(r, c, live, next)
}

func metaOfPatch(change object) object {
	m, _ := change["metadata"].(object)
	return m
}

// merged is RFC 7386: null removes, an object is merged, all else replaces.
func merged(target, patch any) any {
	fields, ok := patch.(object)
	if !ok {
		return plain(patch)
	}
	into, ok := target.(object)
	if !ok {
		into = object{}
	}
	for key, value := range fields {
		if value == nil {
			delete(into, key)
		} else {
			into[key] = merged(into[key], value)
		}
	}
	return into
}

// special says whether a strategic merge patch has what makes it more than a merge patch.
func special(v any) bool {
	switch v := v.(type) {
	case []any:
		return true
	case object:
		for key, value := range v {
			if key[:min(1, len(key))] == "$" || special(value) {
				return true
			}
		}
	}
	return false
}
