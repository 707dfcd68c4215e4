package blobapi

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	mostPutBlob = 5000 << 20
	pageSize    = 512
)

// putBlob is Put Blob in its three kinds. An append or page blob is made empty.
func (c *call) putBlob() *Problem {
	next, p := c.asked()
	if p != nil {
		return p
	}
	next.kind = c.r.Header.Get("x-ms-blob-type")
	most := int64(0)
	switch next.kind {
	case "":
		p := problem(http.StatusBadRequest, "MissingRequiredHeader", "An HTTP header that's mandatory for this request is not specified.")
		p.name = "x-ms-blob-type"
		return p
	case blockBlob:
		most = mostPutBlob
	case appendBlob:
	case pageBlob:
		size, ok := number(c.r.Header.Get("x-ms-blob-content-length"))
		if !ok || size%pageSize != 0 {
			return invalidHeader("x-ms-blob-content-length", c.r.Header.Get("x-ms-blob-content-length"))
		}
		next.content = zeros(size)
		next.sequence, _ = number(c.r.Header.Get("x-ms-blob-sequence-number"))
	default:
		return invalidHeader("x-ms-blob-type", next.kind)
	}
	if p := c.early(); p != nil {
		return p
	}
	got, sum, p := c.receive(most)
	if p != nil {
		return p
	}
	if next.kind == blockBlob {
		next.content = got
		if next.md5 == nil {
			next.md5 = sum.md5
		} else if string(next.md5) != string(sum.md5) {
			return problem(http.StatusBadRequest, "Md5Mismatch", "The MD5 value specified in the request did not match with the MD5 value calculated by the server.")
		}
		c.answerSums(sum)
	}
	return c.commit(next)
}

// early holds conditions against what is there before the body is read; commit does it again.
func (c *call) early() *Problem {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	b, p := c.blob()
	if p != nil || b == nil {
		return p
	}
	return c.writable(b.base)
}

// commit makes a record the base of the blob that is addressed, and answers.
func (c *call) commit(next *record) *Problem { return c.commitAs(next, http.StatusCreated) }

func (c *call) commitAs(next *record, status int) *Problem {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	in, p := c.container()
	if p != nil {
		return p
	}
	var base *record
	if b := in.blobs[c.Blob]; b != nil {
		b.settle(c.now)
		base = b.base
	}
	if p := c.writable(base); p != nil {
		return p
	}
	if base != nil && base.tier == "Archive" && next.kind != base.kind {
		return archived()
	}
	at := c.store.tick()
	c.store.publish(c.Account, in.blobOf(c.Blob), next, at)
	c.store.parents(c.Account, in, c.Blob, at)
	return c.short(status, next, at)
}

// parents makes the directories above a name of a hierarchical namespace.
func (s *Store) parents(a world.StorageAccount, in *container, name string, at time.Time) {
	if !a.Hierarchical {
		return
	}
	for i := strings.LastIndexByte(name, '/'); i > 0; i = strings.LastIndexByte(name[:i], '/') {
		if b := in.blobOf(name[:i]); b.base == nil {
			s.publish(a, b, &record{kind: blockBlob, metadata: map[string]string{"hdi_isfolder": "true"}}, at)
		}
	}
}

var metadataName = bridge.FormOf(`^[A-Za-z_][A-Za-z0-9_]*$`)

// metadata reads x-ms-meta-NAME. Names are C# identifiers; their case goes with HTTP.
func (c *call) metadata() (map[string]string, *Problem) {
	const most = 8 << 10
	out, size := map[string]string{}, 0
	for name, values := range c.r.Header {
		key, ok := strings.CutPrefix(strings.ToLower(name), "x-ms-meta-")
		if !ok {
			continue
		}
		switch {
		case key == "":
			return nil, problem(http.StatusBadRequest, "EmptyMetadataKey", "The key for one of the metadata key-value pairs is empty.")
		case !metadataName().MatchString(key):
			return nil, problem(http.StatusBadRequest, "InvalidMetadata", "The metadata specified is invalid. It has characters that are not permitted.")
		}
		out[key] = strings.Join(values, ",")
		size += len(key) + len(out[key])
	}
	if size > most {
		return nil, problem(http.StatusBadRequest, "MetadataTooLarge", "The metadata specified exceeds the maximum permissible limit.")
	}
	return out, nil
}

// asked is a record as the headers of a write want it: properties, metadata, tags and tier.
func (c *call) asked() (*record, *Problem) {
	metadata, p := c.metadata()
	if p != nil {
		return nil, p
	}
	out := &record{kind: blockBlob, metadata: metadata, headers: c.headers()}
	h := c.r.Header
	if out.headers.contentType == "" {
		out.headers.contentType = h.Get("Content-Type")
	}
	if text := h.Get("x-ms-blob-content-md5"); text != "" {
		if out.md5, p = sixteen(text); p != nil {
			return nil, p
		}
	}
	if text := h.Get("x-ms-access-tier"); text != "" {
		if !knownTier(text) {
			return nil, invalidHeader("x-ms-access-tier", text)
		}
		out.tier, out.tierChanged = text, c.now
	}
	if text := h.Get("x-ms-tags"); text != "" {
		if out.tags, p = parseTags(text); p != nil {
			return nil, p
		}
	}
	return out, nil
}

func (c *call) headers() headers {
	h := c.r.Header
	return headers{
		h.Get("x-ms-blob-content-type"), h.Get("x-ms-blob-content-encoding"), h.Get("x-ms-blob-content-language"),
		h.Get("x-ms-blob-content-disposition"), h.Get("x-ms-blob-cache-control"),
	}
}

// sixteen reads x-ms-blob-content-md5.
func sixteen(text string) ([]byte, *Problem) {
	sum, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(sum) != 16 {
		p := invalidHeader("x-ms-blob-content-md5", text)
		p.Code = "InvalidMd5"
		return nil, p
	}
	return sum, nil
}
