package kubeapi

import (
	"encoding/base64"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// page answers a list, with selectors, limit and continue.
func (s *store) page(r *http.Request, c call) (int, any, *status) {
	query := r.URL.Query()
	labels, err := parseSelector(query.Get("labelSelector"))
	if err != nil {
		return 0, nil, badRequest("unable to parse requirement: %s", err)
	}
	fields, problem := parseFields(c.kind, query.Get("fieldSelector"))
	if problem != nil {
		return 0, nil, problem
	}
	limit, err := strconv.Atoi(query.Get("limit"))
	if err != nil && query.Get("limit") != "" || limit < 0 {
		return 0, nil, badRequest("invalid limit %q", query.Get("limit"))
	}
	all := s.list(c, func(o object) bool { return labels.match(stringsOf(metaOf(o)["labels"])) && fields(o) })
	after, err := base64.RawURLEncoding.DecodeString(query.Get("continue"))
	if err != nil {
		return 0, nil, badRequest("continue key is not valid: %v", err)
	}
	start := 0
	for len(after) > 0 && start < len(all) && keyOf(all[start]) <= string(after) {
		start++
	}
	all = all[start:]
	about := object{"resourceVersion": strconv.FormatUint(s.version, 10)}
	if limit > 0 && len(all) > limit {
		about["continue"] = base64.RawURLEncoding.EncodeToString([]byte(keyOf(all[limit-1])))
		about["remainingItemCount"] = len(all) - limit
		all = all[:limit]
	}
	items := make([]any, 0, len(all))
	for _, o := range all { // in a list, items do not repeat what they are
		item := maps.Clone(o)
		delete(item, "kind")
		delete(item, "apiVersion")
		items = append(items, item)
	}
	return http.StatusOK, object{"kind": c.kind.kind + "List", "apiVersion": c.kind.groupVersion(), "metadata": about, "items": items}, nil
}

func keyOf(o object) string {
	m := metaOf(o)
	return text(m, "namespace") + "/" + text(m, "name")
}

// stringsOf is a map of texts; what is no text is left out.
func stringsOf(v any) map[string]string {
	out := map[string]string{}
	fields, _ := v.(object)
	for key, value := range fields {
		if s, ok := value.(string); ok {
			out[key] = s
		}
	}
	return out
}

// parseFields reads a field selector: the fields that this kind can be chosen by.
func parseFields(k kind, text string) (func(object) bool, *status) {
	type want struct {
		path  []string
		value string
		not   bool
	}
	var all []want
	for _, term := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' }) {
		field, value, not := strings.Cut(term, "!=")
		if !not {
			field, value, _ = strings.Cut(term, "=")
			value = strings.TrimPrefix(value, "=")
		}
		switch {
		case field == "metadata.name", field == "metadata.namespace",
			k.resource == "pods" && (field == "spec.nodeName" || field == "spec.serviceAccountName" || field == "status.phase"),
			k.resource == "namespaces" && field == "status.phase", k.resource == "secrets" && field == "type":
			all = append(all, want{strings.Split(field, "."), value, not})
		default:
			return nil, badRequest("Unable to find %q that match label selector %q, field selector %q: field label not supported: %s", k.groupVersion()+", Resource="+k.resource, "", text, field)
		}
	}
	return func(o object) bool {
		for _, w := range all {
			var at any = o
			for _, step := range w.path {
				inside, _ := at.(object)
				at = inside[step]
			}
			have, _ := at.(string)
			if (have == w.value) == w.not {
				return false
			}
		}
		return true
	}, nil
}
