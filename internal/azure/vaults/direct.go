package vaults

import (
	"context"
	"encoding/json"
	"iter"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/dataprotection/armdataprotection/v3"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/recoveryservices/armrecoveryservices"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/recoveryservices/armrecoveryservicesbackup/v4"

	"github.com/landbridge/landbridge/internal/azure/rest"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/protect"
)

// listed makes rows of pages: value picks what a page holds.
func listed[P any, R json.Marshaler](all iter.Seq2[P, error], value func(P) []*R) rows {
	return func(yield func(row, error) bool) {
		for page, err := range all {
			if err != nil {
				yield(row{}, err)
				return
			}
			for _, r := range value(page) {
				if r == nil {
					continue
				}
				if got, err := again[row](*r); !yield(got, err) || err != nil {
					return
				}
			}
		}
	}
}

// after yields one list after the other, and ends with the first error.
func after(lists ...rows) rows {
	return func(yield func(row, error) bool) {
		for _, list := range lists {
			for r, err := range list {
				if !yield(r, err) || err != nil {
					return
				}
			}
		}
	}
}

// eachSubscription lists the vaults of subscriptions. One that cannot be read is a gap.
func (v *Vaults) eachSubscription(ctx context.Context, subscriptions []string) rows {
	lists := make([]list, len(subscriptions))
	for i, s := range subscriptions {
		lists[i] = list{"subscription " + s, func(ctx context.Context) rows { return v.directVaults(ctx, s) }}
	}
	return abreast(ctx, lists)
}

// inEachVault makes a list of a vault one of subscriptions. A vault that cannot be read is a gap.
func (v *Vaults) inEachVault(of func(context.Context, protect.Vault) rows) func(context.Context, []string) rows {
	return func(ctx context.Context, subscriptions []string) rows {
		return func(yield func(row, error) bool) {
			var lists []list
			for r, err := range v.eachSubscription(ctx, subscriptions) {
				if err != nil {
					lists = append(lists, list{r.ID, func(context.Context) rows { return func(yield func(row, error) bool) { yield(row{}, err) } }})
					continue
				}
				lists = append(lists, list{r.ID, func(ctx context.Context) rows { return of(ctx, r.vault()) }})
			}
			abreast(ctx, lists)(yield)
		}
	}
}

// directVaults lists the vaults of a subscription, of both systems.
func (v *Vaults) directVaults(ctx context.Context, subscription string) rows {
	a := rest.Attempt{Hop: bridge.HopARM, What: "list the vaults of subscription " + subscription, Role: reader, Scope: "/subscriptions/" + subscription}
	m := v.o.Manager
	services, err := armrecoveryservices.NewVaultsClient(subscription, m.Credential, m.Options)
	if err != nil {
		return broken(ctx, a, err)
	}
	protection, err := armdataprotection.NewBackupVaultsClient(subscription, m.Credential, m.Options)
	if err != nil {
		return broken(ctx, a, err)
	}
	return after(
		listed(pages(ctx, v, a, services.NewListBySubscriptionIDPager(nil)), func(p armrecoveryservices.VaultsClientListBySubscriptionIDResponse) []*armrecoveryservices.Vault {
			return p.Value
		}),
		listed(pages(ctx, v, a, protection.NewGetInSubscriptionPager(nil)), func(p armdataprotection.BackupVaultsClientGetInSubscriptionResponse) []*armdataprotection.BackupVaultResource {
			return p.Value
		}),
	)
}

// directItems lists the items of a vault, soft-deleted ones too.
func (v *Vaults) directItems(ctx context.Context, of protect.Vault) rows {
	a := inVault("list the items of vault "+of.Name, of)
	s, d, err := v.clients(of)
	switch {
	case err != nil:
		return broken(ctx, a, err)
	case s != nil:
		return listed(pages(ctx, v, a, s.NewBackupProtectedItemsClient().NewListPager(of.Name, of.Group, nil)),
			func(p armrecoveryservicesbackup.BackupProtectedItemsClientListResponse) []*armrecoveryservicesbackup.ProtectedItemResource {
				return p.Value
			})
	}
	return after(
		listed(pages(ctx, v, a, d.NewBackupInstancesClient().NewListPager(of.Group, of.Name, nil)),
			func(p armdataprotection.BackupInstancesClientListResponse) []*armdataprotection.BackupInstanceResource {
				return p.Value
			}),
		listed(pages(ctx, v, a, d.NewDeletedBackupInstancesClient().NewListPager(of.Group, of.Name, nil)),
			func(p armdataprotection.DeletedBackupInstancesClientListResponse) []*armdataprotection.DeletedBackupInstanceResource {
				return p.Value
			}),
	)
}

func (v *Vaults) directPolicies(ctx context.Context, of protect.Vault) rows {
	a := inVault("list the policies of vault "+of.Name, of)
	s, d, err := v.clients(of)
	switch {
	case err != nil:
		return broken(ctx, a, err)
	case s != nil:
		return listed(pages(ctx, v, a, s.NewBackupPoliciesClient().NewListPager(of.Name, of.Group, nil)),
			func(p armrecoveryservicesbackup.BackupPoliciesClientListResponse) []*armrecoveryservicesbackup.ProtectionPolicyResource {
				return p.Value
			})
	}
	return listed(pages(ctx, v, a, d.NewBackupPoliciesClient().NewListPager(of.Group, of.Name, nil)),
		func(p armdataprotection.BackupPoliciesClientListResponse) []*armdataprotection.BaseBackupPolicyResource {
			return p.Value
		})
}

func (v *Vaults) directJobs(ctx context.Context, of protect.Vault) rows {
	a := inVault("list the jobs of vault "+of.Name, of)
	s, d, err := v.clients(of)
	switch {
	case err != nil:
		return broken(ctx, a, err)
	case s != nil:
		return listed(pages(ctx, v, a, s.NewBackupJobsClient().NewListPager(of.Name, of.Group, nil)),
			func(p armrecoveryservicesbackup.BackupJobsClientListResponse) []*armrecoveryservicesbackup.JobResource {
				return p.Value
			})
	}
	return listed(pages(ctx, v, a, d.NewJobsClient().NewListPager(of.Group, of.Name, nil)),
		func(p armdataprotection.JobsClientListResponse) []*armdataprotection.AzureBackupJobResource {
			return p.Value
		})
}

// clients are the SDK's for a vault: one of the two, by its system.
func (v *Vaults) clients(of protect.Vault) (*armrecoveryservicesbackup.ClientFactory, *armdataprotection.ClientFactory, error) {
	m := v.o.Manager
	if of.System == protect.BackupVault {
		d, err := armdataprotection.NewClientFactory(of.Subscription, m.Credential, m.Options)
		return nil, d, err
	}
	s, err := armrecoveryservicesbackup.NewClientFactory(of.Subscription, m.Credential, m.Options)
	return s, nil, err
}

func inVault(what string, of protect.Vault) rest.Attempt {
	return rest.Attempt{Hop: bridge.HopARM, What: what, Role: reader, Scope: of.ID}
}

// broken is a list that cannot begin.
func broken(ctx context.Context, a rest.Attempt, err error) rows {
	return func(yield func(row, error) bool) { yield(row{}, rest.Refusal(ctx, a, err)) }
}
