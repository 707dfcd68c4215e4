package runs

import (
	"cmp"
	"time"

	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/dataset"
)

// Dataset is one that is open: its stores, and how it is to be treated.
type Dataset struct {
	Name   string
	Book   string // under which its manifests are kept; "" is its name
	Source dataset.Reader
	Target dataset.Writer
	// Copy is how objects are copied; source, target, run and clock are filled in.
	Copy   transfer.Options
	Filter transfer.Filter
	Mirror bool
	RPO    time.Duration // 0 is none
	// Courier copies in place of this process; nil when nobody does.
	Courier Courier
	// Structure says whether files are looked into.
	Structure bool
}

func (d *Dataset) book() string { return cmp.Or(d.Book, d.Name) }
