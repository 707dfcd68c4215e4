package files

import (
	"context"
	"net/http"
	"net/url"

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
	h := k.header
	if h == nil {
		h = make(http.Header, 8)
	}
	h["X-Ms-File-Request-Intent"] = []string{"backup"}
	h["X-Ms-Allow-Trailing-Dot"] = []string{"true"} // else the service reads "a" when it is asked for "a."
	resp, lease, err := s.client.Do(ctx, &http.Request{Method: k.method, URL: s.url(k), Header: h})
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
