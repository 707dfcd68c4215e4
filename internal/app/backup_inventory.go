package app

import (
	"context"
	"time"

	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/azure/rest"
	"github.com/landbridge/landbridge/internal/azure/vaults"
	"github.com/landbridge/landbridge/internal/backup/inventory"
	"github.com/landbridge/landbridge/internal/bridge"
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
	var report BackupReport
	err := b.c.recording(func() (err error) {
		report, err = b.inventory(ctx, direct)
		return err
	})
	return report, err
}

// jobsSince is how far back a report looks for the vaults' jobs.
const jobsSince = 7 * 24 * time.Hour

func (b *Backup) inventory(ctx context.Context, direct bool) (BackupReport, error) {
	v, err := b.depot.vaults()
	if err != nil {
		return BackupReport{}, err
	}
	scope, err := b.scope(ctx, direct)
	if err != nil {
		return BackupReport{}, err
	}
	return inventory.Collect(ctx, inventory.Options{
		Inventory: v, History: v, Clock: b.a.host.Clock, Scope: scope, Datasets: b.protectedSets(), Environments: b.environments(),
	})
}

// scope are the subscriptions that are looked at: those of the configuration, or all that the identity can see.
func (b *Backup) scope(ctx context.Context, direct bool) (protect.Scope, error) {
	out := protect.Scope{Subscriptions: b.cfg.Subscriptions, Direct: direct, Since: b.a.host.Clock().Add(-jobsSince)}
	if len(out.Subscriptions) > 0 {
		return out, nil
	}
	leaser, err := b.depot.onAzure()
	if err != nil {
		return out, err
	}
	base := b.cfg.Endpoints.ResourceManager
	lease, err := leaser.Lease(ctx, bridge.LeaseRequest{Scopes: []string{azure.ResourceManagerResource(base) + "/.default"}})
	if err != nil {
		return out, err
	}
	manager, err := azure.NewResourceManager(b.c.client, b.a.host.Clock, base)
	if err != nil {
		return out, err
	}
	seen, err := manager.Subscriptions(ctx, lease)
	for _, s := range seen.List {
		out.Subscriptions = append(out.Subscriptions, s.ID)
	}
	return out, err
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
