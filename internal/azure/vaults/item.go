package vaults

import (
	"encoding/json"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/protect"
)

// item reads a protected item of either system.
func (r row) item() (protect.Item, error) {
	vault, system := vaultOf(r.ID)
	i := protect.Item{ID: r.ID, Name: r.Name, Vault: vault, System: system, Location: r.Location, Tags: r.Tags}
	var err error
	if system == protect.BackupVault {
		err = readInstance(r.Properties, &i)
	} else {
		err = readProtected(r.Properties, &i)
	}
	return i, malformed(r.ID, err)
}

func malformed(id string, err error) error {
	if err == nil {
		return nil
	}
	return &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopARM, Code: "bad_answer", Text: "what Azure says of " + id + " is in a form that is not known", Cause: err}
}

// protected is the union of the protected items of Recovery Services vaults (ProtectedItem and its kinds).
type protected struct {
	FriendlyName              string `json:"friendlyName"`
	BackupManagementType      string `json:"backupManagementType"`
	WorkloadType              string `json:"workloadType"`
	ProtectedItemType         string `json:"protectedItemType"`
	SourceResourceID          string `json:"sourceResourceId"`
	PolicyID                  string `json:"policyId"`
	ProtectionState           string `json:"protectionState"`
	HealthStatus              string `json:"healthStatus"`
	ProtectedItemHealthStatus string `json:"protectedItemHealthStatus"`
	LastBackupStatus          string `json:"lastBackupStatus"`
	LastBackupTime            moment `json:"lastBackupTime"`
	LastRecoveryPoint         moment `json:"lastRecoveryPoint"`
	ScheduledForDelete        bool   `json:"isScheduledForDeferredDelete"`
	DeletedAt                 moment `json:"deferredDeleteTimeInUTC"`
	SoftDeleteDays            int    `json:"softDeleteRetentionPeriodInDays"`
	LastBackupErrorDetail     *fault `json:"lastBackupErrorDetail"`
	ExtendedInfo              struct {
		Oldest          moment `json:"oldestRecoveryPoint"`
		OldestInVault   moment `json:"oldestRecoveryPointInVault"`
		OldestInArchive moment `json:"oldestRecoveryPointInArchive"`
	} `json:"extendedInfo"`
	HealthDetails []struct {
		Message string `json:"message"`
	} `json:"healthDetails"`
	KPIs map[string]struct {
		Status string `json:"resourceHealthStatus"`
	} `json:"kpisHealths"`
}

// softDeleteDays is for how long a deleted item is kept when it does not say.
const softDeleteDays = 14

func readProtected(properties json.RawMessage, i *protect.Item) error {
	var p protected
	if err := json.Unmarshal(properties, &p); err != nil {
		return err
	}
	i.Kind = first(p.WorkloadType, p.ProtectedItemType)
	i.Workload = workloadOf(i.Kind)
	if i.Workload == protect.Other {
		i.Workload = workloadOf(p.ProtectedItemType)
	}
	i.Name, i.Source, i.Policy = first(p.FriendlyName, i.Name), p.SourceResourceID, p.PolicyID
	i.State, i.RawState = stateOf(p.ProtectionState), p.ProtectionState
	if p.ScheduledForDelete {
		i.State, i.RawState = protect.SoftDeleted, "SoftDeleted"
		if !p.DeletedAt.IsZero() {
			days := p.SoftDeleteDays
			if days == 0 {
				days = softDeleteDays
			}
			i.Purge = p.DeletedAt.AddDate(0, 0, days)
		}
	}
	i.Health = first(p.HealthStatus, p.ProtectedItemHealthStatus)
	for _, kpi := range p.KPIs {
		if i.Health == "" {
			i.Health = kpi.Status
		}
	}
	if p.LastBackupErrorDetail != nil {
		i.Problem = p.LastBackupErrorDetail.Message
	} else if len(p.HealthDetails) > 0 {
		i.Problem = p.HealthDetails[0].Message
	}
	i.LastBackup, i.LastPoint, i.OldestPoint = p.LastBackupTime.Time, p.LastRecoveryPoint.Time, p.ExtendedInfo.Oldest.Time
	if p.LastBackupStatus != "" {
		i.LastStatus = protect.JobStateOf(p.LastBackupStatus)
	}
	if !p.ExtendedInfo.OldestInVault.IsZero() {
		i.Tiers = append(i.Tiers, protect.InVault)
	}
	if !p.ExtendedInfo.OldestInArchive.IsZero() {
		i.Tiers = append(i.Tiers, protect.Archive)
	}
	return nil
}

// instance is a backup instance of a Backup vault, deleted ones included.
type instance struct {
	FriendlyName   string `json:"friendlyName"`
	DataSourceInfo struct {
		DatasourceType   string `json:"datasourceType"`
		ResourceID       string `json:"resourceID"`
		ResourceName     string `json:"resourceName"`
		ResourceLocation string `json:"resourceLocation"`
	} `json:"dataSourceInfo"`
	PolicyInfo struct {
		PolicyID   string `json:"policyId"`
		Parameters struct {
			Sources []struct {
				Containers []string `json:"containersList"`
			} `json:"backupDatasourceParametersList"`
		} `json:"policyParameters"`
	} `json:"policyInfo"`
	Current string `json:"currentProtectionState"`
	Status  struct {
		Status string `json:"status"`
		Error  *fault `json:"errorDetails"`
	} `json:"protectionStatus"`
	ProtectionError *fault `json:"protectionErrorDetails"`
	Deletion        struct {
		Purge moment `json:"scheduledPurgeTime"`
	} `json:"deletionInfo"`
	// Resource Graph adds these for some workloads.
	LastBackupTime    moment `json:"lastBackupTime"`
	LastBackupStatus  string `json:"lastBackupStatus"`
	LastRecoveryPoint moment `json:"lastRecoveryPoint"`
}

func readInstance(properties json.RawMessage, i *protect.Item) error {
	var p instance
	if err := json.Unmarshal(properties, &p); err != nil {
		return err
	}
	i.Kind = p.DataSourceInfo.DatasourceType
	i.Workload = workloadOf(i.Kind)
	i.Name, i.Source, i.Policy = first(p.FriendlyName, p.DataSourceInfo.ResourceName, i.Name), p.DataSourceInfo.ResourceID, p.PolicyInfo.PolicyID
	i.Location = first(p.DataSourceInfo.ResourceLocation, i.Location)
	i.RawState = first(p.Current, p.Status.Status)
	i.State, i.Purge = stateOf(i.RawState), p.Deletion.Purge.Time
	for _, f := range []*fault{p.ProtectionError, p.Status.Error} {
		if f != nil && i.Problem == "" {
			i.Problem = f.Message
		}
	}
	for _, s := range p.PolicyInfo.Parameters.Sources {
		i.Containers = append(i.Containers, s.Containers...)
	}
	if i.Containers != nil {
		i.Tiers = append(i.Tiers, protect.InVault)
	}
	i.LastBackup, i.LastPoint = p.LastBackupTime.Time, p.LastRecoveryPoint.Time
	if p.LastBackupStatus != "" {
		i.LastStatus = protect.JobStateOf(p.LastBackupStatus)
	}
	return nil
}

// stateOf folds the words of both APIs for the state of a protection.
func stateOf(raw string) protect.State {
	switch strings.ToLower(raw) {
	case "protected", "protectionconfigured", "updatingprotection":
		return protect.Protected
	case "configuringprotection", "irpending":
		return protect.Configuring
	case "protectionstopped", "protectionpaused", "backupssuspended", "backupschedulessuspended", "retentionschedulessuspended":
		return protect.Stopped
	case "protectionerror", "configuringprotectionfailed", "notprotected", "invalid":
		return protect.Failing
	case "softdeleted", "softdeleting":
		return protect.SoftDeleted
	}
	return protect.Unknown
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
