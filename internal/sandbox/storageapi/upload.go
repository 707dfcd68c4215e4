package storageapi

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/landbridge/landbridge/internal/checksum"
)

// wish is an object that a caller wants to make.
type wish struct {
	name      string
	about     about
	crc       checksum.CRC // as declared
	md5       []byte       // the same
	condition condition
	who       string // the caller
	mayDelete bool   // who may overwrite
}

// objectName is the rule of names (https://cloud.google.com/storage/docs/objects#naming).
func objectName(name string) *refusal {
	if len(name) < 1 || len(name) > 1024 || !utf8.ValidString(name) || name == "." || name == ".." ||
		strings.ContainsAny(name, "\r\n") || strings.HasPrefix(name, ".well-known/acme-challenge/") {
		return invalid("Invalid object name: '%s'", name)
	}
	return nil
}

// wished reads a wish out of the parameters and the metadata, which may be empty.
func (s *Storage) wished(c *call, metadata []byte) (*wish, *refusal) {
	var body struct {
		about
		Name    string
		CRC32C  checksum.CRC
		MD5Hash []byte
	}
	if len(bytes.TrimSpace(metadata)) > 0 {
		if err := json.Unmarshal(metadata, &body); err != nil {
			return nil, &refusal{status: http.StatusBadRequest, reason: "parseError", message: "Parse Error"}
		}
	}
	w := &wish{name: c.options.Get("name"), about: body.about, crc: body.CRC32C, md5: body.MD5Hash, who: string(c.grant.Principal), mayDelete: s.may(c, "storage.objects.delete")}
	if w.name == "" {
		w.name = body.Name
	} else if body.Name != "" && body.Name != w.name {
		return nil, invalid("Value '%s' in content does not agree with value '%s'. This can happen when a value set through a parameter is inconsistent with a value set in the request.", body.Name, w.name)
	}
	if w.name == "" {
		return nil, &refusal{http.StatusBadRequest, "required", "Required parameter: name", "parameter", "name"}
	}
	if p := objectName(w.name); p != nil {
		return nil, p
	}
	if encoding := c.options.Get("contentEncoding"); encoding != "" {
		w.about.ContentEncoding = encoding
	}
	var p *refusal
	if w.condition, p = c.options.condition(""); p != nil {
		return nil, p
	}
	return w, w.declared(c.Header)
}

// declared takes in what X-Goog-Hash and Content-MD5 declare.
func (w *wish) declared(h http.Header) *refusal {
	for _, line := range h.Values("X-Goog-Hash") {
		for one := range strings.SplitSeq(line, ",") {
			kind, value, _ := strings.Cut(strings.TrimSpace(one), "=")
			var err error
			switch kind {
			case "crc32c":
				err = w.crc.UnmarshalText([]byte(value))
			case "md5":
				w.md5, err = base64.StdEncoding.DecodeString(value)
			}
			if err != nil {
				return invalid("Invalid value for X-Goog-Hash: %s", line)
			}
		}
	}
	if value := h.Get("Content-MD5"); value != "" {
		sum, err := base64.StdEncoding.DecodeString(value)
		if err != nil || len(sum) != 16 {
			return invalid("Invalid Content-MD5: %s", value)
		}
		w.md5 = sum
	}
	return nil
}

func (s *Storage) upload(c *call) *refusal {
	switch c.options.Get("uploadType") {
	case "media":
		return s.uploadMedia(c)
	case "multipart":
		return s.uploadMultipart(c)
	case "resumable":
		return s.start(c)
	}
	return &refusal{http.StatusBadRequest, "required", "Required parameter: uploadType", "parameter", "uploadType"}
}

// uploadMedia takes the body as the object.
func (s *Storage) uploadMedia(c *call) *refusal {
	w, p := s.wished(c, nil)
	if p != nil {
		return p
	}
	if kind := c.Header.Get("Content-Type"); w.about.ContentType == "" {
		w.about.ContentType = kind
	}
	return s.takeAll(c, w, c.Body, c.ContentLength)
}

// uploadMultipart takes metadata and bytes in one body of two parts (RFC 2387).
func (s *Storage) uploadMultipart(c *call) *refusal {
	kind, parameters, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "multipart/") || parameters["boundary"] == "" {
		return refuse(http.StatusBadRequest, "badContent", "Unsupported content with type: %s", c.Header.Get("Content-Type"))
	}
	broken := &refusal{status: http.StatusBadRequest, reason: "badContent", message: "Malformed multipart body."}
	buffer := s.readers.Get().(*bufio.Reader)
	buffer.Reset(c.Body)
	defer s.readers.Put(buffer)
	parts, metadata, err := relatedMetadata(buffer, parameters["boundary"])
	if err != nil {
		return broken
	}
	w, p := s.wished(c, metadata)
	if p != nil {
		return p
	}
	header, err := parts.next()
	if err != nil {
		return broken
	}
	if kind := header.Get("Content-Type"); w.about.ContentType == "" {
		w.about.ContentType = kind
	}
	return s.takeAll(c, w, parts, c.ContentLength-int64(len(metadata)))
}

// relatedMetadata reads the first part, and stops before the second.
func relatedMetadata(r *bufio.Reader, boundary string) (*related, []byte, error) {
	parts, err := newRelated(r, boundary)
	if err != nil {
		return nil, nil, err
	}
	if _, err := parts.next(); err != nil {
		return nil, nil, err
	}
	metadata, err := io.ReadAll(io.LimitReader(parts, maxJSON))
	return parts, metadata, errors.Join(err, parts.pass())
}

// takeAll takes all bytes of an object from one request. A body that breaks off makes nothing.
func (s *Storage) takeAll(c *call, w *wish, body io.Reader, hint int64) *refusal {
	in := s.intake()
	if err := in.take(body, hint, true); err != nil {
		return refuse(http.StatusBadRequest, "uploadBrokenConnection", "The upload ended early.")
	}
	o, p := s.commit(c.inside, w, in)
	if p != nil {
		return p
	}
	return c.answerObject(o)
}

// commit makes an object of what was taken, if it is what was declared and the preconditions hold now.
func (s *Storage) commit(b *bucket, w *wish, in *intake) (*object, *refusal) {
	if w.crc.Known && w.crc.Sum != in.crc {
		return nil, invalid("Provided CRC32C \"%s\" doesn't match calculated CRC32C \"%s\".", w.crc, checksum.Of(in.crc))
	}
	o := &object{name: w.name, content: in.content, crc: in.crc, about: &w.about}
	if in.md5 != nil {
		o.md5 = in.md5.Sum(nil)
		if w.md5 != nil && !bytes.Equal(w.md5, o.md5) {
			return nil, invalid("Provided MD5 hash \"%s\" doesn't match calculated MD5 hash \"%s\".",
				base64.StdEncoding.EncodeToString(w.md5), base64.StdEncoding.EncodeToString(o.md5))
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return o, s.place(b, w, o)
}

// place puts a new object into the bucket. The caller holds the lock.
func (s *Storage) place(b *bucket, w *wish, o *object) *refusal {
	now := s.world.Now()
	live := b.find(o.name, nil, false, now)
	if p := w.condition.check(live, false); p != nil {
		return p
	}
	if live != nil {
		if !w.mayDelete {
			return denied(w.who, "storage.objects.delete")
		}
		if p := b.mayLose(live, now); p != nil && !b.versioned() {
			return p
		}
	}
	if o.about.StorageClass == "" {
		o.about.StorageClass = b.settings.StorageClass
	}
	if o.about.ContentType == "" {
		o.about.ContentType = "application/octet-stream"
	}
	o.created = now
	s.stamp(o, now)
	b.put(o, now)
	return nil
}

func (s *Storage) stamp(o *object, now time.Time) {
	o.generation, o.metageneration, o.updated = s.generation(now), 1, now
}
