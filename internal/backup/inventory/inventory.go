// Package inventory says what is protected in Azure and how fresh it is: items of both kinds of vaults, joined with the datasets that
// they protect and with the environments that they belong to.
//
// What the vaults show, the datasets and the environments enter; one report leaves, to be printed, written as JSON or measured. It
// must change nothing, and must never call fresh what it has not seen.
package inventory

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/protect"
)

// Dataset is one that Landbridge copies, as far as its protection matters.
type Dataset struct {
	Name        string
	Source      dataset.Place
	Environment string // "" is that of its item
	Item        string // id of the protected item; "" finds it by the source
	RPO         time.Duration
	Vertex      []string // what is made of it in Vertex AI
}

// Environment is a part of the estate. One group or tag that matches is enough.
type Environment struct {
	Name   string
	Groups []string // names of resource groups; * stands for any characters
	Tags   []string // KEY=VALUE
}

// Options configure Collect. Inventory, History and Clock are required.
type Options struct {
	Inventory    protect.Inventory
	History      protect.History
	Clock        bridge.Clock
	Scope        protect.Scope
	Datasets     []Dataset
	Environments []Environment
}

// Seen is what the vaults show.
type Seen struct {
	Vaults   []protect.Vault
	Items    []protect.Item
	Policies []protect.Policy
	Jobs     []protect.Job
	Gaps     []*protect.Gap
}

// Collect looks at everything in the scope and reports. What could not be seen is in the report's gaps; only what ends all seeing is
// an error. Where Resource Graph does not answer, each vault is asked, and the report says so.
func Collect(ctx context.Context, o Options) (Report, error) {
	seen, err := look(ctx, o)
	var detour *Gap
	if failed, ok := errors.AsType[*bridge.Error](err); ok && !o.Scope.Direct && ctx.Err() == nil && failed.Hop == bridge.HopARM && (failed.Status != 0 || failed.Kind == bridge.Unreachable) {
		detour = &Gap{Where: "Resource Graph", Why: failed.Error(), Hint: failed.Hint}
		o.Scope.Direct = true
		if seen, err = look(ctx, o); err == nil && len(seen.Vaults) == 0 && len(seen.Gaps) > 0 {
			err = failed // this way nothing was seen either
		}
	}
	if err != nil {
		return Report{}, err
	}
	complete(&seen)
	if err := lookCloser(ctx, o, &seen); err != nil {
		return Report{}, err
	}
	r := Join(seen, o.Datasets, o.Environments, o.Clock())
	r.Detour = detour
	return r, nil
}

// look reads all that there is to be seen, by one way.
func look(ctx context.Context, o Options) (seen Seen, err error) {
	if err = gather(&seen.Vaults, &seen, o.Inventory.Vaults(ctx, o.Scope)); err == nil {
		err = gather(&seen.Policies, &seen, o.Inventory.Policies(ctx, o.Scope))
	}
	if err == nil {
		err = gather(&seen.Items, &seen, o.Inventory.Items(ctx, o.Scope))
	}
	if err == nil {
		err = gather(&seen.Jobs, &seen, o.Inventory.Jobs(ctx, o.Scope))
	}
	return seen, err
}

// gather empties a stream, gaps apart. A gap that each of the streams has is kept once.
func gather[T any](into *[]T, seen *Seen, all iter.Seq2[T, error]) error {
	for v, err := range all {
		if err == nil {
			*into = append(*into, v)
			continue
		}
		gap, ok := errors.AsType[*protect.Gap](err)
		if !ok {
			return err
		}
		known := false
		for _, g := range seen.Gaps {
			known = known || g.Where == gap.Where
		}
		if !known {
			seen.Gaps = append(seen.Gaps, gap)
		}
	}
	return nil
}

// complete gives items what their policies and jobs say of them: the tiers, and the last backup that went well.
func complete(seen *Seen) {
	tiers := map[string][]protect.Tier{}
	for _, p := range seen.Policies {
		tiers[protect.Fold(p.ID)] = p.Tiers
	}
	last := map[string]protect.Job{}
	for _, j := range seen.Jobs {
		key := protect.Fold(j.Item)
		if j.Item != "" && !j.Restores() && j.State.Over() && j.Ended.After(last[key].Ended) {
			last[key] = j
		}
	}
	for n := range seen.Items {
		i := &seen.Items[n]
		for _, t := range tiers[protect.Fold(i.Policy)] {
			if !i.In(t) && (t != protect.InVault || i.Containers != nil || i.Workload != protect.Blobs) {
				i.Tiers = append(i.Tiers, t)
			}
		}
		j, ok := last[protect.Fold(i.ID)]
		if !ok || !j.Ended.After(i.LastBackup) {
			continue
		}
		i.LastBackup, i.LastStatus = j.Ended, j.State
		if (j.State == protect.Succeeded || j.State == protect.Warned) && j.Started.After(i.LastPoint) {
			i.LastPoint = j.Started
		}
	}
}

// closer is how far back points are looked for.
const closer = 90 * 24 * time.Hour

// lookCloser asks the vault for the newest point of items that a dataset names: those of Backup vaults do not say it themselves.
func lookCloser(ctx context.Context, o Options, seen *Seen) error {
	index := indexOf(seen.Items)
	for _, d := range o.Datasets {
		for _, n := range index.find(d) {
			i := &seen.Items[n]
			if i.State == protect.SoftDeleted || i.System != protect.BackupVault {
				continue
			}
			err := newest(ctx, o, i)
			if gap, ok := errors.AsType[*protect.Gap](err); ok {
				seen.Gaps = append(seen.Gaps, gap)
			} else if refused, ok := errors.AsType[*bridge.Error](err); ok && ctx.Err() == nil {
				seen.Gaps = append(seen.Gaps, &protect.Gap{Where: i.ID, Err: refused})
			} else if err != nil {
				return err
			}
		}
	}
	return nil
}

func newest(ctx context.Context, o Options, i *protect.Item) error {
	window := protect.Range{From: o.Clock().Add(-closer)}
	for p, err := range o.History.Points(ctx, *i, window) {
		if err != nil {
			return err
		}
		if p.Time.After(i.LastPoint) {
			i.LastPoint = p.Time
		}
		if i.OldestPoint.IsZero() || p.Time.Before(i.OldestPoint) {
			i.OldestPoint = p.Time
		}
	}
	for r, err := range o.History.Ranges(ctx, *i, window) {
		if err != nil {
			return err
		}
		i.Continuous = append(i.Continuous, r)
	}
	return nil
}
