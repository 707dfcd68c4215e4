package policy

import (
	"errors"
	"fmt"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// spent is the refusal of a call that finds no room in a window.
func spent(w *Want, now time.Time) *bridge.Error {
	limit, end := w.Window.Limit.String(), w.Window.End()
	need := ""
	if w.Window.Limit.tokens() {
		need = fmt.Sprintf("; this call may use about %d", w.N)
	}
	return &bridge.Error{
		Kind: bridge.Refused, Hop: bridge.HopDoor, Code: "quota_" + limit, Retry: true, RetryAfter: max(end.Sub(now), time.Second),
		Text: fmt.Sprintf("the quota %s of %d is used up until %s%s", limit, w.Window.Size, end.Format("15:04:05 UTC"), need),
		Hint: "wait, or raise quota." + limit + " of the rule" + file,
	}
}

// tooSmall is the refusal of a call that would not fit into an empty window.
func tooSmall(w *Want) *bridge.Error {
	limit := w.Window.Limit.String()
	return &bridge.Error{
		Kind: bridge.Refused, Hop: bridge.HopDoor, Code: "quota_too_small",
		Text: fmt.Sprintf("this call may use about %d tokens, and the quota %s is %d in all", w.N, limit, w.Window.Size),
		Hint: "ask for a smaller max output, send less, or raise quota." + limit + " of the rule" + file,
	}
}

// tooMany is the refusal of a call while others run. How long they will is not known.
func tooMany(limit int) *bridge.Error {
	return &bridge.Error{
		Kind: bridge.Refused, Hop: bridge.HopDoor, Code: "quota_concurrent", Retry: true, RetryAfter: time.Second,
		Text: fmt.Sprintf("%d calls run at the same time, which is all that the quota allows", limit),
		Hint: "wait for one to end, or raise quota.concurrent of the rule" + file,
	}
}

// bankFailed is the bank's own error.
func bankFailed(err error) *bridge.Error {
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		return e
	}
	return &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopDoor, Code: "quota_unknown", Text: "the quota could not be counted", Retry: true, Cause: err}
}
