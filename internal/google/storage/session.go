package storage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
)

// start begins a session.
func (u *ordered) start(ctx context.Context) error {
	about := metadataOf(u.write)
	about.Name, about.CRC32C, about.MD5 = u.store.options.Prefix+u.write.Name, u.write.CRC32C, u.write.MD5
	text, err := json.Marshal(about)
	if err != nil {
		return err
	}
	query := conditions(u.write.If)
	query.Set("uploadType", "resumable")
	query.Set("fields", objectFields)
	resp, err := u.store.do(ctx, request{
		method: http.MethodPost, path: "/upload" + u.store.base + "/o", query: query, about: u.write.Name, exists: u.write.If.Absent,
		body: bytes.NewReader(text), size: int64(len(text)),
		header: http.Header{
			"Content-Type": {"application/json"}, "X-Upload-Content-Type": {about.ContentType}, "X-Upload-Content-Length": {decimal(u.write.Size)},
		},
	})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	u.state = u.fresh()
	u.state.URI = resp.Header.Get("Location")
	u.persisted, u.unsure = 0, false
	return u.save(ctx)
}

// send sends whole quanta. Whatever goes wrong, only Cloud Storage knows what it has then.
func (u *ordered) send(ctx context.Context, bytes *payload, n int64) error {
	u.unsure = true
	resp, err := u.put(ctx, http.MethodPut, fmt.Sprintf("bytes %d-%d/*", u.persisted, u.persisted+n-1), io.LimitReader(bytes, n), n, checksum.CRC{})
	if err != nil {
		bytes.shut()
		return bytes.blame(err)
	}
	defer resp.Body.Close()
	want := u.persisted + n
	if err := u.heard(resp); err != nil {
		return err
	}
	if u.persisted != want {
		return &bridge.Error{
			Kind: bridge.Unreachable, Hop: bridge.HopBucket, Code: "upload_incomplete", Retry: true,
			Text: fmt.Sprintf("Cloud Storage kept %d of %d bytes", u.persisted, want),
		}
	}
	u.unsure = false
	return nil
}

// ask asks how much there is.
func (u *ordered) ask(ctx context.Context) error {
	resp, err := u.put(ctx, http.MethodPut, "bytes */*", nil, 0, checksum.CRC{})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := u.heard(resp); err != nil {
		return err
	}
	u.unsure = false
	return nil
}

// heard reads how much is persisted: 308 with a Range, or the object when it is finished.
func (u *ordered) heard(resp *http.Response) error {
	if resp.StatusCode != http.StatusPermanentRedirect {
		o, err := u.store.objectOf(resp)
		if err != nil {
			return err
		}
		u.finished, u.persisted = &o, o.Size
		return nil
	}
	u.persisted = 0
	if text := resp.Header.Get("Range"); text != "" {
		last, err := strconv.ParseInt(strings.TrimPrefix(text, "bytes=0-"), 10, 64)
		if err != nil {
			return malformed(err)
		}
		u.persisted = last + 1
	}
	return nil
}

// last sends the tail with the checksum of all.
func (u *ordered) last(ctx context.Context, crc32c checksum.CRC) error {
	span := "bytes */" + decimal(u.write.Size)
	if n := int64(len(u.tail)); n > 0 {
		span = fmt.Sprintf("bytes %d-%d/%d", u.persisted, u.persisted+n-1, u.write.Size)
	}
	u.unsure = true
	resp, err := u.put(ctx, http.MethodPut, span, bytes.NewReader(u.tail), int64(len(u.tail)), crc32c)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := u.heard(resp); err != nil {
		return err
	}
	if u.finished == nil {
		return &bridge.Error{
			Kind: bridge.Unreachable, Hop: bridge.HopBucket, Code: "upload_incomplete", Retry: true,
			Text: fmt.Sprintf("Cloud Storage has %d of %d bytes, and waits for more", u.persisted, u.write.Size),
		}
	}
	u.unsure = false
	return nil
}

// put makes a call on the session. 308 is an answer here.
func (u *ordered) put(ctx context.Context, method, span string, body io.Reader, size int64, sum checksum.CRC) (*http.Response, error) {
	target, err := url.Parse(u.state.URI)
	if err != nil || target.Host != u.store.endpoint.Host || target.Scheme != u.store.endpoint.Scheme {
		return nil, malformed(errors.New("the session is not one of this endpoint"))
	}
	req := (&http.Request{Method: method, URL: target, Header: http.Header{}}).WithContext(ctx)
	if span != "" {
		req.Header.Set("Content-Range", span)
	}
	if sum.Known {
		req.Header.Set("X-Goog-Hash", "crc32c="+sum.String())
	}
	if size > 0 {
		req.Body, req.ContentLength = io.NopCloser(body), size
	}
	resp, err := u.store.options.HTTP.Do(ctx, bridge.HopBucket, req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= 200 && resp.StatusCode <= 299 || resp.StatusCode == http.StatusPermanentRedirect {
		return resp, nil
	}
	defer resp.Body.Close()
	refused := u.store.refusal(resp, request{about: u.write.Name, exists: u.write.If.Absent})
	if resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusGone || resp.StatusCode == 499 {
		refused.Kind, refused.Code, refused.Text = bridge.Unreachable, codeSessionGone, "the upload session is over"
		refused.Retry, refused.Hint = true, "the object is begun again"
	}
	return nil, refused
}
