package blobapi

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// setMetadata replaces all metadata. With versioning that is a version of its own.
func (c *call) setMetadata() *Problem {
	metadata, p := c.metadata()
	if p != nil {
		return p
	}
	return c.change("", http.StatusOK, func(b *blob, at time.Time) *Problem {
		if versioned(c.Account) {
			next := *b.base
			next.metadata = metadata
			staged := b.staged
			c.store.publish(c.Account, b, &next, at)
			b.staged = staged
			return nil
		}
		b.amend(at, func(r *record) { r.metadata = metadata })
		return nil
	})
}

// setProperties replaces the headers that travel with a blob, and resizes a page blob.
func (c *call) setProperties() *Problem {
	size := c.r.Header.Get("x-ms-blob-content-length")
	var md5 []byte
	if text := c.r.Header.Get("x-ms-blob-content-md5"); text != "" {
		var p *Problem
		if md5, p = sixteen(text); p != nil {
			return p
		}
	}
	return c.change("", http.StatusOK, func(b *blob, at time.Time) *Problem {
		n, sized := number(size)
		if size != "" && (!sized || n%pageSize != 0 || b.base.kind != pageBlob) {
			return invalidHeader("x-ms-blob-content-length", size)
		}
		b.amend(at, func(r *record) {
			if !sized {
				r.headers, r.md5 = c.headers(), md5
				return
			}
			keep := min(n, r.content.size)
			r.content = concat(r.content.slice(0, keep), zeros(n-keep))
			r.pages = mark(r.pages, span{keep, max(0, r.content.size-keep)}, false)
		})
		return nil
	})
}

func knownTier(name string) bool {
	return slices.Contains([]string{"Hot", "Cool", "Cold", "Archive"}, name)
}

// setTier moves a block blob. Out of the archive it takes hours: the blob stays archived until FinishRehydration.
func (c *call) setTier() *Problem {
	tier := c.r.Header.Get("x-ms-access-tier")
	if !knownTier(tier) {
		return invalidHeader("x-ms-access-tier", tier)
	}
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	b, p := c.blob()
	if p != nil {
		return p
	}
	r := b.at(c.query.Get("versionid"), c.query.Get("snapshot"))
	switch {
	case r == nil:
		return noBlob()
	case r.kind != blockBlob:
		return wrongType()
	case r.rehydrating != "":
		return problem(http.StatusConflict, "BlobBeingRehydrated", "This operation is not permitted because the blob is being rehydrated.")
	case r.tier == "Archive" && tier != "Archive":
		b.swap(r, func(r *record) { r.rehydrating = tier })
		c.rw.WriteHeader(http.StatusAccepted)
	default:
		b.swap(r, func(r *record) { r.tier, r.tierChanged = tier, c.now })
		c.rw.WriteHeader(http.StatusOK)
	}
	return nil
}

func parseTags(text string) (map[string]string, *Problem) {
	values, err := url.ParseQuery(text)
	if err != nil || len(values) > 10 {
		return nil, invalidHeader("x-ms-tags", text)
	}
	out := map[string]string{}
	for k := range values {
		out[k] = values.Get(k)
	}
	return out, nil
}

// tagSet is the body of Get and Set Blob Tags.
type tagSet struct {
	XMLName xml.Name                      `xml:"Tags"`
	Tags    []struct{ Key, Value string } `xml:"TagSet>Tag"`
}

func (c *call) setTags() *Problem {
	body, err := io.ReadAll(io.LimitReader(c.r.Body, 64<<10))
	if err != nil {
		panic(http.ErrAbortHandler) // the body broke off: nobody is there to be answered
	}
	if p := c.checkSums(sumsOf(body)); p != nil {
		return p
	}
	var set tagSet
	if xml.Unmarshal(body, &set) != nil || len(set.Tags) > 10 {
		return problem(http.StatusBadRequest, "InvalidXmlDocument", "XML specified is not syntactically valid.")
	}
	tags := map[string]string{}
	for _, t := range set.Tags {
		tags[t.Key] = t.Value
	}
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	b, p := c.blob()
	if p != nil {
		return p
	}
	r := b.at(c.query.Get("versionid"), c.query.Get("snapshot"))
	if r == nil {
		return noBlob()
	}
	b.swap(r, func(r *record) { r.tags = tags }) // neither a version nor an ETag of its own
	c.rw.WriteHeader(http.StatusNoContent)
	return nil
}

func (c *call) getTags() *Problem {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	b, p := c.blob()
	if p != nil {
		return p
	}
	r := b.at(c.query.Get("versionid"), c.query.Get("snapshot"))
	if r == nil {
		return noBlob()
	}
	w := &listing{}
	w.tags(r.tags)
	c.writeXML(http.StatusOK, w.Bytes())
	return nil
}
