package kubeapi

import (
	"io"
	"mime"
	"net/http"
)

// The media types of patches.
const (
	applyPatch     = "application/apply-patch+yaml"
	jsonPatch      = "application/json-patch+json"
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
	case mergePatch, strategicPatch, jsonPatch:
	default:
		return 0, nil, failure(http.StatusUnsupportedMediaType, "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media types include: "+
			jsonPatch+", "+mergePatch+", "+strategicPatch+", "+applyPatch)
	}
	live := s.get(c)
	if live == nil {
		return 0, nil, notFound(c.kind.resource, c.kind.group, c.name)
	}
	next, problem := c.patched(r, mediaType, body, clone(live))
	if problem == nil {
		problem = c.named(next)
	}
	if problem == nil {
		problem = c.strict(r, next)
	}
	if problem != nil {
		return 0, nil, problem
	}
	return s.change(r, c, live, next)
}

// patched is the object with the patch in it. The version that it has then is the present one, or the one that the patch
// names.
func (c call) patched(r *http.Request, mediaType string, body []byte, o object) (object, *status) {
	if mediaType == jsonPatch {
		return operated(r, o, body)
	}
	change, problem := decodePatch(body)
	if problem != nil {
		return nil, problem
	}
	if mediaType == strategicPatch && special(change) {
		return nil, notPretended(r, " as a strategic merge patch with lists or directives")
	}
	return merged(o, change).(object), nil
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
