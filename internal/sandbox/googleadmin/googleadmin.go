// Package googleadmin pretends the APIs by which Google Cloud is set up: IAM's workload identity pools and their providers,
// service accounts and custom roles, and Service Usage.
//
// Requests of Google's own clients enter, answers in the real shapes and refusals in the real words leave; what they
// change is in the world. It must never make a provider that package trust refuses, and answers 501 to what it does not
// know.
package googleadmin

import (
	"net/http"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	iamAPI       = "iam.googleapis.com"
	iamTitle     = "Identity and Access Management (IAM) API"
	servicesAPI  = "serviceusage.googleapis.com"
	servicesName = "Service Usage API"
	mediaType    = "type.googleapis.com/"
)

type problem = googleapi.Problem

// admin is the APIs over a world; google knows the callers.
type admin struct {
	world  *world.World
	google *googleapi.API
}

// Mount adds the APIs to those that Google is used by.
func Mount(google *googleapi.API, w *world.World) {
	a := &admin{world: w, google: google}
	google.Mount("iam", `iam(\.mtls)?\.googleapis\.com`,
		`/v1/projects/[^/]+/(serviceAccounts|roles|locations/global/workloadIdentityPools)(/.*)?|/v1/roles(/.*)?`, http.HandlerFunc(a.serveIAM))
	google.Mount("serviceusage", `serviceusage(\.mtls)?\.googleapis\.com`,
		`/v1/projects/[^/]+/services([:/].*)?|/v1/operations/.*`, http.HandlerFunc(a.serveServices))
}

// call is one request on its way: who asks for what of which project.
type call struct {
	*http.Request
	target
	grant   world.Grant
	project world.Project
}

// route is how one method of the API is served.
type route struct {
	rpc        string
	permission string // on the project, or on the service account
	serve      func(*call) (any, *problem)
}

// serveIAM is the IAM API. The allow policies of service accounts are in package googleapi.
func (a *admin) serveIAM(rw http.ResponseWriter, r *http.Request) {
	t, ok := parse(r.URL.Path)
	if ok && t.kind == "account" && (t.verb == "getIamPolicy" || t.verb == "setIamPolicy" || t.verb == "testIamPermissions") {
		a.google.ServeAccountPolicy(rw, r)
		return
	}
	found, known := a.routes()[r.Method+" "+t.kind+suffix(t.verb)]
	if !ok || !known {
		googleapi.Answer(rw, nil, googleapi.Unknown(r))
		return
	}
	c := &call{Request: r, target: t}
	p := a.admit(c, found)
	var out any
	if p == nil {
		out, p = found.serve(c)
	}
	googleapi.Answer(rw, out, p)
}

func suffix(verb string) string {
	if verb == "" {
		return ""
	}
	return ":" + verb
}

// routes is the table of the IAM API's methods: HTTP method, kind of target, verb.
func (a *admin) routes() map[string]route {
	const pool, provider, account, key, role = "iam.workloadIdentityPools.", "iam.workloadIdentityPoolProviders.", "iam.serviceAccounts.", "iam.serviceAccountKeys.", "iam.roles."
	const wif, iam = "google.iam.v1.WorkloadIdentityPools.", "google.iam.admin.v1.IAM."
	return map[string]route{
		"GET pools":              {wif + "ListWorkloadIdentityPools", pool + "list", a.listPools},
		"POST pools":             {wif + "CreateWorkloadIdentityPool", pool + "create", a.createPool},
		"GET pool":               {wif + "GetWorkloadIdentityPool", pool + "get", a.getPool},
		"PATCH pool":             {wif + "UpdateWorkloadIdentityPool", pool + "update", a.patchPool},
		"DELETE pool":            {wif + "DeleteWorkloadIdentityPool", pool + "delete", a.deletePool},
		"POST pool:undelete":     {wif + "UndeleteWorkloadIdentityPool", pool + "undelete", a.undeletePool},
		"GET pool operation":     {"google.longrunning.Operations.GetOperation", pool + "get", a.getOperation},
		"GET providers":          {wif + "ListWorkloadIdentityPoolProviders", provider + "list", a.listProviders},
		"POST providers":         {wif + "CreateWorkloadIdentityPoolProvider", provider + "create", a.createProvider},
		"GET provider":           {wif + "GetWorkloadIdentityPoolProvider", provider + "get", a.getProvider},
		"PATCH provider":         {wif + "UpdateWorkloadIdentityPoolProvider", provider + "update", a.patchProvider},
		"DELETE provider":        {wif + "DeleteWorkloadIdentityPoolProvider", provider + "delete", a.deleteProvider},
		"POST provider:undelete": {wif + "UndeleteWorkloadIdentityPoolProvider", provider + "undelete", a.undeleteProvider},
		"GET provider operation": {"google.longrunning.Operations.GetOperation", provider + "get", a.getOperation},
		"GET accounts":           {iam + "ListServiceAccounts", account + "list", a.listAccounts},
		"POST accounts":          {iam + "CreateServiceAccount", account + "create", a.createAccount},
		"GET account":            {iam + "GetServiceAccount", account + "get", a.getAccount},
		"PATCH account":          {iam + "PatchServiceAccount", account + "update", a.patchAccount},
		"DELETE account":         {iam + "DeleteServiceAccount", account + "delete", a.deleteAccount},
		"POST account:undelete":  {iam + "UndeleteServiceAccount", account + "undelete", a.undeleteAccount},
		"POST account:enable":    {iam + "EnableServiceAccount", account + "enable", a.enableAccount},
		"POST account:disable":   {iam + "DisableServiceAccount", account + "disable", a.disableAccount},
		"GET keys":               {iam + "ListServiceAccountKeys", key + "list", a.listKeys},
		"GET roles":              {iam + "ListRoles", role + "list", a.listRoles},
		"POST roles":             {iam + "CreateRole", role + "create", a.createRole},
		"GET role":               {iam + "GetRole", role + "get", a.getRole},
		"PATCH role":             {iam + "UpdateRole", role + "update", a.patchRole},
		"DELETE role":            {iam + "DeleteRole", role + "delete", a.deleteRole},
		"POST role:undelete":     {iam + "UndeleteRole", role + "undelete", a.undeleteRole},
		"GET predefined roles":   {iam + "ListRoles", "", a.listPredefined},
		"GET predefined role":    {iam + "GetRole", "", a.getPredefined},
	}
}
