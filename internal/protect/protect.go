// Package protect is the vocabulary of Azure Backup over both of its APIs, which share nothing but the name: Recovery Services
// vaults (virtual machines, file shares, SQL and SAP inside of machines) and Backup vaults (blobs, Data Lake, disks, AKS,
// PostgreSQL).
//
// It holds plain values, the rules that follow from them alone, and the ports that the shore implements. It does no I/O, and
// names no cloud's wire.
package protect

import (
	"strings"
	"time"
)

// System is one of the two kinds of vaults, each with an API of its own.
type System string

// The systems.
const (
	RecoveryServices System = "recovery-services-vault" // Microsoft.RecoveryServices/vaults
	BackupVault      System = "backup-vault"            // Microsoft.DataProtection/backupVaults
)

// Vault is where protected items and their points are kept.
type Vault struct {
	ID           string            `json:"id"` // of Resource Manager, as all ids here; compare with Same
	Name         string            `json:"name"`
	System       System            `json:"system"`
	Subscription string            `json:"subscription"`
	Group        string            `json:"resource_group"`
	Location     string            `json:"location"`
	Tags         map[string]string `json:"tags,omitempty"`
	Principal    string            `json:"principal,omitempty"` // object id of the vault's own identity
}

// Workload is a kind of thing that is protected.
type Workload string

// The workloads. Other is one that Azure has and this list has not.
const (
	Blobs      Workload = "blobs"
	DataLake   Workload = "data-lake"
	FileShare  Workload = "file-share"
	PostgreSQL Workload = "postgresql"
	MySQL      Workload = "mysql"
	VM         Workload = "vm"
	Disk       Workload = "disk"
	AKS        Workload = "aks"
	SQL        Workload = "sql"
	SAPHANA    Workload = "sap-hana"
	SAPASE     Workload = "sap-ase"
	Other      Workload = "other"
)

// State of an item's protection, of both systems.
type State string

// The states.
const (
	Protected   State = "protected"
	Configuring State = "configuring"
	Stopped     State = "stopped" // no new points; the old ones are kept
	Failing     State = "failing" // protection itself is in error
	SoftDeleted State = "soft-deleted"
	Unknown     State = "unknown"
)

// Item is one protected thing.
type Item struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"` // for people
	Vault    string   `json:"vault"`
	System   System   `json:"system"`
	Workload Workload `json:"workload"`
	Kind     string   `json:"kind"`   // Azure's own word for the workload
	Source   string   `json:"source"` // id of what is protected
	Location string   `json:"location,omitempty"`
	Policy   string   `json:"policy,omitempty"` // id

	State    State  `json:"state"`
	RawState string `json:"raw_state,omitempty"`
	Health   string `json:"health,omitempty"`  // Azure's own word
	Problem  string `json:"problem,omitempty"` // what Azure says is wrong

	LastBackup  time.Time `json:"last_backup,omitzero"`
	LastStatus  JobState  `json:"last_status,omitempty"`
	LastPoint   time.Time `json:"last_point,omitzero"`
	OldestPoint time.Time `json:"oldest_point,omitzero"`
	Tiers       []Tier    `json:"tiers,omitempty"`      // in which points are made, as far as the item or its policy says
	Continuous  []Range   `json:"continuous,omitempty"` // of operational backup, where its vault was asked
	Purge       time.Time `json:"purge,omitzero"`       // when a soft-deleted one is gone

	// Containers are those that vaulted backup of a storage account takes; nil when the item does not say.
	Containers []string          `json:"containers,omitempty"`
	Tags       map[string]string `json:"tags,omitempty"`
}

// Covers says whether a container's bytes go into a vault. An item without a list covers what operational backup covers: all.
func (i Item) Covers(container string) bool {
	if i.Containers == nil {
		return true
	}
	for _, c := range i.Containers {
		if strings.EqualFold(c, container) {
			return true
		}
	}
	return false
}

// In says whether points are made in a tier.
func (i Item) In(t Tier) bool {
	for _, have := range i.Tiers {
		if have == t {
			return true
		}
	}
	return false
}

// Policy says when points are made, and how long they are kept.
type Policy struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Vault     string     `json:"vault"`
	Workloads []Workload `json:"workloads"`
	Tiers     []Tier     `json:"tiers,omitempty"`
	Schedule  []string   `json:"schedule,omitempty"`  // ISO 8601 repetitions, or Azure's words
	Retention []string   `json:"retention,omitempty"` // ISO 8601 durations
}

// Same says whether two ids are the same. Resource Manager writes one id in different cases in different answers.
func Same(a, b string) bool { return Fold(a) == Fold(b) }

// Fold is the form of an id by which it is compared, and found in a map.
func Fold(id string) string { return strings.ToLower(strings.TrimRight(id, "/")) }

// Part returns the element of an id that follows one with this name: Part(id, "resourceGroups"). It is "" when there is none.
func Part(id, after string) string {
	parts := strings.Split(strings.Trim(id, "/"), "/")
	for i := 0; i+1 < len(parts); i++ {
		if strings.EqualFold(parts[i], after) {
			return parts[i+1]
		}
	}
	return ""
}
