package blob

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/azure/dataplane"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// Names of metadata are C# identifiers on Azure.
const (
	markKey = "landbridge_origin" // dataset.Mark
	crcKey  = "landbridge_crc32c" // the object's CRC32C as we sent it
)

const (
	metaHeader     = "X-Ms-Meta-"
	snapshotPrefix = "snapshot=" // of Object.Version
)

// object reads the headers of Get Blob and Get Blob Properties.
func object(name string, h http.Header) dataset.Object {
	o := dataset.Object{
		Name: name, Version: h.Get("x-ms-version-id"), ETag: h.Get("ETag"), Kind: kindOf(h.Get("x-ms-blob-type")), Tier: h.Get("x-ms-access-tier"),
		Headers: dataset.Headers{
			ContentType: h.Get("Content-Type"), ContentEncoding: h.Get("Content-Encoding"), ContentLanguage: h.Get("Content-Language"),
			ContentDisposition: h.Get("Content-Disposition"), CacheControl: h.Get("Cache-Control"),
		},
	}
	o.Size, _ = strconv.ParseInt(h.Get("Content-Length"), 10, 64)
	o.Modified, _ = http.ParseTime(h.Get("Last-Modified"))
	o.MD5 = dataplane.MD5(h.Get("Content-MD5"))
	meta := map[string]string{}
	for key, values := range h {
		if name, ok := strings.CutPrefix(key, metaHeader); ok && len(values) > 0 {
			meta[strings.ToLower(name)] = values[0]
		}
	}
	take(&o, meta)
	return o
}

// take puts metadata into an object: our own where they belong, the others as they are. Their case is HTTP's: none.
func take(o *dataset.Object, meta map[string]string) {
	if text, ok := meta[crcKey]; ok {
		delete(meta, crcKey)
		if o.Kind == dataset.BlockBlob { // the others are written in place, and their metadata stay
			_ = o.CRC32C.UnmarshalText([]byte(text)) // unknown when somebody spoilt it
		}
	}
	if mark, ok := meta[markKey]; ok {
		delete(meta, markKey)
		meta[dataset.Mark] = mark
	}
	if len(meta) > 0 {
		o.Metadata = meta
	}
}

func kindOf(text string) dataset.Kind {
	switch text {
	case "BlockBlob":
		return dataset.BlockBlob
	case "AppendBlob":
		return dataset.AppendBlob
	case "PageBlob":
		return dataset.PageBlob
	}
	return ""
}

// headers are those of a write: properties, metadata, mark and CRC32C.
func headers(w dataset.Write, crc checksum.CRC) http.Header {
	h := make(http.Header, 16)
	for _, e := range [...]struct{ name, value string }{
		{"X-Ms-Blob-Content-Type", w.Headers.ContentType},
		{"X-Ms-Blob-Content-Encoding", w.Headers.ContentEncoding},
		{"X-Ms-Blob-Content-Language", w.Headers.ContentLanguage},
		{"X-Ms-Blob-Content-Disposition", w.Headers.ContentDisposition},
		{"X-Ms-Blob-Cache-Control", w.Headers.CacheControl},
	} {
		if e.value != "" {
			h[e.name] = []string{e.value}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(w.Metadata)) {
		if name := metaHeader + identifier(key); h[name] == nil && key != dataset.Mark {
			h[name] = []string{plain(w.Metadata[key])}
		}
	}
	delete(h, metaHeader+markKey)
	if w.Origin != "" {
		h[metaHeader+markKey] = []string{w.Origin}
	}
	if crc.Known {
		h[metaHeader+crcKey] = []string{crc.String()}
	}
	return h
}

// identifier makes a name of metadata one that Azure takes: of two that become the same, the first in order stays.
func identifier(key string) string {
	out := strings.Map(func(r rune) rune {
		if r < 0x80 && (r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z') {
			return r
		}
		return '_'
	}, strings.ToLower(key))
	if out == "" || out[0] >= '0' && out[0] <= '9' {
		out = "_" + out
	}
	return out
}

// plain percent-encodes what a header cannot hold.
func plain(value string) string {
	if !strings.ContainsFunc(value, func(r rune) bool { return r < 0x20 || r > 0x7e }) {
		return value
	}
	var b strings.Builder
	for _, x := range []byte(value) {
		if x >= 0x20 && x <= 0x7e {
			b.WriteByte(x)
			continue
		}
		b.WriteString("%" + strings.ToUpper(strconv.FormatUint(uint64(x)|0x100, 16)[1:]))
	}
	return b.String()
}

// stampForm is how Azure names versions and snapshots.
const stampForm = "2006-01-02T15:04:05.0000000Z"

func stamped(text string) (time.Time, bool) {
	t, err := time.Parse(stampForm, text)
	return t, err == nil
}
