package provision

import (
	"context"

	"google.golang.org/api/serviceusage/v1"

	"github.com/landbridge/landbridge/internal/estate"
)

// readService looks into the list of a project's APIs that are on: one call for all of them.
func (k *Keeper) readService(ctx context.Context, want *estate.Service) (estate.Live, error) {
	on, err := k.read.services.Ask(ctx, want.Project, func(ctx context.Context) (map[string]bool, error) {
		out := map[string]bool{}
		err := k.services.Services.List("projects/"+want.Project).Filter("state:ENABLED").PageSize(200).
			Fields("services/name", "nextPageToken").
			Pages(ctx, func(page *serviceusage.ListServicesResponse) error {
				for _, s := range page.Services {
					out[lastPart(s.Name)] = true
				}
				return nil
			})
		return out, err
	})
	if err != nil {
		return estate.Live{}, k.refused(task{hopServices, "list the APIs of the project " + want.Project, "serviceusage.services.list", want.Project}, err)
	}
	return estate.Live{Spec: &estate.Service{Project: want.Project, Name: want.Name, Enabled: on[want.Name]}}, nil
}

// writeService switches an API on, and never off.
func (k *Keeper) writeService(ctx context.Context, want *estate.Service) (estate.Live, error) {
	if !want.Enabled {
		return k.readService(ctx, want)
	}
	t := task{hopServices, "switch on " + want.Name + " in the project " + want.Project, "serviceusage.services.enable", want.Project}
	name := "projects/" + want.Project + "/services/" + want.Name
	// Google answers at once when it is on already.
	op, err := k.services.Services.Enable(name, &serviceusage.EnableServiceRequest{}).Context(ctx).Do()
	if err != nil {
		return estate.Live{}, k.refused(t, err)
	}
	err = k.await(ctx, t, serviceDone(op), func(ctx context.Context) (done, error) {
		next, err := k.services.Operations.Get(op.Name).Context(ctx).Do()
		return serviceDone(next), err
	})
	if err != nil {
		return estate.Live{}, err
	}
	k.read.services.Drop(want.Project)
	k.mu.Lock()
	k.switched[want.Name] = k.clock()
	k.mu.Unlock()
	return estate.Live{Spec: &estate.Service{Project: want.Project, Name: want.Name, Enabled: true}}, nil
}
