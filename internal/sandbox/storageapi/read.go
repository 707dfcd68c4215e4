package storageapi

import (
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/landbridge/landbridge/internal/checksum"
)

// escape writes an object's name as one element of a path.
func escape(name string) string { return url.PathEscape(name) }

// find is the object that a request names, if its preconditions hold.
func (s *Storage) find(c *call, reading bool) (*object, *refusal) {
	generation, p := c.options.number("generation", "")
	if p != nil {
		return nil, p
	}
	condition, p := c.options.condition("")
	if p != nil {
		return nil, p
	}
	c.inside.mu.Lock()
	o := c.inside.find(c.object, generation, c.options.Get("softDeleted") == "true", s.world.Now())
	c.inside.mu.Unlock()
	if o == nil {
		return nil, s.absent(c)
	}
	return o, condition.check(o, reading)
}

// get is an object's metadata, or with alt=media its bytes.
func (s *Storage) get(c *call) *refusal {
	if c.options.Get("alt") == "media" {
		return s.media(c)
	}
	o, p := s.find(c, true)
	if p != nil {
		return p
	}
	return c.answerObject(o)
}

// answerObject writes an object as a resource.
func (c *call) answerObject(o *object) *refusal {
	m, p := parseMask(c.options.Get("fields"))
	if p != nil {
		return p
	}
	c.rw.Header()["Etag"] = []string{o.etag()}
	send(c.rw, http.StatusOK, o.appendJSON(make([]byte, 0, 1024), c.base(), c.bucket, m))
	return nil
}

// media is an object's bytes, or a range of them.
func (s *Storage) media(c *call) *refusal {
	o, p := s.find(c, true)
	if p != nil {
		return p
	}
	o.headers(c.rw.Header())
	if o.about.ContentEncoding == "gzip" && !strings.Contains(c.Header.Get("Accept-Encoding"), "gzip") && !strings.Contains(o.about.CacheControl, "no-transform") {
		return unzipped(c, o)
	}
	status, first, length := http.StatusOK, int64(0), o.content.size
	if text := c.Header.Get("Range"); text != "" {
		var ok bool
		first, length, ok = parseRange(text, o.content.size)
		if !ok {
			c.rw.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", o.content.size))
			return refuse(http.StatusRequestedRangeNotSatisfiable, "requestedRangeNotSatisfiable", "Request range not satisfiable")
		}
		if length >= 0 {
			status = http.StatusPartialContent
			c.rw.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, first+length-1, o.content.size))
		} else {
			first, length = 0, o.content.size
		}
	}
	c.rw.Header().Set("Content-Length", strconv.FormatInt(length, 10))
	c.rw.WriteHeader(status)
	if c.Method != http.MethodHead {
		_, _ = o.content.cut(first, length).WriteTo(c.rw) // the caller sees that it ends early
	}
	return nil
}

// headers are those of a read (https://cloud.google.com/storage/docs/xml-api/reference-headers).
func (o *object) headers(h http.Header) {
	hashes := []string{"crc32c=" + checksum.Of(o.crc).String()}
	if o.md5 != nil {
		hashes = append(hashes, "md5="+base64.StdEncoding.EncodeToString(o.md5))
	} else {
		h.Set("X-Goog-Component-Count", strconv.Itoa(o.components))
	}
	h["X-Goog-Hash"] = hashes
	h.Set("X-Goog-Generation", strconv.FormatInt(o.generation, 10))
	h.Set("X-Goog-Metageneration", strconv.FormatInt(o.metageneration, 10))
	h.Set("X-Goog-Storage-Class", o.about.StorageClass)
	h.Set("X-Goog-Stored-Content-Length", strconv.FormatInt(o.content.size, 10))
	stored := o.about.ContentEncoding
	if stored == "" {
		stored = "identity"
	}
	h.Set("X-Goog-Stored-Content-Encoding", stored)
	h.Set("Etag", `"`+o.etag()+`"`)
	h.Set("Accept-Ranges", "bytes")
	h.Set("Last-Modified", o.updated.UTC().Format(http.TimeFormat))
	h.Set("Content-Type", o.about.ContentType)
	for name, value := range map[string]string{
		"Content-Encoding": o.about.ContentEncoding, "Content-Language": o.about.ContentLanguage,
		"Content-Disposition": o.about.ContentDisposition, "Cache-Control": o.about.CacheControl,
	} {
		if value != "" {
			h.Set(name, value)
		}
	}
	for name, value := range o.about.Metadata {
		h.Set("X-Goog-Meta-"+name, value)
	}
}

// unzipped is decompressive transcoding: who does not say that it takes gzip gets plain bytes, and never a range of them
// (https://cloud.google.com/storage/docs/transcoding).
func unzipped(c *call, o *object) *refusal {
	pipe, feed := io.Pipe()
	go func() {
		_, err := o.content.WriteTo(feed)
		_ = feed.CloseWithError(err)
	}()
	defer pipe.Close()
	plain, err := gzip.NewReader(pipe)
	if err != nil {
		return refuse(http.StatusServiceUnavailable, "backendError", "The object is not gzip, as its content encoding says it is.")
	}
	c.rw.Header().Del("Content-Encoding")
	c.rw.Header().Set("Warning", "214 UploadServer gunzipped")
	c.rw.WriteHeader(http.StatusOK)
	if c.Method != http.MethodHead {
		_, _ = io.Copy(c.rw, plain) //nolint:gosec // what the caller stored itself
	}
	return nil
}

// parseRange reads one range of bytes; a length of -1 is to be ignored, as more ranges than one are. Not ok is beyond the object.
func parseRange(text string, size int64) (first, length int64, ok bool) {
	spec, found := strings.CutPrefix(text, "bytes=")
	from, to, dash := strings.Cut(spec, "-")
	if !found || !dash || strings.Contains(spec, ",") {
		return 0, -1, true
	}
	if from == "" {
		n, err := strconv.ParseInt(to, 10, 64)
		if err != nil {
			return 0, -1, true
		}
		n = min(n, size)
		return size - n, n, n > 0
	}
	first, err := strconv.ParseInt(from, 10, 64)
	if err != nil {
		return 0, -1, true
	}
	last := size - 1
	if to != "" {
		if last, err = strconv.ParseInt(to, 10, 64); err != nil || last < first {
			return 0, -1, true
		}
		last = min(last, size-1)
	}
	return first, last - first + 1, first < size
}
