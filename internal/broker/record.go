package broker

import (
	"context"
	"errors"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// recordTimeout bounds one write to the audit log, whatever is left of the flight.
const recordTimeout = 5 * time.Second

// recordLease writes a lease down before anyone has it. What cannot be written is refused.
func (b *Broker) recordLease(ctx context.Context, req bridge.LeaseRequest, a bridge.Assertion, l bridge.Lease, took time.Duration) error {
	r := b.record(bridge.EventLease, req, a, took)
	r.Principal, r.Scopes, r.Token, r.Expiry = l.Principal, l.Scopes, l.Token.Name(), l.Expiry
	if err := b.write(ctx, r); err != nil {
		return &bridge.Error{
			Kind: bridge.Fault, Hop: bridge.HopDoor, Code: "audit_unavailable",
			Text: "the audit log cannot be written, so the lease is not handed out",
			Hint: "check the disk and the permissions of the audit log", Cause: err,
		}
	}
	return nil
}

// recordRefusal writes down why there is no lease. When the log fails as well, the caller is refused all the same.
func (b *Broker) recordRefusal(ctx context.Context, req bridge.LeaseRequest, a bridge.Assertion, err error, took time.Duration) {
	r := b.record(bridge.EventRefusal, req, a, took)
	r.Reason = err.Error()
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		r.Hop, r.Code, r.Reason = e.Hop, e.Code, e.Text
	}
	_ = b.write(ctx, r)
}

func (b *Broker) record(event bridge.Event, req bridge.LeaseRequest, a bridge.Assertion, took time.Duration) bridge.Record {
	return bridge.Record{
		Time: b.now(), Event: event, Door: b.o.Door, Caller: b.o.Caller,
		Issuer: a.Issuer, Subject: a.Subject, Scopes: req.Scopes, Audience: req.Audience, Took: took,
	}
}

func (b *Broker) write(ctx context.Context, r bridge.Record) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	return b.o.Recorder.Record(ctx, r)
}
