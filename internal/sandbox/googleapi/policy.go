package googleapi

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	iamAPI   = "iam.googleapis.com"
	iamTitle = "Identity and Access Management (IAM) API"
)

// policies is a resource with an allow policy, and how its API names things.
type policies struct {
	api, title, rpc string // rpc ends with a dot
	resource        string
	project         string // whose it is: id
	prefix          string // of the permissions: resourcemanager.projects
	scopes          []string
	exists          bool
	policy          world.Policy
	set             func(world.Policy) (world.Policy, error)
	held            func(world.Grant, ...string) []string
}

func projectPolicies(w *world.World, name, rpc string) policies {
	p, err := w.Project(name)
	return policies{
		api: projectsAPI, title: projectsTitle, rpc: rpc, project: p.ID, resource: "projects/" + name, prefix: "resourcemanager.projects", scopes: []string{readOnlyScope},
		exists: err == nil, policy: p.Policy,
		set:  func(policy world.Policy) (world.Policy, error) { return w.SetProjectPolicy(name, policy) },
		held: func(g world.Grant, asked ...string) []string { return w.ProjectPermissions(g, name, asked...) },
	}
}

func accountPolicies(w *world.World, project, name string) policies {
	account, err := w.ServiceAccount(name)
	return policies{
		api: iamAPI, title: iamTitle, rpc: "google.iam.admin.v1.", project: account.ProjectID, resource: "projects/" + project + "/serviceAccounts/" + name, prefix: "iam.serviceAccounts", scopes: []string{iamScope},
		exists: err == nil, policy: account.Policy,
		set:  func(policy world.Policy) (world.Policy, error) { return w.SetAccountPolicy(name, policy) },
		held: func(g world.Grant, asked ...string) []string { return w.AccountPermissions(g, name, asked...) },
	}
}

// serveIAM is the IAM API, as far as service accounts' allow policies go.
func (a *API) serveIAM(rw http.ResponseWriter, r *http.Request) {
	rest, ok := strings.CutPrefix(r.URL.Path, "/v1/projects/")
	project, rest, hasAccount := strings.Cut(rest, "/serviceAccounts/")
	account, verb, hasVerb := cutLast(rest, ":")
	if !ok || !hasAccount || !hasVerb || account == "" {
		unknown(r).write(rw)
		return
	}
	a.servePolicy(rw, r, accountPolicies(a.world, project, account), verb)
}

// servePolicy is getIamPolicy, setIamPolicy and testIamPermissions of one resource.
func (a *API) servePolicy(rw http.ResponseWriter, r *http.Request, res policies, verb string) {
	if r.Method != http.MethodPost {
		unknown(r).write(rw)
		return
	}
	var out any
	var p *problem
	switch verb {
	case "getIamPolicy":
		out, p = a.getPolicy(r, res)
	case "setIamPolicy":
		out, p = a.setPolicy(r, res)
	case "testIamPermissions":
		out, p = a.testPermissions(r, res)
	default:
		p = unknown(r)
	}
	if p != nil {
		p.write(rw)
		return
	}
	writeJSON(rw, http.StatusOK, out)
}

func (a *API) getPolicy(r *http.Request, res policies) (any, *problem) {
	var body struct {
		Options struct{ RequestedPolicyVersion int }
	}
	if _, p := a.policyCall(r, res, "GetIamPolicy", "getIamPolicy", &body); p != nil {
		return nil, p
	}
	version := body.Options.RequestedPolicyVersion
	if text := r.URL.Query().Get("options.requestedPolicyVersion"); text != "" { // how service accounts' policies are asked for
		version, _ = strconv.Atoi(text)
	}
	return policyJSON(res.policy, version), nil
}

func (a *API) setPolicy(r *http.Request, res policies) (any, *problem) {
	var body struct {
		Policy struct {
			Version  int
			Bindings []world.Binding
			Etag     string
		}
		UpdateMask string
	}
	if _, p := a.policyCall(r, res, "SetIamPolicy", "setIamPolicy", &body); p != nil {
		return nil, p
	}
	next := world.Policy{Etag: body.Policy.Etag, Bindings: body.Policy.Bindings}
	if p := a.checkPolicy(res, next, body.Policy.Version); p != nil {
		return nil, p
	}
	policy, err := res.set(next)
	if _, conflict := errors.AsType[*world.Conflict](err); conflict {
		return nil, &problem{
			Code: http.StatusConflict, Status: "ABORTED",
			Message: "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff. The request's ETag '" + next.Etag + "' did not match the current policy's ETag '" + res.policy.Etag + "'.",
		}
	}
	if err != nil {
		return nil, notFound("Requested entity was not found.")
	}
	return policyJSON(policy, body.Policy.Version), nil
}

func (a *API) testPermissions(r *http.Request, res policies) (any, *problem) {
	var body struct{ Permissions []string }
	grant, p := a.authenticate(r, call{res.api, res.rpc + "TestIamPermissions", res.scopes})
	if p == nil {
		p = a.read(r, "TestIamPermissionsRequest", &body)
	}
	if p != nil {
		return nil, p
	}
	out := map[string]any{}
	if held := res.held(grant, body.Permissions...); len(held) > 0 {
		out["permissions"] = held
	}
	return out, nil
}

func (a *API) policyCall(r *http.Request, res policies, method, verb string, body any) (world.Grant, *problem) {
	grant, p := a.authenticate(r, call{res.api, res.rpc + method, res.scopes})
	if p != nil {
		return grant, p
	}
	if p := a.read(r, method+"Request", body); p != nil {
		return grant, p
	}
	if p := a.enabled(consumer(r, grant, res.project), res.title, res.api); p != nil {
		return grant, p
	}
	if permission := res.prefix + "." + verb; !res.exists || len(res.held(grant, permission)) == 0 {
		return grant, denied(permission, res.api, res.resource)
	}
	return grant, nil
}
