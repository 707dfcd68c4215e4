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
	Took      time.Duration `json:"took_ns,omitempty"`
}

// Recorder appends to the audit log.
//
// Record returns an error when the record cannot be kept; the caller then refuses what it was about to do. It may be
// called from many goroutines and must not keep the Record's slices.
type Recorder interface {
	Record(ctx context.Context, r Record) error
}
