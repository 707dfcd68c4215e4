package vaults

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/landbridge/landbridge/internal/protect"
)

// policyForm is the union of the policies of both systems.
type policyForm struct {
	// Recovery Services vaults.
	ManagementType string `json:"backupManagementType"`
	WorkloadType   string `json:"workLoadType"`
	daily
	Parts []daily `json:"subProtectionPolicy"` // of databases: Full, Differential, Log
	Vault struct {
		Retention retention `json:"vaultRetention"`
	} `json:"vaultRetentionPolicy"`

	// Backup vaults.
	DatasourceTypes []string `json:"datasourceTypes"`
	Rules           []struct {
		DataStore struct {
			Type string `json:"dataStoreType"`
		} `json:"dataStore"`
		Trigger struct {
			Schedule struct {
				Intervals []string `json:"repeatingTimeIntervals"`
			} `json:"schedule"`
		} `json:"trigger"`
		Lifecycles []struct {
			DeleteAfter struct {
				Duration string `json:"duration"`
			} `json:"deleteAfter"`
			Store struct {
				Type string `json:"dataStoreType"`
			} `json:"sourceDataStore"`
		} `json:"lifecycles"`
	} `json:"policyRules"`
}

// daily is when points are made, and for how long they are kept.
type daily struct {
	Schedule struct {
		Frequency string   `json:"scheduleRunFrequency"`
		Times     []moment `json:"scheduleRunTimes"`
	} `json:"schedulePolicy"`
	Retention retention `json:"retentionPolicy"`
}

type retention struct {
	Daily struct {
		Duration struct {
			Count int    `json:"count"`
			Type  string `json:"durationType"`
		} `json:"retentionDuration"`
	} `json:"dailySchedule"`
}

// policy reads a policy of either system.
func (r row) policy() (protect.Policy, error) {
	var p policyForm
	if err := json.Unmarshal(r.Properties, &p); err != nil {
		return protect.Policy{}, malformed(r.ID, err)
	}
	vault, system := vaultOf(r.ID)
	out := protect.Policy{ID: r.ID, Name: r.Name, Vault: vault}
	if system == protect.RecoveryServices {
		p.services(&out)
		return out, nil
	}
	for _, kind := range p.DatasourceTypes {
		out.Workloads = append(out.Workloads, workloadOf(kind))
	}
	for _, rule := range p.Rules {
		out.Schedule = append(out.Schedule, rule.Trigger.Schedule.Intervals...)
		addTier(&out, rule.DataStore.Type)
		for _, l := range rule.Lifecycles {
			addTier(&out, l.Store.Type)
			out.Retention = append(out.Retention, l.DeleteAfter.Duration)
		}
	}
	return out, nil
}

// services reads what only Recovery Services vaults write. Their file shares have snapshots, and a copy in the vault when the policy
// has a retention for it.
func (p policyForm) services(out *protect.Policy) {
	workload := workloadOf(p.WorkloadType)
	if workload == protect.Other {
		workload = workloadOf(p.ManagementType)
	}
	if p.ManagementType == "AzureStorage" {
		workload = protect.FileShare
	}
	out.Workloads = []protect.Workload{workload}
	for _, part := range append([]daily{p.daily, {Retention: p.Vault.Retention}}, p.Parts...) {
		for _, at := range part.Schedule.Times {
			out.Schedule = append(out.Schedule, part.Schedule.Frequency+" "+at.Format("15:04"))
		}
		if d := part.Retention.Daily.Duration; d.Count > 0 {
			out.Retention = append(out.Retention, fmt.Sprintf("%d %s", d.Count, d.Type))
		}
	}
	switch {
	case workload != protect.FileShare:
		out.Tiers = []protect.Tier{protect.InVault}
	case p.Vault.Retention.Daily.Duration.Count > 0:
		out.Tiers = []protect.Tier{protect.Operational, protect.InVault}
	default:
		out.Tiers = []protect.Tier{protect.Operational}
	}
}

func addTier(p *protect.Policy, raw string) {
	if tier, ok := tierOf(raw); ok && !slices.Contains(p.Tiers, tier) {
		p.Tiers = append(p.Tiers, tier)
	}
}
