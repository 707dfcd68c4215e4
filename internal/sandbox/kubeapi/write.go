package kubeapi

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// decode reads an object as JSON writes it.
func decode(body []byte) (object, *status) {
	var out object
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&out); err != nil || out == nil {
		return nil, badRequest("the object provided is unrecognized (must be of type Object): %v", err)
	}
	return plain(out).(object), nil
}

// plain turns JSON's numbers into the int64 and float64 that structured merging takes, and drops nulls, which mean absence.
func plain(v any) any {
	switch v := v.(type) {
	case object:
		for key, value := range v {
			if value == nil {
				delete(v, key)
			} else {
				v[key] = plain(value)
			}
		}
		return v
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
		return v
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, err := v.Float64()
		if err != nil {
			return v.String()
		}
		return f
	}
	return v
}

// read reads a whole object from a request: JSON as programs write it, or protobuf as kubectl does.
func (c call) read(r *http.Request) (object, *status) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, failure(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "the request is larger than 3 MiB")
	}
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // what cannot be read is of no known kind
	var out object
	var problem *status
	switch mediaType {
	case "application/json", "":
		out, problem = decode(body)
	case protobuf:
		if out, err = protoObject(body); err != nil {
			problem = failure(http.StatusNotImplemented, "", "the sandbox does not read this kind in protobuf: "+err.Error()+"; send JSON")
		}
	default:
		problem = failure(http.StatusUnsupportedMediaType, "UnsupportedMediaType",
			"the body of the request was in an unknown format - accepted media types include: application/json, "+protobuf)
	}
	if problem != nil {
		return nil, problem
	}
	if got, version := text(out, "kind"), text(out, "apiVersion"); got == "" && version == "" {
		out["kind"], out["apiVersion"] = c.kind.kind, c.kind.groupVersion()
	} else if got != c.kind.kind || version != c.kind.groupVersion() {
		return nil, badRequest("%s in version %q cannot be handled as a %s: no kind %q is registered for version %q in scheme", got, version, c.kind.kind, got, version)
	}
	return out, c.strict(r, out)
}

// named puts the path's namespace and name into an object, or says that it has others.
func (c call) named(o object) *status {
	m := metaOf(o)
	if have := text(m, "namespace"); c.namespace != "" && have != "" && have != c.namespace {
		return badRequest("the namespace of the provided object does not match the namespace sent on the request")
	}
	if have := text(m, "name"); c.name != "" && have != "" && have != c.name {
		return badRequest("the name of the object (%s) does not match the name on the URL (%s)", have, c.name)
	}
	if c.namespace != "" {
		m["namespace"] = c.namespace
	} else {
		delete(m, "namespace")
	}
	if c.name != "" {
		m["name"] = c.name
	}
	return nil
}

func (s *store) create(r *http.Request, c call) (int, any, *status) {
	o, problem := c.read(r)
	if problem == nil {
		problem = c.named(o)
	}
	if problem != nil {
		return 0, nil, problem
	}
	m := metaOf(o)
	if prefix := text(m, "generateName"); prefix != "" && text(m, "name") == "" {
		m["name"] = prefix + world.GUID()[:5]
	}
	c.name = text(m, "name")
	return s.born(r, c, o, nil)
}

// born stores a new object; managers are who owns its fields, nil for whoever made the request.
func (s *store) born(r *http.Request, c call, o object, managers []any) (int, any, *status) {
	m := metaOf(o)
	if text(m, "resourceVersion") != "" {
		return 0, nil, badRequest("resourceVersion should not be set on objects to be created")
	}
	if s.get(c) != nil {
		return 0, nil, alreadyExists(c.kind.resource, c.kind.group, c.name)
	}
	for _, key := range []string{"uid", "creationTimestamp", "selfLink", "managedFields", "generation"} {
		delete(m, key)
	}
	s.defaults(c, o)
	if managers == nil {
		var problem *status
		if managers, problem = s.owners(r, c, unborn(c.kind), o); problem != nil {
			return 0, nil, problem
		}
	}
	s.meta(c.namespace, c.name, m)
	if problem := s.check(c, o); problem != nil {
		return 0, nil, problem
	}
	m["managedFields"] = managers
	if len(managers) == 0 {
		delete(m, "managedFields")
	}
	if dry(r) {
		return http.StatusCreated, o, nil
	}
	s.put(c.kind.resource, o)
	if c.kind.resource == "namespaces" {
		s.makeAccount(c.name, "default")
	}
	return http.StatusCreated, o, s.newcomers()
}

// newcomers tells the world of accounts that it does not know yet.
func (s *store) newcomers() *status {
	for key := range s.objects["serviceaccounts"] {
		if err := s.tell(key, true); err != nil {
			return internal(err.Error())
		}
	}
	return nil
}

func dry(r *http.Request) bool { return r.URL.Query().Get("dryRun") == "All" }

// defaults fills in what the server does.
func (s *store) defaults(c call, o object) {
	switch c.kind.resource {
	case "namespaces":
		m := metaOf(o)
		labels, ok := m["labels"].(object)
		if !ok {
			labels = object{}
			m["labels"] = labels
		}
		labels["kubernetes.io/metadata.name"] = c.name
		o["spec"], o["status"] = object{"finalizers": []any{"kubernetes"}}, object{"phase": "Active"}
	case "pods":
		spec, ok := o["spec"].(object)
		if !ok {
			spec = object{}
			o["spec"] = spec
		}
		if text(spec, "serviceAccountName") == "" {
			spec["serviceAccountName"] = "default"
		}
		spec["serviceAccount"] = spec["serviceAccountName"]
		o["status"] = object{"phase": "Pending", "qosClass": "BestEffort"}
	case "secrets":
		encodeStrings(o)
		if text(o, "type") == "" {
			o["type"] = "Opaque"
		}
	}
}

// update replaces an object, or its status.
func (s *store) update(r *http.Request, c call) (int, any, *status) {
	live := s.get(c)
	if live == nil {
		return 0, nil, notFound(c.kind.resource, c.kind.group, c.name)
	}
	next, problem := c.read(r)
	if problem == nil {
		problem = c.named(next)
	}
	if problem != nil {
		return 0, nil, problem
	}
	return s.change(r, c, live, next)
}

// change puts next in the place of live, as an update or a patch that is no apply.
func (s *store) change(r *http.Request, c call, live, next object) (int, any, *status) {
	was, is := metaOf(live), metaOf(next)
	if problem := c.same(was, is); problem != nil {
		return 0, nil, problem
	}
	if c.sub == "status" { // all but the status stays
		whole := clone(live)
		whole["status"] = next["status"]
		next = whole
		is = metaOf(next)
	} else if live["status"] != nil {
		next["status"] = live["status"]
	}
	if said := is["managedFields"]; said != nil && c.sub == "" { // a writer may hand fields over; an empty list resets them
		live = clone(live)
		metaOf(live)["managedFields"] = said
	}
	for _, key := range []string{"uid", "creationTimestamp"} {
		is[key] = was[key]
		if was[key] == nil {
			delete(is, key)
		}
	}
	if c.kind.resource == "secrets" {
		encodeStrings(next)
		if text(next, "type") == "" {
			next["type"] = "Opaque"
		}
		if text(next, "type") != text(live, "type") {
			return 0, nil, invalid("Secret", "", c.name, "FieldValueInvalid", "type", `Invalid value: "`+text(next, "type")+`": field is immutable`)
		}
	}
	if problem := s.check(c, next); problem != nil {
		return 0, nil, problem
	}
	managers, problem := s.owners(r, c, live, next)
	if problem != nil {
		return 0, nil, problem
	}
	if is["managedFields"] = managers; len(managers) == 0 {
		delete(is, "managedFields")
	}
	return s.keep(r, c, live, next)
}

// keep stores a changed object; one that did not change keeps its version.
func (s *store) keep(r *http.Request, c call, live, next object) (int, any, *status) {
	metaOf(next)["resourceVersion"] = metaOf(live)["resourceVersion"]
	if alike(live, next) {
		return http.StatusOK, live, nil
	}
	if !dry(r) {
		s.put(c.kind.resource, next)
	}
	return http.StatusOK, next, nil
}

// same checks the version and the uid that a writer names.
func (c call) same(was, is object) *status {
	if version := text(is, "resourceVersion"); version != "" && version != text(was, "resourceVersion") {
		return conflict(c.kind.resource, c.kind.group, c.name, "the object has been modified; please apply your changes to the latest version and try again")
	}
	if uid := text(is, "uid"); uid != "" && uid != text(was, "uid") {
		return conflict(c.kind.resource, c.kind.group, c.name, "Precondition failed: UID in precondition: "+uid+", UID in object meta: "+text(was, "uid"))
	}
	return nil
}

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
