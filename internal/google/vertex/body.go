package vertex

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

// errStalled is the cause of a call that was given up because its answer stood still.
var errStalled = errors.New("the answer stands still")

// answerBody is an answer's body: its bytes unchanged, its failures in our words. A reader that takes its time is not
// counted as silence of the far side.
type answerBody struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	host   string
	idle   time.Duration
	timer  *time.Timer
}

func newAnswerBody(ctx context.Context, cancel context.CancelCauseFunc, body io.ReadCloser, host string, idle time.Duration) *answerBody {
	return &answerBody{ReadCloser: body, ctx: ctx, cancel: cancel, host: host, idle: idle}
}

// Read implements io.Reader; an error is io.EOF or a *bridge.Error.
func (b *answerBody) Read(p []byte) (int, error) {
	if b.timer == nil {
		b.timer = time.AfterFunc(b.idle, func() { b.cancel(errStalled) })
	} else {
		b.timer.Reset(b.idle)
	}
	n, err := b.ReadCloser.Read(p)
	b.timer.Stop()
	if err == nil || errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return n, err
	}
	return n, b.failure(err)
}

// Close implements io.Closer; it cancels what is left of the call.
func (b *answerBody) Close() error {
	if b.timer != nil {
		b.timer.Stop()
	}
	b.cancel(nil)
	return b.ReadCloser.Close()
}

func (b *answerBody) failure(err error) error {
	if errors.Is(context.Cause(b.ctx), errStalled) {
		return &bridge.Error{
			Kind: bridge.Unreachable, Hop: bridge.HopVertex, Code: "answer_stalled",
			Text: fmt.Sprintf("%s sent nothing more for %s in the middle of an answer", b.host, b.idle),
			Hint: "ask again; if it stays, raise gateway.idle_timeout",
		}
	}
	if b.ctx.Err() != nil {
		return wire.Failure(b.ctx, bridge.HopVertex, b.host, err)
	}
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopVertex, Code: "answer_cut", Cause: err,
		Text: b.host + " ended an answer in the middle", Hint: "ask again",
	}
}
