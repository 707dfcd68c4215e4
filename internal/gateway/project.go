package gateway

import (
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/gateway/dialect"
)

// Project is one that clients ask Resource Manager for: google-auth-library for Node does so with its first token, to
// learn the project's id from the number in the audience, at the file's cloud_resource_manager_url.
type Project struct {
	ID     string
	Number string
}

// isProject says whether a path is Resource Manager's projects.get, and of which project.
func isProject(path string) (name string, ok bool) {
	for _, version := range []string{"/v1/projects/", "/v3/projects/"} {
		if rest, found := strings.CutPrefix(path, version); found && rest != "" && !strings.Contains(rest, "/") {
			return rest, true
		}
	}
	return "", false
}

// project serves projects.get to whoever is known: the projects are those of the configuration, and none is secret.
func (g *Gateway) project(w http.ResponseWriter, r *http.Request, name string) {
	id, err := g.who(r)
	if err != nil {
		g.refused(r, bridge.Call{}, err)
		refuse(w, dialect.Vertex, err, "")
		return
	}
	for _, p := range g.o.Projects {
		if r.Method == http.MethodGet && (name == p.ID || name == p.Number) {
			writeJSON(w, http.StatusOK, map[string]string{
				"projectId": p.ID, "projectNumber": p.Number, "name": p.ID, "lifecycleState": "ACTIVE",
			})
			return
		}
	}
	err = &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "project_unknown", Status: http.StatusNotFound, Text: "the gateway knows no such project",
		Hint: "ask for the project of landbridge.yaml, or set GOOGLE_CLOUD_PROJECT",
	}
	g.refused(r, bridge.Call{Workload: id.caller.Name}, err)
	refuse(w, dialect.Vertex, err, "")
}
