package gateway

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
	"github.com/landbridge/landbridge/internal/splice"
)

// delivery is a stream on its way. What waits for the next piece of one has little on its stack, since thousands wait at
// the same time: the runtime halves a stack of which less than a quarter is in use.
type delivery struct {
	*call
	in  intake
	out *outlet
	r   *reading
}

// deliverStream passes a stream on, event by event.
func (c *call) deliverStream(ctx context.Context, a *prompt.Answer, s splice.Stream) error {
	d := c.newDelivery(s)
	for {
		piece, err := d.in.read(a.Body)
		if over, err := d.pass(ctx, piece, err); over {
			d.in.free()
			return err
		}
	}
}

func (c *call) newDelivery(s splice.Stream) *delivery {
	c.stream = true
	c.forget()
	return &delivery{call: c, in: intake{buffers: &c.g.buffers}, out: c.newOutlet(s), r: c.newReading()}
}

// pass brings a piece to the caller; failed is how reading it ended. Over says that nothing comes after it.
func (d *delivery) pass(ctx context.Context, piece []byte, failed error) (over bool, err error) {
	out := d.out
	out.borrow()
	defer out.giveBack()
	events, broken := out.frames.Feed(piece)
	stop := d.events(out, d.r, events)
	switch {
	case stop != nil:
		return true, d.stop(ctx, out, stop)
	case broken != nil:
		return true, d.stop(ctx, out, broken)
	case errors.Is(failed, io.EOF):
		return true, d.last(ctx, out, d.r)
	case failed != nil:
		return true, d.stop(ctx, out, failed)
	}
	err = out.flush()
	return err != nil, err
}

// forget lets go of the request, which nobody reads any more: a stream may wait for long, and a prompt may be long.
func (c *call) forget() {
	c.body, c.bodies, c.passages, c.mapped.Body, c.mapped.More, c.facts = nil, nil, nil, nil, nil, facts{}
}

// eventFrame is about how long an event is beside its text.
const eventFrame = 400

func (c *call) events(out *outlet, r *reading, events []splice.Event) error {
	for _, e := range events {
		if err := c.event(out, r, e); err != nil {
			return err
		}
	}
	return nil
}

// event brings one event to the outlet: read, rewritten where a text of it is, and with what was held back before it.
func (c *call) event(out *outlet, r *reading, e splice.Event) error {
	done := string(e.Data) == "[DONE]"
	if e.Data == nil || done {
		if done {
			out.hold()
		}
		return out.pass(e, e.Data)
	}
	if err := r.read(e.Data); err != nil {
		return foreignEvent(err)
	}
	c.said(r)
	if len(r.spots) > 0 || r.values {
		c.heard += 1 + max(len(e.Data)-eventFrame, 0)/4
	}
	out.release()
	over := r.over
	if c.texts.failed > 0 { // an error ends them all
		over = every
	}
	if err := c.rests(out, over); err != nil {
		return err
	}
	room := c.g.buffers.get()
	defer c.g.buffers.put(room)
	data, err := r.speak(room, e.Data, false)
	if err != nil {
		return err
	}
	if len(c.texts.finished) > 0 || c.texts.failed > 0 {
		out.hold()
	}
	return out.pass(e, data)
}

// over says whether a flow has come to its end before this event's own texts: the event is about its candidate, and not
// about the flow.
func (r *reading) over(key flowKey) bool { return r.about(key.candidate) && !r.has(key) }

func every(flowKey) bool { return true }

// rests lets out what flows still hold that are over, each in an event of its own.
func (c *call) rests(out *outlet, over func(flowKey) bool) error {
	for _, f := range c.texts.flows {
		if !f.written || !over(f.key) {
			continue
		}
		text, err := f.flush()
		if err != nil {
			return err
		}
		if text == "" || c.shape.rest == nil {
			continue
		}
		c.texts.keep(f.key, text)
		e := c.shape.rest(f.key, text)
		if err := out.insert(e.name, e.data); err != nil {
			return err
		}
	}
	return nil
}

// last ends a stream that has come to its own end: what is held leaves after the record.
func (c *call) last(ctx context.Context, out *outlet, r *reading) error {
	events, err := out.frames.End()
	if err == nil {
		err = c.events(out, r, events)
	}
	if err == nil {
		err = c.rests(out, every)
	}
	if err == nil {
		err = c.checkSaid()
	}
	if err != nil {
		return c.stop(ctx, out, err)
	}
	out.finish(false)
	if err := c.record(ctx, c.failure()); err != nil && !errors.Is(err, errInside) {
		return c.stop(ctx, out, err)
	}
	out.release()
	return out.flush()
}

// errInside marks an error that the answer itself has brought: the caller has it already.
var errInside = errors.New("the answer holds an error")

// failure is what the record says of an answer with an error in it.
func (c *call) failure() error {
	if c.texts.failed == 0 {
		return nil
	}
	return vertexError(c.texts.failed, errInside)
}

// stop ends a stream early, in good form. The upstream is let go by whoever closes its answer.
func (c *call) stop(ctx context.Context, out *outlet, err error) error {
	if out.ending {
		out.buf = out.buf[:out.free]
	}
	if b, ok := errors.AsType[*blocked](err); ok && !c.guard.BlockAsError && c.shape.ending != nil {
		return c.cutStream(ctx, out, b)
	}
	err = refusalOf(err)
	if !c.sent {
		return err
	}
	err = c.record(ctx, err)
	out.fail(err)
	out.release()
	if failed := out.flush(); failed != nil {
		return failed
	}
	return err
}

// cutStream ends a stream in the words in which a model says that it stops.
func (c *call) cutStream(ctx context.Context, out *outlet, b *blocked) error {
	if !strings.HasPrefix(c.log.Guard, string(Block)) {
		c.note(string(Block), b.code, 1)
	}
	for _, e := range c.shape.ending(&c.texts, b) {
		if err := out.own(e); err != nil {
			return err
		}
	}
	out.finish(true)
	c.log.Finish = b.finish
	if err := c.record(ctx, b.asError()); c.unwritten(err) {
		out.buf = out.buf[:0]
		out.fail(err)
	}
	out.release()
	return out.flush()
}

// unwritten says whether what record has returned is that the log cannot be written.
func (c *call) unwritten(err error) bool {
	e, ok := errors.AsType[*bridge.Error](err)
	return ok && e.Code == codeUnrecorded
}

// refusalOf is a block of the guard as the error that it is.
func refusalOf(err error) error {
	if b, ok := errors.AsType[*blocked](err); ok {
		return b.asError()
	}
	return err
}

func foreignEvent(cause error) error {
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopVertex, Code: "answer_damaged", Status: 502, Text: "vertex ai's answer is damaged: it is no JSON", Cause: cause,
	}
}
