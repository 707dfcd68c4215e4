package storage

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// request is one call on its way.
type request struct {
	method string
	path   string // escaped
	query  url.Values
	header http.Header
	body   io.Reader
	size   int64  // of body; 0 when there is none
	about  string // which object it is, below the prefix; "" is the bucket
	exists bool   // a precondition that fails means that the object exists, not that it changed
}

// do makes one call. An answer from 200 to 299 is a response, whose body the caller closes; any other is an error.
func (s *Store) do(ctx context.Context, r request) (*http.Response, error) {
	path, err := url.PathUnescape(r.path)
	if err != nil {
		return nil, usage("name_refused", "the name cannot stand in a URL", "rename the object")
	}
	target := *s.endpoint
	target.Path, target.RawPath, target.RawQuery = path, r.path, r.query.Encode()
	req := &http.Request{Method: r.method, URL: &target, Host: target.Host, Header: r.header, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	if req.Header == nil {
		req.Header = http.Header{}
	}
	if r.size > 0 {
		req.Body, req.ContentLength = io.NopCloser(r.body), r.size
	}
	if err := s.sign(ctx, req.Header); err != nil {
		return nil, err
	}
	resp, err := s.options.HTTP.Do(ctx, bridge.HopBucket, req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= 200 && resp.StatusCode <= 299 {
		return resp, nil
	}
	defer resp.Body.Close()
	return nil, s.refusal(resp, r)
}

// sign puts in whose call it is.
func (s *Store) sign(ctx context.Context, h http.Header) error {
	lease, err := s.options.Leaser.Lease(ctx, bridge.LeaseRequest{Scopes: []string{s.options.Scope}})
	if err != nil {
		return err
	}
	h.Set("Authorization", "Bearer "+lease.Token.Reveal())
	if s.options.QuotaProject != "" {
		h.Set("X-Goog-User-Project", s.options.QuotaProject)
	}
	return nil
}

// maxAnswer bounds the JSON of one answer: 1,000 objects with 8 KiB of metadata each and their names.
const maxAnswer = 32 << 20

// read reads a whole answer into a buffer.
func read(resp *http.Response, into *bytes.Buffer) error {
	into.Reset()
	n, err := into.ReadFrom(io.LimitReader(resp.Body, maxAnswer+1))
	if err == nil && n > maxAnswer {
		return &bridge.Error{
			Kind: bridge.Unreachable, Hop: bridge.HopBucket, Code: "response_too_large", Status: resp.StatusCode,
			Text: fmt.Sprintf("Cloud Storage answered with more than %d bytes", maxAnswer), Hint: "check that the endpoint is Cloud Storage's own",
		}
	}
	return err
}

// json gives the request a JSON body; nil is none.
func (r *request) json(v any) error {
	if v == nil {
		return nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	r.body, r.size = bytes.NewReader(text), int64(len(text))
	r.header = http.Header{"Content-Type": {"application/json"}}
	return nil
}

// call makes a call with a JSON body, nil for none, and reads the answer; into may be nil.
func (s *Store) call(ctx context.Context, r request, body, into any) error {
	if err := r.json(body); err != nil {
		return err
	}
	resp, err := s.do(ctx, r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var answer bytes.Buffer
	if err := read(resp, &answer); err != nil || into == nil {
		return err
	}
	if err := json.Unmarshal(answer.Bytes(), into); err != nil {
		return malformed(err)
	}
	return nil
}

// resource makes a call that answers with an object.
func (s *Store) resource(ctx context.Context, r request, body any) (dataset.Object, error) {
	if r.query == nil {
		r.query = url.Values{}
	}
	r.query.Set("fields", objectFields)
	if err := r.json(body); err != nil {
		return dataset.Object{}, err
	}
	resp, err := s.do(ctx, r)
	if err != nil {
		return dataset.Object{}, err
	}
	defer resp.Body.Close()
	return s.objectOf(resp)
}

// objectOf reads an object out of an answer.
func (s *Store) objectOf(resp *http.Response) (dataset.Object, error) {
	var answer bytes.Buffer
	if err := read(resp, &answer); err != nil {
		return dataset.Object{}, err
	}
	found, err := parseObject(answer.Bytes())
	if err != nil {
		return dataset.Object{}, malformed(err)
	}
	return s.below(found.Object), nil
}

// below takes the place's prefix off an object's name.
func (s *Store) below(o dataset.Object) dataset.Object {
	if len(o.Name) >= len(s.options.Prefix) {
		o.Name = o.Name[len(s.options.Prefix):]
	}
	return o
}

func malformed(err error) *bridge.Error {
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopBucket, Code: "response_malformed", Retry: true, Cause: err,
		Text: "Cloud Storage answered with something else than its JSON", Hint: "check that the endpoint is Cloud Storage's own and not a proxy's",
	}
}

// conditions are a write's preconditions as parameters.
func conditions(i dataset.If) url.Values {
	q := url.Values{}
	switch {
	case i.Absent:
		q.Set("ifGenerationMatch", "0")
	case i.Version != "":
		q.Set("ifGenerationMatch", i.Version)
	}
	return q
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
