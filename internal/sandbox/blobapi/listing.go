package blobapi

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// listing writes the XML of lists.
type listing struct{ bytes.Buffer }

func (w *listing) open(name string, attributes ...attribute) {
	_, _ = w.WriteString("<" + name)
	for _, a := range attributes {
		_, _ = w.WriteString(" " + a.name + `="`)
		_ = xml.EscapeText(w, []byte(a.value))
		_, _ = w.WriteString(`"`)
	}
	_, _ = w.WriteString(">")
}

type attribute struct{ name, value string }

func (w *listing) close(name string) { _, _ = w.WriteString("</" + name + ">") }

func (w *listing) element(name, text string) {
	if text == "" {
		_, _ = w.WriteString("<" + name + " />")
		return
	}
	_, _ = w.WriteString("<" + name + ">")
	_ = xml.EscapeText(w, []byte(text))
	_, _ = w.WriteString("</" + name + ">")
}

// some is element, or nothing when the text is empty.
func (w *listing) some(name, text string) {
	if text != "" {
		w.element(name, text)
	}
}

// name writes a blob's name; one that XML cannot hold is percent-encoded and says so.
func (w *listing) name(text string) {
	if !strings.ContainsFunc(text, func(r rune) bool { return r == '\ufffe' || r == '\uffff' || unicode.IsControl(r) && r < 0x20 }) {
		w.element("Name", text)
		return
	}
	_, _ = w.WriteString(`<Name Encoded="true">` + url.PathEscape(text) + `</Name>`)
}

func (w *listing) prefix(name string) {
	w.open("BlobPrefix")
	w.name(name)
	w.close("BlobPrefix")
}

func (w *listing) metadata(m map[string]string) {
	w.open("Metadata")
	for _, k := range slices.Sorted(maps.Keys(m)) {
		w.element(k, m[k])
	}
	w.close("Metadata")
}

func (w *listing) tags(tags map[string]string) {
	w.open("Tags")
	w.open("TagSet")
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		w.open("Tag")
		w.element("Key", k)
		w.element("Value", tags[k])
		w.close("Tag")
	}
	w.close("TagSet")
	w.close("Tags")
}

// blob writes one record as List Blobs does, its elements in the service's order.
func (w *listing) blob(b *blob, r *record, want wanted) {
	w.open("Blob")
	w.name(b.name)
	if !r.deleted.IsZero() {
		w.element("Deleted", "true")
	}
	w.some("Snapshot", r.snapshot)
	former := r != b.base
	if r.version != "" && r.snapshot == "" && (want.versions || !former) {
		w.element("VersionId", r.version)
		if !former {
			w.element("IsCurrentVersion", "true")
		}
	}
	if former && want.deletedWithVersions && !want.versions {
		w.element("HasVersionsOnly", "true")
	}
	w.properties(b, r)
	if want.metadata && len(r.metadata) > 0 {
		w.metadata(r.metadata)
	}
	if want.tags && len(r.tags) > 0 {
		w.tags(r.tags)
	}
	w.element("OrMetadata", "")
	w.close("Blob")
}

func (w *listing) properties(b *blob, r *record) {
	date := func(t time.Time) string { return t.UTC().Format(http.TimeFormat) }
	w.open("Properties")
	if !r.modified.IsZero() {
		w.element("Creation-Time", date(r.created))
		w.element("Last-Modified", date(r.modified))
		w.element("Etag", strings.Trim(r.etag, `"`))
	}
	if b.base != nil && b.base.metadata["hdi_isfolder"] == "true" && r == b.base {
		w.element("ResourceType", "directory")
	}
	w.element("Content-Length", strconv.FormatInt(r.content.size, 10))
	contentType := r.headers.contentType
	if contentType == "" {
		contentType = "application/octet-stream"
	}
	w.element("Content-Type", contentType)
	w.element("Content-Encoding", r.headers.encoding)
	w.element("Content-Language", r.headers.language)
	w.element("Content-CRC64", "")
	w.element("Content-MD5", base64.StdEncoding.EncodeToString(r.md5))
	w.element("Cache-Control", r.headers.cache)
	w.element("Content-Disposition", r.headers.disposition)
	if r.kind == pageBlob {
		w.element("x-ms-blob-sequence-number", strconv.FormatInt(r.sequence, 10))
	}
	w.element("BlobType", r.kind)
	if r.kind == blockBlob && !r.modified.IsZero() {
		w.element("AccessTier", r.shownTier())
		if r.tier == "" {
			w.element("AccessTierInferred", "true")
		} else {
			w.element("AccessTierChangeTime", date(r.tierChanged))
		}
		w.some("ArchiveStatus", rehydration(r))
	}
	if r == b.base {
		state, status := r.lease()
		w.element("LeaseStatus", status)
		w.element("LeaseState", state)
	}
	if r.copied != nil {
		w.element("CopyId", r.copied.id)
		w.element("CopySource", r.copied.source)
		w.element("CopyStatus", "success")
	}
	w.element("ServerEncrypted", "true")
	if !r.deleted.IsZero() {
		w.element("DeletedTime", date(r.deleted))
		w.element("RemainingRetentionDays", strconv.Itoa(int(r.purge.Sub(r.deleted)/(24*time.Hour))))
	}
	if len(r.tags) > 0 {
		w.element("TagCount", strconv.Itoa(len(r.tags)))
	}
	w.close("Properties")
}
