package storageapi

import (
	"net/http"
	"net/url"
	"strconv"
)

// query is a request's parameters, and the headers that say the same in the XML API.
type query struct {
	url.Values
	header http.Header
}

// condition is the preconditions of a request (https://cloud.google.com/storage/docs/request-preconditions). A nil one holds.
type condition struct {
	match, notMatch         *int64 // of the generation; 0 is that there is no live object
	metaMatch, metaNotMatch *int64
}

// number reads a parameter, else a header; nil when neither is there.
func (q query) number(parameter, header string) (*int64, *refusal) {
	text := q.Get(parameter)
	if text == "" && header != "" {
		text = q.header.Get(header)
	}
	if text == "" {
		return nil, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return nil, &refusal{http.StatusBadRequest, "invalidParameter", "Invalid value '" + text + "' for " + parameter + ".", "parameter", parameter}
	}
	return &n, nil
}

// condition reads the preconditions; prefix is "", or "Source" for those of a copy's source.
func (q query) condition(prefix string) (c condition, p *refusal) {
	for _, one := range []struct {
		to                **int64
		parameter, header string
	}{
		{&c.match, "GenerationMatch", "x-goog-if-generation-match"},
		{&c.notMatch, "GenerationNotMatch", "x-goog-if-generation-not-match"},
		{&c.metaMatch, "MetagenerationMatch", "x-goog-if-metageneration-match"},
		{&c.metaNotMatch, "MetagenerationNotMatch", "x-goog-if-metageneration-not-match"},
	} {
		if *one.to, p = q.number("if"+prefix+one.parameter, one.header); p != nil {
			return c, p
		}
	}
	return c, nil
}

// check holds the preconditions against an object, nil when there is none. Of a read, what must not match answers 304.
func (c condition) check(o *object, reading bool) *refusal {
	var generation, meta int64
	if o != nil {
		generation, meta = o.generation, o.metageneration
	}
	if c.match != nil && *c.match != generation || c.metaMatch != nil && *c.metaMatch != meta {
		return unmet()
	}
	if c.notMatch != nil && *c.notMatch == generation || c.metaNotMatch != nil && *c.metaNotMatch == meta {
		if reading {
			return &refusal{status: http.StatusNotModified}
		}
		return unmet()
	}
	return nil
}
