package vaultapi

import (
	"path"
	"strings"
	"time"
)

// Vault is a vault of either system, by its id. Its identity is what restores write with; "" lets it write anywhere.
func Vault(id, location, principal string, tags map[string]string) Resource {
	r := Resource{ID: id, Location: location, Principal: principal, Tags: tags, Properties: object{"provisioningState": "Succeeded"}}
	if typeOf(id) == backupVault {
		r.Properties["storageSettings"] = []object{{"datastoreType": "VaultStore", "type": "LocallyRedundant"}}
		r.Properties["securitySettings"] = object{"softDeleteSettings": object{"retentionDurationInDays": 14, "state": "On"}}
	}
	return r
}

// Instance is a protected item of a Backup vault. Containers are those of vaulted backup of a storage account; none is operational
// backup alone. Of a deleted one Purge says until when it is kept.
type Instance struct {
	Vault, Name string
	Kind        string // datasource type: Microsoft.Storage/storageAccounts/blobServices
	Source      string // id
	Policy      string // name
	Location    string
	Containers  []string
	State       string // ProtectionConfigured when empty
	Problem     Failure
	Deleted     time.Time
	Purge       time.Time
	Continuous  []Range
}

// Resource is the instance as its vault writes it.
func (i Instance) Resource() Resource {
	source := object{
		"datasourceType": i.Kind, "objectType": "Datasource", "resourceID": i.Source, "resourceLocation": i.Location,
		"resourceName": path.Base(i.Source), "resourceType": i.Kind, "resourceUri": "",
	}
	policy := object{"policyId": i.Vault + "/backupPolicies/" + i.Policy, "policyVersion": ""}
	if i.Containers != nil {
		kind := "BlobBackupDatasourceParameters"
		if strings.HasSuffix(i.Kind, "adlsBlobServices") {
			kind = "AdlsBlobBackupDatasourceParameters"
		}
		policy["policyParameters"] = object{"backupDatasourceParametersList": []object{{"objectType": kind, "containersList": i.Containers}}}
	}
	state := i.State
	if state == "" {
		state = "ProtectionConfigured"
	}
	properties := object{
		"friendlyName": path.Base(i.Source), "dataSourceInfo": source, "dataSourceSetInfo": source, "policyInfo": policy, "objectType": "BackupInstance",
		"currentProtectionState": state, "protectionStatus": object{"status": state}, "provisioningState": "Succeeded",
	}
	if i.Problem.Code != "" {
		properties["protectionErrorDetails"] = object{"code": i.Problem.Code, "message": i.Problem.Text, "recommendedAction": []string{i.Problem.Do}}
	}
	list := "backupInstances"
	if !i.Purge.IsZero() {
		list, properties["objectType"] = "deletedBackupInstances", "DeletedBackupInstance"
		properties["currentProtectionState"], properties["protectionStatus"] = "SoftDeleted", object{"status": "SoftDeleted"}
		properties["deletionInfo"] = object{"deletionTime": stamp(i.Deleted), "billingEndDate": stamp(i.Purge), "scheduledPurgeTime": stamp(i.Purge)}
	}
	return Resource{ID: i.Vault + "/" + list + "/" + i.Name, Properties: properties, Ranges: i.Continuous}
}

// Protected is a protected item of a Recovery Services vault.
type Protected struct {
	Vault, Container, Name string // names as Azure makes them: IaasVMContainer;iaasvmcontainerv2;GROUP;VM, VM;iaasvmcontainerv2;GROUP;VM
	Friendly               string
	Type                   string // protectedItemType: Microsoft.Compute/virtualMachines, AzureFileShareProtectedItem, AzureVmWorkloadSQLDatabase, …
	Management, Workload   string // AzureIaasVM and VM, AzureStorage and AzureFileShare, AzureWorkload and SQLDataBase
	Source, Policy         string
	Last, Oldest           time.Time
	Status                 string // of the last backup: Completed, Healthy, Failed
	State                  string // Protected when empty
	Problem                Failure
	Deleted                time.Time
}

// Resource is the item as its vault writes it.
func (p Protected) Resource() Resource {
	state := p.State
	if state == "" {
		state = "Protected"
	}
	properties := object{
		"protectedItemType": p.Type, "backupManagementType": p.Management, "workloadType": p.Workload, "containerName": p.Container, "friendlyName": p.Friendly,
		"sourceResourceId": p.Source, "policyId": p.Vault + "/backupPolicies/" + p.Policy, "policyName": p.Policy, "protectionState": state, "protectionStatus": "Healthy",
		"lastBackupStatus": p.Status, "lastBackupTime": stamp(p.Last), "extendedInfo": object{},
	}
	if !p.Oldest.IsZero() {
		properties["lastRecoveryPoint"], properties["extendedInfo"] = stamp(p.Last), object{"oldestRecoveryPoint": stamp(p.Oldest)}
	}
	if p.Problem.Code != "" {
		properties["protectionStatus"] = "Unhealthy"
		properties["lastBackupErrorDetail"] = object{"code": p.Problem.Code, "message": p.Problem.Text, "recommendations": []string{p.Problem.Do}}
	}
	if !p.Deleted.IsZero() {
		properties["isScheduledForDeferredDelete"], properties["deferredDeleteTimeInUTC"] = true, stamp(p.Deleted)
		properties["protectionState"] = "ProtectionStopped"
	}
	return Resource{ID: p.Vault + "/backupFabrics/Azure/protectionContainers/" + p.Container + "/protectedItems/" + p.Name, Properties: properties}
}

// BackupPoint is a recovery point of an instance; stores are OperationalStore, VaultStore, ArchiveStore.
func BackupPoint(item, name string, at, expiry time.Time, contents map[string][]Object, stores ...string) Resource {
	details := []object{}
	for _, s := range stores {
		details = append(details, object{"id": name, "type": s, "creationTime": stamp(at), "expiryTime": stamp(expiry), "state": "COMMITTED", "visible": true, "metaData": ""})
	}
	return Resource{ID: item + "/recoveryPoints/" + name, Contents: contents, Properties: object{
		"objectType": "AzureBackupDiscreteRecoveryPoint", "friendlyName": name, "recoveryPointTime": stamp(at), "recoveryPointType": "Full",
		"recoveryPointState": "Completed", "expiryTime": stamp(expiry), "recoveryPointDataStoresDetails": details,
	}}
}

// ServicesPoint is a recovery point of an item of a Recovery Services vault; tiers are InstantRP, HardenedRP, ArchivedRP. Kind is its
// objectType: AzureFileShareRecoveryPoint, IaasVMRecoveryPoint, AzureWorkloadSQLRecoveryPoint.
func ServicesPoint(item, name, kind string, at time.Time, snapshot string, contents map[string][]Object, tiers ...string) Resource {
	details := []object{}
	for _, t := range tiers {
		details = append(details, object{"type": t, "status": "Valid"})
	}
	properties := object{"objectType": kind, "recoveryPointTime": stamp(at), "recoveryPointType": "FileSystemConsistent", "recoveryPointTierDetails": details}
	switch kind {
	case "IaasVMRecoveryPoint":
		properties["recoveryPointType"] = "AppConsistent"
	case "AzureWorkloadSQLRecoveryPoint":
		properties = object{"objectType": kind, "recoveryPointTimeInUTC": stamp(at), "type": "Full", "recoveryPointTierDetails": details}
	}
	if snapshot != "" {
		properties["fileShareSnapshotUri"] = snapshot
	}
	return Resource{ID: item + "/recoveryPoints/" + name, Contents: contents, Properties: properties}
}

// BackupPolicy is a policy of a Backup vault: for each store a schedule (ISO 8601; "" is continuous) and a retention.
func BackupPolicy(vault, name, kind string, stores ...[3]string) Resource {
	rules := []object{}
	for _, s := range stores {
		store := object{"dataStoreType": s[0], "objectType": "DataStoreInfoBase"}
		if s[1] != "" {
			rules = append(rules, object{
				"name": "Backup" + s[0], "objectType": "AzureBackupRule", "dataStore": store, "backupParameters": object{"objectType": "AzureBackupParams", "backupType": "Discrete"},
				"trigger": object{"objectType": "ScheduleBasedTriggerContext", "schedule": object{"repeatingTimeIntervals": []string{s[1]}, "timeZone": "UTC"}, "taggingCriteria": []object{}},
			})
		}
		rules = append(rules, object{
			"name": "Default" + s[0], "objectType": "AzureRetentionRule", "isDefault": true,
			"lifecycles": []object{{"deleteAfter": object{"duration": s[2], "objectType": "AbsoluteDeleteOption"}, "sourceDataStore": store}},
		})
	}
	return Resource{ID: vault + "/backupPolicies/" + name, Properties: object{"objectType": "BackupPolicy", "datasourceTypes": []string{kind}, "policyRules": rules}}
}

// ServicesPolicy is a daily policy of a Recovery Services vault.
func ServicesPolicy(vault, name, management, workload string, at time.Time, days, vaultDays int) Resource {
	keep := func(days int) object {
		return object{"retentionPolicyType": "LongTermRetentionPolicy", "dailySchedule": object{
			"retentionTimes": []string{stamp(at)}, "retentionDuration": object{"count": days, "durationType": "Days"},
		}}
	}
	properties := object{
		"backupManagementType": management, "protectedItemsCount": 1, "timeZone": "UTC", "workLoadType": workload, "retentionPolicy": keep(days),
		"schedulePolicy": object{"schedulePolicyType": "SimpleSchedulePolicy", "scheduleRunFrequency": "Daily", "scheduleRunTimes": []string{stamp(at)}},
	}
	if vaultDays > 0 {
		properties["vaultRetentionPolicy"] = object{"snapshotRetentionInDays": 5, "vaultRetention": keep(vaultDays)}
		delete(properties, "retentionPolicy")
	}
	if management == "AzureWorkload" { // a policy of each kind of backup
		properties["subProtectionPolicy"] = []object{{"policyType": "Full", "schedulePolicy": properties["schedulePolicy"], "retentionPolicy": properties["retentionPolicy"]}}
		delete(properties, "schedulePolicy")
		delete(properties, "retentionPolicy")
	}
	return Resource{ID: vault + "/backupPolicies/" + name, Properties: properties}
}

// BackupJob is a backup that a vault made of an item, or tried to.
func BackupJob(vault, name string, item Resource, start, end time.Time, failure Failure) Resource {
	status := "Completed"
	if failure.Code != "" {
		status = "Failed"
	}
	properties := object{"operation": "Backup", "status": status, "startTime": stamp(start), "endTime": stamp(end), "duration": "PT10M"}
	if typeOf(vault) == servicesVault {
		kinds := map[any]string{"AzureIaasVM": "AzureIaaSVMJob", "AzureStorage": "AzureStorageJob", "AzureWorkload": "AzureWorkloadJob"}
		properties["jobType"] = kinds[item.Properties["backupManagementType"]]
		properties["backupManagementType"], properties["entityFriendlyName"] = item.Properties["backupManagementType"], item.Properties["friendlyName"]
		properties["workloadType"] = item.Properties["workloadType"]
		if failure.Code != "" {
			properties["errorDetails"] = []object{{"errorCode": 400239, "errorString": failure.Code + ": " + failure.Text, "recommendations": []string{failure.Do}}}
		}
	} else {
		source := item.Properties["dataSourceInfo"].(object)
		properties["operationCategory"], properties["backupInstanceId"], properties["backupInstanceFriendlyName"] = "Backup", item.ID, item.Properties["friendlyName"]
		properties["dataSourceId"], properties["dataSourceType"], properties["vaultName"] = source["resourceID"], source["datasourceType"], path.Base(vault)
		if failure.Code != "" {
			properties["errorDetails"] = []object{{"code": failure.Code, "message": failure.Text, "recommendedAction": []string{failure.Do}}}
		}
	}
	return Resource{ID: vault + "/backupJobs/" + name, Properties: properties}
}
