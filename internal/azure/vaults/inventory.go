package vaults

import (
	"context"
	"iter"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/protect"
)

// Vaults implements protect.Inventory.
func (v *Vaults) Vaults(ctx context.Context, s protect.Scope) iter.Seq2[protect.Vault, error] {
	return read(v.see(ctx, s, ask(resources, vaultTypes, time.Time{}), v.eachSubscription), func(r row) (protect.Vault, error) { return r.vault(), nil })
}

// Items implements protect.Inventory.
func (v *Vaults) Items(ctx context.Context, s protect.Scope) iter.Seq2[protect.Item, error] {
	return read(v.see(ctx, s, ask(backups, itemTypes, time.Time{}), v.inEachVault(v.directItems)), row.item)
}

// Policies implements protect.Inventory.
func (v *Vaults) Policies(ctx context.Context, s protect.Scope) iter.Seq2[protect.Policy, error] {
	return read(v.see(ctx, s, ask(backups, policyTypes, time.Time{}), v.inEachVault(v.directPolicies)), row.policy)
}

// Jobs implements protect.Inventory.
func (v *Vaults) Jobs(ctx context.Context, s protect.Scope) iter.Seq2[protect.Job, error] {
	all := read(v.see(ctx, s, ask(backups, jobTypes, s.Since), v.inEachVault(v.directJobs)), row.job)
	return func(yield func(protect.Job, error) bool) {
		for j, err := range all {
			if err == nil && j.Started.Before(s.Since) {
				continue
			}
			if !yield(j, err) {
				return
			}
		}
	}
}

// rows is a stream of resources.
type rows = iter.Seq2[row, error]

// see yields rows from Resource Graph, or from the vaults themselves where the scope wants that. An error of Resource Graph ends it: who
// asked may ask again for the other way.
func (v *Vaults) see(ctx context.Context, s protect.Scope, query string, direct func(context.Context, []string) rows) rows {
	switch {
	case len(s.Subscriptions) == 0:
		return func(yield func(row, error) bool) {
			yield(row{}, &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopARM, Code: "no_subscription", Text: "no subscription to look at", Hint: "name one with --subscription, or in backup.subscriptions"})
		}
	case s.Direct:
		return direct(ctx, s.Subscriptions)
	}
	return v.graph(ctx, s.Subscriptions, query)
}

// read turns rows into values. One that cannot be read is a gap of its own.
func read[T any](all rows, one func(row) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for r, err := range all {
			var out T
			if err == nil {
				if out, err = one(r); err != nil {
					err = &protect.Gap{Where: r.ID, Err: err}
				}
			}
			if !yield(out, err) {
				return
			}
		}
	}
}
