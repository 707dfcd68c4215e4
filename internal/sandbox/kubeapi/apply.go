package kubeapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"sigs.k8s.io/structured-merge-diff/v6/merge"
)

// decodePatch reads a patch, whose nulls mean something.
func decodePatch(body []byte) (object, *status) {
	var out object
	if err := json.Unmarshal(body, &out); err != nil || out == nil {
		return nil, badRequest("error decoding patch: %v", err)
	}
	return out, nil
}

// apply is server-side apply: the object gets the fields of the patch, and the manager owns them.
func (s *store) apply(r *http.Request, c call, body []byte) (int, any, *status) {
	query := r.URL.Query()
	manager := query.Get("fieldManager")
	if manager == "" {
		return 0, nil, invalid("PatchOptions", "meta.k8s.io", "", "FieldValueRequired", "fieldManager", "Required value: is required for apply patch")
	}
	if c.kind.resource == "pods" || c.sub != "" {
		return 0, nil, notPretended(r, " as an apply")
	}
	wanted, err := decodeApply(body)
	if err != nil {
		return 0, nil, failure(http.StatusNotImplemented, "", "the sandbox reads an apply in its JSON form only: "+err.Error())
	}
	if text(wanted, "kind") != c.kind.kind || text(wanted, "apiVersion") != c.kind.groupVersion() {
		return 0, nil, badRequest("invalid object type: %s, %s; want %s, %s", text(wanted, "apiVersion"), text(wanted, "kind"), c.kind.groupVersion(), c.kind.kind)
	}
	m := metaOf(wanted)
	if m["managedFields"] != nil {
		return 0, nil, badRequest("metadata.managedFields must be nil")
	}
	for _, step := range []func() *status{func() *status { return c.strict(r, wanted) }, func() *status { return c.named(wanted) }} {
		if problem := step(); problem != nil {
			return 0, nil, problem
		}
	}
	live := s.get(c)
	switch {
	case live == nil && text(m, "uid") != "":
		return 0, nil, conflict(c.kind.resource, c.kind.group, c.name, "uid mismatch: the provided object specified uid "+text(m, "uid")+", and no existing object was found")
	case live == nil && c.namespace != "" && s.objects["namespaces"]["/"+c.namespace] == nil:
		return 0, nil, notFound("namespaces", "", c.namespace)
	case live == nil:
		next, managers, problem := s.applied(c, manager, unborn(c.kind), wanted, true)
		if problem != nil {
			return 0, nil, problem
		}
		return s.born(r, c, next, managers)
	}
	if problem := c.same(metaOf(live), m); problem != nil {
		return 0, nil, problem
	}
	next, managers, problem := s.applied(c, manager, live, wanted, query.Get("force") == "true")
	if problem != nil {
		return 0, nil, problem
	}
	if problem := s.check(c, next); problem != nil {
		return 0, nil, problem
	}
	if metaOf(next)["managedFields"] = managers; len(managers) == 0 {
		delete(metaOf(next), "managedFields")
	}
	return s.keep(r, c, live, next)
}

// decodeApply reads the JSON form of an apply, in which client-go and kubectl send it.
func decodeApply(body []byte) (object, error) {
	out, problem := decode(body)
	if problem != nil {
		return nil, errors.New(problem.Message)
	}
	return out, nil
}

// applied merges what a manager wants into an object: the object then and who owns its fields.
func (s *store) applied(c call, manager string, live, wanted object, force bool) (object, []any, *status) {
	t := typeOf(c.kind)
	before, err := t.FromUnstructured(stripped(live))
	if err != nil {
		return nil, nil, internal(err.Error())
	}
	config, err := t.FromUnstructured(stripped(wanted))
	if err != nil {
		return nil, nil, internal(fmt.Sprintf("failed to create typed patch object (%s/%s; %s, Kind=%s): %v", c.namespace, c.name, c.kind.groupVersion(), c.kind.kind, err))
	}
	known, times := managersOf(live)
	who := identity{Manager: manager, Operation: "Apply", APIVersion: c.kind.groupVersion()}.key()
	old := known.Copy()
	out, now, err := updater().Apply(before, config, apiVersion(c.kind), known, who, force)
	if conflicts, ok := errors.AsType[merge.Conflicts](err); ok {
		return nil, nil, conflicting(conflicts, times)
	}
	if err != nil {
		return nil, nil, internal(err.Error())
	}
	next := clone(live)
	if out != nil {
		fields, _ := out.AsValue().Unstructured().(object)
		restored(next, clone(fields))
	}
	for _, key := range []string{"managedFields", "resourceVersion"} {
		delete(metaOf(next), key)
	}
	tidy(next)
	changed := !alike(stripped(live), stripped(next))
	return next, entries(old, now, times, who, changed, s.now()), nil
}

// conflicting is the refusal of an apply that would take fields of others.
func conflicting(conflicts merge.Conflicts, times map[string]string) *status {
	lines := make([]string, 0, len(conflicts))
	out := failure(http.StatusConflict, "Conflict", "")
	out.Details = &details{}
	slices.SortFunc(conflicts, func(a, b merge.Conflict) int {
		return strings.Compare(a.Manager+a.Path.String(), b.Manager+b.Path.String())
	})
	for _, one := range conflicts {
		who := printed(one.Manager, times)
		out.Details.Causes = append(out.Details.Causes, cause{Reason: "FieldManagerConflict", Message: "conflict with " + who, Field: one.Path.String()})
		lines = append(lines, fmt.Sprintf("conflict with %s: %v", who, one.Path))
	}
	if len(lines) == 1 {
		out.Message = "Apply failed with 1 conflict: " + lines[0]
	} else {
		out.Message = fmt.Sprintf("Apply failed with %d conflicts: %s", len(lines), grouped(conflicts, times))
	}
	return out
}

func grouped(conflicts merge.Conflicts, times map[string]string) string {
	var lines []string
	last := ""
	for _, one := range conflicts {
		if one.Manager != last {
			lines = append(lines, "conflicts with "+printed(one.Manager, times)+":")
			last = one.Manager
		}
		lines = append(lines, "- "+one.Path.String())
	}
	return strings.Join(lines, "\n")
}

// printed is how a manager is called in a conflict: one that did not apply with its version and time.
func printed(key string, times map[string]string) string {
	who := identityOf(key)
	out := fmt.Sprintf("%q", who.Manager)
	if who.Subresource != "" {
		out += fmt.Sprintf(" with subresource %q", who.Subresource)
	}
	if who.Operation == "Update" {
		out += " using " + who.APIVersion
		if at := times[key]; at != "" {
			out += " at " + at
		}
	}
	return out
}
