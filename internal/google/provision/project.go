package provision

import (
	"context"
	"fmt"
	"strings"

	crm "google.golang.org/api/cloudresourcemanager/v3"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// readProject finds a project. Google does not tell a project that one may not see from one that does not exist, and neither
// is there for us.
func (k *Keeper) readProject(ctx context.Context, want *estate.Project) (estate.Live, error) {
	p, err := k.read.projects.Ask(ctx, want.ID, func(ctx context.Context) (*crm.Project, error) {
		return k.projects.Projects.Get("projects/" + want.ID).Context(ctx).Do()
	})
	switch {
	case missing(err), hidden(err):
		return estate.Live{}, nil
	case err != nil:
		return estate.Live{}, k.refused(task{hopProjects, "read the project " + want.ID, "resourcemanager.projects.get", want.ID}, err)
	case p.State != "" && p.State != "ACTIVE": // DELETE_REQUESTED
		return estate.Live{}, nil
	}
	return estate.Live{
		Spec:    &estate.Project{ID: p.ProjectId},
		Outputs: map[string]string{"number": strings.TrimPrefix(p.Name, "projects/")},
	}, nil
}

// writeProject makes none: a project is somebody's to pay for.
func (k *Keeper) writeProject(ctx context.Context, want *estate.Project) (estate.Live, error) {
	live, err := k.readProject(ctx, want)
	if err == nil && !live.Exists() {
		err = &bridge.Error{
			Kind: bridge.Usage, Hop: hopProjects, Code: "project_missing",
			Text: fmt.Sprintf("there is no project %s, or you may not see it", want.ID),
			Hint: "gcloud projects create " + want.ID + "; or sign in as somebody who may see it",
		}
	}
	return live, err
}
