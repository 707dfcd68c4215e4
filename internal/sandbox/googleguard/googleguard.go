// Package googleguard pretends the two services of Google's that look at texts: Model Armor and Sensitive Data Protection.
//
// A text enters, findings in the real shapes and refusals in the real words leave. Its rules are few and simple, so that a
// test can tell beforehand what they say; it must never pass for a measure of what Google finds.
package googleguard

import (
	"net/http"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

type problem = googleapi.Problem

// guard is both services over a world; google knows the callers.
type guard struct {
	world  *world.World
	google *googleapi.API
}

// Mount adds the services to Google's APIs.
func Mount(google *googleapi.API, w *world.World) {
	g := &guard{world: w, google: google}
	google.Mount("modelarmor", `modelarmor\.[a-z0-9-]+\.rep\.googleapis\.com|modelarmor\.googleapis\.com`,
		`/v1/projects/[^/]+/locations/[^/]+/templates(/.*)?`, http.HandlerFunc(g.serveArmor))
	google.Mount("dlp", `dlp\.googleapis\.com|dlp\.[a-z0-9-]+\.rep\.googleapis\.com`,
		`/v2/(projects/[^/]+/(locations/[^/]+/)?)?(content|infoTypes)(:.*)?`, http.HandlerFunc(g.serveDLP))
}

// admit finds out who calls, that the API is on, and that IAM allows it on the project.
func (g *guard) admit(r *http.Request, c googleapi.Call, permission, resource string) *problem {
	grant, p := g.google.Admit(r, c)
	if p != nil {
		return p
	}
	project, err := g.world.Project(c.Project)
	if err != nil || len(g.world.ProjectPermissions(grant, c.Project, permission)) == 0 {
		return googleapi.Denied(permission, c.API, resource)
	}
	if !project.Services[c.API] { // on in the caller's own project, and not in this one
		return googleapi.Disabled(c.Title, c.API, project.Number)
	}
	return nil
}
