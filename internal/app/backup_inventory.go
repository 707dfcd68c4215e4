package app

import (
	"context"
	"time"

	"github.com/landbridge/landbridge/internal/azure/rest"
	"github.com/landbridge/landbridge/internal/azure/vaults"
	"github.com/landbridge/landbridge/internal/backup/inventory"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/protect"
	"github.com/landbridge/landbridge/internal/wire"
)

// What "backup ls" shows and how it is chosen.
type (
	BackupReport = inventory.Report
	BackupFilter = inventory.Filter
	BackupState  = protect.State
	Workload     = protect.Workload
)

const vaultTimeout = time.Minute // a page of Resource Graph over many subscriptions takes its time

// vaults are Azure Backup as this identity sees it.
func (d *depot) vaults() (*vaults.Vaults, error) {
	leaser, err := d.onAzure()
	if err != nil {
		return nil, err
	}
	manager, err := rest.NewManager(rest.Options{
		HTTP:   wire.New(wire.Options{RootCAs: d.c.world.RootCAs, UserAgent: d.a.agent(), MaxBody: 16 << 20, Timeout: vaultTimeout}),
		Leaser: leaser, Endpoint: d.cfg.Endpoints.ResourceManager,
	})
	if err != nil {
		return nil, err
	}
	return vaults.New(vaults.Options{Manager: manager, Clock: d.a.host.Clock})
}

// Inventory looks at what Azure Backup protects, and joins it with the datasets. Direct asks each vault in place of Resource Graph, which lags by
// minutes.
func (b *Backup) Inventory(ctx context.Context, direct bool) (BackupReport, error) {
	v, err := b.depot.vaults()
	if err != nil {
		return BackupReport{}, err
	}
	var report BackupReport
	err = b.c.recording(func() error {
		report, err = inventory.Collect(ctx, inventory.Options{
			Inventory: v, History: v, Clock: b.a.host.Clock, Scope: protect.Scope{Subscriptions: b.cfg.Subscriptions, Direct: direct},
			Datasets: b.protectedSets(), Environments: b.environments(),
		})
		return err
	})
	return report, err
}

func (b *Backup) protectedSets() []inventory.Dataset {
	out := make([]inventory.Dataset, 0, len(b.cfg.Datasets))
	for _, d := range b.cfg.Datasets {
		l, err := dataset.ParsePlace(d.Source)
		if err != nil {
			continue // the configuration was checked
		}
		out = append(out, inventory.Dataset{Name: d.Name, Source: l.Place, Environment: d.Environment, Item: d.Item, RPO: d.RPO, Vertex: d.Vertex})
	}
	return out
}

func (b *Backup) environments() []inventory.Environment {
	out := make([]inventory.Environment, 0, len(b.cfg.Environments))
	for _, e := range b.cfg.Environments {
		out = append(out, inventory.Environment{Name: e.Name, Groups: e.ResourceGroups, Tags: e.Tags})
	}
	return out
}
