// Package dataplane is what Blob Storage and Azure Files have in common on the wire: how a call is signed, what an answer's body is
// worth, and the refusals that mean the same in both.
//
// Requests to an account whose address was checked enter; answers, and refusals in our form, leave. It makes one attempt a call, and must
// never call a range whole that is not.
package dataplane

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

// Client makes calls with leases for Azure Storage. All fields are required.
type Client struct {
	HTTP   *wire.Streamer
	Clock  bridge.Clock
	Leaser bridge.Leaser
	// Version of the protocol that is spoken, such as 2023-11-03.
	Version string
}

// Do signs a request, whose headers are the caller's no more, and makes it. The lease comes back for what a refusal says of it.
func (c *Client) Do(ctx context.Context, req *http.Request) (*http.Response, bridge.Lease, error) {
	lease, err := c.Leaser.Lease(ctx, bridge.LeaseRequest{Scopes: []string{azure.StorageScope}})
	if err != nil {
		return nil, lease, err
	}
	if req.Header == nil {
		req.Header = make(http.Header, 4)
	}
	req.Header["Authorization"] = []string{"Bearer " + lease.Token.Reveal()}
	req.Header["X-Ms-Version"] = []string{c.Version}
	req.Header["X-Ms-Date"] = []string{c.Clock().UTC().Format(http.TimeFormat)}
	resp, err := c.HTTP.Do(ctx, bridge.HopStorage, req)
	return resp, lease, err
}

// Drain reads what is left of an answer, so that the connection is used again when it is closed.
func Drain(resp *http.Response) error {
	_, err := io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	return err
}

// Range is the value of x-ms-range.
func Range(offset, length int64) string {
	return "bytes=" + strconv.FormatInt(offset, 10) + "-" + strconv.FormatInt(offset+length-1, 10)
}

// MD5 reads a base64 MD5; nil when it is none.
func MD5(text string) []byte {
	out, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(out) != 16 {
		return nil
	}
	return out
}

// Exactly gives length bytes of a body or an error, never fewer and io.EOF. What end has against it is said in place of io.EOF; nil has
// nothing.
func Exactly(body io.ReadCloser, length int64, end func() error) io.ReadCloser {
	return &exactly{ReadCloser: body, left: length, end: end}
}

type exactly struct {
	io.ReadCloser
	left int64
	end  func() error
}

func (e *exactly) Read(p []byte) (int, error) {
	if e.left == 0 {
		if end := e.end; end != nil {
			if err := end(); err != nil {
				return 0, err
			}
			e.end = nil
		}
		return 0, io.EOF
	}
	if int64(len(p)) > e.left {
		p = p[:e.left]
	}
	n, err := e.ReadCloser.Read(p)
	e.left -= int64(n)
	switch {
	case e.left == 0:
		return n, nil // what is wrong with the end is said there
	case err == io.EOF:
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// Usage is a mistake in what was asked for.
func Usage(code, format string, args ...any) *bridge.Error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopStorage, Code: code, Text: fmt.Sprintf(format, args...)}
}

// CodeOf is the code of an error of ours; "" of any other.
func CodeOf(err error) string {
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		return e.Code
	}
	return ""
}
