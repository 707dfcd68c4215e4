package filesapi

import (
	"bytes"
	"crypto/md5" //nolint:gosec // Content-MD5 is Storage's checksum on the wire, not a proof of anything
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// file finds the file that a call is about. The lock must be held.
func (c *call) file() (*state, *entry, *Problem) {
	st, p := c.state()
	if p != nil {
		return nil, nil, p
	}
	e := st.files.at(c.Path)
	switch dir, _ := split(c.Path); {
	case e == nil && !st.files.has(dir):
		return nil, nil, noParent()
	case e == nil:
		return nil, nil, nothing()
	case e.directory:
		return nil, nil, wrongType()
	}
	return st, e, nil
}

// createFile makes a file of zeros, or one anew.
func (c *call) createFile() *Problem {
	const largest = 4 << 40
	size, ok := number(c.r.Header.Get("x-ms-content-length"))
	switch {
	case c.r.Header.Get("x-ms-type") != "file":
		return missingHeader("x-ms-type")
	case c.r.Header.Get("x-ms-content-length") == "":
		return missingHeader("x-ms-content-length")
	case !ok || size > largest:
		return invalidHeader("x-ms-content-length", c.r.Header.Get("x-ms-content-length"))
	}
	sum, p := c.sum("x-ms-content-md5")
	if p != nil {
		return p
	}
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	st, old, p := c.file()
	switch {
	case p != nil && p.Code != "ResourceNotFound":
		return p
	case p != nil:
		if st, p = c.state(); p != nil {
			return p
		}
	}
	at := c.store.tick()
	e := &entry{
		name: last(c.Path), content: newContent(size), md5: sum, kind: c.r.Header.Get("x-ms-content-type"), meta: c.metadata(), etag: etagOf(at), created: at, modified: at,
	}
	if old != nil {
		e.name = old.name
	}
	st.files.put(c.Path, e)
	c.smb(e)
	c.rw.WriteHeader(http.StatusCreated)
	return nil
}

func (c *call) metadata() map[string]string {
	out := map[string]string{}
	for key, values := range c.r.Header {
		if name, ok := strings.CutPrefix(key, "X-Ms-Meta-"); ok {
			out[strings.ToLower(name)] = values[0]
		}
	}
	return out
}

// sum reads an MD5 out of a header; nil when there is none.
func (c *call) sum(header string) ([]byte, *Problem) {
	text := c.r.Header.Get(header)
	if text == "" {
		return nil, nil
	}
	sum, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(sum) != md5.Size {
		p := invalidHeader(header, text)
		p.Code = "InvalidMd5"
		return nil, p
	}
	return sum, nil
}

// putRange writes or clears a range of a file.
func (c *call) putRange() *Problem {
	const most = 4 << 20
	first, n, ok := c.asked()
	if !ok {
		return missingHeader("x-ms-range")
	}
	var data []byte
	switch write := c.r.Header.Get("x-ms-write"); {
	case write == "clear":
		// Zeros are written as they are: a range that is cleared reads as zeros.
	case write != "update":
		return missingHeader("x-ms-write")
	case n > most:
		return problem(http.StatusRequestEntityTooLarge, "RequestBodyTooLarge", "The request body is too large and exceeds the maximum permissible limit.")
	case c.r.ContentLength != n:
		return invalidHeader("Content-Length", strconv.FormatInt(c.r.ContentLength, 10))
	default:
		data = make([]byte, n)
		if _, err := io.ReadFull(c.r.Body, data); err != nil {
			panic(http.ErrAbortHandler) // the body broke off: nobody is there to be answered
		}
	}
	want, p := c.sum("Content-MD5")
	if p != nil {
		return p
	}
	got := md5.Sum(data) //nolint:gosec // see the import
	if want != nil && !bytes.Equal(want, got[:]) {
		return problem(http.StatusBadRequest, "Md5Mismatch", "The MD5 value specified in the request did not match with the MD5 value calculated by the server.")
	}
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	st, e, p := c.file()
	switch {
	case p != nil:
		return p
	case first+n > e.content.size:
		return invalidRange()
	case data == nil:
		data = make([]byte, n)
	}
	next := *e
	at := c.store.tick()
	next.content, next.etag, next.modified = e.content.write(first, data), etagOf(at), at
	st.files.put(c.Path, &next)
	c.stamped(next.etag, next.modified)
	c.rw.Header().Set("Content-MD5", base64.StdEncoding.EncodeToString(got[:]))
	c.rw.Header().Set("x-ms-request-server-encrypted", "true")
	c.rw.WriteHeader(http.StatusCreated)
	return nil
}

func invalidRange() *Problem {
	return problem(http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "The range specified is invalid for the current size of the resource.")
}

// asked reads x-ms-range, or else Range: bytes=A-B, or bytes=A- with n -1.
func (c *call) asked() (first, n int64, ok bool) {
	text := c.r.Header.Get("x-ms-range")
	if text == "" {
		text = c.r.Header.Get("Range")
	}
	spec, isBytes := strings.CutPrefix(text, "bytes=")
	from, to, isRange := strings.Cut(spec, "-")
	first, ok = number(from)
	if !isBytes || !isRange || !ok {
		return 0, 0, false
	}
	if to == "" {
		return first, -1, true
	}
	end, ok := number(to)
	return first, end - first + 1, ok && end >= first
}

// getFile is Get File and Get File Properties.
func (c *call) getFile() *Problem {
	c.store.mu.Lock()
	_, e, p := c.file()
	c.store.mu.Unlock()
	if p != nil {
		return p
	}
	c.describe(e)
	h, reads := c.rw.Header(), c.r.Method == http.MethodGet
	first, n, ranged := c.asked()
	if !reads || !ranged {
		h.Set("Content-Length", strconv.FormatInt(e.content.size, 10))
		c.rw.WriteHeader(http.StatusOK)
		if reads {
			_, _ = io.Copy(c.rw, e.content.section(0, e.content.size))
		}
		return nil
	}
	if first >= e.content.size {
		h.Set("Content-Range", fmt.Sprintf("bytes */%d", e.content.size))
		return invalidRange()
	}
	if n < 0 || first+n > e.content.size {
		n = e.content.size - first
	}
	if h.Get("Content-MD5") != "" {
		h.Set("x-ms-content-md5", h.Get("Content-MD5"))
		h.Del("Content-MD5")
	}
	h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, first+n-1, e.content.size))
	h.Set("Content-Length", strconv.FormatInt(n, 10))
	c.rw.WriteHeader(http.StatusPartialContent)
	_, _ = io.Copy(c.rw, e.content.section(first, n))
	return nil
}

func (c *call) describe(e *entry) {
	c.smb(e)
	h := c.rw.Header()
	h.Del("x-ms-request-server-encrypted")
	h.Set("x-ms-server-encrypted", "true")
	h.Set("x-ms-type", "File")
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Type", "application/octet-stream")
	if e.kind != "" {
		h.Set("Content-Type", e.kind)
	}
	if e.md5 != nil {
		h.Set("Content-MD5", base64.StdEncoding.EncodeToString(e.md5))
	}
	for k, v := range e.meta {
		h.Set("x-ms-meta-"+k, v)
	}
}

func (c *call) deleteFile() *Problem {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	st, _, p := c.file()
	if p != nil {
		return p
	}
	st.files.remove(c.Path)
	c.rw.WriteHeader(http.StatusAccepted)
	return nil
}

func number(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n >= 0
}
