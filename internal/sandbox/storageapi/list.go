package storageapi

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const maxResults = 1000

// listing is one list request.
type listing struct {
	prefix, delimiter, start, end string
	after                         position // where the page before ended
	versions, softDeleted         bool
	max                           int
	items, fields                 mask
}

// position is a place in a listing: a name and a generation of it, or a prefix of names.
type position struct {
	name       string
	generation int64
	prefix     bool
}

func (s *Storage) list(c *call) *refusal {
	l, p := s.listing(c)
	if p != nil {
		return p
	}
	send(c.rw, http.StatusOK, l.page(c.inside, c.base(), s.world.Now()))
	return nil
}

func (s *Storage) listing(c *call) (*listing, *refusal) {
	for _, unknown := range []string{"matchGlob", "filter", "includeFoldersAsPrefixes", "includeTrailingDelimiter"} {
		if c.options.Get(unknown) != "" && c.options.Get(unknown) != "false" {
			return nil, refuse(http.StatusNotImplemented, "notImplemented", "the sandbox does not know %s", unknown)
		}
	}
	l := &listing{
		prefix: c.options.Get("prefix"), delimiter: c.options.Get("delimiter"), start: c.options.Get("startOffset"), end: c.options.Get("endOffset"),
		versions: c.options.Get("versions") == "true", softDeleted: c.options.Get("softDeleted") == "true", max: maxResults,
	}
	if l.versions && l.softDeleted {
		return nil, invalid("Cannot list versions and soft-deleted objects at once.")
	}
	if text := c.options.Get("maxResults"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, &refusal{http.StatusBadRequest, "invalidParameter", "Invalid value '" + text + "' for maxResults.", "parameter", "maxResults"}
		}
		l.max = min(n, maxResults)
	}
	var p *refusal
	if l.fields, p = parseMask(c.options.Get("fields")); p != nil {
		return nil, p
	}
	l.items = l.fields.of("items")
	if token := c.options.Get("pageToken"); token != "" {
		var ok bool
		if l.after, ok = parseToken(token); !ok {
			return nil, &refusal{http.StatusBadRequest, "invalid", "Invalid page token.", "parameter", "pageToken"}
		}
	}
	return l, nil
}

func (p position) token() string {
	return base64.URLEncoding.EncodeToString([]byte(strconv.FormatInt(p.generation, 10) + ":" + strconv.FormatBool(p.prefix) + ":" + p.name))
}

func parseToken(token string) (p position, ok bool) {
	text, err := base64.URLEncoding.DecodeString(token)
	part := strings.SplitN(string(text), ":", 3)
	if err != nil || len(part) != 3 {
		return p, false
	}
	p.generation, err = strconv.ParseInt(part[0], 10, 64)
	p.prefix, p.name = part[1] == "true", part[2]
	return p, err == nil
}

// page writes one page of the listing: objects in the order of names and generations, and prefixes up to the delimiter.
func (l *listing) page(b *bucket, base string, now time.Time) []byte {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var items []byte
	var prefixes []string
	count := 0
	at := l.after
	more := false
	begin := max(l.prefix, l.start, l.after.name)
	for one := range b.shelves.from(begin) {
		if !strings.HasPrefix(one.name, l.prefix) || l.end != "" && one.name >= l.end {
			break
		}
		if l.after.prefix && strings.HasPrefix(one.name, l.after.name) {
			continue
		}
		if prefix, ok := l.folder(one.name); ok {
			if len(prefixes) > 0 && prefixes[len(prefixes)-1] == prefix || !l.shows(one, now) {
				continue
			}
			if more = count == l.max; more {
				break
			}
			prefixes, at = append(prefixes, prefix), position{name: prefix, prefix: true}
			count++
			continue
		}
		for _, o := range one.all() {
			if !l.wants(o, now) || one.name == l.after.name && o.generation <= l.after.generation {
				continue
			}
			if more = count == l.max; more {
				break
			}
			if len(items) > 0 {
				items = append(items, ',')
			}
			items, at = o.appendJSON(items, base, b.name, l.items), position{name: one.name, generation: o.generation}
			count++
		}
		if more {
			break
		}
	}
	return l.answer(items, prefixes, at, more)
}

func (l *listing) answer(items []byte, prefixes []string, at position, more bool) []byte {
	j := &jsonObject{b: append(make([]byte, 0, len(items)+256), '{'), mask: l.fields}
	j.text("kind", "storage#objects")
	if more {
		j.text("nextPageToken", at.token())
	}
	if len(prefixes) > 0 && l.fields.has("prefixes") {
		for i, p := range prefixes {
			prefixes[i] = quote(p)
		}
		j.raw("prefixes", "["+strings.Join(prefixes, ",")+"]")
	}
	if len(items) > 0 && l.fields.has("items") {
		j.raw("items", "["+string(items)+"]")
	}
	return append(j.b, '}')
}

// folder is the prefix under which a name is folded by the delimiter.
func (l *listing) folder(name string) (string, bool) {
	if l.delimiter == "" {
		return "", false
	}
	at := strings.Index(name[len(l.prefix):], l.delimiter)
	if at < 0 {
		return "", false
	}
	return name[:len(l.prefix)+at+len(l.delimiter)], true
}

// all are the generations of a name, oldest first.
func (one *shelf) all() []*object {
	if len(one.past) == 0 {
		return []*object{one.live}
	}
	out := append([]*object{}, one.past...)
	if one.live != nil {
		out = append(out, one.live)
	}
	return out
}

func (l *listing) wants(o *object, now time.Time) bool {
	switch {
	case o == nil || o.over(now):
		return false
	case l.softDeleted:
		return !o.softDeleted.IsZero()
	case l.versions:
		return o.softDeleted.IsZero()
	}
	return o.noncurrent.IsZero() && o.softDeleted.IsZero()
}

func (l *listing) shows(one *shelf, now time.Time) bool {
	for _, o := range one.all() {
		if l.wants(o, now) {
			return true
		}
	}
	return false
}
