package vaults

import (
	"context"
	"encoding/json"
	"iter"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/dataprotection/armdataprotection/v3"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/recoveryservices/armrecoveryservicesbackup/v4"

	"github.com/landbridge/landbridge/internal/azure/rest"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/protect"
)

// vaultAt is the vault that an item's id says.
func vaultAt(i protect.Item) protect.Vault {
	id, system := vaultOf(i.ID)
	name := protect.Part(id, "vaults")
	if system == protect.BackupVault {
		name = protect.Part(id, "backupVaults")
	}
	return protect.Vault{ID: id, Name: name, System: system, Subscription: protect.Part(id, "subscriptions"), Group: protect.Part(id, "resourceGroups")}
}

// place is where a Recovery Services vault keeps an item.
type place struct{ fabric, container, item string }

func placeOf(i protect.Item) place {
	// Some lists leave the fabric out of the id; there is only one.
	return place{first(protect.Part(i.ID, "backupFabrics"), "Azure"), protect.Part(i.ID, "protectionContainers"), protect.Part(i.ID, "protectedItems")}
}

// instanceOf is the name of a backup instance.
func instanceOf(i protect.Item) string {
	return first(protect.Part(i.ID, "backupInstances"), protect.Part(i.ID, "deletedBackupInstances"))
}

// Points implements protect.History.
func (v *Vaults) Points(ctx context.Context, i protect.Item, window protect.Range) iter.Seq2[protect.Point, error] {
	all := read(v.directPoints(ctx, i), func(r row) (protect.Point, error) { return r.point(i) })
	return func(yield func(protect.Point, error) bool) {
		for p, err := range all {
			if err == nil && (p.Time.Before(window.From) || !window.To.IsZero() && p.Time.After(window.To)) {
				continue
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

func (v *Vaults) directPoints(ctx context.Context, i protect.Item) rows {
	of := vaultAt(i)
	if of.System == protect.BackupVault && i.State == protect.SoftDeleted {
		return func(yield func(row, error) bool) { yield(row{}, deleted(i)) } // the vault does not show them
	}
	a := inVault("list the recovery points of "+i.Name, of)
	s, d, err := v.clients(of)
	switch {
	case err != nil:
		return broken(ctx, a, err)
	case s != nil:
		at := placeOf(i)
		return listed(pages(ctx, v, a, s.NewRecoveryPointsClient().NewListPager(of.Name, of.Group, at.fabric, at.container, at.item, nil)),
			func(p armrecoveryservicesbackup.RecoveryPointsClientListResponse) []*armrecoveryservicesbackup.RecoveryPointResource {
				return p.Value
			})
	}
	return listed(pages(ctx, v, a, d.NewRecoveryPointsClient().NewListPager(of.Group, of.Name, instanceOf(i), nil)),
		func(p armdataprotection.RecoveryPointsClientListResponse) []*armdataprotection.AzureBackupRecoveryPointResource {
			return p.Value
		})
}

// longest is how far back operational backup goes: 360 days.
const longest = 360 * 24 * time.Hour

// Ranges implements protect.History.
func (v *Vaults) Ranges(ctx context.Context, i protect.Item, window protect.Range) iter.Seq2[protect.Range, error] {
	return func(yield func(protect.Range, error) bool) {
		if i.Workload != protect.Blobs || i.State == protect.SoftDeleted {
			return
		}
		found, err := v.ranges(ctx, i, window)
		if err != nil {
			yield(protect.Range{}, err)
			return
		}
		for _, r := range found {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (v *Vaults) ranges(ctx context.Context, i protect.Item, window protect.Range) ([]protect.Range, error) {
	if window.To.IsZero() {
		window.To = v.o.Clock()
	}
	if window.From.IsZero() {
		window.From = window.To.Add(-longest)
	}
	of := vaultAt(i)
	a := inVault("find the restorable times of "+i.Name, of)
	_, d, err := v.clients(of)
	if err != nil {
		return nil, rest.Refusal(ctx, a, err)
	}
	store := armdataprotection.RestoreSourceDataStoreTypeOperationalStore
	from, to := window.From.UTC().Format(time.RFC3339Nano), window.To.UTC().Format(time.RFC3339Nano)
	answer, err := patiently(ctx, v, a, func(ctx context.Context) (armdataprotection.RestorableTimeRangesClientFindResponse, error) {
		return d.NewRestorableTimeRangesClient().Find(ctx, of.Group, of.Name, instanceOf(i), armdataprotection.AzureBackupFindRestorableTimeRangesRequest{
			SourceDataStoreType: &store, StartTime: &from, EndTime: &to,
		}, nil)
	})
	if err != nil {
		return nil, err
	}
	r, err := again[row](answer.AzureBackupFindRestorableTimeRangesResponseResource)
	if err != nil {
		return nil, err
	}
	return r.ranges()
}

// ranges reads restorable time ranges.
func (r row) ranges() ([]protect.Range, error) {
	var p struct {
		Ranges []struct {
			From moment `json:"startTime"`
			To   moment `json:"endTime"`
		} `json:"restorableTimeRanges"`
	}
	if err := json.Unmarshal(r.Properties, &p); err != nil {
		return nil, malformed(r.ID, err)
	}
	var out []protect.Range
	for _, one := range p.Ranges {
		if one.From.IsZero() || one.To.Before(one.From.Time) {
			return nil, malformed(r.ID, &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopARM, Code: "bad_answer", Text: "a range that ends before it begins"})
		}
		out = append(out, protect.Range{From: one.From.Time, To: one.To.Time})
	}
	return out, nil
}
