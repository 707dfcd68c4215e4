package blob

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/landbridge/landbridge/internal/azure/dataplane"
	"github.com/landbridge/landbridge/internal/dataset"
)

// call is one request to the container, or to a blob in it.
type call struct {
	method  string
	name    string // of the object, below the place's prefix; "" is the container itself
	account bool   // it is about the account, not the container
	query   string
	header  http.Header
	body    io.Reader
	size    int64
	want    int  // status of the good answer
	also    int  // another good one; 0 is none
	write   bool // a refused precondition means that another object is there
}

// do makes a call and returns its good answer, whose body the caller must close, or our error.
func (c *Container) do(ctx context.Context, k call) (*http.Response, error) {
	req := &http.Request{Method: k.method, URL: c.url(k), Header: k.header, ContentLength: k.size}
	if k.body != nil && k.size > 0 {
		req.Body = io.NopCloser(k.body)
		if b, ok := k.body.(*attempt); ok { // a connection that died while idle: nothing was sent yet
			req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(b.body()), nil }
		}
	}
	resp, lease, err := c.client.Do(ctx, req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != k.want && (k.also == 0 || resp.StatusCode != k.also) {
		defer resp.Body.Close()
		return nil, c.refusal(k, resp, lease)
	}
	return resp, nil
}

// done makes a call of which only the headers matter.
func (c *Container) done(ctx context.Context, k call) (http.Header, error) {
	resp, err := c.do(ctx, k)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return resp.Header, dataplane.Drain(resp)
}

func (c *Container) url(k call) *url.URL {
	u := c.base
	u.RawQuery = k.query
	switch {
	case k.account:
		u.Path += "/"
	case k.name == "":
		u.Path += "/" + c.place.Name
	default:
		u.RawPath = u.Path + "/" + c.place.Name + "/" + dataset.Escape(c.place.Prefix+k.name)
		u.Path += "/" + c.place.Name + "/" + c.place.Prefix + k.name
	}
	return &u
}
