package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/landbridge/landbridge/internal/azure/dataplane"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

const (
	metaHeader     = "X-Ms-Meta-"
	snapshotPrefix = "snapshot=" // of Object.Version
)

// Stat implements dataset.Reader.
func (s *Share) Stat(ctx context.Context, name string) (dataset.Object, error) {
	resp, err := s.do(ctx, call{method: http.MethodHead, what: "look at", path: s.place.Prefix + name, query: at(s.snapshot), want: http.StatusOK})
	if err != nil {
		return dataset.Object{}, err
	}
	defer resp.Body.Close()
	o, err := object(name, resp.Header)
	if err != nil {
		return dataset.Object{}, s.unreadable(resp, err)
	}
	o.Version = versionOf(s.snapshot)
	return o, dataplane.Drain(resp)
}

// at is the query of a snapshot; nil of the share as it is.
func at(snapshot string) url.Values {
	if snapshot == "" {
		return nil
	}
	return url.Values{"sharesnapshot": {snapshot}}
}

func versionOf(snapshot string) string {
	if snapshot == "" {
		return ""
	}
	return snapshotPrefix + snapshot
}

// object reads the headers of Get File Properties.
func object(name string, h http.Header) (dataset.Object, error) {
	o := dataset.Object{Name: name, ETag: quoted(h.Get("ETag")), MD5: dataplane.MD5(h.Get("Content-MD5")), Headers: dataset.Headers{
		ContentType: h.Get("Content-Type"), ContentEncoding: h.Get("Content-Encoding"), ContentLanguage: h.Get("Content-Language"),
		ContentDisposition: h.Get("Content-Disposition"), CacheControl: h.Get("Cache-Control"),
	}}
	var err error
	if o.Size, err = strconv.ParseInt(h.Get("Content-Length"), 10, 64); err != nil {
		return o, err
	}
	if o.Modified, err = http.ParseTime(h.Get("Last-Modified")); err != nil {
		return o, err
	}
	for key, values := range h {
		if name, ok := strings.CutPrefix(key, metaHeader); ok && len(values) > 0 {
			if o.Metadata == nil {
				o.Metadata = map[string]string{}
			}
			o.Metadata[strings.ToLower(name)] = values[0]
		}
	}
	return o, nil
}

// quoted is an ETag as headers write it, which lists may not.
func quoted(tag string) string {
	if tag == "" {
		return ""
	}
	return `"` + strings.Trim(tag, `"`) + `"`
}

// Open implements dataset.Reader.
func (s *Share) Open(ctx context.Context, o dataset.Object, offset, length int64) (io.ReadCloser, error) {
	switch {
	case offset < 0 || length < 0 || offset+length > o.Size:
		return nil, dataplane.Usage("range_refused", "%q has %d bytes: no %d from %d", o.Name, o.Size, length, offset)
	case length == 0:
		return io.NopCloser(bytes.NewReader(nil)), nil
	}
	snapshot, _ := strings.CutPrefix(o.Version, snapshotPrefix)
	h := make(http.Header, 8)
	h["X-Ms-Range"] = []string{dataplane.Range(offset, length)}
	resp, err := s.do(ctx, call{method: http.MethodGet, what: "read", path: s.place.Prefix + o.Name, query: at(snapshot), header: h, want: http.StatusPartialContent})
	if err != nil {
		return nil, s.gone(err, o)
	}
	if err := s.answers(resp, o, offset, length); err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	var end func() error
	if snapshot == "" && o.ETag != "" {
		end = func() error { return s.unchanged(ctx, o) }
	}
	return dataplane.Exactly(resp.Body, length, end), nil
}

// unchanged looks again at a file that was read as it is now: an SMB client may have written while its bytes were on their way, and the
// answer's headers are of before.
func (s *Share) unchanged(ctx context.Context, o dataset.Object) error {
	now, err := s.Stat(ctx, o.Name)
	if err == nil && now.ETag != o.ETag {
		err = s.about(dataset.CodeChanged, o.Name, "was changed while it was read: its ETag is %s, not %s", now.ETag, o.ETag)
	}
	return err
}

// gone: a range that the file had when it was listed and has not now is of other bytes, and so are those of a snapshot that was deleted.
func (s *Share) gone(err error, o dataset.Object) error {
	e, ok := errors.AsType[*bridge.Error](err)
	switch {
	case ok && e.Status == http.StatusRequestedRangeNotSatisfiable:
		return s.about(dataset.CodeChanged, o.Name, "has fewer than the %d bytes that it was listed with", o.Size)
	case ok && o.Version != "" && e.Code == codeNoShare:
		return s.about(dataset.CodeChanged, o.Name, "was listed in a %s that is there no more", o.Version)
	}
	return err
}

// answers holds the headers of a range against what was asked for: the service takes no If-Match.
func (s *Share) answers(resp *http.Response, o dataset.Object, offset, length int64) error {
	want := fmt.Sprintf("bytes %d-%d/%d", offset, offset+length-1, o.Size)
	if got := resp.Header.Get("Content-Range"); got != want {
		return s.about(dataset.CodeChanged, o.Name, "has %q where %q was asked for", got, want)
	}
	if tag := quoted(resp.Header.Get("ETag")); o.ETag != "" && tag != o.ETag {
		return s.about(dataset.CodeChanged, o.Name, "came with the ETag %s, not %s", tag, o.ETag)
	}
	return nil
}
