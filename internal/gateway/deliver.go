package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

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

// deliver brings the answer to the caller.
func (c *call) deliver(ctx context.Context, a *prompt.Answer) error {
	frames, err := c.head(a)
	switch {
	case err != nil:
		return err
	case !c.served:
		return c.deliverError(ctx, a)
	case frames != nil:
		return c.deliverStream(ctx, a, frames)
	}
	return c.deliverWhole(ctx, a)
}

// head looks at what has come: frames are those of a stream, nil for an answer in one piece.
func (c *call) head(a *prompt.Answer) (frames splice.Stream, err error) {
	c.log.Status = a.Status
	for _, key := range comeBack {
		if values := a.Header[key]; len(values) > 0 {
			c.w.Header()[key] = values
		}
	}
	if c.served = a.Status >= 200 && a.Status <= 299; !c.served {
		return nil, nil
	}
	if c.dropsPlaces() && c.generates() {
		c.w.Header().Set(droppedHeader, placesDropped)
	}
	media, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	switch media = strings.TrimSpace(media); {
	case media == "text/event-stream":
		return splice.NewSSE(maxEvent), nil
	case media != "application/json" && media != "":
		return nil, &bridge.Error{
			Kind: bridge.Unreachable, Hop: bridge.HopVertex, Code: "answer_type", Status: http.StatusBadGateway, Retry: true,
			Text: "the answer is neither JSON nor a stream of events", Hint: "something between the gateway and Vertex AI answers in its place",
		}
	case c.stream && c.shape.speaks == "": // other shapes stream events, or answer in one piece
		return splice.NewJSONArray(maxEvent), nil
	}
	return nil, nil
}

// deliverWhole passes an answer on in one piece, after its record is written.
func (c *call) deliverWhole(ctx context.Context, a *prompt.Answer) error {
	buf := c.g.buffers.get()
	defer c.g.buffers.put(buf)
	var err error
	if *buf, err = readInto((*buf)[:0], a.Body, c.g.o.MaxAnswer); err != nil {
		return err
	}
	out := c.g.buffers.get()
	defer c.g.buffers.put(out)
	body, err := c.speakWhole(out, *buf)
	if err == nil {
		err = c.checkSaid()
	}
	if err == nil {
		body, err = c.translate(ctx, body)
	}
	if b, ok := errors.AsType[*blocked](err); ok {
		return c.deliverBlock(ctx, b, c.shape.cut)
	}
	if err != nil {
		return err
	}
	if err := c.record(ctx, c.failure()); err != nil && !errors.Is(err, errInside) {
		return err
	}
	return c.reply(c.log.Status, body)
}

// speakWhole is a whole answer as the caller may have it, in room where it is another than it was.
func (c *call) speakWhole(room *[]byte, body []byte) ([]byte, error) {
	if len(body) == 0 {
		return body, nil
	}
	r := c.newReading()
	if err := r.read(body); err != nil {
		return nil, foreignEvent(err)
	}
	c.said(r)
	return r.speak(room, body, true)
}

// translate turns a whole answer into the caller's dialect, together with those to its further bodies.
func (c *call) translate(ctx context.Context, body []byte) ([]byte, error) {
	if c.mapped.Answer == nil {
		return body, nil
	}
	if c.texts.failed > 0 {
		c.log.Status = c.texts.failed
		return c.route.dialect.Error(c.log.Status, body), nil
	}
	var more [][]byte
	total := c.texts.usage
	for _, next := range c.bodies[1:] {
		c.texts.usage = prompt.Usage{}
		answer, err := c.another(ctx, next)
		if err != nil {
			return nil, err
		}
		total.Input += c.texts.usage.Input
		more = append(more, answer)
	}
	c.texts.usage = total
	return c.mapped.Answer.Whole(body, more...)
}

// another makes one more call of the same kind.
func (c *call) another(ctx context.Context, body []byte) ([]byte, error) {
	a, err := c.g.o.Upstream.Call(ctx, c.outgoing(body))
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	answer, err := readInto(nil, a.Body, c.g.o.MaxAnswer)
	if err != nil {
		return nil, err
	}
	if a.Status != http.StatusOK {
		return nil, vertexError(a.Status, nil)
	}
	return c.speakWhole(new([]byte), answer)
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
	if body = c.route.dialect.Error(a.Status, body); !isJSON(a.Header) { // a page of somebody in between
		_, body = c.route.dialect.Refusal(vertexError(a.Status, nil), c.log.ID)
		c.w.Header()["Content-Type"] = jsonType
	}
	if err := c.record(ctx, vertexError(a.Status, errInside)); !errors.Is(err, errInside) {
		return err
	}
	if c.mapped.Answer != nil {
		c.w.Header()["Content-Type"] = jsonType
	}
	return c.reply(a.Status, body)
}

func isJSON(h http.Header) bool {
	media, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return strings.TrimSpace(media) == "application/json"
}

// vertexError is what a record says of a status of the far side.
func vertexError(status int, cause error) error {
	text := "vertex ai answered with status " + strconv.Itoa(status)
	return &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopVertex, Code: "vertex_" + strconv.Itoa(status), Text: text, Status: status, Cause: cause}
}

// reply sends an answer that is there in one piece.
func (c *call) reply(status int, body []byte) error {
	c.w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
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
		case errors.Is(err, io.EOF):
			return b, nil
		case err != nil:
			return b, err
		case len(b) > limit:
			return b, &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopVertex, Code: "answer_too_large", Status: http.StatusBadGateway, Text: "the answer is longer than the gateway takes"}
		}
	}
}
