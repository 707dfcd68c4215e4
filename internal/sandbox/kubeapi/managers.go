package kubeapi

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v6/merge"
	"sigs.k8s.io/structured-merge-diff/v6/typed"
)

// identity is who owns fields: a manager, and whether it applied or wrote.
type identity struct {
	Manager     string `json:"manager"`
	Operation   string `json:"operation"`
	APIVersion  string `json:"apiVersion"`
	Subresource string `json:"subresource,omitempty"`
}

// key is the identity as the merge library takes it.
func (i identity) key() string {
	out, err := json.Marshal(i)
	if err != nil { // four texts
		panic(err)
	}
	return string(out)
}

func identityOf(key string) (out identity) {
	_ = json.Unmarshal([]byte(key), &out) // our own
	return out
}

// managersOf reads an object's managedFields, and when each manager last wrote.
func managersOf(o object) (fieldpath.ManagedFields, map[string]string) {
	out, times := fieldpath.ManagedFields{}, map[string]string{}
	all, _ := metaOf(o)["managedFields"].([]any)
	for _, one := range all {
		entry, _ := one.(object)
		who := identity{text(entry, "manager"), text(entry, "operation"), text(entry, "apiVersion"), text(entry, "subresource")}
		body, err := json.Marshal(entry["fieldsV1"])
		set := &fieldpath.Set{}
		if err != nil || set.FromJSON(bytes.NewReader(body)) != nil {
			continue // our own always read
		}
		out[who.key()] = fieldpath.NewVersionedSet(set, fieldpath.APIVersion(who.APIVersion), who.Operation == "Apply")
		times[who.key()] = text(entry, "time")
	}
	return out, times
}

// entries writes managedFields. A manager's time changes when its fields do, and the writer's when it changed the object.
func entries(old, now fieldpath.ManagedFields, times map[string]string, writer string, changed bool, at string) []any {
	var out []any
	for key, set := range now {
		body, err := set.Set().ToJSON()
		if err != nil { // sets of paths always encode
			panic(err)
		}
		fields, problem := decode(body)
		if problem != nil {
			panic(problem.Message)
		}
		who, when := identityOf(key), times[key]
		if before, ok := old[key]; when == "" || !ok || !before.Set().Equals(set.Set()) || key == writer && changed {
			when = at
		}
		entry := object{"manager": who.Manager, "operation": who.Operation, "apiVersion": who.APIVersion, "time": when, "fieldsType": "FieldsV1", "fieldsV1": fields}
		if who.Subresource != "" {
			entry["subresource"] = who.Subresource
		}
		out = append(out, entry)
	}
	slices.SortFunc(out, func(a, b any) int {
		return cmp.Compare(sortKey(a), sortKey(b))
	})
	return out
}

// sortKey puts those who applied first, then the older, as a kube-apiserver does.
func sortKey(entry any) string {
	o, _ := entry.(object)
	return text(o, "operation") + text(o, "time") + text(o, "manager") + text(o, "subresource")
}

// owners is who owns what after a write that is no apply.
func (s *store) owners(r *http.Request, c call, live, next object) ([]any, *status) {
	manager := r.URL.Query().Get("fieldManager")
	if manager == "" {
		manager, _, _ = strings.Cut(r.UserAgent(), "/")
	}
	if manager == "" {
		manager = "unknown"
	}
	return s.written(manager, c, live, next)
}

// written is who owns what after a manager has made next of live.
func (s *store) written(manager string, c call, live, next object) ([]any, *status) {
	t := typeOf(c.kind)
	before, err := t.FromUnstructured(stripped(live))
	if err != nil {
		return nil, internal(err.Error())
	}
	after, err := t.FromUnstructured(stripped(next))
	if err != nil {
		return nil, badRequest("%s in version %q cannot be handled as a %s: %v", c.kind.kind, c.kind.version, c.kind.kind, err)
	}
	known, times := managersOf(live)
	old := known.Copy()
	who := identity{Manager: manager, Operation: "Update", APIVersion: c.kind.groupVersion(), Subresource: c.sub}.key()
	_, now, err := updater().Update(before, after, apiVersion(c.kind), known, who)
	if err != nil {
		return nil, internal(err.Error())
	}
	return entries(old, now, times, who, !alike(stripped(live), stripped(next)), s.now()), nil
}

// unborn is an object before it is made.
func unborn(k kind) object {
	return object{"kind": k.kind, "apiVersion": k.groupVersion(), "metadata": object{}}
}

func apiVersion(k kind) fieldpath.APIVersion { return fieldpath.APIVersion(k.groupVersion()) }

// updater is Kubernetes' own merge engine. Nobody owns what the server writes.
func updater() *merge.Updater {
	path := fieldpath.MakePathOrDie
	server := fieldpath.NewSet(path("apiVersion"), path("kind"), path("metadata", "name"), path("metadata", "namespace"))
	filters := map[fieldpath.APIVersion]fieldpath.Filter{}
	for _, k := range kinds() {
		filters[apiVersion(k)] = fieldpath.NewExcludeSetFilter(server)
	}
	return (&merge.UpdaterBuilder{Converter: oneVersion{}, IgnoreFilter: filters}).BuildUpdater()
}

// oneVersion is the converter of a server whose kinds have one version each.
type oneVersion struct{}

func (oneVersion) Convert(o *typed.TypedValue, _ fieldpath.APIVersion) (*typed.TypedValue, error) {
	return o, nil
}

func (oneVersion) IsMissingVersionError(error) bool { return false }

// serverFields are metadata that the server alone writes.
func serverFields() []string {
	return []string{"creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"}
}

// stripped is an object without them, copied.
func stripped(o object) object {
	out := clone(o)
	for _, key := range serverFields() {
		delete(metaOf(out), key)
	}
	return out
}

// restored puts the fields of a merge into an object and leaves the server's own as they were.
func restored(into, fields object) {
	kept := metaOf(into)
	clear(into)
	for key, value := range fields {
		into[key] = value
	}
	m := metaOf(into)
	for _, key := range append(serverFields(), "name", "namespace") {
		if value, ok := kept[key]; ok {
			m[key] = value
		}
	}
}
