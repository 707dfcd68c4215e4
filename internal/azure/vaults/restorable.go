package vaults

import (
	"fmt"
	"path"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/protect"
)

// restorable refuses at once what no vault would do, or what we leave to a person.
func (v *Vaults) restorable(r protect.Request) error {
	refuse := func(code, text, hint string) error {
		return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopARM, Code: code, Text: text, Hint: hint}
	}
	at := r.Point.Time.UTC().Format("2006-01-02 15:04 MST")
	_, vaulted := r.Point.Copy(protect.InVault)
	archived, inArchive := r.Point.Copy(protect.Archive)
	switch {
	case r.Item.State == protect.SoftDeleted || r.Point.Deleted:
		return deleted(r.Item)
	case !automated(r.Item.Workload):
		return refuse(protect.CodeNotAutomated, fmt.Sprintf("a recovery point of a %s is not restored by Landbridge", spoken(r.Item)), byHand(r))
	case r.Point.Archived(v.o.Clock()):
		return refuse(protect.CodeArchived, "the recovery point of "+at+" is in the archive tier: its bytes are hours away", rehydrate(r))
	case !vaulted && !inArchive:
		return refuse("point_not_in_vault", "the recovery point of "+at+" is not in a vault: it lies with its source and is read there",
			"landbridge dataset sync NAME --at "+r.Point.Time.UTC().Format("2006-01-02T15:04:05Z"))
	case !vaulted && v.o.Clock().After(archived.Rehydrated):
		return refuse(protect.CodeArchived, "the recovery point of "+at+" is in the archive tier: its bytes are hours away", rehydrate(r))
	case r.Target.Account == "":
		return refuse("no_staging", "a restore needs a staging account to write to", "name its resource id in staging")
	case protect.Same(r.Target.Account, r.Item.Source):
		return refuse("staging_is_source", "the staging account is the protected one: a restore would write to production", "name another account in staging")
	case r.Item.Workload == protect.FileShare && r.Target.Share == "":
		return refuse("no_staging", "a restore of a file share needs a share to write to", "name one in staging")
	case r.Item.Workload == protect.PostgreSQL && r.Target.Container == "":
		return refuse("no_staging", "a restore of a database as files needs a container to write to", "name one in staging")
	}
	return nil
}

func automated(w protect.Workload) bool {
	switch w {
	case protect.Blobs, protect.DataLake, protect.FileShare, protect.PostgreSQL:
		return true
	}
	return false
}

func spoken(i protect.Item) string {
	names := map[protect.Workload]string{
		protect.VM: "virtual machine", protect.Disk: "managed disk", protect.AKS: "cluster", protect.SQL: "SQL database in a machine",
		protect.SAPHANA: "SAP HANA database", protect.SAPASE: "SAP ASE database", protect.MySQL: "MySQL server",
	}
	return first(names[i.Workload], i.Kind)
}

// byHand is the way to the bytes that a person goes.
func byHand(r protect.Request) string {
	of := vaultAt(r.Item)
	vault := "--resource-group " + of.Group + " --vault-name " + of.Name
	at := placeOf(r.Item)
	switch r.Item.Workload {
	case protect.VM:
		return fmt.Sprintf("restore its disks: az backup restore restore-disks %s --container-name %q --item-name %q --rp-name %s --storage-account STAGING --target-resource-group GROUP; "+
			"then attach them to a helper machine and copy with landbridge dataset sync, or fetch single files in the portal: vault, Backup items, File Recovery", vault, at.container, at.item, r.Point.Name)
	case protect.SQL, protect.SAPHANA, protect.SAPASE:
		return fmt.Sprintf("restore it as files to a path of a registered machine: az backup recoveryconfig show %s --restore-mode RestoreAsFiles --rp-name %s --filepath PATH --target-container-name MACHINE ... > config.json; "+
			"az backup restore restore-azurewl %s --recovery-config config.json; then copy the files to a container", vault, r.Point.Name, vault)
	case protect.Disk:
		return fmt.Sprintf("restore it to a new disk: az dataprotection backup-instance restore initialize-for-data-recovery --datasource-type AzureDisk --recovery-point-id %s ...; "+
			"az dataprotection backup-instance restore trigger %s --backup-instance-name %s --restore-request-object request.json; then attach the disk to a helper machine", r.Point.Name, vault, instanceOf(r.Item))
	case protect.AKS:
		return fmt.Sprintf("restore its namespace to a cluster: az dataprotection backup-instance initialize-restoreconfig --datasource-type AzureKubernetesService; "+
			"az dataprotection backup-instance restore trigger %s --backup-instance-name %s --restore-request-object request.json; then copy from the volume in a pod", vault, instanceOf(r.Item))
	}
	return "restore it in the portal: vault " + of.Name + ", Backup items, Restore"
}

// deleted refuses a soft-deleted item.
func deleted(i protect.Item) error {
	return &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopARM, Code: protect.CodeDeleted, Hint: undelete(i),
		Text: i.Name + " is soft-deleted: nothing can be restored from it" + until(i),
	}
}

func until(i protect.Item) string {
	if i.Purge.IsZero() {
		return ""
	}
	return ", and it is gone for good at " + i.Purge.UTC().Format("2006-01-02 15:04 MST")
}

func undelete(i protect.Item) string {
	of := vaultAt(i)
	vault := "--resource-group " + of.Group + " --vault-name " + of.Name
	if of.System == protect.BackupVault {
		return "undelete it first: az dataprotection backup-instance deleted-backup-instance undelete " + vault + " --backup-instance-name " + instanceOf(i)
	}
	at := placeOf(i)
	return fmt.Sprintf("undelete it first: az backup protection undelete %s --container-name %q --item-name %q --backup-management-type %s", vault, at.container, at.item, managementType(i.Workload))
}

func managementType(w protect.Workload) string {
	switch w {
	case protect.VM:
		return "AzureIaasVM"
	case protect.FileShare:
		return "AzureStorage"
	}
	return "AzureWorkload"
}

func rehydrate(r protect.Request) string {
	return "rehydrate it first, which takes up to 15 hours: in the portal, vault " + vaultAt(r.Item).Name + ", item " + r.Item.Name + ", Restore, with a rehydration priority; or choose a point in the vault tier"
}

// rights are what a restore needs beside Backup Operator. https://learn.microsoft.com/azure/backup/backup-rbac-rs-vault and
// https://learn.microsoft.com/azure/backup/blob-restore: the vault writes to the staging account as itself.
func rights(r protect.Request) []protect.Right {
	of := vaultAt(r.Item)
	own := protect.Right{Who: "the vault's identity", ID: r.Vault.Principal, Scope: r.Target.Account}
	you := protect.Right{Who: "the caller", Role: operator, Scope: of.ID}
	switch r.Item.Workload {
	case protect.PostgreSQL:
		own.Role = "Storage Blob Data Contributor"
		own.Scope = r.Target.Account + "/blobServices/default/containers/" + r.Target.Container
	case protect.FileShare:
		return []protect.Right{{Who: "the caller", Role: "Storage Account Backup Contributor", Scope: r.Target.Account}, you}
	default:
		own.Role = "Storage Account Backup Contributor"
	}
	return []protect.Right{own, you}
}

// explain makes of a vault's words what is missing, and what to do.
func explain(f *protect.Failure, needed []protect.Right) {
	code, text := strings.ToLower(f.Code), strings.ToLower(f.Text)
	switch {
	case strings.Contains(code, "resourceguard") || strings.Contains(text, "resource guard") || strings.Contains(text, "resourceguard"):
		f.Approval = true
		f.Hint = "a Resource Guard protects this vault: ask its owner for the role Backup MUA Operator on the guard for a while, then try again"
	case strings.Contains(code, "permission") || strings.Contains(code, "authorizationfailed") || strings.Contains(code, "notauthorized") || strings.Contains(code, "forbidden"):
		f.Missing = named(f.Text, needed)
		var say []string
		for _, r := range f.Missing {
			say = append(say, fmt.Sprintf("az role assignment create --assignee-object-id %s --role %q --scope %s", first(r.ID, "OBJECT-ID"), r.Role, r.Scope))
		}
		f.Hint = strings.Join(say, "; ")
	case strings.Contains(code, "softdelete"):
		f.Hint = "undelete the item first, or choose a point of another one"
	case strings.Contains(code, "exist") || strings.Contains(code, "conflict"):
		f.Hint = "the staging account has something of that name: a restore never overwrites; remove it if nobody needs it, or choose another staging"
	}
}

// named are the rights whose role the vault names; where it names none, the first: what the vault itself needs.
func named(text string, needed []protect.Right) []protect.Right {
	var out []protect.Right
	for _, r := range needed {
		if strings.Contains(strings.ToLower(text), strings.ToLower(r.Role)) {
			out = append(out, r)
		}
	}
	if out == nil && len(needed) > 0 {
		out = needed[:1]
	}
	return out
}

func jobName(id string) string { return path.Base(id) }
