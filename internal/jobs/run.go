package jobs

import (
	"encoding/json"
	"time"
)

// State is how far a run or a page has come.
type State string

// The states.
const (
	Waiting   State = "waiting"   // of a page: nobody may begin it yet; of a run: another one has not ended that it may not go beside
	Queued    State = "queued"    // to be begun by whoever is free
	Running   State = "running"   //
	Paused    State = "paused"    // of a run
	Done      State = "done"      //
	Failed    State = "failed"    //
	Cancelled State = "cancelled" //
)

// Ended says whether nothing more comes by itself.
func (s State) Ended() bool { return s == Done || s == Failed || s == Cancelled }

// Totals are counts over a run, or what a page adds to them.
type Totals struct {
	PlannedObjects int64 `json:"planned_objects"`
	PlannedBytes   int64 `json:"planned_bytes"`
	Objects        int64 `json:"objects"`
	Bytes          int64 `json:"bytes"`
	Retries        int64 `json:"retries"`
	Damaged        int64 `json:"damaged"`
}

// Add adds.
func (t *Totals) Add(d Totals) {
	t.PlannedObjects += d.PlannedObjects
	t.PlannedBytes += d.PlannedBytes
	t.Objects += d.Objects
	t.Bytes += d.Bytes
	t.Retries += d.Retries
	t.Damaged += d.Damaged
}

// Run is one act over one dataset.
type Run struct {
	ID       string          `json:"id"` // sorts by the time of its making
	Act      string          `json:"act"`
	Dataset  string          `json:"dataset"`
	Schedule string          `json:"schedule,omitempty"` // that made it
	Spec     json.RawMessage `json:"spec"`
	State    State           `json:"state"`
	Totals   Totals          `json:"totals"`
	Pages    Pages           `json:"pages"`
	Error    string          `json:"error,omitempty"` // of the first page that failed
	Result   json.RawMessage `json:"result,omitempty"`
	Created  time.Time       `json:"created"`
	Started  time.Time       `json:"started,omitzero"`
	Ended    time.Time       `json:"ended,omitzero"`

	parallel  int64
	last      string
	finishing bool   // the page of kind last has been made
	alone     string // as NewRun has it
	told      bool   // nothing is left to be done about its end: see Options.Ended
}

// Pages counts the pages of a run.
type Pages struct {
	Added  int64 `json:"added"`
	Open   int64 `json:"open"` // queued or running
	Done   int64 `json:"done"`
	Failed int64 `json:"failed"`
}

// Page is one piece of a run.
type Page struct {
	Number   int64 // from 1, in the order in which they were added
	Kind     string
	Body     []byte // what is to be done
	Result   []byte // what was made
	State    State
	Attempts int64  // how often it was begun
	Worker   string // who has it, or had it last: begins with Options.Worker
	Error    string // of the last attempt
	Totals   Totals // so far
	Started  time.Time
	Ended    time.Time
}

// NewPage is a page to be added.
type NewPage struct {
	Kind string
	Body []byte // kept as it is: compress what is large
}

// NewRun is a run to be started. There is one at a time of each act and dataset, and of those that are Alone in the same.
type NewRun struct {
	Act     string
	Dataset string
	Spec    any     // anything that encoding/json writes
	First   NewPage // the page that begins it and adds the others
	// Last is the kind of the page that is added when all others are done, with no body; the run ends with it. "" is none.
	Last string
	// Parallel is how many pages may be open at once, over all processes, the one that adds the others included; 0 is as many as there
	// are workers.
	Parallel int
	// Alone is what this run has to itself while it is under way, such as what it changes; "" is nothing.
	Alone string
	// Wait lets the run wait for one that is in its way, where it would be refused; one of each act and dataset waits.
	Wait bool

	schedule string
}
