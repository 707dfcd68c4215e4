package lineage

import (
	"cmp"
	"time"
)

// Event is an OpenLineage run event (https://openlineage.io/spec/2-0-2/OpenLineage.json).
type Event struct {
	EventTime time.Time `json:"eventTime"`
	EventType string    `json:"eventType"`
	Producer  string    `json:"producer"`
	SchemaURL string    `json:"schemaURL"`
	Run       EventRun  `json:"run"`
	Job       Job       `json:"job"`
	Inputs    []Input   `json:"inputs,omitempty"`
	Outputs   []Output  `json:"outputs,omitempty"`
}

// EventRun is the run of an event.
type EventRun struct {
	ID     string `json:"runId"`
	Facets Facets `json:"facets,omitempty"`
}

// Job is what runs again and again.
type Job struct {
	Name
	Facets Facets `json:"facets,omitempty"`
}

// Input is a dataset that a run reads.
type Input struct {
	Name
	Facets      Facets `json:"facets,omitempty"`
	InputFacets Facets `json:"inputFacets,omitempty"`
}

// Output is a dataset that a run writes.
type Output struct {
	Name
	Facets       Facets `json:"facets,omitempty"`
	OutputFacets Facets `json:"outputFacets,omitempty"`
}

// Producer makes events. The zero value is good.
type Producer struct {
	Version   string // of Landbridge; "main" when empty
	Namespace string // of jobs; "landbridge" when empty
	Deny      Deny   // tags that are told to nobody
}

const eventSchema = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"

// Start is the event of a run that begins. It says what is known before the first byte.
func (p Producer) Start(r Run) Event {
	r.Ended, r.Manifest, r.Failed, r.Cancelled, r.Checks = time.Time{}, "", "", false, nil
	r.Objects, r.Bytes, r.Changed, r.ChangedBytes = 0, 0, 0, 0
	return p.event(r, "START", r.Began)
}

// End is the event of a run that has ended: COMPLETE, FAIL or ABORT.
func (p Producer) End(r Run) Event {
	kind := "COMPLETE"
	switch {
	case r.Cancelled:
		kind = "ABORT"
	case r.Failed != "":
		kind = "FAIL"
	}
	return p.event(r, kind, r.Ended)
}

// Events are all events of a run that has ended: its own two, and those of the checks it made of its own copy.
func (p Producer) Events(r Run) []Event {
	checked, ok := r.checked()
	if !ok {
		return []Event{p.Start(r), p.End(r)}
	}
	return []Event{p.Start(r), p.Start(checked), p.End(checked), p.End(r)}
}

func (p Producer) event(r Run, kind string, at time.Time) Event {
	e := Event{
		EventTime: at.UTC(), EventType: kind, Producer: p.url(), SchemaURL: eventSchema,
		Run: EventRun{UUID(r.ID), p.runFacets(r)},
		Job: Job{p.job(r), p.jobFacets(r)},
	}
	if !r.writes() {
		e.Inputs = []Input{p.input(r, r.Target)}
		return e
	}
	e.Inputs, e.Outputs = []Input{p.input(r, r.Source)}, []Output{p.output(r)}
	return e
}

// job is a job's name: one for each act and dataset, so that graphs do not join what has nothing to do with each other.
func (p Producer) job(r Run) Name {
	return Name{cmp.Or(p.Namespace, "landbridge"), "dataset." + r.Act + "." + r.Dataset}
}

// checked is the verification that a writing run did of its own copy, as a run of its own: OpenLineage has assertions on what a run
// reads, not on what it writes.
func (r Run) checked() (Run, bool) {
	if !r.writes() || len(r.Checks) == 0 {
		return Run{}, false
	}
	r.Parent = Parent{r.ID, r.Act}
	r.ID, r.Act, r.Mends = r.ID+"/"+Verify, Verify, ""
	r.Failed, r.Cancelled = "", false
	return r, true
}
