package gateway

import (
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/gateway/dialect"
	"github.com/landbridge/landbridge/internal/policy"
)

// listen finds out what is asked, in whose words. The body stays unread: nobody has said yet who the caller is.
func (c *call) listen() error {
	c.route.dialect, c.log.Dialect = dialect.Vertex, string(dialect.Vertex)
	r, known, err := foreign(c.r.Method, c.r.URL.Path)
	if known {
		c.route, c.log.Dialect = r, string(r.dialect)
	}
	if odd := plain(c.r); odd != nil { // in the words of the path
		return odd
	}
	if err != nil {
		return err
	}
	if known {
		return jsonOnly(c.r)
	}
	if c.target, err = ParsePath(c.r.Method, c.r.URL.EscapedPath()); err != nil {
		return err
	}
	if err = agree(c.r.Host, &c.target); err != nil {
		return err
	}
	if c.query, err = parseQuery(c.r.URL.RawQuery, &c.target); err != nil {
		return err
	}
	c.name()
	return jsonOnly(c.r)
}

// name says in the record what the call is about.
func (c *call) name() {
	c.log.Method, c.log.Model = policy.MethodName(&c.target), policy.ModelName(&c.target)
}

// jsonOnly refuses bodies that the guard cannot read. Some clients of old send JSON and say nothing.
func jsonOnly(r *http.Request) error {
	kind := r.Header.Get("Content-Type")
	if kind == "" || r.ContentLength == 0 {
		return nil
	}
	media, _, err := mime.ParseMediaType(kind)
	if err == nil && (media == "application/json" || strings.HasSuffix(media, "+json")) {
		return nil
	}
	return &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "body_type", Status: http.StatusUnsupportedMediaType,
		Text: "the request body is not of type application/json", Hint: "send JSON",
	}
}

// limitBody bounds how long a body may take, read or not: net/http reads what is left of one before it answers.
func (g *Gateway) limitBody(w http.ResponseWriter, r *http.Request) {
	if r.Body != nil && r.Body != http.NoBody {
		_ = http.NewResponseController(w).SetReadDeadline(g.o.Clock().Add(g.o.BodyTimeout)) // not every test server has one
	}
}

// readBody reads the whole body before anything is called: a proxy that still reads while an answer comes cuts streams
// (golang.org/issue/40747).
func (c *call) readBody() ([]byte, error) {
	if c.r.Body == nil || c.r.Body == http.NoBody {
		return nil, nil
	}
	limit := int64(c.g.o.MaxBody)
	if c.r.ContentLength > limit {
		c.drain()
		return nil, bodyTooLarge()
	}
	body, err := readAll(c.r.Body, c.r.ContentLength, limit+1)
	if err != nil {
		return nil, &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "body_cut", Text: "the request body ended early or came too slowly", Hint: "send it again", Cause: err}
	}
	if int64(len(body)) > limit {
		c.drain()
		return nil, bodyTooLarge()
	}
	_ = http.NewResponseController(c.w).SetReadDeadline(time.Time{})
	return body, nil
}

// drain reads on in a body that is too long, up to twice what the gateway takes and for BodyTimeout: most clients look for
// an answer when they have sent all, and would see the connection reset. Who asks before it sends is told without.
func (c *call) drain() {
	if c.r.Header.Get("Expect") == "" {
		_, _ = io.CopyN(io.Discard, c.r.Body, 2*int64(c.g.o.MaxBody))
	}
}

// trustedSize is up to which size memory is there before the body is.
const trustedSize = 1 << 20

// readAll reads to the end, up to limit bytes; size is what is expected, negative when unknown.
func readAll(r io.Reader, size, limit int64) ([]byte, error) {
	if size < 0 || size > trustedSize {
		return io.ReadAll(io.LimitReader(r, limit))
	}
	body := make([]byte, size)
	n, err := io.ReadFull(r, body)
	return body[:n], err
}

func bodyTooLarge() error {
	return &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "body_too_large", Status: http.StatusRequestEntityTooLarge,
		Text: "the request body is longer than the gateway takes", Hint: "send files by gs:// address, or raise doors.gateway.max_body",
	}
}
