package gateway

import (
	"context"
	"errors"
	"io"

	"github.com/landbridge/landbridge/internal/prompt"
	"github.com/landbridge/landbridge/internal/splice"
)

// deliverStream passes a stream on, event by event.
func (c *call) deliverStream(ctx context.Context, a *prompt.Answer, s splice.Stream) error {
	c.stream = true
	out := c.newOutlet(s)
	defer out.close()
	chunk := buffers.Get().(*[]byte)
	defer putBuffer(chunk)
	for {
		n, err := a.Body.Read((*chunk)[:cap(*chunk)])
		events, broken := s.Feed((*chunk)[:n])
		if stop := c.events(out, events); stop != nil {
			return c.stop(ctx, out, stop)
		}
		switch {
		case broken != nil:
			return c.stop(ctx, out, broken)
		case errors.Is(err, io.EOF):
			return c.last(ctx, out)
		case err != nil:
			return c.stop(ctx, out, err)
		}
		if err := out.flush(); err != nil {
			return err
		}
	}
}

// events brings events to the outlet.
func (c *call) events(out *outlet, events []splice.Event) error {
	for _, e := range events {
		if err := c.event(out, e); err != nil {
			return err
		}
	}
	return nil
}

// event brings one event to the outlet.
func (c *call) event(out *outlet, e splice.Event) error {
	if e.Data == nil || string(e.Data) == "[DONE]" {
		return out.pass(e, e.Data)
	}
	out.release()
	return out.pass(e, e.Data)
}

// last ends a stream that has come to its own end: what is held leaves after the record.
func (c *call) last(ctx context.Context, out *outlet) error {
	events, err := out.frames.End()
	if err == nil {
		err = c.events(out, events)
	}
	if err != nil {
		return c.stop(ctx, out, err)
	}
	out.finish(false)
	if err := c.record(ctx, nil); err != nil {
		return c.stop(ctx, out, err)
	}
	out.release()
	return out.flush()
}

// stop ends a stream with an error. Before its first byte, the caller gets the error as an answer of its own.
func (c *call) stop(ctx context.Context, out *outlet, err error) error {
	if !c.sent {
		return err
	}
	if out.ending {
		*out.buf = (*out.buf)[:out.free]
	}
	err = c.record(ctx, err)
	out.fail(err)
	out.release()
	if failed := out.flush(); failed != nil {
		return failed
	}
	return err
}
