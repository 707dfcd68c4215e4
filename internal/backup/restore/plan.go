package restore

import (
	"path"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/protect"
)

// Staging is the account that a vault restores to.
type Staging struct {
	ID       string // of Resource Manager
	Location string // "" is the vault's
}

// Job is what Plan plans.
type Job struct {
	Dataset string
	Run     string        // unique: names what is made in the staging account
	Source  dataset.Place // of the dataset
	Vault   protect.Vault
	Item    protect.Item
	Staging Staging
}

// Plan is the state at which a restore begins.
func Plan(j Job, c Choice, now time.Time) (State, error) {
	s := State{Dataset: j.Dataset, Run: j.Run, Stage: Chosen, Choice: c, From: j.Source, Began: now.UTC(), At: map[Stage]time.Time{Chosen: now.UTC()}}
	if c.Way != FromVault {
		return s, nil
	}
	if j.Staging.ID == "" {
		return State{}, refuse("no_staging", "the point of "+stamp(c.At)+" can be had only by a restore, and dataset "+j.Dataset+" has no staging account",
			"name one in backup.datasets[].staging and staging_id; it must not be the protected one")
	}
	s.Request = protect.Request{Vault: j.Vault, Item: j.Item, Point: c.Point, Target: protect.Target{Account: j.Staging.ID, Location: j.Staging.Location}}
	s.From = dataset.Place{Store: dataset.Blob, Account: path.Base(j.Staging.ID), Name: j.Source.Name, Prefix: j.Source.Prefix}
	t := &s.Request.Target
	switch j.Item.Workload {
	case protect.FileShare:
		// A folder of its own: a share is restored into one that is there.
		t.Share, t.Folder = j.Source.Name, "landbridge-"+j.Run
		s.From.Store, s.From.Prefix = dataset.Files, t.Folder+"/"+j.Source.Prefix
		if j.Source.Prefix != "" {
			s.Request.Select = []protect.Selection{{Path: j.Source.Prefix}}
		}
	case protect.PostgreSQL:
		t.Container, t.Prefix = "landbridge-restores", j.Run+"/"
		s.From.Name, s.From.Prefix = t.Container, t.Prefix
	default:
		one := protect.Selection{Path: j.Source.Name}
		if p := strings.TrimSuffix(j.Source.Prefix, "/"); p != "" {
			one.Prefixes = []string{j.Source.Prefix}
		}
		s.Request.Select = []protect.Selection{one}
	}
	return s, nil
}
