package provision

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	crm "google.golang.org/api/cloudresourcemanager/v3"
	"google.golang.org/api/iam/v1"
	"google.golang.org/api/option"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Key is a service-account key whose private half somebody has.
type Key struct {
	Account  string // e-mail
	ID       string
	Created  time.Time
	Expires  time.Time // zero: never
	Uploaded bool      // the private half was made elsewhere
	Disabled bool
}

// scanners bounds how many accounts are looked at a time.
const scanners = 8

// UserManagedKeys lists the keys of a project's service accounts that Google does not manage itself, in the order of
// accounts, oldest first.
func (k *Keeper) UserManagedKeys(ctx context.Context, project string) ([]Key, error) {
	accounts, err := k.listAccounts(ctx, project)
	if err != nil {
		return nil, err
	}
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		found []Key
		first error
		slots = make(chan struct{}, scanners)
	)
	for _, email := range slices.Sorted(maps.Keys(accounts)) {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			keys, err := k.keysOf(ctx, project, email)
			mu.Lock()
			defer mu.Unlock()
			found = append(found, keys...)
			if first == nil {
				first = err
			}
		})
	}
	wg.Wait()
	slices.SortFunc(found, func(a, b Key) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
	return found, first
}

func (k *Keeper) keysOf(ctx context.Context, project, email string) ([]Key, error) {
	list, err := k.iam.Projects.ServiceAccounts.Keys.List("projects/" + project + "/serviceAccounts/" + email).KeyTypes("USER_MANAGED").Context(ctx).Do()
	if missing(err) { // deleted since the accounts were listed
		return nil, nil
	}
	if err != nil {
		return nil, k.refused(task{hopIAM, "list the keys of " + email, "iam.serviceAccountKeys.list", project}, err)
	}
	var out []Key
	for _, key := range list.Keys {
		out = append(out, Key{
			Account: email, ID: lastPart(key.Name), Created: moment(key.ValidAfterTime), Expires: moment(key.ValidBeforeTime),
			Uploaded: key.KeyOrigin == "USER_PROVIDED", Disabled: key.Disabled,
		})
	}
	return out, nil
}

// moment reads Google's time; a key for ever ends in the year 9999.
func moment(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.Year() >= 9999 {
		return time.Time{}
	}
	return t
}

// TestPermissions says which of the permissions the bearer of a token has on a project: what a workload may really do.
func (k *Keeper) TestPermissions(ctx context.Context, project string, permissions []string, bearer bridge.Secret) ([]string, error) {
	t := task{hopProjects, "test permissions on the project " + project, "", project}
	service, err := k.as(ctx, bearer)
	if err != nil {
		return nil, k.refused(t, err)
	}
	answer, err := service.Projects.TestIamPermissions("projects/"+project, &crm.TestIamPermissionsRequest{Permissions: permissions}).Context(ctx).Do()
	if err != nil {
		return nil, k.refused(t, err)
	}
	return answer.Permissions, nil
}

// TestAccountPermissions says the same of a service account.
func (k *Keeper) TestAccountPermissions(ctx context.Context, email string, permissions []string, bearer bridge.Secret) ([]string, error) {
	t := task{hopIAM, "test permissions on the service account " + email, "", projectOf(email)}
	service, err := iam.NewService(ctx, option.WithHTTPClient(k.client(bearer)), option.WithEndpoint(k.iam.BasePath))
	if err != nil {
		return nil, k.refused(t, err)
	}
	answer, err := service.Projects.ServiceAccounts.TestIamPermissions("projects/-/serviceAccounts/"+email, &iam.TestIamPermissionsRequest{Permissions: permissions}).Context(ctx).Do()
	if err != nil {
		return nil, k.refused(t, err)
	}
	return answer.Permissions, nil
}

func (k *Keeper) as(ctx context.Context, bearer bridge.Secret) (*crm.Service, error) {
	return crm.NewService(ctx, option.WithHTTPClient(k.client(bearer)), option.WithEndpoint(k.projects.BasePath))
}
