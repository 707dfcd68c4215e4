package blobapi

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// getBlob reads a blob, a version or a snapshot: Get Blob, Get Blob Properties and Get Blob Metadata.
func (c *call) getBlob() *Problem {
	c.store.mu.Lock()
	b, p := c.blob()
	if p != nil {
		c.store.mu.Unlock()
		return p
	}
	r := b.at(c.query.Get("versionid"), c.query.Get("snapshot"))
	current := r != nil && r == b.base
	c.store.mu.Unlock()
	if r == nil {
		return noBlob()
	}
	if p := c.readable(r); p != nil {
		return p
	}
	reads := c.r.Method == http.MethodGet && c.query.Get("comp") == ""
	if reads && r.tier == "Archive" {
		return archived()
	}
	part, ranged, p := c.span(r.content.size)
	if p != nil {
		return p
	}
	c.describe(r, current)
	h := c.rw.Header()
	switch {
	case !reads:
		h.Set("Content-Length", strconv.FormatInt(r.content.size, 10))
		if c.query.Get("comp") == "metadata" {
			h.Set("Content-Length", "0")
		}
		c.rw.WriteHeader(http.StatusOK)
		return nil
	case !ranged:
		h.Set("Content-Length", strconv.FormatInt(r.content.size, 10))
		c.rw.WriteHeader(http.StatusOK)
		_, _ = r.content.WriteTo(c.rw)
		return nil
	}
	return c.sendRange(r, part)
}

// span is a run of bytes or of pages.
type span struct{ off, n int64 }

func (c *call) sendRange(r *record, part span) *Problem {
	h := c.rw.Header()
	data := r.content.slice(part.off, part.n)
	if h.Get("Content-MD5") != "" {
		h.Set("x-ms-blob-content-md5", h.Get("Content-MD5"))
		h.Del("Content-MD5")
	}
	wantMD5, wantCRC := c.r.Header.Get("x-ms-range-get-content-md5") == "true", c.r.Header.Get("x-ms-range-get-content-crc64") == "true"
	if wantMD5 || wantCRC {
		const most = 4 << 20
		if part.n > most || wantMD5 && wantCRC {
			p := problem(http.StatusBadRequest, "OutOfRangeInput", "One of the request inputs is out of range.")
			return p
		}
		sum := sumsOf(data.bytes())
		if wantMD5 {
			h.Set("Content-MD5", base64.StdEncoding.EncodeToString(sum.md5))
		} else {
			h.Set("x-ms-content-crc64", base64.StdEncoding.EncodeToString(sum.crc64))
		}
	}
	h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", part.off, part.off+part.n-1, r.content.size))
	h.Set("Content-Length", strconv.FormatInt(part.n, 10))
	c.rw.WriteHeader(http.StatusPartialContent)
	_, _ = data.WriteTo(c.rw)
	return nil
}

// span reads x-ms-range, or else Range. What is not of the form bytes=A-B or bytes=A- is left alone, as Storage does.
func (c *call) span(size int64) (part span, ranged bool, p *Problem) {
	text := c.r.Header.Get("x-ms-range")
	if text == "" {
		text = c.r.Header.Get("Range")
	}
	spec, ok := strings.CutPrefix(text, "bytes=")
	if !ok {
		return span{}, false, nil
	}
	from, to, ok := strings.Cut(spec, "-")
	first, isNumber := number(from)
	if !ok || !isNumber {
		return span{}, false, nil
	}
	last := size - 1
	if to != "" {
		if last, isNumber = number(to); !isNumber || last < first {
			return span{}, false, nil
		}
		last = min(last, size-1)
	}
	if first >= size {
		c.rw.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", size))
		return span{}, false, problem(http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "The range specified is invalid for the current size of the resource.")
	}
	return span{first, last - first + 1}, true, nil
}

// describe writes the properties of a record.
func (c *call) describe(r *record, current bool) {
	h := c.rw.Header()
	c.stamped(r.etag, r.modified)
	for _, e := range []struct{ name, value string }{
		{"Content-Type", r.headers.contentType},
		{"Content-Encoding", r.headers.encoding},
		{"Content-Language", r.headers.language},
		{"Content-Disposition", r.headers.disposition},
		{"Cache-Control", r.headers.cache},
		{"x-ms-version-id", r.version},
		{"x-ms-archive-status", rehydration(r)},
	} {
		if e.value != "" {
			h.Set(e.name, e.value)
		}
	}
	if r.headers.contentType == "" {
		h.Set("Content-Type", "application/octet-stream")
	}
	if len(r.md5) > 0 {
		h.Set("Content-MD5", base64.StdEncoding.EncodeToString(r.md5))
	}
	if r.version != "" && current {
		h.Set("x-ms-is-current-version", "true")
	}
	if len(r.tags) > 0 {
		h.Set("x-ms-tag-count", strconv.Itoa(len(r.tags)))
	}
	for k, v := range r.metadata {
		h["x-ms-meta-"+k] = []string{v} // as it was written
	}
	h.Set("Accept-Ranges", "bytes")
	h.Set("x-ms-creation-time", r.created.UTC().Format(http.TimeFormat))
	h.Set("x-ms-blob-type", r.kind)
	h.Set("x-ms-server-encrypted", "true")
	if current {
		state, status := r.lease()
		h.Set("x-ms-lease-state", state)
		h.Set("x-ms-lease-status", status)
	}
	if r.kind == blockBlob && c.r.Method == http.MethodHead {
		h.Set("x-ms-access-tier", r.shownTier())
		if r.tier == "" {
			h.Set("x-ms-access-tier-inferred", "true")
		} else {
			h.Set("x-ms-access-tier-change-time", r.tierChanged.UTC().Format(http.TimeFormat))
		}
	}
	if r.kind == appendBlob {
		h.Set("x-ms-blob-committed-block-count", strconv.Itoa(r.appended))
	}
	if r.kind == pageBlob {
		h.Set("x-ms-blob-sequence-number", strconv.FormatInt(r.sequence, 10))
	}
	if r.copied != nil {
		h.Set("x-ms-copy-id", r.copied.id)
		h.Set("x-ms-copy-source", r.copied.source)
		h.Set("x-ms-copy-status", "success")
		h.Set("x-ms-copy-progress", fmt.Sprintf("%d/%d", r.content.size, r.content.size))
		h.Set("x-ms-copy-completion-time", r.copied.at.UTC().Format(http.TimeFormat))
	}
}

func (r *record) lease() (state, status string) {
	if r.leased {
		return "leased", "locked"
	}
	return "available", "unlocked"
}

func (r *record) shownTier() string {
	if r.tier == "" {
		return "Hot"
	}
	return r.tier
}

func rehydration(r *record) string {
	if r.rehydrating == "" {
		return ""
	}
	return "rehydrate-pending-to-" + strings.ToLower(r.rehydrating)
}

// short answers a write that has no body, with the time on which Last-Modified was set.
func (c *call) short(status int, r *record, at time.Time) *Problem {
	c.stamped(r.etag, at)
	if r.version != "" {
		c.rw.Header().Set("x-ms-version-id", r.version)
	}
	c.rw.Header().Set("x-ms-request-server-encrypted", "true")
	c.rw.WriteHeader(status)
	_, _ = io.WriteString(c.rw, "")
	return nil
}
