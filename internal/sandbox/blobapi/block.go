package blobapi

import (
	"cmp"
	"encoding/base64"
	"encoding/xml"
	"io"
	"net/http"
	"slices"
	"strconv"
)

const (
	mostBlock  = 4000 << 20
	mostBlocks = 50_000
	mostStaged = 100_000
	longestID  = 64 // bytes, before base64
)

// putBlock stages a block. The ids of a blob are all of one length.
func (c *call) putBlock() *Problem {
	id := c.query.Get("blockid")
	raw, err := base64.StdEncoding.DecodeString(id)
	if err != nil || len(raw) == 0 || len(raw) > longestID {
		return invalidQuery("InvalidQueryParameterValue", "blockid", id)
	}
	var data content
	var sum sums
	var p *Problem
	if c.r.Header.Get("x-ms-copy-source") != "" {
		data, sum, p = c.source("x-ms-source-range")
	} else {
		if c.r.ContentLength == 0 {
			return invalidHeader("Content-Length", "0")
		}
		data, sum, p = c.receive(mostBlock)
	}
	if p != nil {
		return p
	}
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	in, p := c.container()
	if p != nil {
		return p
	}
	b := in.blobs[c.Blob]
	if p := stageable(b, id); p != nil {
		return p
	}
	b = in.blobOf(c.Blob)
	at, found := slices.BinarySearchFunc(b.staged, id, func(x block, id string) int { return cmp.Compare(x.id, id) })
	if found {
		b.staged[at].data = data
	} else {
		b.staged = slices.Insert(b.staged, at, block{id, data})
	}
	c.answerSums(sum)
	c.rw.Header().Set("x-ms-request-server-encrypted", "true")
	c.rw.WriteHeader(http.StatusCreated)
	return nil
}

// stageable says whether a block with this id can be staged for what is kept under the name.
func stageable(b *blob, id string) *Problem {
	if b == nil {
		return nil
	}
	other := func(x block) bool { return len(x.id) != len(id) }
	switch p := free(b.base); {
	case p != nil:
		return p
	case b.base != nil && b.base.kind != blockBlob:
		return wrongType()
	case b.base != nil && b.base.tier == "Archive":
		return archived()
	case slices.ContainsFunc(b.staged[:min(1, len(b.staged))], other), b.base != nil && slices.ContainsFunc(b.base.blocks[:min(1, len(b.base.blocks))], other):
		return problem(http.StatusBadRequest, "InvalidBlobOrBlock", "The specified blob or block content is invalid.")
	case len(b.staged) >= mostStaged:
		return problem(http.StatusConflict, "BlockCountExceedsLimit", "The uncommitted block count cannot exceed the maximum limit of 100,000 blocks.")
	}
	return nil
}

// blockList is the body of Put Block List: elements named Committed, Uncommitted or Latest, in order.
type blockList struct {
	XMLName xml.Name `xml:"BlockList"`
	Blocks  []struct {
		XMLName xml.Name
		ID      string `xml:",chardata"`
	} `xml:",any"`
}

// putBlockList makes a blob of blocks that it had, and of staged ones.
func (c *call) putBlockList() *Problem {
	next, p := c.asked()
	if p != nil {
		return p
	}
	body, err := io.ReadAll(io.LimitReader(c.r.Body, 16<<20))
	if err != nil {
		panic(http.ErrAbortHandler) // the body broke off: nobody is there to be answered
	}
	sum := sumsOf(body)
	if p := c.checkSums(sum); p != nil {
		return p
	}
	var list blockList
	if xml.Unmarshal(body, &list) != nil {
		return problem(http.StatusBadRequest, "InvalidXmlDocument", "XML specified is not syntactically valid.")
	}
	if len(list.Blocks) > mostBlocks {
		return problem(http.StatusBadRequest, "BlockListTooLong", "The block list may not contain more than 50,000 blocks.")
	}
	c.store.mu.Lock()
	b, p := c.blob()
	if p == nil && b != nil {
		p = c.writable(b.base)
	}
	if p == nil {
		p = choose(b, list, next)
	}
	c.store.mu.Unlock()
	if p != nil {
		return p
	}
	if c.r.Header.Get("Content-Type") == next.headers.contentType { // that is the list's own
		next.headers.contentType = c.r.Header.Get("x-ms-blob-content-type")
	}
	c.answerSums(sum)
	return c.commit(next)
}

// choose finds the blocks of a list and lays them into next.
func choose(b *blob, list blockList, next *record) *Problem {
	staged, committed := map[string]content{}, map[string]content{}
	if b != nil {
		for _, x := range b.staged {
			staged[x.id] = x.data
		}
		if b.base != nil {
			if b.base.kind != blockBlob {
				return wrongType()
			}
			for _, x := range b.base.blocks {
				committed[x.id] = x.data
			}
		}
	}
	parts := make([]content, 0, len(list.Blocks))
	for _, asked := range list.Blocks {
		var data content
		var found bool
		switch asked.XMLName.Local {
		case "Committed":
			data, found = committed[asked.ID]
		case "Uncommitted":
			data, found = staged[asked.ID]
		case "Latest":
			if data, found = staged[asked.ID]; !found {
				data, found = committed[asked.ID]
			}
		default:
			return problem(http.StatusBadRequest, "UnsupportedXmlNode", "One of the XML nodes specified in the request body is not supported.")
		}
		if !found {
			return problem(http.StatusBadRequest, "InvalidBlockList", "The specified block list is invalid.")
		}
		next.blocks = append(next.blocks, block{asked.ID, data})
		parts = append(parts, data)
	}
	next.content = joined(parts)
	return nil
}

// joined is concat for many parts, in one allocation.
func joined(parts []content) content {
	var out content
	for _, p := range parts {
		out.pieces = append(out.pieces, p.pieces...)
		out.size += p.size
	}
	return out
}

// getBlockList lists the blocks by name and size.
func (c *call) getBlockList() *Problem {
	kind := c.query.Get("blocklisttype")
	if kind == "" {
		kind = "committed"
	}
	if kind != "committed" && kind != "uncommitted" && kind != "all" {
		return invalidQuery("InvalidQueryParameterValue", "blocklisttype", kind)
	}
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	b, p := c.blob()
	if p != nil {
		return p
	}
	version, snapshot := c.query.Get("versionid"), c.query.Get("snapshot")
	r := b.at(version, snapshot)
	base := version == "" && snapshot == ""
	if r == nil && (!base || b == nil || len(b.staged) == 0) {
		return noBlob()
	}
	w := &listing{}
	w.open("BlockList")
	if r != nil {
		if r.kind != blockBlob {
			return wrongType()
		}
		c.stamped(r.etag, r.modified)
		c.rw.Header().Set("x-ms-blob-content-length", strconv.FormatInt(r.content.size, 10))
	}
	if kind != "uncommitted" {
		w.open("CommittedBlocks")
		if r != nil {
			w.blocks(r.blocks)
		}
		w.close("CommittedBlocks")
	}
	if kind != "committed" {
		w.open("UncommittedBlocks")
		if base {
			w.blocks(b.staged)
		}
		w.close("UncommittedBlocks")
	}
	w.close("BlockList")
	c.writeXML(http.StatusOK, w.Bytes())
	return nil
}

func (w *listing) blocks(list []block) {
	for _, x := range list {
		w.open("Block")
		w.element("Name", x.id)
		w.element("Size", strconv.FormatInt(x.data.size, 10))
		w.close("Block")
	}
}
