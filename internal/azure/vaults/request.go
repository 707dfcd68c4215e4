package vaults

import (
	"path"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/dataprotection/armdataprotection/v3"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/recoveryservices/armrecoveryservicesbackup/v4"

	"github.com/landbridge/landbridge/internal/protect"
)

func ptr[T any](v T) *T { return &v }

// instanceRequest is a restore of a Backup vault, into an account that is not the source. It never overwrites.
// https://learn.microsoft.com/azure/backup/backup-azure-dataprotection-use-rest-api-restore-blobs
func instanceRequest(r protect.Request) *armdataprotection.AzureBackupRecoveryPointBasedRestoreRequest {
	out := &armdataprotection.AzureBackupRecoveryPointBasedRestoreRequest{
		ObjectType: ptr("AzureBackupRecoveryPointBasedRestoreRequest"), RecoveryPointID: &r.Point.Name,
		SourceDataStoreType: ptr(armdataprotection.SourceDataStoreTypeVaultStore), SourceResourceID: &r.Item.Source,
	}
	location, never := first(r.Target.Location, r.Item.Location), armdataprotection.RecoveryOptionFailIfExists
	if r.Item.Workload == protect.PostgreSQL {
		out.RestoreTargetInfo = &armdataprotection.RestoreFilesTargetInfo{
			ObjectType: ptr("RestoreFilesTargetInfo"), RecoveryOption: &never, RestoreLocation: &location,
			TargetDetails: &armdataprotection.TargetDetails{
				FilePrefix: &r.Target.Prefix, RestoreTargetLocationType: ptr(armdataprotection.RestoreTargetLocationTypeAzureBlobs),
				URL:                 ptr("https://" + path.Base(r.Target.Account) + ".blob.core.windows.net/" + r.Target.Container),
				TargetResourceArmID: ptr(r.Target.Account + "/blobServices/default/containers/" + r.Target.Container),
			},
		}
		return out
	}
	source := &armdataprotection.Datasource{
		ObjectType: ptr("Datasource"), DatasourceType: &r.Item.Kind, ResourceID: &r.Target.Account, ResourceLocation: &location,
		ResourceName: ptr(path.Base(r.Target.Account)), ResourceType: ptr("Microsoft.Storage/storageAccounts"), ResourceURI: ptr(""),
	}
	if len(r.Select) == 0 {
		out.RestoreTargetInfo = &armdataprotection.RestoreTargetInfo{
			ObjectType: ptr("RestoreTargetInfo"), RecoveryOption: &never, RestoreLocation: &location, DatasourceInfo: source,
		}
		return out
	}
	criteria := make([]armdataprotection.ItemLevelRestoreCriteriaClassification, 0, len(r.Select))
	for _, s := range r.Select {
		c := &armdataprotection.ItemPathBasedRestoreCriteria{ObjectType: ptr("ItemPathBasedRestoreCriteria"), ItemPath: &s.Path, IsPathRelativeToBackupItem: ptr(true)}
		for _, prefix := range s.Prefixes {
			c.SubItemPathPrefix = append(c.SubItemPathPrefix, &prefix)
		}
		criteria = append(criteria, c)
	}
	out.RestoreTargetInfo = &armdataprotection.ItemLevelRestoreTargetInfo{
		ObjectType: ptr("ItemLevelRestoreTargetInfo"), RecoveryOption: &never, RestoreLocation: &location, DatasourceInfo: source, RestoreCriteria: criteria,
	}
	return out
}

// shareRequest is a restore of a file share to another account. Of files that are there already it keeps its hands off.
// https://learn.microsoft.com/azure/backup/restore-azure-file-share-rest-api
func shareRequest(r protect.Request) *armrecoveryservicesbackup.AzureFileShareRestoreRequest {
	out := &armrecoveryservicesbackup.AzureFileShareRestoreRequest{
		ObjectType: ptr("AzureFileShareRestoreRequest"), SourceResourceID: &r.Item.Source,
		RecoveryType:       ptr(armrecoveryservicesbackup.RecoveryTypeAlternateLocation),
		RestoreRequestType: ptr(armrecoveryservicesbackup.RestoreRequestTypeFullShareRestore),
		CopyOptions:        ptr(armrecoveryservicesbackup.CopyOptionsFailOnConflict),
		TargetDetails:      &armrecoveryservicesbackup.TargetAFSRestoreInfo{Name: &r.Target.Share, TargetResourceID: &r.Target.Account},
	}
	if len(r.Select) == 0 {
		if r.Target.Folder != "" { // where the whole share goes
			out.RestoreFileSpecs = []*armrecoveryservicesbackup.RestoreFileSpecs{{TargetFolderPath: &r.Target.Folder}}
		}
		return out
	}
	out.RestoreRequestType = ptr(armrecoveryservicesbackup.RestoreRequestTypeItemLevelRestore)
	for _, s := range r.Select {
		kind := "File"
		if strings.HasSuffix(s.Path, "/") {
			kind = "Directory"
		}
		out.RestoreFileSpecs = append(out.RestoreFileSpecs, &armrecoveryservicesbackup.RestoreFileSpecs{
			FileSpecType: &kind, Path: ptr(strings.TrimSuffix(s.Path, "/")), TargetFolderPath: &r.Target.Folder,
		})
	}
	return out
}
