// Package wire is the one HTTP client with which Landbridge speaks to both clouds.
//
// A request enters, a bounded response leaves. Every call has a deadline, a body cap and no redirect; plain HTTP goes to
// loopback and to the link-local metadata address only. Errors never hold a header, a body or a query. It must not
// retry and must not know what a response means: it only says whether the same call may succeed later.
package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Options configure a Client. The zero value is good for production.
type Options struct {
	// Timeout bounds one call from dialling to the last byte; 10 s when zero.
	Timeout time.Duration
	// MaxBody bounds a response body in bytes; 1 MiB when zero.
	MaxBody int64
	// RootCAs replaces the system's trusted roots.
	RootCAs *x509.CertPool
	// NoProxy goes round HTTPS_PROXY: metadata endpoints are never behind one.
	NoProxy bool
	// UserAgent is sent with every call.
	UserAgent string
}

// Client makes bounded calls. It is safe for use from many goroutines.
type Client struct {
	http    *http.Client
	maxBody int64
	agent   string
}

// Response is a whole answer, read and closed.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// New returns a client.
func New(o Options) *Client {
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.MaxBody == 0 {
		o.MaxBody = 1 << 20
	}
	transport := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: o.Timeout, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs},
		TLSHandshakeTimeout:    o.Timeout,
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		ForceAttemptHTTP2:      true,
	}
	if o.NoProxy {
		transport.Proxy = nil
	}
	return &Client{
		http: &http.Client{
			Transport:     transport,
			Timeout:       o.Timeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		maxBody: o.MaxBody,
		agent:   o.UserAgent,
	}
}

// CloseIdle closes connections that nobody uses.
func (c *Client) CloseIdle() { c.http.CloseIdleConnections() }

// Do makes one call. Any HTTP status is a Response; an error is a *bridge.Error of kind Unreachable (no usable answer;
// Retry says whether another try may help) or Usage (the URL is not one that we call).
func (c *Client) Do(ctx context.Context, hop bridge.Hop, req *http.Request) (*Response, error) {
	if err := checkURL(req.URL); err != nil {
		return nil, &bridge.Error{Kind: bridge.Usage, Hop: hop, Code: "url_refused", Text: err.Error(), Hint: "use https, or http on loopback"}
	}
	if c.agent != "" {
		req.Header.Set("User-Agent", c.agent)
	}
	resp, err := c.http.Do(req.WithContext(ctx))
	if err != nil {
		return nil, Failure(ctx, hop, req.URL.Host, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, c.maxBody+1))
	if err != nil {
		return nil, Failure(ctx, hop, req.URL.Host, err)
	}
	if int64(len(body)) > c.maxBody {
		return nil, &bridge.Error{
			Kind: bridge.Unreachable, Hop: hop, Code: "response_too_large", Status: resp.StatusCode,
			Text: fmt.Sprintf("%s answered with more than %d bytes", req.URL.Host, c.maxBody),
			Hint: "check that the address is the service's own and not a proxy's",
		}
	}
	return &Response{Status: resp.StatusCode, Header: resp.Header, Body: body}, nil
}

// Get fetches a URL with the given headers.
func (c *Client) Get(ctx context.Context, hop bridge.Hop, rawURL string, header http.Header) (*Response, error) {
	return c.send(ctx, hop, http.MethodGet, rawURL, header, nil)
}

// PostForm posts an application/x-www-form-urlencoded body.
func (c *Client) PostForm(ctx context.Context, hop bridge.Hop, rawURL string, header http.Header, form url.Values) (*Response, error) {
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.send(ctx, hop, http.MethodPost, rawURL, header, strings.NewReader(form.Encode()))
}

// PostJSON posts a JSON body.
func (c *Client) PostJSON(ctx context.Context, hop bridge.Hop, rawURL string, header http.Header, body []byte) (*Response, error) {
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", "application/json")
	return c.send(ctx, hop, http.MethodPost, rawURL, header, strings.NewReader(string(body)))
}

func (c *Client) send(ctx context.Context, hop bridge.Hop, method, rawURL string, header http.Header, body io.Reader) (*Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, rawURL, body)
	if err != nil {
		return nil, &bridge.Error{Kind: bridge.Usage, Hop: hop, Code: "url_refused", Text: "the address is not a URL", Hint: "use https://HOST/PATH"}
	}
	if header != nil {
		req.Header = header
	}
	return c.Do(ctx, hop, req)
}

// RetryStatus says whether an answer with this status may be different next time.
func RetryStatus(status int) bool {
	return status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= 500 && status != http.StatusNotImplemented
}

// RetryAfter reads the Retry-After header in its seconds form; 0 when absent, a date, or out of 0 to 300 s.
func (r *Response) RetryAfter() time.Duration { return RetryAfter(r.Header) }

// RetryAfter is Response.RetryAfter, for the clients of vendors, which show the header alone.
func RetryAfter(h http.Header) time.Duration {
	d, err := time.ParseDuration(h.Get("Retry-After") + "s")
	if err != nil || d < 0 || d > 5*time.Minute {
		return 0
	}
	return d
}

func checkURL(u *url.URL) error {
	switch {
	case u.User != nil:
		return errors.New("a URL with user information is refused")
	case u.Scheme == "https":
		return nil
	case u.Scheme != "http":
		return fmt.Errorf("scheme %q is refused", u.Scheme)
	case PlainHost(u.Hostname()):
		return nil
	}
	return fmt.Errorf("plain http to %s is refused", u.Hostname())
}

// PlainHost says whether plain HTTP may go to host: loopback, link-local addresses and Google's metadata name.
func PlainHost(host string) bool {
	if host == "localhost" || host == "metadata.google.internal" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && (addr.IsLoopback() || addr.IsLinkLocalUnicast())
}

// Failure turns a transport's failure to reach host into our error. A URL's query and the client's own text (which
// repeats the URL) stay out of it. Retry is true unless the caller has left or the certificate is not trusted.
func Failure(ctx context.Context, hop bridge.Hop, host string, err error) error {
	out := &bridge.Error{Kind: bridge.Unreachable, Hop: hop, Code: "unreachable", Retry: true}
	if inner, ok := errors.AsType[*url.Error](err); ok {
		err = inner.Err
	}
	out.Cause = err
	switch {
	case ctx.Err() != nil:
		out.Code, out.Retry = "canceled", false
		out.Text = fmt.Sprintf("gave up waiting for %s", host)
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			out.Code = "deadline_exceeded"
		}
	case isTimeout(err):
		out.Code = "timeout"
		out.Text = fmt.Sprintf("%s did not answer in time", host)
		out.Hint = "check the route, the firewall and HTTPS_PROXY"
	case isCertificate(err):
		out.Code, out.Retry = "certificate_untrusted", false
		out.Text = fmt.Sprintf("the certificate of %s is not trusted", host)
		out.Hint = "name the issuing CA in SSL_CERT_FILE"
	default:
		out.Text = fmt.Sprintf("cannot reach %s", host)
		out.Hint = "check DNS, the route, the firewall and HTTPS_PROXY"
	}
	return out
}

func isTimeout(err error) bool {
	t, ok := errors.AsType[net.Error](err)
	return ok && t.Timeout()
}

func isCertificate(err error) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}
