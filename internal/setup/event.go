package setup

import (
	"fmt"
	"time"
)

// EventType says what an Event tells.
type EventType string

// The events of Apply.
const (
	EventStart   EventType = "start"   // a step begins
	EventDone    EventType = "done"    // it is done
	EventRetry   EventType = "retry"   // it is tried again after Wait
	EventFailed  EventType = "failed"  // it failed for good
	EventSkipped EventType = "skipped" // what it needs failed
	EventWaiting EventType = "waiting" // a sign of life while the clouds spread what was changed
	EventReady   EventType = "ready"   // a workload crosses
	EventNotHere EventType = "not_from_here"
)

// Event is one thing that happened. Its JSON form is stable.
type Event struct {
	Type     EventType     `json:"type"`
	Address  string        `json:"address,omitempty"`
	Action   Action        `json:"action,omitempty"`
	Workload string        `json:"workload,omitempty"`
	Text     string        `json:"text,omitempty"`
	Wait     time.Duration `json:"wait_ns,omitempty"`    // until the next try
	Elapsed  time.Duration `json:"elapsed_ns,omitempty"` // since the waiting began
	Done     int           `json:"done,omitempty"`       // steps that are over
	Total    int           `json:"total,omitempty"`      // steps in all
}

// Line is the event as one line for people.
func (e Event) Line() string {
	switch e.Type {
	case EventStart:
		return fmt.Sprintf("%s %s", e.Action, e.Address)
	case EventDone:
		return fmt.Sprintf("%s %s: done (%d of %d)", e.Action, e.Address, e.Done, e.Total)
	case EventRetry:
		return fmt.Sprintf("%s %s: again in %s: %s", e.Action, e.Address, e.Wait.Round(time.Second), e.Text)
	case EventFailed:
		if e.Address == "" {
			return fmt.Sprintf("%s: failed: %s", e.Workload, e.Text)
		}
		return fmt.Sprintf("%s %s: failed: %s", e.Action, e.Address, e.Text)
	case EventSkipped:
		return fmt.Sprintf("%s %s: left for the next run: %s", e.Action, e.Address, e.Text)
	case EventReady:
		return e.Workload + ": crosses"
	case EventNotHere:
		return e.Workload + ": not tried: " + e.Text
	default:
		return e.Text
	}
}
