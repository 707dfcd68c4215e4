package bridge

import (
	"errors"
	"strings"
	"time"
)

// Kind says whose fault an error is; the command line turns it into an exit code and doors into a status.
type Kind uint8

// The kinds, in the order of the exit codes 1 to 7.
const (
	Fault       Kind = iota + 1 // a fault of ours
	Usage                       // usage or configuration
	Refused                     // refused by our policy or guard
	Denied                      // trust or permission refused by a cloud
	Unreachable                 // far side unreachable or out of quota
	Damaged                     // verification found damage
	Drifted                     // drift found
)

func (k Kind) String() string {
	switch k {
	case Usage:
		return "usage"
	case Refused:
		return "refused"
	case Denied:
		return "denied"
	case Unreachable:
		return "unreachable"
	case Damaged:
		return "damaged"
	case Drifted:
		return "drifted"
	default:
		return "fault"
	}
}

// Error is the one error that crosses rooms. Text and Hint may be shown to anyone; Cause is for operators. None of them
// holds a token.
type Error struct {
	Kind Kind
	Hop  Hop
	// Code is stable and machine-readable: the far side's own ("invalid_grant", "PERMISSION_DENIED",
	// "AADSTS70021") where it gave one, else ours in the same style ("token_file_unreadable").
	Code string
	// Text is what happened: lower case, one sentence, the far side's own words where there are any.
	Text string
	// Hint is the next step, often a command; may be empty.
	Hint string
	// Retry says that the same call may succeed later (408, 429, 5xx, a reset connection); adapters decide.
	Retry bool
	// RetryAfter is how long the far side asked us to wait; 0 when it did not say.
	RetryAfter time.Duration
	// Stale says that the far side called the assertion too old: one forced refresh may help.
	Stale bool
	// Status is the HTTP status that the far side answered with; 0 when there was no answer.
	Status int
	Cause  error
}

// Error is the operator's text: hop, what happened, cause.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Hop != "" {
		b.WriteString(string(e.Hop))
		b.WriteString(": ")
	}
	b.WriteString(e.Text)
	if e.Cause != nil {
		b.WriteString(": ")
		b.WriteString(e.Cause.Error())
	}
	return b.String()
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Cause }

// KindOf returns the kind of the first Error in err's chain, and Fault for any other error.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Fault
}

// HintOf returns the hint of the first Error in err's chain that has one.
func HintOf(err error) string {
	for err != nil {
		e, ok := errors.AsType[*Error](err)
		if !ok {
			return ""
		}
		if e.Hint != "" {
			return e.Hint
		}
		err = e.Cause
	}
	return ""
}
