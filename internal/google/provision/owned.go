package provision

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// Owned implements estate.Keeper: the marked pools, accounts and roles of the projects that something is wanted in, and the
// marked providers of the pools wanted. Deleted ones are not in use, and not listed.
func (k *Keeper) Owned(ctx context.Context, setup string, wanted []estate.Spec) ([]estate.Live, error) {
	numbers, ids, pools := map[string]bool{}, map[string]bool{}, map[[2]string]bool{}
	for _, spec := range wanted {
		switch s := spec.(type) {
		case *estate.Pool:
			numbers[s.Project] = true
			pools[[2]string{s.Project, s.ID}] = true
		case *estate.Provider:
			pools[[2]string{s.Project, s.Pool}] = true
		case *estate.Account:
			ids[s.Project] = true
		case *estate.Role:
			ids[s.Project] = true
		case *estate.Project:
			if _, known := ids[s.ID]; !known {
				ids[s.ID] = false // nothing of the set-up is wanted there so far
			}
		}
	}
	var out []estate.Live
	keep := func(l estate.Live) {
		if l.Exists() && l.Setup == setup {
			out = append(out, l)
		}
	}
	for _, number := range slices.Sorted(maps.Keys(numbers)) {
		if err := k.ownedPools(ctx, number, pools, keep); err != nil {
			return nil, err
		}
	}
	for _, pool := range slices.SortedFunc(maps.Keys(pools), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		if err := k.ownedProviders(ctx, pool[0], pool[1], keep); err != nil {
			return nil, err
		}
	}
	for _, project := range slices.Sorted(maps.Keys(ids)) {
		// Where nothing is wanted the operator may see nothing either; whether the project exists is another's question.
		if err := k.ownedInProject(ctx, project, keep); err != nil && (ids[project] || bridge.KindOf(err) != bridge.Denied) {
			return nil, err
		}
	}
	return out, nil
}

// ownedPools also adds what it finds to the pools whose providers are looked at: a marked pool that nobody wants any more
// still has providers.
func (k *Keeper) ownedPools(ctx context.Context, number string, pools map[[2]string]bool, keep func(estate.Live)) error {
	if unresolved(number) {
		return nil
	}
	list, err := k.listPools(ctx, number)
	for _, id := range slices.Sorted(maps.Keys(list)) {
		live := poolLive(number, list[id])
		if live.Exists() && live.Setup != "" {
			pools[[2]string{number, id}] = true
		}
		keep(live)
	}
	return err
}

func (k *Keeper) ownedProviders(ctx context.Context, number, pool string, keep func(estate.Live)) error {
	if unresolved(number) {
		return nil
	}
	list, err := k.listProviders(ctx, number, pool)
	for _, id := range slices.Sorted(maps.Keys(list)) {
		keep(providerLive(&estate.Provider{Project: number, Pool: pool, Audiences: []string{}, Mapping: map[string]string{}}, list[id]))
	}
	return err
}

func (k *Keeper) ownedInProject(ctx context.Context, project string, keep func(estate.Live)) error {
	accounts, err := k.listAccounts(ctx, project)
	if err != nil {
		return err
	}
	for _, email := range slices.Sorted(maps.Keys(accounts)) {
		id, _, _ := strings.Cut(email, "@")
		keep(accountLive(&estate.Account{Project: project, ID: id}, accounts[email]))
	}
	roles, err := k.listRoles(ctx, project)
	for _, id := range slices.Sorted(maps.Keys(roles)) {
		keep(roleLive(&estate.Role{Project: project, ID: id, Permissions: []string{}}, roles[id]))
	}
	return err
}

// unresolved says that a project's number is not known yet: then nothing of ours can be in it.
func unresolved(number string) bool { return len(estate.References(number)) > 0 }
