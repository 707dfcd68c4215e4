package vaultapi

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Scene is where the default vaults are: a Backup vault with the demo's storage account and a database, and a Recovery Services vault
// with a machine, a share and a SQL database.
type Scene struct {
	Group     string // id of the resource group
	Location  string
	Account   string // id of the protected storage account
	Principal string // the Backup vault's identity
	// Contents are what every point of the account holds, by container; its newest is a day younger than the next.
	Contents map[string][]Object
}

// The names of the scene.
const (
	SceneBackupVault   = "landbridge-backups"
	SceneServicesVault = "landbridge-vms"
	SceneBlobs         = "landbridgedemo-blobs"
	SceneDatabase      = "landbridge-features"
	SceneShare         = "models"
)

// Play puts the scene into the API, as of the world's time, and returns when the share's last snapshot was taken.
func (a *API) Play(s Scene) (snapshot time.Time) {
	now := a.world.Now().UTC().Truncate(time.Second)
	a.playBackupVault(s, now)
	return a.playServicesVault(s, now)
}

func (a *API) playBackupVault(s Scene, now time.Time) {
	vault := s.Group + "/providers/Microsoft.DataProtection/backupVaults/" + SceneBackupVault
	const blobs, database = "Microsoft.Storage/storageAccounts/blobServices", "Microsoft.DBforPostgreSQL/flexibleServers"
	a.Put(Vault(vault, s.Location, s.Principal, map[string]string{"env": "training"}))
	a.Put(BackupPolicy(vault, "blobs-daily", blobs, [3]string{"OperationalStore", "", "P30D"}, [3]string{"VaultStore", "R/2026-01-01T02:00:00+00:00/P1D", "P90D"}))
	a.Put(BackupPolicy(vault, "postgresql-weekly", database, [3]string{"VaultStore", "R/2026-01-04T03:00:00+00:00/P1W", "P1Y"}))

	containers := slices.Sorted(maps.Keys(s.Contents))
	account := Instance{
		Vault: vault, Name: SceneBlobs, Kind: blobs, Source: s.Account, Policy: "blobs-daily", Location: s.Location, Containers: containers,
		Continuous: []Range{{From: now.AddDate(0, 0, -30)}},
	}.Resource()
	a.Put(account)
	for day := 1; day <= 7; day++ {
		at := now.AddDate(0, 0, -day).Truncate(24 * time.Hour).Add(2 * time.Hour)
		a.Put(BackupPoint(account.ID, pointName(day), at, at.AddDate(0, 0, 90), s.Contents, "VaultStore"))
		a.Put(BackupJob(vault, jobName(day), account, at, at.Add(10*time.Minute), Failure{}))
	}
	old := now.AddDate(0, -6, 0).Truncate(24 * time.Hour)
	a.Put(BackupPoint(account.ID, "archived-"+old.Format("20060102"), old, old.AddDate(10, 0, 0), s.Contents, "ArchiveStore"))

	server := s.Group + "/providers/Microsoft.DBforPostgreSQL/flexibleServers/" + SceneDatabase
	features := Instance{Vault: vault, Name: SceneDatabase, Kind: database, Source: server, Policy: "postgresql-weekly", Location: s.Location}.Resource()
	a.Put(features)
	sunday := now.AddDate(0, 0, -3).Truncate(24 * time.Hour).Add(3 * time.Hour)
	a.Put(BackupPoint(features.ID, "features-"+sunday.Format("20060102"), sunday, sunday.AddDate(1, 0, 0),
		map[string][]Object{"": {{"database_features.sql", []byte("CREATE TABLE features (id bigint, clicks int);\n")}, {"roles.sql", []byte("CREATE ROLE reader;\n")}}}, "VaultStore"))
	a.Put(BackupJob(vault, "features-failed", features, now.Add(-26*time.Hour), now.Add(-25*time.Hour), Failure{
		"UserErrorMissingRequiredPermissions", "Appropriate permissions to perform the operation is missing.", "Ensure that you've granted the appropriate permissions.",
	}))
	a.Put(Instance{
		Vault: vault, Name: "scratch-disk", Kind: "Microsoft.Compute/disks", Source: s.Group + "/providers/Microsoft.Compute/disks/scratch", Policy: "blobs-daily", Location: s.Location,
		Deleted: now.AddDate(0, 0, -4), Purge: now.AddDate(0, 0, 10),
	}.Resource())
}

func (a *API) playServicesVault(s Scene, now time.Time) (last time.Time) {
	vault := s.Group + "/providers/Microsoft.RecoveryServices/vaults/" + SceneServicesVault
	group, account := part(s.Group, "resourceGroups"), part(s.Account, "storageAccounts")
	a.Put(Vault(vault, s.Location, "", map[string]string{"env": "inference"}))
	at := now.Truncate(24 * time.Hour).Add(4 * time.Hour)
	a.Put(ServicesPolicy(vault, "DefaultPolicy", "AzureIaasVM", "VM", at, 30, 0))
	a.Put(ServicesPolicy(vault, "shares-daily", "AzureStorage", "AzureFileShare", at, 30, 60))
	a.Put(ServicesPolicy(vault, "HourlyLogBackup", "AzureWorkload", "SQLDataBase", at, 30, 0))

	last = now.Add(-7 * time.Hour)
	vm := Protected{
		Vault: vault, Container: "IaasVMContainer;iaasvmcontainerv2;" + group + ";vm-0", Name: "VM;iaasvmcontainerv2;" + group + ";vm-0", Friendly: "vm-0",
		Type: "Microsoft.Compute/virtualMachines", Management: "AzureIaasVM", Workload: "VM", Source: s.Group + "/providers/Microsoft.Compute/virtualMachines/vm-0",
		Policy: "DefaultPolicy", Last: last, Oldest: now.AddDate(0, 0, -30), Status: "Completed",
	}.Resource()
	share := Protected{
		Vault: vault, Container: "StorageContainer;Storage;" + group + ";" + account, Name: "AzureFileShare;4f7f9b0a1c5d4e2fa5", Friendly: SceneShare,
		Type: "AzureFileShareProtectedItem", Management: "AzureStorage", Workload: "AzureFileShare", Source: s.Account,
		Policy: "shares-daily", Last: last, Oldest: now.AddDate(0, 0, -30), Status: "Completed",
	}.Resource()
	noAnswer := Failure{"UserErrorSQLNoSysAdminMembership", "Azure Backup doesn't have sysadmin permissions on the SQL instance.", "Give NT Service\\AzureWLBackupPluginSvc the sysadmin role."}
	sql := Protected{
		Vault: vault, Container: "VMAppContainer;Compute;" + group + ";vm-0", Name: "SQLDataBase;mssqlserver;features", Friendly: "features",
		Type: "AzureVmWorkloadSQLDatabase", Management: "AzureWorkload", Workload: "SQLDataBase", Source: s.Group + "/providers/Microsoft.Compute/virtualMachines/vm-0",
		Policy: "HourlyLogBackup", Last: now.Add(-50 * time.Hour), Oldest: now.AddDate(0, 0, -20), Status: "Failed", State: "ProtectionError", Problem: noAnswer,
	}.Resource()
	for _, r := range []Resource{vm, share, sql} {
		a.Put(r)
	}
	a.Put(ServicesPoint(vm.ID, "22244821112382", "IaasVMRecoveryPoint", last, "", nil, "InstantRP", "HardenedRP"))
	snapshot := "https://" + account + ".file.core.windows.net/" + SceneShare + "?sharesnapshot=" + stamp(last)
	weights := map[string][]Object{"": {{"classifier/weights.bin", []byte("weights of the classifier\n")}, {"readme.txt", []byte("what the models are\n")}}}
	a.Put(ServicesPoint(share.ID, "8871276346", "AzureFileShareRecoveryPoint", last, snapshot, weights, "InstantRP"))
	a.Put(ServicesPoint(share.ID, "8871276345", "AzureFileShareRecoveryPoint", last.AddDate(0, 0, -6), "", weights, "HardenedRP"))
	a.Put(ServicesPoint(sql.ID, "60351254132", "AzureWorkloadSQLRecoveryPoint", now.Add(-50*time.Hour), "", nil, "HardenedRP"))
	a.Put(BackupJob(vault, "4f0f1c1e-0001-4000-8000-000000000001", vm, last, last.Add(20*time.Minute), Failure{}))
	a.Put(BackupJob(vault, "4f0f1c1e-0002-4000-8000-000000000002", sql, now.Add(-2*time.Hour), now.Add(-2*time.Hour+time.Minute), noAnswer))
	return last
}

// Names that look as Azure's do, and do not change from one start to the next.
func pointName(day int) string { return fmt.Sprintf("7fb2cddd-c5b3-44f6-a0d9-%012d", day) }
func jobName(day int) string   { return fmt.Sprintf("3c60cb49-63e8-4b21-b9bd-%012d", day) }
