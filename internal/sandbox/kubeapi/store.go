package kubeapi

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// object is an object in JSON's own form.
type object = map[string]any

// store is what one cluster holds. Two clusters of the world with the same signing keys are one under two issuers, and
// share a store.
type store struct {
	api     *API
	cluster world.Cluster
	issuers []string                     // of the cluster, under each of its names
	objects map[string]map[string]object // by resource, then "namespace/name"
	told    map[string]bool              // accounts that the world knows of, by "namespace/name"
	version uint64
}

// store finds or makes the store of a cluster and brings its accounts up to what the world has: now, in this call's turn, and
// not when it came, for another may have made an account meanwhile.
func (a *API) store(c world.Cluster) (*store, error) {
	first, issuers := c, []string(nil)
	for _, other := range a.world.Clusters() {
		if other.Name == c.Name {
			c = other
		}
		if other.Keys != c.Keys {
			continue
		}
		if issuers == nil {
			first = other
		}
		issuers = append(issuers, other.Issuer)
	}
	s, ok := a.clusters[first.Name]
	if !ok {
		s = &store{api: a, objects: map[string]map[string]object{}, told: map[string]bool{}}
		for _, k := range kinds() {
			s.objects[k.resource] = map[string]object{}
		}
		a.clusters[first.Name] = s
		for _, name := range append([]string{"default", "kube-node-lease", "kube-public", "kube-system"}, a.options.Namespaces...) {
			s.makeNamespace(name)
		}
	}
	s.cluster, s.issuers = c, issuers
	return s, s.follow()
}

// follow makes the accounts that the world has got elsewhere, and drops those that it has lost; those that were made here,
// such as a new namespace's default account, it tells the world.
func (s *store) follow() error {
	have := s.objects["serviceaccounts"]
	for key := range s.cluster.Accounts {
		if have[key] == nil {
			namespace, name, _ := strings.Cut(key, "/")
			s.makeNamespace(namespace)
			s.makeAccount(namespace, name)
		}
		s.told[key] = true
	}
	for key := range have {
		if s.told[key] && !s.cluster.Accounts[key] {
			delete(have, key)
			delete(s.told, key)
		}
	}
	for key := range have {
		if err := s.tell(key, true); err != nil {
			return err
		}
	}
	return nil
}

// tell says to the world that an account is there, or gone.
func (s *store) tell(key string, present bool) error {
	if s.told[key] == present {
		return nil
	}
	for _, issuer := range s.issuers {
		if err := s.api.world.SetAccount(issuer, key, present); err != nil {
			return err
		}
	}
	s.told[key] = present
	return nil
}

func (s *store) now() string { return s.api.world.Now().UTC().Format(time.RFC3339) }

// next is the version of the next change.
func (s *store) next() string {
	s.version++
	return strconv.FormatUint(s.version, 10)
}

// makeNamespace makes a namespace, and as a cluster's controllers would its default account.
func (s *store) makeNamespace(name string) {
	if s.objects["namespaces"]["/"+name] != nil {
		return
	}
	k, _ := find("", "v1", "namespaces")
	c := call{kind: k, name: name}
	o := unborn(k)
	s.defaults(c, o)
	managers, problem := s.written("kube-apiserver", c, unborn(k), o)
	if problem != nil { // our own object always fits its schema
		panic(problem.Message)
	}
	s.meta("", name, metaOf(o))["managedFields"] = managers
	s.put(k.resource, o)
	s.makeAccount(name, "default")
}

func (s *store) makeAccount(namespace, name string) {
	if s.objects["serviceaccounts"][namespace+"/"+name] == nil {
		s.put("serviceaccounts", object{"kind": "ServiceAccount", "apiVersion": "v1", "metadata": s.meta(namespace, name, object{})})
	}
}

// meta is what the server puts into an object's metadata.
func (s *store) meta(namespace, name string, rest object) object {
	rest["name"], rest["uid"], rest["creationTimestamp"] = name, world.GUID(), s.now()
	if namespace != "" {
		rest["namespace"] = namespace
	}
	return rest
}

// put stores an object under a new version.
func (s *store) put(resource string, o object) {
	m := metaOf(o)
	m["resourceVersion"] = s.next()
	s.objects[resource][text(m, "namespace")+"/"+text(m, "name")] = o
}

// drop removes an object, and with a namespace all that is in it.
func (s *store) drop(resource, key string) error {
	delete(s.objects[resource], key)
	if resource == "serviceaccounts" {
		return s.tell(key, false)
	}
	if name, ok := strings.CutPrefix(key, "/"); ok && resource == "namespaces" {
		for other, in := range s.objects {
			for inside := range in {
				if strings.HasPrefix(inside, name+"/") {
					if err := s.drop(other, inside); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// list is the objects of a resource in the order of their keys.
func (s *store) list(c call, chosen func(object) bool) []object {
	var out []object
	for _, key := range slices.SortedFunc(maps.Keys(s.objects[c.kind.resource]), cmp.Compare[string]) {
		o := s.objects[c.kind.resource][key]
		if (c.namespace == "" || text(metaOf(o), "namespace") == c.namespace) && chosen(o) {
			out = append(out, o)
		}
	}
	return out
}

func (s *store) get(c call) object { return s.objects[c.kind.resource][c.namespace+"/"+c.name] }

func metaOf(o object) object {
	m, ok := o["metadata"].(object)
	if !ok {
		m = object{}
		o["metadata"] = m
	}
	return m
}

func text(o object, key string) string {
	out, _ := o[key].(string)
	return out
}

// tidy takes out maps that a change has emptied, as the API's own types do.
func tidy(o object) {
	for _, in := range []object{o, metaOf(o)} {
		for _, key := range []string{"labels", "annotations", "data", "binaryData"} {
			if m, ok := in[key].(object); ok && len(m) == 0 {
				delete(in, key)
			}
		}
	}
}

// clone copies an object all the way down.
func clone(o object) object {
	body, err := json.Marshal(o)
	if err != nil { // what came in as JSON goes out as JSON
		panic(err)
	}
	out, problem := decode(body)
	if problem != nil {
		panic(problem.Message)
	}
	return out
}

func (s *store) answer(r *http.Request, c call) (int, any, *status) {
	if c.kind.resource == "selfsubjectaccessreviews" {
		return review(r)
	}
	if c.namespace != "" && c.verb == "create" && s.objects["namespaces"]["/"+c.namespace] == nil {
		return 0, nil, notFound("namespaces", "", c.namespace)
	}
	if c.sub == "token" {
		return s.token(r, c)
	}
	switch c.verb {
	case "get":
		if o := s.get(c); o != nil {
			return http.StatusOK, o, nil
		}
		return 0, nil, notFound(c.kind.resource, c.kind.group, c.name)
	case "list":
		return s.page(r, c)
	case "create":
		return s.create(r, c)
	case "update":
		return s.update(r, c)
	case "patch":
		return s.patch(r, c)
	default:
		return s.delete(r, c)
	}
}
