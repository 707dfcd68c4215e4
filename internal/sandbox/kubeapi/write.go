package kubeapi

import (
	"net/http"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

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
	tidy(o)
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
	tidy(next)
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
