package googleapi

import (
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	projectsAPI   = "cloudresourcemanager.googleapis.com"
	projectsTitle = "Cloud Resource Manager API"
	readOnlyScope = "https://www.googleapis.com/auth/cloud-platform.read-only"
)

// serveProjects is Cloud Resource Manager: the look-up by which Node's and Python's clients find their project, and the
// projects' allow policies.
func (a *API) serveProjects(rw http.ResponseWriter, r *http.Request) {
	version, rest, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/projects/")
	name, verb, hasVerb := strings.Cut(rest, ":")
	if !ok || name == "" || strings.Contains(name, "/") {
		unknown(r).write(rw)
		return
	}
	rpc := "google.cloud.resourcemanager." + version + ".Projects."
	if hasVerb {
		a.servePolicy(rw, r, projectPolicies(a.world, name, rpc), verb)
		return
	}
	if r.Method != http.MethodGet {
		unknown(r).write(rw)
		return
	}
	grant, p := a.authenticate(r, call{projectsAPI, rpc + "GetProject", []string{readOnlyScope}})
	if p == nil {
		p = a.enabled(consumer(r, grant, name), projectsTitle, projectsAPI)
	}
	project, err := a.world.Project(name)
	if p == nil && (err != nil || len(a.world.ProjectPermissions(grant, name, "resourcemanager.projects.get")) == 0) {
		p = denied("resourcemanager.projects.get", projectsAPI, "projects/"+name)
		if version == "v1" {
			p.Message = "The caller does not have permission"
		}
	}
	if p != nil {
		p.write(rw)
		return
	}
	writeJSON(rw, http.StatusOK, projectJSON(version, project))
}

func projectJSON(version string, p world.Project) map[string]any {
	if version == "v1" {
		return map[string]any{
			"projectNumber": p.Number, "projectId": p.ID, "name": p.ID, "lifecycleState": "ACTIVE",
			"createTime": "2026-01-01T00:00:00Z",
		}
	}
	return map[string]any{
		"name": "projects/" + p.Number, "projectId": p.ID, "displayName": p.ID, "state": "ACTIVE",
		"createTime": "2026-01-01T00:00:00Z", "etag": `W/"` + p.Policy.Etag + `"`,
	}
}
