package storageapi

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// week is how long a session lives.
const week = 7 * 24 * time.Hour

// session is a resumable upload (https://cloud.google.com/storage/docs/resumable-uploads): what is persisted grows by whole quanta
// until the last request, which makes the object.
type session struct {
	bucket  *bucket
	wish    *wish
	total   int64 // as declared at the start; -1 when unknown
	expires time.Time

	mu   sync.Mutex
	in   *intake
	done *object  // when it is finished
	over *refusal // when it ended without an object
}

// start begins a session: its URI is in Location, and is as good as a token for this one object.
func (s *Storage) start(c *call) *refusal {
	metadata, err := io.ReadAll(http.MaxBytesReader(nil, c.Body, maxJSON))
	if err != nil {
		return &refusal{status: http.StatusBadRequest, reason: "parseError", message: "Parse Error"}
	}
	w, p := s.wished(c, metadata)
	if p != nil {
		return p
	}
	if kind := c.Header.Get("X-Upload-Content-Type"); w.about.ContentType == "" {
		w.about.ContentType = kind
	}
	up := &session{bucket: c.inside, wish: w, total: -1, expires: s.world.Now().Add(week), in: s.intake()}
	if text := c.Header.Get("X-Upload-Content-Length"); text != "" {
		if up.total, err = strconv.ParseInt(text, 10, 64); err != nil || up.total < 0 {
			return invalid("Invalid X-Upload-Content-Length: %s", text)
		}
	}
	c.inside.mu.Lock()
	p = w.condition.check(c.inside.find(w.name, nil, false, s.world.Now()), false)
	c.inside.mu.Unlock()
	if p != nil {
		return p
	}
	id := "AJ" + rand.Text() + rand.Text()
	s.mu.Lock()
	s.sessions[id] = up
	s.mu.Unlock()
	c.rw.Header().Set("Location", c.base()+"/upload/storage/v1/b/"+c.bucket+"/o?uploadType=resumable&name="+url.QueryEscape(w.name)+"&upload_id="+id)
	c.rw.Header().Set("X-GUploader-UploadID", id)
	c.rw.WriteHeader(http.StatusOK)
	return nil
}

func (s *Storage) session(c *call) (*session, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	up := s.sessions[c.options.Get("upload_id")]
	if up == nil || up.bucket.name != c.bucket {
		return nil, refuse(http.StatusNotFound, "notFound", "Upload session not found.")
	}
	if !s.world.Now().Before(up.expires) {
		return nil, refuse(http.StatusGone, "gone", "The upload session has expired.")
	}
	return up, nil
}

// cancel ends a session; 499 is how it went well.
func (s *Storage) cancel(c *call) *refusal {
	up, p := s.session(c)
	if p != nil {
		return p
	}
	up.mu.Lock()
	defer up.mu.Unlock()
	if up.done == nil && up.over == nil {
		up.over, up.in = refuse(http.StatusGone, "gone", "The upload session was cancelled."), nil
	}
	c.rw.Header().Set("Content-Length", "0")
	c.rw.WriteHeader(499)
	return nil
}

// resume takes a piece of the object, or says how much of it there is.
func (s *Storage) resume(c *call) *refusal {
	up, p := s.session(c)
	if p != nil {
		return p
	}
	up.mu.Lock()
	defer up.mu.Unlock()
	if up.over != nil {
		return up.over
	}
	if up.done != nil {
		return c.answerObject(up.done)
	}
	piece, p := parsePiece(c.Request, up.total)
	if p != nil {
		return p
	}
	if p := up.take(c.Request, piece); p != nil {
		return p
	}
	if !piece.ends(up.in.content.size) {
		up.incomplete(c)
		return nil
	}
	return s.finish(c, up)
}

// finish makes the object. What was declared last counts; a wrong checksum ends the session.
func (s *Storage) finish(c *call, up *session) *refusal {
	if p := up.wish.declared(c.Header); p != nil {
		return p
	}
	o, p := s.commit(up.bucket, up.wish, up.in)
	if p != nil {
		up.over, up.in = p, nil
		return p
	}
	up.done, up.in = o, nil
	return c.answerObject(o)
}

// incomplete answers 308 with what is persisted; clients that cannot take a 308 say so.
func (up *session) incomplete(c *call) {
	h := c.rw.Header()
	if n := up.in.content.size; n > 0 {
		h.Set("Range", "bytes=0-"+strconv.FormatInt(n-1, 10))
	}
	h.Set("Content-Length", "0")
	status := http.StatusPermanentRedirect
	if c.Header.Get("X-GUploader-No-308") != "" {
		h.Set("X-Http-Status-Code-Override", "308")
		status = http.StatusOK
	}
	c.rw.WriteHeader(status)
}

// piece is a Content-Range of an upload: FIRST-LAST/TOTAL, each of which may be unknown.
type piece struct {
	query       bool // no bytes are meant: "bytes */TOTAL"
	first, last int64
	total       int64 // -1 when unknown
}

// ends says whether the object is whole when so much of it is persisted.
func (p piece) ends(persisted int64) bool { return p.total >= 0 && persisted == p.total }

func parsePiece(r *http.Request, declared int64) (p piece, wrong *refusal) {
	text := r.Header.Get("Content-Range")
	if text == "" { // all of it in one request
		if declared < 0 {
			declared = r.ContentLength
		}
		return piece{last: declared - 1, total: declared}, nil
	}
	broken := invalid("Failed to parse Content-Range header.")
	spec, ok := strings.CutPrefix(text, "bytes ")
	span, total, slash := strings.Cut(spec, "/")
	if !ok || !slash {
		return p, broken
	}
	var errs [3]error
	p.total = -1
	if total != "*" {
		p.total, errs[0] = strconv.ParseInt(total, 10, 64)
	}
	if span == "*" {
		p.query = true
	} else {
		first, last, _ := strings.Cut(span, "-")
		p.first, errs[1] = strconv.ParseInt(first, 10, 64)
		p.last, errs[2] = strconv.ParseInt(last, 10, 64)
	}
	if errors.Join(errs[:]...) != nil || !p.query && (p.last < p.first || p.total >= 0 && p.last >= p.total) {
		return p, broken
	}
	if declared >= 0 && p.total >= 0 && p.total != declared {
		return p, invalid("Invalid request. The total of %d bytes in the Content-Range header is not the declared size of %d bytes.", p.total, declared)
	}
	return p, nil
}

// take persists a piece: what is there already is passed over, and a gap is refused.
func (up *session) take(r *http.Request, p piece) *refusal {
	if p.query {
		return nil
	}
	have := up.in.content.size
	length := p.last - p.first + 1
	if r.ContentLength >= 0 && r.ContentLength != length {
		return invalid("Invalid request.  There were %d byte(s) in the request body.  There should have been %d byte(s) (starting at offset %d and ending at offset %d) according to the Content-Range header.", r.ContentLength, length, p.first, p.last)
	}
	if p.first > have {
		return refuse(http.StatusServiceUnavailable, "backendError", "Invalid request.  According to the Content-Range header, the upload offset is %d byte(s), which exceeds already uploaded size of %d byte(s).", p.first, have)
	}
	last := p.total >= 0 && p.last+1 == p.total
	if !last && length < quantum {
		return invalid("Invalid request.  The number of bytes uploaded is required to be equal or greater than %d, except for the final request (it's recommended to be the exact multiple of %d).  The received request contained %d bytes, which does not meet this requirement.", quantum, quantum, length)
	}
	body := io.LimitReader(r.Body, length)
	if _, err := io.CopyN(io.Discard, body, min(have-p.first, length)); err != nil {
		return brokenUpload()
	}
	if err := up.in.take(body, max(0, p.last+1-have), last); err != nil {
		return brokenUpload()
	}
	if last && up.in.content.size < p.total { // the body ended well, and early
		return brokenUpload()
	}
	return nil
}

func brokenUpload() *refusal {
	return refuse(http.StatusServiceUnavailable, "backendError", "The upload ended early.")
}

// rawBody reads a request's JSON object field by field.
func (c *call) rawBody() (map[string]json.RawMessage, *refusal) {
	var out map[string]json.RawMessage
	return out, c.body(&out)
}
