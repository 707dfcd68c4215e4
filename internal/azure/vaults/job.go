package vaults

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/landbridge/landbridge/internal/protect"
)

// job is the union of the jobs of both systems.
type job struct {
	Operation string `json:"operation"`
	Status    string `json:"status"`
	Start     moment `json:"startTime"`
	End       moment `json:"endTime"`

	// Recovery Services vaults.
	Entity         string `json:"entityFriendlyName"`
	ManagementType string `json:"backupManagementType"`
	WorkloadType   string `json:"workloadType"`
	JobType        string `json:"jobType"`

	// Backup vaults.
	Category       string `json:"operationCategory"`
	InstanceID     string `json:"backupInstanceId"`
	InstanceName   string `json:"backupInstanceFriendlyName"`
	DataSourceID   string `json:"dataSourceId"`
	DataSourceType string `json:"dataSourceType"`

	Errors   []fault `json:"errorDetails"`
	Extended struct {
		Bytes       float64           `json:"dataTransferredInBytes"`
		Destination string            `json:"recoveryDestination"`
		PropertyBag map[string]string `json:"propertyBag"`
		Dynamic     string            `json:"dynamicErrorMessage"`
		SubTasks    []struct {
			Progress string `json:"taskProgress"`
		} `json:"subTasks"`
		Percent *float64 `json:"progressPercentage"`
	} `json:"extendedInfo"`
}

// fault is an error in the words of either system.
type fault struct {
	Code            string   `json:"code"`
	Message         string   `json:"message"`
	Recommended     []string `json:"recommendedAction"`
	Recommendations []string `json:"recommendations"`
	ErrorCode       int      `json:"errorCode"`
	ErrorTitle      string   `json:"errorTitle"`
	ErrorString     string   `json:"errorString"`
	Details         []fault  `json:"details"`
}

// failure says it in ours.
func (f fault) failure() *protect.Failure {
	out := &protect.Failure{Code: f.Code, Text: first(f.Message, f.ErrorString, f.ErrorTitle), Hint: strings.Join(append(f.Recommended, f.Recommendations...), " ")}
	if out.Code == "" && f.ErrorCode != 0 {
		out.Code = strconv.Itoa(f.ErrorCode)
	}
	// The outer code is often a wrapper (BMSUserErrorContainerObjectNotFound around what it was).
	if out.Text == "" && len(f.Details) > 0 {
		return f.Details[0].failure()
	}
	return out
}

// job reads a job of either system.
func (r row) job() (protect.Job, error) {
	var p job
	if err := json.Unmarshal(r.Properties, &p); err != nil {
		return protect.Job{}, malformed(r.ID, err)
	}
	vault, _ := vaultOf(r.ID)
	out := protect.Job{
		ID: r.ID, Name: r.Name, Vault: vault, Item: p.InstanceID, Source: p.DataSourceID, Entity: first(p.InstanceName, p.Entity),
		Operation: first(p.Operation, p.Category), State: protect.JobStateOf(p.Status), Raw: p.Status, Started: p.Start.Time, Ended: p.End.Time,
		Progress: p.progress(), Bytes: int64(p.Extended.Bytes),
		Destination: first(p.Extended.Destination, p.Extended.PropertyBag["Target Storage Account"]),
	}
	if strings.EqualFold(p.Category, "Restore") { // Operation is Restore, or how: ALR, OLR
		out.Operation = "Restore"
	}
	for _, kind := range []string{p.DataSourceType, p.WorkloadType, p.ManagementType} {
		if out.Workload = workloadOf(kind); out.Workload != protect.Other {
			break
		}
	}
	if strings.EqualFold(p.ManagementType, "AzureStorage") {
		out.Workload = protect.FileShare
	}
	if len(p.Errors) > 0 {
		out.Failure = p.Errors[0].failure()
	} else if out.State == protect.Failed {
		out.Failure = &protect.Failure{Code: "job_failed", Text: first(p.Extended.Dynamic, "the vault gives no reason")}
	}
	return out, nil
}

// progress is per cent, from wherever the vault writes it; -1 where it does not.
func (p job) progress() int {
	if p.Extended.Percent != nil {
		return int(*p.Extended.Percent)
	}
	texts := []string{p.Extended.PropertyBag["Progress"], p.Extended.PropertyBag["Percentage"]}
	for _, t := range p.Extended.SubTasks {
		texts = append(texts, t.Progress)
	}
	for _, text := range texts {
		if n, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(text), "%"), 64); err == nil && n >= 0 && n <= 100 {
			return int(n)
		}
	}
	return -1
}
