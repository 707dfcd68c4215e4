package provision

import (
	"context"
	"maps"
	"slices"

	"github.com/landbridge/landbridge/internal/estate"
)

var _ estate.Neighbours = (*Keeper)(nil)

// Strangers implements estate.Neighbours: providers of the wanted pools. Subjects belong to the pool, so that each provider of
// it can name any of them. One that is disabled or deleted names nobody.
func (k *Keeper) Strangers(ctx context.Context, setup string, wanted []estate.Spec) ([]estate.Live, error) {
	known := map[[2]string]map[string]bool{}
	for _, spec := range wanted {
		if p, ok := spec.(*estate.Pool); ok {
			known[[2]string{p.Project, p.ID}] = map[string]bool{}
		}
	}
	for _, spec := range wanted {
		if p, ok := spec.(*estate.Provider); ok && known[[2]string{p.Project, p.Pool}] != nil {
			known[[2]string{p.Project, p.Pool}][p.ID] = true
		}
	}
	var out []estate.Live
	for pool, wanted := range known {
		all, err := k.listProviders(ctx, pool[0], pool[1])
		if err != nil {
			return nil, err
		}
		for _, id := range slices.Sorted(maps.Keys(all)) {
			live := providerLive(&estate.Provider{Project: pool[0], Pool: pool[1]}, all[id])
			if !wanted[id] && live.Exists() && live.Setup != setup && !all[id].Disabled {
				out = append(out, live)
			}
		}
	}
	return out, nil
}
