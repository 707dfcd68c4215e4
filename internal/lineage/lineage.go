// Package lineage tells where a copy comes from and what uses it: as OpenLineage run events, as names and labels that catalogs know
// things by, and as a tree that people read.
//
// Runs, manifests' headers, tags and uses enter as plain values; events, labels, differences and trees leave. It does no I/O. It must
// never put an object's name or content into an event, nor a tag that the deny list holds back.
package lineage

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/landbridge/landbridge/internal/dataset"
)

// The acts of runs.
const (
	Sync    = "sync"
	Verify  = "verify"
	Repair  = "repair"
	Restore = "restore"
	Drill   = "drill"
)

// Run is what there is to tell of one run over a dataset.
type Run struct {
	ID      string // as in the audit log and the manifest
	Act     string // Sync, Verify, ...
	Dataset string // its name in the configuration
	Mends   string // id of the run whose copy a repair mends; "" when it is none
	Parent  Parent // run that this one is a part of; zero when there is none
	Began   time.Time
	Ended   time.Time // zero while it runs
	Source  Data
	Target  Data
	At      time.Time // the source as it was then; zero is as it was when the run began
	Point   Point     // that the bytes were restored from; zero when they were read in place

	Manifest, Previous string // sha256:HEX; "" when there is none

	Objects, Bytes        int64 // of the dataset
	Changed, ChangedBytes int64 // that this run copied or mended
	Checks                []Check

	Failed    string // why it failed, in words that name no object; "" when it did not
	Cancelled bool   // somebody ended it
}

// Parent is a run that another one is a part of: of the same dataset.
type Parent struct{ ID, Act string }

// Data is one end of a run: a place, and what its cloud says about it.
type Data struct {
	Place dataset.Place
	Host  string // of the service, "ACCOUNT.blob.core.windows.net"; "" for the public cloud's
	Lake  bool   // the account has a hierarchical namespace: it is Data Lake Gen2
	// Subscription and Group are the Azure subscription's id and the resource group's name; "" elsewhere.
	Subscription, Group string
	Tags                map[string]string // of the account in Azure; labels of a bucket
}

// Point is an Azure recovery point and what protects it.
type Point struct {
	ID     string `json:"id,omitempty"`
	Item   string `json:"item,omitempty"` // ARM id of the protected item
	Vault  string `json:"vault,omitempty"`
	Policy string `json:"policy,omitempty"`
	Tier   string `json:"tier,omitempty"`
}

// Check is one level of verification and what it found.
type Check struct {
	Level            string // "objects", "crc32c", ...
	Expected, Actual string
}

// Good says whether a check found what it expected.
func (c Check) Good() bool { return c.Expected == c.Actual }

// writes says whether the run makes or changes its target.
func (r Run) writes() bool { return r.Act != Verify }

// UUID is a run's id as OpenLineage wants one: the first 128 bits of its SHA-256 in the form of a UUID of version 8 (RFC 9562 section
// 5.8), so that everybody who knows our id knows this one.
func UUID(run string) string {
	b := sha256.Sum256([]byte(run))
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
