package gateway

import (
	"context"
	"errors"
	"strings"

	"github.com/landbridge/landbridge/internal/splice"
)

// deliverBlock answers a call that the guard has stopped before its first byte: in the model's own words, or as an error
// where the profile wants one. say writes the whole answer.
func (c *call) deliverBlock(ctx context.Context, b *blocked, say func(*texts, *blocked) []byte) error {
	if !strings.HasPrefix(c.log.Guard, string(Block)) {
		c.note(string(Block), b.code, 1)
	}
	if c.guard.BlockAsError || say == nil {
		return b.asError()
	}
	if c.stream {
		return c.streamBlock(ctx, b, say)
	}
	body := say(&c.texts, b)
	if c.mapped.Answer != nil {
		var err error
		if body, err = c.mapped.Answer.Whole(body); err != nil {
			return b.asError()
		}
	}
	c.log.Status, c.log.Finish = 200, b.word()
	if err := c.record(ctx, b.asError()); c.unwritten(err) {
		return err
	}
	c.w.Header()["Content-Type"] = jsonType
	return c.reply(200, body)
}

// streamBlock says it as a stream of the caller's framing: the native shapes of a block are one event, but Anthropic's.
func (c *call) streamBlock(ctx context.Context, b *blocked, say func(*texts, *blocked) []byte) error {
	var frames splice.Stream = splice.NewJSONArray(maxEvent)
	c.w.Header()["Content-Type"] = jsonType
	if c.query == "alt=sse" || c.shape.speaks != "" {
		frames = splice.NewSSE(maxEvent)
		c.w.Header()["Content-Type"] = eventStream
	}
	out := c.newOutlet(frames)
	events := []ownEvent{{data: say(&c.texts, b)}}
	if c.shape.speaks != "" {
		events = c.shape.ending(&c.texts, b)
	}
	for _, e := range events {
		if err := out.own(e); err != nil {
			return b.asError()
		}
	}
	out.finish(true)
	c.log.Status, c.log.Finish = 200, b.word()
	if err := c.record(ctx, b.asError()); c.unwritten(err) {
		return err
	}
	out.release()
	return out.flush()
}

// word is the model's word for the block.
func (b *blocked) word() string {
	if b.reason != "" {
		return b.reason
	}
	return b.finish
}

// unlessBlocked answers in the place of the model where the guard has stopped a prompt; any other error stays one.
func (c *call) unlessBlocked(ctx context.Context, err error) error {
	b, ok := errors.AsType[*blocked](err)
	if !ok {
		return err
	}
	var say func(*texts, *blocked) []byte
	if c.shape.block != nil && c.generates() {
		say = func(_ *texts, b *blocked) []byte { return c.shape.block(b) }
	}
	return c.deliverBlock(ctx, b, say)
}
