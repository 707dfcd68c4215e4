package blobapi

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
)

// wanted is what a listing asks for.
type wanted struct {
	prefix, delimiter, from                    string
	metadata, versions, snapshots, tags        bool
	deleted, deletedWithVersions, staged, copy bool
	most                                       int
	after                                      cursor
}

// cursor is where a page ends: the next one begins with the first thing that is not before it.
type cursor struct{ name, id string }

func (k cursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(k.name + "\x00" + k.id))
}

func (c *call) wanted() (wanted, *Problem) {
	q := c.query
	w := wanted{prefix: q.Get("prefix"), delimiter: q.Get("delimiter"), from: q.Get("startFrom")}
	const startFromVersion = "2026-02-06"
	if w.from != "" && c.r.Header.Get("x-ms-version") < startFromVersion {
		return w, invalidQuery("UnsupportedQueryParameter", "startFrom", w.from)
	}
	for _, what := range strings.Split(q.Get("include"), ",") {
		switch strings.ToLower(what) {
		case "":
		case "metadata":
			w.metadata = true
		case "versions":
			w.versions = true
		case "snapshots":
			w.snapshots = true
		case "deleted":
			w.deleted = true
		case "deletedwithversions":
			w.deletedWithVersions = true
		case "tags":
			w.tags = true
		case "uncommittedblobs":
			w.staged = true
		case "copy":
			w.copy = true
		case "legalhold", "immutabilitypolicy", "permissions": // nothing here has any
		default:
			return w, invalidQuery("InvalidQueryParameterValue", "include", q.Get("include"))
		}
	}
	if w.snapshots && w.delimiter != "" {
		return w, invalidQuery("InvalidQueryParameterValue", "include", q.Get("include"))
	}
	if marker := q.Get("marker"); marker != "" {
		text, err := base64.RawURLEncoding.DecodeString(marker)
		name, id, ok := strings.Cut(string(text), "\x00")
		if err != nil || !ok {
			return w, invalidQuery("InvalidQueryParameterValue", "marker", marker)
		}
		w.after = cursor{name, id}
	}
	var p *Problem
	w.most, p = c.most()
	return w, p
}

// listBlobs is List Blobs, flat or by a delimiter.
func (c *call) listBlobs() *Problem {
	want, p := c.wanted()
	if p != nil {
		return p
	}
	if c.query.Get("showonly") != "" {
		return notPretended(c.r)
	}
	w := &listing{}
	w.open("EnumerationResults", attribute{"ServiceEndpoint", "https://" + c.Host + "/"}, attribute{"ContainerName", c.Container})
	w.some("Prefix", want.prefix)
	w.some("Marker", c.query.Get("marker"))
	w.some("StartFrom", want.from)
	w.some("MaxResults", c.query.Get("maxresults"))
	w.some("Delimiter", want.delimiter)
	w.open("Blobs")
	c.store.mu.Lock()
	in, p := c.container()
	next := ""
	if p == nil {
		next = c.listInto(w, in, want)
	}
	c.store.mu.Unlock()
	if p != nil {
		return p
	}
	w.close("Blobs")
	w.element("NextMarker", next)
	w.close("EnumerationResults")
	c.writeXML(http.StatusOK, w.Bytes())
	return nil
}

// listInto writes one page and returns the marker of the next; "" when there is none.
func (c *call) listInto(w *listing, in *container, want wanted) string {
	order := orderOf(c.Account.Hierarchical)
	names := in.names(c.Account.Hierarchical)
	first := want.prefix
	for _, name := range []string{want.from, want.after.name} {
		if order(name, first) > 0 {
			first = name
		}
	}
	at, _ := slices.BinarySearchFunc(names, first, order)
	shown, folded := 0, ""
	for _, name := range names[at:] {
		if !strings.HasPrefix(name, want.prefix) {
			if order(name, want.prefix) > 0 && !strings.HasPrefix(want.prefix, name) {
				break
			}
			continue
		}
		if folded != "" && strings.HasPrefix(name, folded) {
			continue
		}
		if dir, ok := c.fold(in, name, want); ok {
			if dir == want.after.name && want.after.id != "" { // shown on the page before
				folded = dir
				continue
			}
			if shown == want.most {
				return cursor{dir, ""}.String()
			}
			shown, folded = shown+1, dir
			w.prefix(dir)
			continue
		}
		b := in.blobs[name]
		b.settle(c.now)
		for _, r := range b.shown(want) {
			if name == want.after.name && r.id() < want.after.id {
				continue
			}
			if shown == want.most {
				return cursor{name, r.id()}.String()
			}
			shown++
			w.blob(b, r, want)
		}
	}
	return ""
}

// fold is the directory that stands for a name in a listing with a delimiter. In a hierarchical namespace a directory of its own
// stands for itself.
func (c *call) fold(in *container, name string, want wanted) (string, bool) {
	if want.delimiter == "" {
		return "", false
	}
	rest := name[len(want.prefix):]
	if i := strings.Index(rest, want.delimiter); i >= 0 {
		return name[:len(want.prefix)+i+len(want.delimiter)], true
	}
	if b := in.blobs[name]; c.Account.Hierarchical && b.base != nil && b.base.metadata["hdi_isfolder"] == "true" {
		return name + "/", true
	}
	return "", false
}

// id orders the records of a name: former ones by time, the base last.
func (r *record) id() string {
	switch {
	case r.snapshot != "":
		return r.snapshot
	case r.version != "":
		return r.version + "~" // behind a snapshot of the same time
	}
	return "~"
}

// shown are the records of a blob that a listing has, in its order.
func (b *blob) shown(want wanted) []*record {
	var out []*record
	visible := func(r *record) bool { return r.deleted.IsZero() || want.deleted }
	for _, r := range b.snapshots {
		if visible(r) && want.snapshots {
			out = append(out, r)
		}
	}
	for _, r := range b.versions {
		if visible(r) && want.versions {
			out = append(out, r)
		}
	}
	if b.gone != nil && want.deleted {
		out = append(out, b.gone)
	}
	slices.SortStableFunc(out, func(x, y *record) int { return strings.Compare(x.id(), y.id()) })
	switch {
	case b.base != nil:
		out = append(out, b.base)
	case want.deletedWithVersions && !want.versions && len(b.versions) > 0:
		out = append(out, b.versions[len(b.versions)-1])
	case want.staged && len(b.staged) > 0:
		out = append(out, &record{kind: blockBlob})
	}
	return out
}
