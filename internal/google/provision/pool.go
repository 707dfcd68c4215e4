package provision

import (
	"context"

	"google.golang.org/api/iam/v1"

	"github.com/landbridge/landbridge/internal/estate"
)

const deletedState = "DELETED"

func poolsOf(project string) string { return "projects/" + project + "/locations/global" }

func poolTask(p *estate.Pool, verb, permission string) task {
	return task{hopIAM, verb + " the pool " + p.ID, "iam.workloadIdentityPools." + permission, p.Project}
}

// listPools lists a project's pools, deleted ones too, by id.
func (k *Keeper) listPools(ctx context.Context, project string) (map[string]*iam.WorkloadIdentityPool, error) {
	pools, err := k.read.pools.Ask(ctx, project, func(ctx context.Context) (map[string]*iam.WorkloadIdentityPool, error) {
		out := map[string]*iam.WorkloadIdentityPool{}
		err := k.iam.Projects.Locations.WorkloadIdentityPools.List(poolsOf(project)).ShowDeleted(true).PageSize(100).
			Pages(ctx, func(page *iam.ListWorkloadIdentityPoolsResponse) error {
				for _, p := range page.WorkloadIdentityPools {
					out[lastPart(p.Name)] = p
				}
				return nil
			})
		return out, err
	})
	return pools, k.refused(task{hopIAM, "list the pools of the project " + project, "iam.workloadIdentityPools.list", project}, err)
}

func (k *Keeper) readPool(ctx context.Context, want *estate.Pool) (estate.Live, error) {
	pools, err := k.listPools(ctx, want.Project)
	if err != nil {
		return estate.Live{}, err
	}
	return poolLive(want.Project, pools[want.ID]), nil
}

func poolLive(project string, p *iam.WorkloadIdentityPool) estate.Live {
	if p == nil {
		return estate.Live{}
	}
	return estate.Live{
		Spec:    &estate.Pool{Project: project, ID: lastPart(p.Name), DisplayName: p.DisplayName, Disabled: p.Disabled},
		Deleted: p.State == deletedState,
		Setup:   estate.MarkedBy(p.Description),
	}
}

// writePool creates, undeletes or changes a pool. What it finds on the way counts for more than what it was told, since an
// earlier run may have come this far.
func (k *Keeper) writePool(ctx context.Context, setup string, want *estate.Pool, now estate.Live) (estate.Live, error) {
	pools := k.iam.Projects.Locations.WorkloadIdentityPools
	defer k.read.pools.Drop(want.Project)
	if now.Spec == nil {
		t := poolTask(want, "create", "create")
		op, err := pools.Create(poolsOf(want.Project), &iam.WorkloadIdentityPool{
			DisplayName: want.DisplayName, Disabled: want.Disabled, Description: estate.Mark(setup),
		}).WorkloadIdentityPoolId(want.ID).Context(ctx).Do()
		if err != nil && statusOf(err) != "ALREADY_EXISTS" {
			return estate.Live{}, k.refused(t, err)
		}
		if err == nil {
			if err := k.awaitIAM(ctx, t, op, k.poolOperation); err != nil {
				return estate.Live{}, err
			}
		}
	}
	fresh, err := k.freshPool(ctx, want)
	if err != nil {
		return estate.Live{}, err
	}
	name := want.Name()
	if err := taken("pool "+want.ID, fresh.Description, setup); err != nil {
		return estate.Live{}, err
	}
	if fresh.State == deletedState {
		t := poolTask(want, "undelete", "undelete")
		op, err := pools.Undelete(name, &iam.UndeleteWorkloadIdentityPoolRequest{}).Context(ctx).Do()
		if err == nil {
			err = k.awaitIAM(ctx, t, op, k.poolOperation)
		}
		if err != nil {
			return estate.Live{}, k.refused(t, err)
		}
		fresh.State = ""
	}
	var m mask
	change := &iam.WorkloadIdentityPool{}
	if fresh.DisplayName != want.DisplayName {
		change.DisplayName = want.DisplayName
		m.add("displayName", "DisplayName")
	}
	if fresh.Disabled != want.Disabled {
		change.Disabled = want.Disabled
		m.add("disabled", "Disabled")
	}
	if !m.empty() {
		t := poolTask(want, "change", "update")
		change.ForceSendFields = m.force
		op, err := pools.Patch(name, change).UpdateMask(m.paths()).Context(ctx).Do()
		if err == nil {
			err = k.awaitIAM(ctx, t, op, k.poolOperation)
		}
		if err != nil {
			return estate.Live{}, k.refused(t, err)
		}
		fresh.DisplayName, fresh.Disabled = want.DisplayName, want.Disabled
	}
	return poolLive(want.Project, fresh), nil
}

func (k *Keeper) freshPool(ctx context.Context, p *estate.Pool) (*iam.WorkloadIdentityPool, error) {
	out, err := k.iam.Projects.Locations.WorkloadIdentityPools.Get(p.Name()).Context(ctx).Do()
	return out, k.refused(poolTask(p, "read", "get"), err)
}

func (k *Keeper) removePool(ctx context.Context, p *estate.Pool) error {
	defer k.read.pools.Drop(p.Project)
	pools, name := k.iam.Projects.Locations.WorkloadIdentityPools, p.Name()
	t := poolTask(p, "delete", "delete")
	fresh, err := pools.Get(name).Context(ctx).Do()
	if missing(err) || err == nil && fresh.State == deletedState {
		return nil
	}
	if err != nil {
		return k.refused(t, err)
	}
	op, err := pools.Delete(name).Context(ctx).Do()
	if missing(err) {
		return nil
	}
	if err == nil {
		err = k.awaitIAM(ctx, t, op, k.poolOperation)
	}
	return k.refused(t, err)
}

func (k *Keeper) poolOperation(ctx context.Context, name string) (*iam.Operation, error) {
	return k.iam.Projects.Locations.WorkloadIdentityPools.Operations.Get(name).Context(ctx).Do()
}
