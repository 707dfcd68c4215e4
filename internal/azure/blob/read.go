package blob

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/landbridge/landbridge/internal/azure/dataplane"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// Stat implements dataset.Reader.
func (c *Container) Stat(ctx context.Context, name string) (dataset.Object, error) {
	h, err := c.done(ctx, call{method: http.MethodHead, name: name, want: http.StatusOK})
	if err != nil {
		return dataset.Object{}, err
	}
	if folder(h.Get(metaHeader + folderKey)) {
		return dataset.Object{}, c.about(bridge.Refused, dataset.CodeNotFound, name, "is a directory")
	}
	return object(name, h), nil
}

// Open implements dataset.Reader.
func (c *Container) Open(ctx context.Context, o dataset.Object, offset, length int64) (io.ReadCloser, error) {
	switch {
	case offset < 0 || length < 0 || offset+length > o.Size:
		return nil, dataplane.Usage("range_refused", "%q has %d bytes: no %d from %d", o.Name, o.Size, length, offset)
	case !o.Deleted.IsZero():
		e := c.about(bridge.Refused, dataset.CodeUnavailable, o.Name, "was deleted, and can be read once it is brought back")
		e.Hint = "az storage blob undelete --auth-mode login" + c.arguments(call{name: o.Name})
		return nil, e
	case length == 0:
		return io.NopCloser(bytes.NewReader(nil)), nil
	}
	h := make(http.Header, 8)
	k := call{method: http.MethodGet, name: o.Name, query: pinned(o), header: h, want: http.StatusPartialContent}
	if k.query == "" && o.ETag != "" {
		h["If-Match"] = []string{o.ETag}
	}
	h["X-Ms-Range"] = []string{dataplane.Range(offset, length)}
	resp, err := c.do(ctx, k)
	if err != nil {
		return nil, changed(err, o, k.query)
	}
	if err := c.answers(resp, o, offset, length); err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	return dataplane.Exactly(resp.Body, length, nil), nil
}

// pinned is the query that names exactly an object's bytes; "" when only its ETag does.
func pinned(o dataset.Object) string {
	if at, ok := strings.CutPrefix(o.Version, snapshotPrefix); ok {
		return "snapshot=" + url.QueryEscape(at)
	}
	if o.Version != "" {
		return "versionid=" + url.QueryEscape(o.Version)
	}
	return ""
}

// changed: what is not there under its version was there when it was listed.
func changed(err error, o dataset.Object, query string) error {
	if e, ok := err.(*bridge.Error); ok && query != "" && e.Code == dataset.CodeNotFound { //nolint:errorlint // do returns it unwrapped
		e.Text = fmt.Sprintf("%s (version %s)", e.Text, o.Version)
	}
	return err
}

// answers holds the headers of a range against what was asked for: an emulator that ignores versionid gives the bytes of today.
func (c *Container) answers(resp *http.Response, o dataset.Object, offset, length int64) error {
	want := fmt.Sprintf("bytes %d-%d/%d", offset, offset+length-1, o.Size)
	if got := resp.Header.Get("Content-Range"); got != want {
		return c.about(bridge.Refused, dataset.CodeChanged, o.Name, "has %q where %q was asked for", got, want)
	}
	if tag := resp.Header.Get("ETag"); o.ETag != "" && tag != o.ETag {
		return c.about(bridge.Refused, dataset.CodeChanged, o.Name, "came with the ETag %s, not %s", tag, o.ETag)
	}
	return nil
}
