package gateway

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/gateway/dialect"
)

// authenticate finds out who asks, and writes the asking down before anything else is done.
func (c *call) authenticate(ctx context.Context) error {
	id, err := c.g.who(c.r)
	if err != nil {
		return err
	}
	c.caller, c.log.Workload = id.caller, id.caller.Name
	if err := c.g.o.Recorder.Record(ctx, c.entry(bridge.EventAsked, c.began)); err != nil {
		return unrecorded(err)
	}
	c.asked = true
	return nil
}

// entry is a record of the call as far as it has come.
func (c *call) entry(event bridge.Event, now time.Time) bridge.Record {
	return bridge.Record{
		Time: now, Event: event, Door: doorName, Caller: c.r.RemoteAddr, Issuer: c.caller.Issuer, Subject: c.caller.Subject,
		Principal: c.lease.Principal, Call: &c.log,
	}
}

// record writes down how the call ended, once. It does not stop when the caller leaves. What the caller then sees is the
// answer, or, where the log cannot be written, a refusal in its place.
func (c *call) record(ctx context.Context, err error) error {
	if c.closed || !c.asked {
		return err
	}
	c.closed = true
	c.settle()
	if c.log.Status == 0 && err != nil {
		c.log.Status = dialect.Status(err)
	}
	c.log.Left = c.r.Context().Err() != nil
	now := c.g.o.Clock()
	r := c.entry(bridge.EventAnswered, now)
	r.Token, r.Took = c.lease.Token.Name(), now.Sub(c.began)
	if err != nil {
		r.Hop, r.Code, r.Reason = reasonOf(err)
		c.code = r.Code
	}
	if failed := c.g.o.Recorder.Record(context.WithoutCancel(ctx), r); failed != nil {
		return unrecorded(failed)
	}
	return err
}

// settle tells the quota and the record what was used.
func (c *call) settle() {
	u := &c.texts.usage
	c.log.Input, c.log.Output = u.Input, u.Output+u.Thoughts
	if c.policy != nil {
		c.log.Cost = c.policy.Cost(c.log.Model, *u)
	}
	if c.session != nil {
		c.log.Masked, c.log.Found = c.session.Summary(), c.session.AnswerCounts().String()
	}
	if c.quota == nil {
		return
	}
	if !c.served { // no model has begun
		c.quota.Release()
		return
	}
	used := u.Total()
	if used == 0 || c.stream && c.texts.finish == "" { // nobody said, or it was left before it did
		used = max(used, cmp.Or(u.Input, c.guessed)+c.heard)
	}
	c.quota.Settle(used)
}

// end closes a call: whatever is not recorded yet is, the caller gets the error if there is one, and the observer is told.
func (c *call) end(ctx context.Context, err error) {
	if err != nil && !c.sent && !c.closed {
		c.log.Status = dialect.Status(err)
	}
	err = c.record(ctx, err)
	if err != nil {
		if !c.asked {
			c.g.refused(c.r, bridge.Call{ID: c.log.ID, Workload: c.caller.Name}, err)
		}
		c.fail(err)
	}
	ended := Ended{Call: c.nameable(), Usage: c.texts.usage, Stream: c.stream}
	if ended.Code = c.code; err != nil {
		_, ended.Code, _ = reasonOf(err)
	}
	if c.session != nil {
		ended.Masked, ended.Found = c.session.Counts(), c.session.AnswerCounts()
	}
	ended.Verdict, _, _ = strings.Cut(c.log.Guard, ":")
	c.watch.End(ctx, ended)
}

// nameable is the call for metrics, each of whose names takes memory for good.
func (c *call) nameable() *bridge.Call {
	out := c.log
	if c.decision.Target.Version == "" && !c.route.models { // not let through
		out.Method, out.Model = "", ""
	}
	if c.log.Attempts == 0 || c.log.Status == http.StatusNotFound || c.log.Status == http.StatusBadRequest {
		out.Model = "" // nobody has said that there is one of that name
	}
	return &out
}

// refused writes a refusal of a caller that is not known, or that asked for something other than a call; of the call there is what
// is known of it.
func (g *Gateway) refused(r *http.Request, call bridge.Call, err error) {
	rec := bridge.Record{Time: g.o.Clock(), Event: bridge.EventRefusal, Door: doorName, Caller: r.RemoteAddr}
	rec.Hop, rec.Code, rec.Reason = reasonOf(err)
	if call != (bridge.Call{}) {
		rec.Call = &call
	}
	pass, unsaid := g.refusals.Admit(rec.Time)
	if !pass {
		return
	}
	if unsaid > 0 {
		rec.Reason = fmt.Sprintf("%s (and %d more refusals that were not recorded one by one)", rec.Reason, unsaid)
	}
	_ = g.o.Recorder.Record(context.WithoutCancel(r.Context()), rec) // it is refused either way
}

// reasonOf takes an error apart for the log.
func reasonOf(err error) (hop bridge.Hop, code, text string) {
	if err == nil {
		return "", "", ""
	}
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		return e.Hop, e.Code, e.Text
	}
	return bridge.HopDoor, "internal", "the gateway failed"
}

// unfinished is how a call ends that a fault of ours has broken off.
func unfinished() error {
	return &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopDoor, Code: "internal", Text: "the gateway failed"}
}

const codeUnrecorded = "audit_unavailable"

func unrecorded(cause error) error {
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopDoor, Code: codeUnrecorded, Status: http.StatusServiceUnavailable,
		Text: "the audit log cannot be written, so nothing is done", Cause: cause,
	}
}

// lastWord records how many refusals were counted and not told yet, when the door closes.
func (g *Gateway) lastWord() {
	if unsaid := g.refusals.Rest(); unsaid > 0 {
		_ = g.o.Recorder.Record(context.Background(), bridge.Record{
			Time: g.o.Clock(), Event: bridge.EventRefusal, Door: doorName, Hop: bridge.HopDoor, Code: "refusals_counted",
			Reason: fmt.Sprintf("%d more refusals that were not recorded one by one", unsaid),
		})
	}
}
