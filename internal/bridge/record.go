package bridge

import (
	"context"
	"time"
)

// Event says what an audit record is about.
type Event string

// The events.
const (
	EventLease    Event = "lease"    // a lease was obtained from the far shore
	EventRefusal  Event = "refusal"  // a lease or a request was refused, by either cloud or by us
	EventCrossing Event = "crossing" // one use of a lease: a token handed to a program, a call made
	EventAsked    Event = "asked"    // a caller has asked the gateway; its end is the record with the same ID
	EventAnswered Event = "answered" // how that call ended: written before the last byte of the answer leaves
	EventBegun    Event = "begun"    // a run over a dataset is about to change or to read something; its end has the same Data.Run
	EventEnded    Event = "ended"    // how that run ended
)

// Record is one line of the audit log. It names tokens by their hash (Secret.Name) and holds none.
type Record struct {
	Time      time.Time     `json:"time"`
	Event     Event         `json:"event"`
	Door      string        `json:"door,omitempty"`      // which door asked: "metadata", "token", "api", ...
	Caller    string        `json:"caller,omitempty"`    // who asked at the door: peer address, process
	Issuer    string        `json:"issuer,omitempty"`    // of the assertion, as claimed
	Subject   string        `json:"subject,omitempty"`   // of the assertion, as claimed
	Principal Principal     `json:"principal,omitempty"` // who the far shore says it is
	Scopes    []string      `json:"scopes,omitempty"`
	Audience  string        `json:"audience,omitempty"`
	Token     string        `json:"token,omitempty"` // Secret.Name of the lease
	Expiry    time.Time     `json:"expiry,omitzero"`
	Hop       Hop           `json:"hop,omitempty"`  // where it was refused
	Code      string        `json:"code,omitempty"` // Error.Code of a refusal
	Reason    string        `json:"reason,omitempty"`
	Call      *Call         `json:"call,omitempty"` // of the gateway
	Data      *Data         `json:"data,omitempty"` // of a run over a dataset
	Took      time.Duration `json:"took_ns,omitempty"`
}

// Call is what the gateway records of one model call. It holds no content: what was found in a text is counted by type.
type Call struct {
	ID       string `json:"id"`                 // the same in both records of a call, and in the caller's answer
	Workload string `json:"workload,omitempty"` // name of the caller, as policy knows it
	Rule     string `json:"rule,omitempty"`     // of policy, that decided
	Dialect  string `json:"dialect,omitempty"`  // vertex, openai, anthropic
	Method   string `json:"method,omitempty"`
	Model    string `json:"model,omitempty"`    // PUBLISHER/MODEL or endpoints/ID
	Project  string `json:"project,omitempty"`  // that was called
	Location string `json:"location,omitempty"` // that answered
	Attempts int    `json:"attempts,omitempty"`
	Status   int    `json:"status,omitempty"` // that the caller saw
	Finish   string `json:"finish,omitempty"` // the first candidate's finish reason
	Input    int    `json:"input_tokens,omitempty"`
	Output   int    `json:"output_tokens,omitempty"` // thoughts among them
	Cost     int64  `json:"cost_nanos,omitempty"`    // in 1e-9 of the price list's currency
	Masked   string `json:"masked,omitempty"`        // "EMAIL_ADDRESS:2 PERSON:1", in the request
	Found    string `json:"found,omitempty"`         // the same, in the answer
	Guard    string `json:"guard,omitempty"`         // what the guard did: block, flag; with the first reason
	Score    string `json:"score,omitempty"`         // of the highest verdict, "0.93"
	Left     bool   `json:"client_left,omitempty"`   // the caller went before the answer's end
}

// Data is what is recorded of one run over a dataset: counts, places and digests, never a name of an object.
type Data struct {
	Run      string `json:"run"`                // the same in both records of a run, in its manifest and in its lineage
	Act      string `json:"act"`                // sync, verify, repair, restore, drill, ...
	Dataset  string `json:"dataset,omitempty"`  // its name in the configuration
	Source   string `json:"source,omitempty"`   // where from
	Target   string `json:"target,omitempty"`   // where to
	At       string `json:"at,omitempty"`       // the time or the recovery point that was asked for
	Objects  int64  `json:"objects,omitempty"`  // copied, mended or looked at
	Bytes    int64  `json:"bytes,omitempty"`    // the same
	Damaged  int64  `json:"damaged,omitempty"`  // found
	Manifest string `json:"manifest,omitempty"` // sha256:DIGEST
	Outcome  string `json:"outcome,omitempty"`  // done, failed, cancelled
}

// Recorder appends to the audit log.
//
// Record returns an error when the record cannot be kept; the caller then refuses what it was about to do. It may be
// called from many goroutines and must not keep the Record's slices.
type Recorder interface {
	Record(ctx context.Context, r Record) error
}
