package vertex

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/prompt"
	"github.com/landbridge/landbridge/internal/wire"
)

// send makes one attempt in one location.
func (u *Upstream) send(ctx context.Context, c *prompt.Call, location string) (*prompt.Answer, error) {
	address, err := u.address(c, location)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	b := newRequestBody(c.Body)
	r := u.request(httptrace.WithClientTrace(ctx, &b.trace), c, address)
	b.attach(r)
	resp, err := u.transport.RoundTrip(r) //nolint:bodyclose // the answer's holder closes it
	b.finish(answered)
	if err != nil {
		err = wire.Failure(ctx, bridge.HopVertex, address.Host, err)
		cancel(nil)
		return nil, err
	}
	return &prompt.Answer{
		Status: resp.StatusCode, Header: resp.Header, Location: location,
		Body: newAnswerBody(ctx, cancel, resp.Body, address.Host, u.o.IdleTimeout),
	}, nil
}

func (u *Upstream) address(c *prompt.Call, location string) (*url.URL, error) {
	path, err := pathOf(&c.Target, location)
	if err != nil {
		return nil, err
	}
	out := &url.URL{Scheme: "https", Host: u.host(location), Path: path, RawQuery: c.Query}
	if u.base != nil {
		out.Scheme, out.Host, out.Path = u.base.Scheme, u.base.Host, u.base.Path+path
	}
	return out, nil
}

// host is the one host that serves a location.
func (u *Upstream) host(location string) string {
	return google.VertexHost(location, u.o.UniverseDomain)
}

// request is made from what was decided alone. The transport sends it as it is: it follows no redirect and keeps no
// cookie.
func (u *Upstream) request(ctx context.Context, c *prompt.Call, address *url.URL) *http.Request {
	header := make(http.Header, len(c.Header)+2)
	for name, values := range c.Header {
		header[name] = values
	}
	delete(header, "Accept-Encoding") // the guard reads plain bytes
	header["Authorization"] = []string{"Bearer " + c.Lease.Token.Reveal()}
	header["User-Agent"] = u.agent
	r := (&http.Request{}).WithContext(ctx)
	r.Method, r.URL, r.Host, r.Header = c.Verb, address, address.Host, header
	r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/1.1", 1, 1
	return r
}

// requestBody is a request's body on its way out, in a reader of which net/http knows that it is in memory: head and body
// then leave in one write. A transport holds a request until the end of its answer, which of a stream is long after the
// request is out. So the bytes are let go of as soon as they are written and there is an answer: none begins anew then.
type requestBody struct {
	bytes.Reader
	again []byte // for GetBody, until there is an answer
	trace httptrace.ClientTrace
	done  atomic.Uint32
}

// What is over for a body, as bits.
const (
	written  = 1
	answered = 2
)

func newRequestBody(body []byte) *requestBody {
	b := &requestBody{again: body}
	b.Reset(body)
	b.trace.WroteRequest = func(httptrace.WroteRequestInfo) { b.finish(written) }
	return b
}

// attach makes it the body of a request, whose context has its trace.
func (b *requestBody) attach(r *http.Request) {
	if len(b.again) == 0 {
		return
	}
	r.Body, r.ContentLength = io.NopCloser(&b.Reader), int64(len(b.again))
	// For a connection that had died before the request was on it.
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.again)), nil }
}

// finish lets go of the bytes with whatever is done last.
func (b *requestBody) finish(part uint32) {
	if before := b.done.Or(part); before != written|answered && before|part == written|answered {
		b.again = nil
		b.Reset(nil)
	}
}

// again says whether a call that ended so was refused before the model began. One that was answered too late was not.
func again(a *prompt.Answer, err error) bool {
	if a == nil {
		e, ok := errors.AsType[*bridge.Error](err)
		return ok && e.Retry && e.Code != "timeout"
	}
	switch a.Status {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

func retryAfter(a *prompt.Answer) time.Duration {
	if a != nil {
		return wire.RetryAfter(a.Header)
	}
	return 0
}

// backoff is how long to wait after the nth round: 0.2 s doubling to 3.2 s, a half of it by chance, so that callers that
// were refused together do not come back together.
func backoff(n int) time.Duration {
	d := 200 * time.Millisecond << min(n, 4)
	return d/2 + rand.N(d/2) //nolint:gosec // chance, not secrecy
}

// discard ends an answer that nobody will read, and keeps its connection where the rest is short.
func discard(a *prompt.Answer) {
	if a == nil {
		return // there was none
	}
	if b, ok := a.Body.(*answerBody); ok {
		b.idle = min(b.idle, time.Second)
	}
	_, _ = io.CopyN(io.Discard, a.Body, 64<<10)
	_ = a.Body.Close()
}
