package sandbox

import (
	"slices"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/blobapi"
	"github.com/landbridge/landbridge/internal/sandbox/filesapi"
	"github.com/landbridge/landbridge/internal/sandbox/vaultapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// What Azure Backup needs in the default world: an account to restore to, and who may.
const (
	stagingName  = "landbridgestaging"
	stagingScope = groupScope + "/providers/Microsoft.Storage/storageAccounts/" + stagingName

	vaultClient = "aaaa0006-0000-4000-8000-00000000c11e" // system-assigned: the Backup vault
	vaultObject = "aaaa0006-0000-4000-8000-000000000b1e"

	// How long a restore takes here: long enough to be seen on its way.
	restoreAccept = time.Second
	restoreJob    = 3 * time.Second
)

// seedVaults makes the staging account, lets the vault write to it, and lets the workloads on both shores see and restore.
func seedVaults(w *world.World) error {
	w.AddStorageAccount(world.StorageAccount{Name: stagingName, TenantID: tenantID, ResourceID: stagingScope, Containers: map[string]map[string][]byte{}})
	w.AddIdentity(world.Identity{
		Name: vaultapi.SceneBackupVault, TenantID: tenantID, ClientID: vaultClient, ObjectID: vaultObject, Managed: true, TokenVersion: 2, Location: azureLocation,
		ResourceID: groupScope + "/providers/Microsoft.DataProtection/backupVaults/" + vaultapi.SceneBackupVault,
		Roles:      []string{"Storage Account Backup Contributor on " + stagingScope, "Storage Blob Data Contributor on " + stagingScope},
	})
	for _, client := range []string{workloadClient, readerClient} {
		err := w.UpdateIdentity(client, func(i *world.Identity) error {
			i.Roles = slices.Concat(i.Roles, []string{
				"Backup Operator on " + groupScope, "Storage Account Backup Contributor on " + stagingScope, "Storage Blob Data Contributor on " + stagingScope,
				"Storage File Data Privileged Reader on " + stagingScope,
			})
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// vaults is Azure Backup over the sandbox's own blobs and shares. A world that somebody made has no vaults in it.
func vaults(w *world.World, blobs *blobapi.Store, shares *filesapi.Store, ours bool) (*vaultapi.API, error) {
	a := vaultapi.New(w, vaultapi.Options{Accept: restoreAccept, Job: restoreJob, Holds: blobs.Holds, Restored: func(d vaultapi.Delivery) {
		for _, o := range d.Objects {
			// An account that has gone since has nobody to miss the bytes.
			if d.Share {
				_ = shares.Apply(filesapi.Seed{Account: d.Account, Share: d.Container, Path: o.Name, Data: o.Content})
				continue
			}
			_ = blobs.Apply(blobapi.Seed{Account: d.Account, Container: d.Container, Blob: o.Name, Data: o.Content})
		}
	}})
	if !ours {
		return a, nil
	}
	snapshot := a.Play(vaultapi.Scene{
		Group: groupScope, Location: azureLocation, Account: storageScope, Principal: vaultObject,
		Contents: map[string][]vaultapi.Object{container: {{Name: blob, Content: []byte(report)}}, trainingContainer: trainingObjects("")},
	})
	return a, seedShare(shares, snapshot)
}
