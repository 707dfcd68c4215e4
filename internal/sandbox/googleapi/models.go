package googleapi

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// serveModels is the model garden's GET of one publisher model, and the list of a publisher's models.
func (a *API) serveModels(rw http.ResponseWriter, r *http.Request, version, resource string) {
	publisher, id, ok := strings.Cut(strings.TrimPrefix(resource, "publishers/"), "/models")
	if !ok || strings.Contains(publisher, "/") {
		unknown(r).write(rw)
		return
	}
	id = strings.TrimPrefix(id, "/")
	grant, p := a.authenticate(r, call{api: vertexAPI, method: "google.cloud.aiplatform." + version + ".ModelGardenService.GetPublisherModel", scopes: []string{readOnlyScope}})
	if p == nil {
		p = a.enabled(grant.Project, vertexTitle, vertexAPI)
	}
	if p != nil {
		p.write(rw)
		return
	}
	project, _ := a.world.Project(grant.Project)
	var found []any
	for _, name := range slices.Sorted(maps.Keys(project.Models)) {
		if !strings.HasPrefix(name, "publishers/"+publisher+"/models/") || !project.Models[name] {
			continue
		}
		model := map[string]any{
			"name": name, "versionId": "default", "launchStage": "GA", "openSourceCategory": "PROPRIETARY",
			"publisherModelTemplate": "projects/{project}/locations/{location}/" + name,
		}
		if id != "" && strings.HasSuffix(name, "/models/"+id) {
			writeJSON(rw, http.StatusOK, model)
			return
		}
		found = append(found, model)
	}
	if id != "" {
		notFound("Publisher Model `" + resource + "` is not found.").write(rw)
		return
	}
	writeJSON(rw, http.StatusOK, map[string]any{"publisherModels": found})
}
