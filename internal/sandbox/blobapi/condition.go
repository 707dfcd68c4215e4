package blobapi

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// readable holds a read's conditions against what is there.
func (c *call) readable(r *record) *Problem {
	h := c.r.Header
	if p := c.wellFormed("If-Modified-Since", "If-Unmodified-Since"); p != nil {
		return p
	}
	switch {
	case h.Get("If-Match") != "" && !matches(h.Get("If-Match"), r.etag), before(r.modified, h.Get("If-Unmodified-Since")):
		return conditionNotMet()
	case h.Get("If-None-Match") != "" && matches(h.Get("If-None-Match"), r.etag), notAfter(r.modified, h.Get("If-Modified-Since")):
		p := conditionNotMet()
		p.Status = http.StatusNotModified
		return p
	}
	return nil
}

// writable holds what keeps others from writing, and a write's conditions, against the base; nil stands for none.
func (c *call) writable(base *record) *Problem {
	if p := free(base); p != nil {
		return p
	}
	return c.meets(base)
}

// free refuses what somebody holds by a lease, of which no call here knows the id, and what a policy keeps.
func free(base *record) *Problem {
	switch {
	case base == nil:
	case base.leased:
		return problem(http.StatusPreconditionFailed, "LeaseIdMissing", "There is currently a lease on the blob and no lease ID was specified in the request.")
	case base.immutable:
		return problem(http.StatusConflict, "BlobImmutableDueToPolicy", "This operation is not permitted as the blob is immutable due to a policy.")
	}
	return nil
}

// meets holds a write's conditions against the base.
func (c *call) meets(base *record) *Problem {
	h := c.r.Header
	if p := c.wellFormed("If-Modified-Since", "If-Unmodified-Since"); p != nil {
		return p
	}
	if base == nil {
		if h.Get("If-Match") != "" {
			return conditionNotMet()
		}
		return nil
	}
	switch {
	case h.Get("If-None-Match") == "*":
		return problem(http.StatusConflict, "BlobAlreadyExists", "The specified blob already exists.")
	case h.Get("If-Match") != "" && !matches(h.Get("If-Match"), base.etag),
		h.Get("If-None-Match") != "" && matches(h.Get("If-None-Match"), base.etag),
		before(base.modified, h.Get("If-Unmodified-Since")), notAfter(base.modified, h.Get("If-Modified-Since")):
		return conditionNotMet()
	}
	return nil
}

func (c *call) wellFormed(names ...string) *Problem {
	for _, name := range names {
		if text := c.r.Header.Get(name); text != "" {
			if _, err := http.ParseTime(text); err != nil {
				return invalidHeader(name, text)
			}
		}
	}
	return nil
}

// matches says whether a list of ETags has this one. Quotes may be missing.
func matches(list, etag string) bool {
	return slices.ContainsFunc(strings.Split(list, ","), func(one string) bool {
		one = strings.TrimSpace(one)
		return one == "*" || strings.Trim(one, `"`) == strings.Trim(etag, `"`)
	})
}

// before says that something was changed after a header's time: times on the wire have whole seconds.
func before(modified time.Time, header string) bool {
	t, err := http.ParseTime(header)
	return err == nil && t.Before(modified.Truncate(time.Second))
}

func notAfter(modified time.Time, header string) bool {
	t, err := http.ParseTime(header)
	return err == nil && !t.Before(modified.Truncate(time.Second))
}
