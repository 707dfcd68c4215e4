package blobapi

import (
	"net/http"
	"net/url"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// from finds the record that x-ms-copy-source names. It must be in the sandbox, and the caller must be allowed to read it.
func (c *call) from() (*record, *Problem) {
	text := c.r.Header.Get("x-ms-copy-source")
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return nil, invalidHeader("x-ms-copy-source", text)
	}
	r := &http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Header: http.Header{}}
	cannot := problem(http.StatusForbidden, "CannotVerifyCopySource", "This request is not authorized to perform this operation using this permission.")
	t, ok := c.store.Target(r)
	if !ok || t.Blob == "" {
		cannot.Status, cannot.Message = http.StatusNotFound, "The specified resource does not exist."
		return nil, cannot
	}
	source := &call{rw: c.rw, r: r, api: c.api, store: c.store, Target: t, who: c.who, query: u.Query(), now: c.now}
	if token := c.r.Header.Get("x-ms-copy-source-authorization"); token != "" {
		r.Header.Set("Authorization", token)
		r.Header.Set("x-ms-version", c.r.Header.Get("x-ms-version"))
		who, p := c.api.options.Caller(c.rw, r, t)
		if p != nil {
			return nil, cannot
		}
		source.who = who
	} else if t.Account.Name != c.Account.Name {
		source.who = world.Identity{} // another account believes nothing that this one was told
	}
	if !source.allowed(readBlob, t) {
		return nil, cannot
	}
	c.store.mu.Lock()
	b, p := source.blob()
	found := b.at(source.query.Get("versionid"), source.query.Get("snapshot"))
	c.store.mu.Unlock()
	switch {
	case p != nil || found == nil:
		cannot.Status, cannot.Message = http.StatusNotFound, "The specified blob does not exist."
		return nil, cannot
	case found.tier == "Archive":
		return nil, archived()
	}
	return found, c.sourceHolds(found)
}

// sourceHolds checks x-ms-source-if-match and x-ms-source-if-none-match.
func (c *call) sourceHolds(r *record) *Problem {
	h := c.r.Header
	if v := h.Get("x-ms-source-if-match"); v != "" && !matches(v, r.etag) {
		return problem(http.StatusPreconditionFailed, "SourceConditionNotMet", "The source condition specified using HTTP conditional header(s) is not met.")
	}
	if v := h.Get("x-ms-source-if-none-match"); v != "" && matches(v, r.etag) {
		return problem(http.StatusPreconditionFailed, "SourceConditionNotMet", "The source condition specified using HTTP conditional header(s) is not met.")
	}
	return nil
}

// source is the bytes of another blob, or a range of them, for the calls that end in "From URL".
func (c *call) source(rangeHeader string) (content, sums, *Problem) {
	r, p := c.from()
	if p != nil {
		return content{}, sums{}, p
	}
	data := r.content
	if text := c.r.Header.Get(rangeHeader); text != "" {
		ranged := &call{rw: c.rw, r: &http.Request{Header: http.Header{"Range": {text}}}}
		part, ok, p := ranged.span(data.size)
		if p != nil {
			return content{}, sums{}, p
		}
		if !ok {
			return content{}, sums{}, invalidHeader(rangeHeader, text)
		}
		data = data.slice(part.off, part.n)
	}
	return data, hashOf(data), nil
}

func hashOf(data content) sums {
	h := newHasher()
	_, _ = data.WriteTo(h)
	return h.sums()
}

// putBlobFromURL makes a block blob of another blob's bytes, in one call.
func (c *call) putBlobFromURL() *Problem {
	next, p := c.asked()
	if p != nil {
		return p
	}
	if c.r.Header.Get("x-ms-blob-type") != blockBlob {
		return invalidHeader("x-ms-blob-type", c.r.Header.Get("x-ms-blob-type"))
	}
	data, sum, p := c.source("")
	if p != nil {
		return p
	}
	next.content, next.md5 = data, sum.md5
	c.answerSums(sum)
	return c.commit(next)
}

// copyBlob is Copy Blob, done at once. Blocks, MD5 and properties go with the bytes.
func (c *call) copyBlob() *Problem {
	source, p := c.from()
	if p != nil {
		return p
	}
	asked, p := c.asked()
	if p != nil {
		return p
	}
	next := *source
	next.version, next.snapshot, next.rehydrating = "", "", ""
	next.copied = &copied{world.GUID(), c.r.Header.Get("x-ms-copy-source"), c.now}
	if len(asked.metadata) > 0 {
		next.metadata = asked.metadata
	}
	if asked.tier != "" {
		next.tier, next.tierChanged = asked.tier, asked.tierChanged
	}
	next.tags = asked.tags
	c.rw.Header().Set("x-ms-copy-id", next.copied.id)
	c.rw.Header().Set("x-ms-copy-status", "success")
	if p := c.commitAs(&next, http.StatusAccepted); p != nil {
		c.rw.Header().Del("x-ms-copy-id")
		c.rw.Header().Del("x-ms-copy-status")
		return p
	}
	return nil
}
