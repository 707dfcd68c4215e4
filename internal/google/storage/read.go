package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// Stat implements dataset.Reader.
func (s *Store) Stat(ctx context.Context, name string) (dataset.Object, error) {
	if err := s.CheckName(name); err != nil {
		return dataset.Object{}, err
	}
	return s.resource(ctx, request{method: http.MethodGet, path: s.object(name), about: name}, nil)
}

// Open implements dataset.Reader. What is stored compressed is read compressed.
func (s *Store) Open(ctx context.Context, o dataset.Object, offset, length int64) (io.ReadCloser, error) {
	if err := s.CheckName(o.Name); err != nil {
		return nil, err
	}
	q := url.Values{}
	if o.Version != "" {
		q.Set("generation", o.Version)
	}
	if length == 0 { // there is no range of no bytes: it is enough that the object is there
		_, err := s.resource(ctx, request{method: http.MethodGet, path: s.object(o.Name), query: q, about: o.Name}, nil)
		return io.NopCloser(bytes.NewReader(nil)), s.gone(ctx, o, err)
	}
	q.Set("alt", "media")
	resp, err := s.do(ctx, request{
		method: http.MethodGet, path: s.object(o.Name), query: q, about: o.Name,
		header: http.Header{"Range": {fmt.Sprintf("bytes=%d-%d", offset, offset+length-1)}, "Accept-Encoding": {"gzip"}},
	})
	if err != nil {
		return nil, s.gone(ctx, o, err)
	}
	if err := isRange(resp, o, offset, length); err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	return &exact{ReadCloser: resp.Body, left: length}, nil
}

// gone says of a generation that is not there whether the object has another one now, or none.
func (s *Store) gone(ctx context.Context, o dataset.Object, err error) error {
	refused, ok := errors.AsType[*bridge.Error](err)
	if !ok || refused.Code != dataset.CodeNotFound || o.Version == "" {
		return err
	}
	if _, statErr := s.Stat(ctx, o.Name); statErr == nil {
		refused.Code, refused.Text = dataset.CodeChanged, "generation "+o.Version+" of the object is gone, and there is another one"
	}
	return refused
}

// isRange checks that an answer is the bytes that were asked for: a proxy may know nothing of ranges.
func isRange(resp *http.Response, o dataset.Object, offset, length int64) error {
	want := fmt.Sprintf("bytes %d-%d/", offset, offset+length-1)
	got := resp.Header.Get("Content-Range")
	whole := resp.StatusCode == http.StatusOK && offset == 0 && resp.ContentLength == length
	if !whole && (len(got) < len(want) || got[:len(want)] != want) {
		return &bridge.Error{
			Kind: bridge.Drifted, Hop: bridge.HopBucket, Code: dataset.CodeChanged, Status: resp.StatusCode,
			Text: fmt.Sprintf("asked for %d bytes from %d, Cloud Storage has not so many", length, offset), Hint: "plan again: the next run sees what is there now",
		}
	}
	if generation := resp.Header.Get("X-Goog-Generation"); o.Version != "" && generation != "" && generation != o.Version {
		return &bridge.Error{
			Kind: bridge.Drifted, Hop: bridge.HopBucket, Code: dataset.CodeChanged,
			Text: "asked for generation " + o.Version + ", got " + generation, Hint: "plan again: the next run sees what is there now",
		}
	}
	return nil
}

// exact gives so many bytes, or an error.
type exact struct {
	io.ReadCloser
	left int64
}

func (e *exact) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	if int64(len(p)) > e.left {
		p = p[:e.left]
	}
	n, err := e.ReadCloser.Read(p)
	e.left -= int64(n)
	if errors.Is(err, io.EOF) && e.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	if e.left == 0 && err == nil {
		err = io.EOF
	}
	return n, err
}

// Delete implements dataset.Writer. In a bucket with versions the generation stays as a noncurrent one.
func (s *Store) Delete(ctx context.Context, o dataset.Object) error {
	if err := s.CheckName(o.Name); err != nil {
		return err
	}
	return s.call(ctx, request{method: http.MethodDelete, path: s.object(o.Name), query: conditions(dataset.Replaces(o)), about: o.Name}, nil, nil)
}
