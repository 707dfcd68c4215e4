package blob

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/azure/dataplane"
	"github.com/landbridge/landbridge/internal/dataset"
)

// folderKey is the metadata by which directories are told from blobs.
const folderKey = "hdi_isfolder"

func folder(mark string) bool { return strings.EqualFold(mark, "true") }

// item is one entry of a listing: a blob as it is, one of its versions or snapshots, or a directory.
type item struct {
	dataset.Object
	versionID, snapshot   string
	current, deleted      bool
	created               time.Time
	directory, abbreviate bool // a directory of its own; one that stands for what is below it (BlobPrefix)
}

// page is one answer of List Blobs.
type page struct {
	items  []item
	marker string // of the next page; "" is none
}

// decode reads a page. The names are whole: with the place's prefix.
func decode(r io.Reader) (page, error) {
	d := decoder{scanner: newScanner(r)}
	for {
		t, err := d.next()
		if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			if !d.whole {
				return page{}, errXML
			}
			return d.page, nil
		}
		if err == nil {
			err = d.take(t)
		}
		if err != nil {
			return page{}, err
		}
	}
}

// decoder puts tokens into a page.
type decoder struct {
	*scanner
	page    page
	item    *item
	meta    map[string]string
	in      string // Metadata, Tags, Properties: what the element is below
	encoded bool
	whole   bool

	lastText string
	lastTime time.Time
}

func (d *decoder) take(t token) error {
	switch t.start {
	case "":
		return d.ended(t)
	case "EnumerationResults":
		d.whole = len(d.path) == 1
	case "Blob", "BlobPrefix":
		if d.item == nil {
			d.page.items = append(d.page.items, item{abbreviate: t.start == "BlobPrefix"})
			d.item, d.meta = &d.page.items[len(d.page.items)-1], nil
		}
	case "Metadata", "Properties", "Tags", "OrMetadata":
		if d.item != nil && d.in == "" {
			d.in = t.start
		}
	case "Name":
		d.encoded = bytes.Contains(t.attributes, []byte(`Encoded="true"`))
	}
	return nil
}

func (d *decoder) ended(t token) error {
	switch {
	case d.item == nil:
		if t.end == "NextMarker" {
			d.page.marker = string(t.text)
		}
		return nil
	case t.end == d.in && len(d.path) == 3: // EnumerationResults, Blobs, Blob
		d.in = ""
		return nil
	case d.in == "Metadata":
		if d.meta == nil {
			d.meta = map[string]string{}
		}
		d.meta[strings.ToLower(t.end)] = string(t.text)
		return nil
	case d.in == "Properties":
		return d.property(t.end, t.text)
	case d.in != "":
		return nil
	case t.end == "Blob" || t.end == "BlobPrefix":
		d.finish()
		return nil
	}
	return d.field(t.end, t.text)
}

func (d *decoder) field(name string, text []byte) (err error) {
	switch name {
	case "Name":
		d.item.Name = string(text)
		if d.encoded {
			if d.item.Name, err = url.PathUnescape(d.item.Name); err != nil {
				return errXML
			}
		}
	case "Snapshot":
		d.item.snapshot = string(text)
	case "VersionId":
		d.item.versionID = string(text)
	case "IsCurrentVersion":
		d.item.current = string(text) == "true"
	case "Deleted":
		d.item.deleted = string(text) == "true"
	}
	return nil
}

func (d *decoder) property(name string, text []byte) (err error) {
	o := &d.item.Object
	if len(text) == 0 {
		return nil
	}
	switch name {
	case "Content-Length":
		o.Size, err = strconv.ParseInt(string(text), 10, 64)
		if o.Size < 0 {
			return errXML
		}
	case "Last-Modified":
		o.Modified, err = d.time(text)
	case "Creation-Time":
		d.item.created, err = d.time(text)
	case "DeletedTime":
		o.Deleted, err = d.time(text)
	case "Etag":
		o.ETag = `"` + string(bytes.Trim(text, `"`)) + `"`
	case "Content-MD5":
		o.MD5 = dataplane.MD5(string(text))
	case "BlobType":
		o.Kind = kindOf(string(text))
	case "AccessTier":
		o.Tier = d.once(text)
	case "ResourceType":
		d.item.directory = string(text) == "directory"
	case "Content-Type":
		o.Headers.ContentType = d.once(text)
	case "Content-Encoding":
		o.Headers.ContentEncoding = d.once(text)
	case "Content-Language":
		o.Headers.ContentLanguage = d.once(text)
	case "Content-Disposition":
		o.Headers.ContentDisposition = d.once(text)
	case "Cache-Control":
		o.Headers.CacheControl = d.once(text)
	}
	if err != nil {
		return errXML
	}
	return nil
}

// time reads a time of whole seconds. Neighbours in a listing were often written in the same one.
func (d *decoder) time(text []byte) (time.Time, error) {
	if string(text) == d.lastText {
		return d.lastTime, nil
	}
	t, err := http.ParseTime(string(text))
	d.lastText, d.lastTime = string(text), t
	return t, err
}

func (d *decoder) finish() {
	i := d.item
	i.directory = i.directory || folder(d.meta[folderKey])
	take(&i.Object, d.meta)
	switch {
	case i.snapshot != "":
		i.Version = snapshotPrefix + i.snapshot
	case i.versionID != "":
		i.Version = i.versionID
	}
	d.item, d.in = nil, ""
}
