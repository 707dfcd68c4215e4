package blobapi

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

const (
	mostAppend       = 100 << 20
	mostAppended     = 50_000
	mostPage         = 4 << 20
	sequenceHeader   = "x-ms-blob-sequence-number"
	appendPosHeader  = "x-ms-blob-condition-appendpos"
	appendMaxHeader  = "x-ms-blob-condition-maxsize"
	offsetHeader     = "x-ms-blob-append-offset"
	blockCountHeader = "x-ms-blob-committed-block-count"
)

// appendBlock adds a block to an append blob. No version is kept of what it was before.
func (c *call) appendBlock() *Problem {
	var data content
	var sum sums
	var p *Problem
	if c.r.Header.Get("x-ms-copy-source") != "" {
		data, sum, p = c.source("x-ms-source-range")
	} else {
		data, sum, p = c.receive(mostAppend)
	}
	if p != nil {
		return p
	}
	return c.change(appendBlob, http.StatusCreated, func(b *blob, at time.Time) *Problem {
		size := b.base.content.size
		if want, ok := number(c.r.Header.Get(appendPosHeader)); ok && want != size {
			return problem(http.StatusPreconditionFailed, "AppendPositionConditionNotMet", "The append position condition specified was not met.")
		}
		if most, ok := number(c.r.Header.Get(appendMaxHeader)); ok && size+data.size > most {
			return problem(http.StatusPreconditionFailed, "MaxBlobSizeConditionNotMet", "The max blob size condition specified was not met.")
		}
		if b.base.appended >= mostAppended {
			return problem(http.StatusConflict, "BlockCountExceedsLimit", "The committed block count cannot exceed the maximum limit of 50,000 blocks.")
		}
		r := b.amend(at, func(r *record) { r.content, r.appended, r.md5 = concat(r.content, data), r.appended+1, nil })
		c.answerSums(sum)
		c.rw.Header().Set(offsetHeader, strconv.FormatInt(size, 10))
		c.rw.Header().Set(blockCountHeader, strconv.Itoa(r.appended))
		return nil
	})
}

// putPage writes or clears pages of a page blob, in place.
func (c *call) putPage() *Problem {
	var data content
	var sum sums
	write := c.r.Header.Get("x-ms-page-write")
	switch write {
	case "update":
		var p *Problem
		if c.r.Header.Get("x-ms-copy-source") != "" {
			data, sum, p = c.source("x-ms-source-range")
		} else {
			data, sum, p = c.receive(mostPage)
		}
		if p != nil {
			return p
		}
	case "clear":
	default:
		return invalidHeader("x-ms-page-write", write)
	}
	return c.change(pageBlob, http.StatusCreated, func(b *blob, at time.Time) *Problem {
		part, ranged, p := c.span(b.base.content.size)
		if p != nil {
			return p
		}
		if !ranged || part.off%pageSize != 0 || part.n%pageSize != 0 || write == "update" && part.n != data.size {
			return problem(http.StatusRequestedRangeNotSatisfiable, "InvalidPageRange", "The page range specified is invalid.")
		}
		with := data
		if write == "clear" {
			with = zeros(part.n)
		}
		r := b.amend(at, func(r *record) {
			r.content, r.md5 = r.content.splice(part.off, with), nil
			r.pages = mark(r.pages, part, write == "update")
		})
		if write == "update" {
			c.answerSums(sum)
		}
		c.rw.Header().Set(sequenceHeader, strconv.FormatInt(r.sequence, 10))
		return nil
	})
}

// mark adds a run of pages to those that are written, or takes it away.
func mark(pages []span, part span, written bool) []span {
	var out []span
	for _, p := range pages {
		if before := min(p.off+p.n, part.off) - p.off; before > 0 {
			out = append(out, span{p.off, before})
		}
		if from := max(p.off, part.off+part.n); from < p.off+p.n {
			out = append(out, span{from, p.off + p.n - from})
		}
	}
	if written {
		out = append(out, part)
	}
	slices.SortFunc(out, func(a, b span) int { return int(a.off - b.off) })
	joined := out[:0]
	for _, p := range out {
		if n := len(joined); n > 0 && joined[n-1].off+joined[n-1].n == p.off {
			joined[n-1].n += p.n
		} else {
			joined = append(joined, p)
		}
	}
	return joined
}

// getPageRanges lists the runs of written pages.
func (c *call) getPageRanges() *Problem {
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
	if r.kind != pageBlob {
		return wrongType()
	}
	if p := c.readable(r); p != nil {
		return p
	}
	part, ranged, p := c.span(r.content.size)
	if p != nil {
		return p
	}
	if !ranged {
		part = span{0, r.content.size}
	}
	w := &listing{}
	w.open("PageList")
	for _, x := range r.pages {
		from, to := max(x.off, part.off), min(x.off+x.n, part.off+part.n)
		if from >= to {
			continue
		}
		w.open("PageRange")
		w.element("Start", strconv.FormatInt(from, 10))
		w.element("End", strconv.FormatInt(to-1, 10))
		w.close("PageRange")
	}
	w.close("PageList")
	c.stamped(r.etag, r.modified)
	c.rw.Header().Set("x-ms-blob-content-length", strconv.FormatInt(r.content.size, 10))
	c.writeXML(http.StatusOK, w.Bytes())
	return nil
}

// change changes the base of a kind ("" is any) in place under its preconditions, and answers.
func (c *call) change(kind string, status int, do func(b *blob, at time.Time) *Problem) *Problem {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	b, p := c.blob()
	if p != nil {
		return p
	}
	if b == nil || b.base == nil {
		return noBlob()
	}
	if p := c.writable(b.base); p != nil {
		return p
	}
	if kind != "" && b.base.kind != kind {
		return wrongType()
	}
	at := c.store.tick()
	if p := do(b, at); p != nil {
		return p
	}
	return c.short(status, b.base, b.base.modified)
}
