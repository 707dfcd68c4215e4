package provision

import (
	"context"
	"errors"
	"net/http"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/iam/v1"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// accountName names an account with its project: of an account in any project ("-") that does not exist, Google says no more
// than that one may not.
func accountName(a *estate.Account) string {
	return "projects/" + a.Project + "/serviceAccounts/" + a.Email()
}

func accountTask(a *estate.Account, verb, permission string) task {
	return task{hopIAM, verb + " the service account " + a.Email(), "iam.serviceAccounts." + permission, a.Project}
}

// listAccounts lists a project's service accounts by e-mail.
func (k *Keeper) listAccounts(ctx context.Context, project string) (map[string]*iam.ServiceAccount, error) {
	accounts, err := k.read.accounts.Ask(ctx, project, func(ctx context.Context) (map[string]*iam.ServiceAccount, error) {
		out := map[string]*iam.ServiceAccount{}
		err := k.iam.Projects.ServiceAccounts.List("projects/"+project).PageSize(100).
			Pages(ctx, func(page *iam.ListServiceAccountsResponse) error {
				for _, a := range page.Accounts {
					out[a.Email] = a
				}
				return nil
			})
		return out, err
	})
	return accounts, k.refused(task{hopIAM, "list the service accounts of the project " + project, "iam.serviceAccounts.list", project}, err)
}

func (k *Keeper) readAccount(ctx context.Context, want *estate.Account) (estate.Live, error) {
	accounts, err := k.listAccounts(ctx, want.Project)
	if err == nil {
		return accountLive(want, accounts[want.Email()]), nil
	}
	if bridge.KindOf(err) != bridge.Denied {
		return estate.Live{}, err
	}
	// Somebody else's project, of which one may see this account alone.
	a, err := k.iam.Projects.ServiceAccounts.Get(accountName(want)).Context(ctx).Do()
	if missing(err) {
		return estate.Live{}, nil
	}
	return accountLive(want, a), k.refused(accountTask(want, "read", "get"), err)
}

func accountLive(want *estate.Account, a *iam.ServiceAccount) estate.Live {
	if a == nil {
		return estate.Live{}
	}
	return estate.Live{
		Spec:    &estate.Account{Project: want.Project, ID: want.ID, DisplayName: a.DisplayName, Disabled: a.Disabled},
		Setup:   estate.MarkedBy(a.Description),
		Outputs: map[string]string{"email": a.Email, "unique_id": a.UniqueId},
	}
}

// writeAccount creates or changes an account. A deleted one is not brought back: it is known by its unique id alone, and its
// e-mail is free.
func (k *Keeper) writeAccount(ctx context.Context, setup string, want *estate.Account, now estate.Live) (estate.Live, error) {
	defer k.read.accounts.Drop(want.Project)
	accounts, name := k.iam.Projects.ServiceAccounts, accountName(want)
	var fresh *iam.ServiceAccount
	var err error
	if now.Spec == nil {
		fresh, err = accounts.Create("projects/"+want.Project, &iam.CreateServiceAccountRequest{
			AccountId: want.ID, ServiceAccount: &iam.ServiceAccount{DisplayName: want.DisplayName, Description: estate.Mark(setup)},
		}).Context(ctx).Do()
		if err != nil && statusOf(err) != "ALREADY_EXISTS" {
			return estate.Live{}, k.refused(accountTask(want, "create", "create"), err)
		}
	}
	if fresh == nil {
		if fresh, err = accounts.Get(name).Context(ctx).Do(); err != nil {
			return estate.Live{}, k.refused(accountTask(want, "read", "get"), err)
		}
	}
	if err := taken("service account "+want.Email(), fresh.Description, setup); err != nil {
		return estate.Live{}, err
	}
	if fresh.DisplayName != want.DisplayName {
		_, err := accounts.Patch(name, &iam.PatchServiceAccountRequest{
			ServiceAccount: &iam.ServiceAccount{DisplayName: want.DisplayName, ForceSendFields: []string{"DisplayName"}}, UpdateMask: "displayName",
		}).Context(ctx).Do()
		if err != nil {
			return estate.Live{}, k.refused(accountTask(want, "rename", "update"), err)
		}
	}
	switch {
	case want.Disabled && !fresh.Disabled:
		if _, err := accounts.Disable(name, &iam.DisableServiceAccountRequest{}).Context(ctx).Do(); err != nil {
			return estate.Live{}, k.refused(accountTask(want, "disable", "disable"), settling404(err))
		}
	case !want.Disabled && fresh.Disabled:
		if _, err := accounts.Enable(name, &iam.EnableServiceAccountRequest{}).Context(ctx).Do(); err != nil {
			return estate.Live{}, k.refused(accountTask(want, "enable", "enable"), settling404(err))
		}
	}
	fresh.DisplayName, fresh.Disabled = want.DisplayName, want.Disabled
	return accountLive(want, fresh), nil
}

// settling404 makes "unknown" of an account that is known to exist into "not yet": Google takes some seconds after its
// creation (https://cloud.google.com/iam/docs/service-accounts-create).
func settling404(err error) error {
	if e, ok := errors.AsType[*googleapi.Error](err); ok && e.Code == http.StatusNotFound {
		e.Code = http.StatusServiceUnavailable
	}
	return err
}

func (k *Keeper) removeAccount(ctx context.Context, a *estate.Account) error {
	defer k.read.accounts.Drop(a.Project)
	_, err := k.iam.Projects.ServiceAccounts.Delete(accountName(a)).Context(ctx).Do()
	if missing(err) {
		return nil
	}
	k.read.policies.Drop(a.Email())
	return k.refused(accountTask(a, "delete", "delete"), err)
}
