package files

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// version of Azure's protocol that is spoken: the first in which tokens open shares as well as files.
const version = "2024-11-04"

// call is one read.
type call struct {
	method string
	what   string // of errors: "read", "list"
	path   string // in the share, the place's prefix included
	shares bool   // it is about the account's shares
	query  url.Values
	header http.Header
	want   int // status of the good answer
}

// do makes a call and returns its good answer, whose body the caller must close, or our error.
func (s *Share) do(ctx context.Context, k call) (*http.Response, error) {
	lease, err := s.leaser.Lease(ctx, bridge.LeaseRequest{Scopes: []string{azure.StorageScope}})
	if err != nil {
		return nil, err
	}
	h := k.header
	if h == nil {
		h = make(http.Header, 8)
	}
	h["Authorization"] = []string{"Bearer " + lease.Token.Reveal()}
	h["X-Ms-Version"] = []string{version}
	h["X-Ms-Date"] = []string{s.clock().UTC().Format(http.TimeFormat)}
	h["X-Ms-File-Request-Intent"] = []string{"backup"}
	h["X-Ms-Allow-Trailing-Dot"] = []string{"true"} // else the service reads "a" when it is asked for "a."
	resp, err := s.http.Do(ctx, bridge.HopStorage, &http.Request{Method: k.method, URL: s.url(k), Header: h})
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != k.want {
		defer resp.Body.Close()
		return nil, s.refusal(k, resp, lease)
	}
	return resp, nil
}

func (s *Share) url(k call) *url.URL {
	u := s.base
	u.RawQuery = k.query.Encode()
	if k.shares {
		u.Path += "/"
		return &u
	}
	u.RawPath = u.Path + "/" + s.place.Name + "/" + dataset.Escape(k.path)
	u.Path += "/" + s.place.Name + "/" + k.path
	if k.path == "" {
		u.Path, u.RawPath = s.base.Path+"/"+s.place.Name, ""
	}
	return &u
}

// drain reads what is left, so that the connection is used again.
func drain(resp *http.Response) error {
	_, err := io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	if closed := resp.Body.Close(); err == nil {
		err = closed
	}
	return err
}
