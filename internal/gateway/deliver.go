package gateway

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
	"github.com/landbridge/landbridge/internal/splice"
)

const (
	// maxError is how much of an error of the far side is read.
	maxError = 1 << 20
	// maxEvent is the longest event of a stream: an image comes in one.
	maxEvent = 64 << 20
)

// buffers hold whole answers, and pieces of streams, while they are on their way.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 32<<10); return &b }}

// keptBuffer is the longest buffer that goes back to the pool: one giant answer shall not be kept for ever.
const keptBuffer = 1 << 20

func putBuffer(b *[]byte) {
	if cap(*b) <= keptBuffer {
		buffers.Put(b)
	}
}

// deliver brings the answer to the caller.
func (c *call) deliver(ctx context.Context, a *prompt.Answer) error {
	c.log.Status = a.Status
	for _, key := range comeBack {
		if values := a.Header[key]; len(values) > 0 {
			c.w.Header()[key] = values
		}
	}
	if a.Status < 200 || a.Status > 299 {
		return c.deliverError(ctx, a)
	}
	media, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	switch media = strings.TrimSpace(media); {
	case media == "text/event-stream":
		return c.deliverStream(ctx, a, splice.NewSSE(maxEvent))
	case media != "application/json" && media != "":
		return &bridge.Error{
			Kind: bridge.Unreachable, Hop: bridge.HopVertex, Code: "answer_type", Status: http.StatusBadGateway, Retry: true,
			Text: "the answer is neither JSON nor a stream of events", Hint: "something between the gateway and Vertex AI answers in its place",
		}
	case c.stream:
		return c.deliverStream(ctx, a, splice.NewJSONArray(maxEvent))
	default:
		return c.deliverWhole(ctx, a)
	}
}

// deliverWhole passes an answer on in one piece, after its record is written.
func (c *call) deliverWhole(ctx context.Context, a *prompt.Answer) error {
	buf := buffers.Get().(*[]byte)
	defer putBuffer(buf)
	var err error
	if *buf, err = readInto((*buf)[:0], a.Body, c.g.o.MaxAnswer); err != nil {
		return err
	}
	body := *buf
	if c.mapped.Answer != nil {
		if body, err = c.mapped.Answer.Whole(body); err != nil {
			return err
		}
	}
	if err := c.record(ctx, nil); err != nil {
		return err
	}
	return c.reply(a.Status, body)
}

// deliverError passes on what the far side has refused, in the caller's dialect.
func (c *call) deliverError(ctx context.Context, a *prompt.Answer) error {
	body, err := readInto(nil, a.Body, maxError)
	if err != nil {
		return err
	}
	if a.Status == http.StatusNotFound {
		body = hinted(body, c.decision.Target.Location)
	}
	body = c.route.dialect.Error(a.Status, body)
	cause := &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopVertex, Code: "vertex_" + strconv.Itoa(a.Status), Text: "vertex ai answered " + strconv.Itoa(a.Status), Status: a.Status}
	if err := c.record(ctx, cause); err != cause {
		return err
	}
	return c.reply(a.Status, body)
}

// reply sends an answer that is there in one piece.
func (c *call) reply(status int, body []byte) error {
	c.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	c.open(status)
	_, err := c.w.Write(body)
	return c.left(err)
}

// open sends the head of the answer.
func (c *call) open(status int) {
	c.sent = true
	c.w.Header()[callHeader] = []string{c.log.ID}
	_ = http.NewResponseController(c.w).SetWriteDeadline(c.g.o.Clock().Add(c.g.o.WriteTimeout)) // not every test server has one
	c.w.WriteHeader(status)
	c.watch.First()
}

// left says that a caller who does not take the answer has gone.
func (c *call) left(err error) error {
	if err == nil {
		return nil
	}
	return &bridge.Error{Kind: bridge.Refused, Hop: bridge.HopDoor, Code: "client_left", Text: "the caller left before the end of the answer", Status: 499, Cause: err}
}

// readInto reads to the end, up to limit bytes.
func readInto(b []byte, r io.Reader, limit int) ([]byte, error) {
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case err == io.EOF: //nolint:errorlint // io.Reader returns it bare
			return b, nil
		case err != nil:
			return b, err
		case len(b) > limit:
			return b, &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopVertex, Code: "answer_too_large", Status: http.StatusBadGateway, Text: "the answer is longer than the gateway takes"}
		}
	}
}
