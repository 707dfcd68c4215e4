package protect

import (
	"strings"
	"time"
)

// JobState is the state of a job of either system.
type JobState string

// The states of jobs.
const (
	Queued     JobState = "queued"
	Running    JobState = "running"
	Succeeded  JobState = "succeeded"
	Warned     JobState = "succeeded-with-warnings"
	Failed     JobState = "failed"
	Cancelling JobState = "cancelling"
	Cancelled  JobState = "cancelled"
	Unclear    JobState = "unclear" // a word that is not known
)

// Over says whether the job is done, for better or worse.
func (s JobState) Over() bool {
	return s == Succeeded || s == Warned || s == Failed || s == Cancelled
}

// JobStateOf folds the words of both systems. Recovery Services vaults have an enumeration (InProgress, Completed,
// CompletedWithWarnings, Failed, Cancelled, Cancelling), Backup vaults free strings (InProgress, Started, Success, ...).
func JobStateOf(raw string) JobState {
	switch strings.ToLower(strings.ReplaceAll(raw, " ", "")) {
	case "inprogress", "started", "running", "pending", "committing":
		return Running
	case "queued", "notstarted", "accepted", "created", "irpending":
		return Queued
	case "completed", "success", "succeeded", "healthy":
		return Succeeded
	case "completedwithwarnings", "successwithwarning", "successwithwarnings", "warning":
		return Warned
	case "failed", "failure", "error", "unhealthy", "timedout":
		return Failed
	case "cancelling", "canceling":
		return Cancelling
	case "cancelled", "canceled":
		return Cancelled
	}
	return Unclear
}

// Job is one piece of work of a vault.
type Job struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Vault     string    `json:"vault"`
	Item      string    `json:"item,omitempty"`   // id, where the job says it
	Source    string    `json:"source,omitempty"` // id of what is protected, where the job says it
	Entity    string    `json:"entity"`           // name, for people
	Workload  Workload  `json:"workload"`
	Operation string    `json:"operation"` // Azure's own word: Backup, Restore, ConfigureBackup, ...
	State     JobState  `json:"state"`
	Raw       string    `json:"raw_state"`
	Started   time.Time `json:"started,omitzero"`
	Ended     time.Time `json:"ended,omitzero"`
	Progress  int       `json:"progress"` // per cent; -1 when the vault does not say
	Bytes     int64     `json:"bytes,omitempty"`
	// Destination is where a restore writes to, as far as the vault says: an account's id or name.
	Destination string   `json:"destination,omitempty"`
	Failure     *Failure `json:"failure,omitempty"`
}

// Restores says whether the job brings bytes back.
func (j Job) Restores() bool {
	return strings.Contains(strings.ToLower(j.Operation), "restore") || strings.Contains(strings.ToLower(j.Operation), "recover")
}
