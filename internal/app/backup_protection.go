package app

import (
	"context"

	"github.com/landbridge/landbridge/internal/backup/inventory"
	"github.com/landbridge/landbridge/internal/backup/restore"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/protect"
	"github.com/landbridge/landbridge/internal/runs"
)

// protection says how a dataset is protected: by the item that is named, or the one that protects its account or share best.
func (b *Backup) protection(ctx context.Context, name string) (runs.Protection, error) {
	c, err := b.depot.find(name)
	if err != nil {
		return runs.Protection{}, err
	}
	v, err := b.depot.vaults()
	if err != nil {
		return runs.Protection{}, err
	}
	var sets []inventory.Dataset
	for _, s := range b.protectedSets() {
		if s.Name == name {
			sets = append(sets, s)
		}
	}
	scope, err := b.scope(ctx, false)
	if err != nil {
		return runs.Protection{}, err
	}
	report, err := inventory.Collect(ctx, inventory.Options{Inventory: v, History: v, Clock: b.a.host.Clock, Scope: scope, Datasets: sets})
	if err != nil {
		return runs.Protection{}, err
	}
	out := runs.Protection{Staging: restore.Staging{ID: c.StagingID}}
	for _, f := range report.Datasets {
		for _, i := range report.Items {
			if f.Item != "" && protect.Same(i.ID, f.Item) {
				out.Item = i.Item
			}
		}
	}
	for _, vault := range report.Vaults {
		if protect.Same(vault.ID, out.Item.Vault) {
			out.Vault = vault
		}
	}
	return out, nil
}

// place opens a place that a restore reads, or a drill writes.
func (b *Backup) place(_ context.Context, p dataset.Place) (dataset.Reader, func(), error) {
	l := dataset.Location{Place: p}
	for _, d := range b.cfg.Datasets { // a staging account of another cloud than the public one says so
		staging, err := dataset.ParsePlace(d.Staging + "/" + p.Name)
		if err == nil && staging.Account == p.Account {
			l.Host = staging.Host
		}
	}
	if p.Store == dataset.Files {
		return b.depot.reader(l)
	}
	return b.depot.store(l)
}
