package blob

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

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
		d.encoded = strings.Contains(t.attributes, `Encoded="true"`)
	}
	return nil
}

func (d *decoder) ended(t token) error {
	switch {
	case d.item == nil:
		if t.end == "NextMarker" {
			d.page.marker = t.text
		}
		return nil
	case t.end == d.in && len(d.path) == 3: // EnumerationResults, Blobs, Blob
		d.in = ""
		return nil
	case d.in == "Metadata":
		if d.meta == nil {
			d.meta = map[string]string{}
		}
		d.meta[strings.ToLower(t.end)] = t.text
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

func (d *decoder) field(name, text string) error {
	switch name {
	case "Name":
		if d.encoded {
			plain, err := url.PathUnescape(text)
			if err != nil {
				return errXML
			}
			text = plain
		}
		d.item.Name = text
	case "Snapshot":
		d.item.snapshot = text
	case "VersionId":
		d.item.versionID = text
	case "IsCurrentVersion":
		d.item.current = text == "true"
	case "Deleted":
		d.item.deleted = text == "true"
	}
	return nil
}

func (d *decoder) property(name, text string) (err error) {
	o := &d.item.Object
	if text == "" {
		return nil
	}
	switch name {
	case "Content-Length":
		if o.Size, err = strconv.ParseInt(text, 10, 64); err != nil || o.Size < 0 {
			return errXML
		}
	case "Last-Modified":
		o.Modified, err = http.ParseTime(text)
	case "Creation-Time":
		d.item.created, err = http.ParseTime(text)
	case "DeletedTime":
		o.Deleted, err = http.ParseTime(text)
	case "Etag":
		o.ETag = `"` + strings.Trim(text, `"`) + `"`
	case "Content-MD5":
		o.MD5 = sum(text)
	case "BlobType":
		o.Kind = kindOf(text)
	case "AccessTier":
		o.Tier = text
	case "ResourceType":
		d.item.directory = text == "directory"
	case "Content-Type":
		o.Headers.ContentType = text
	case "Content-Encoding":
		o.Headers.ContentEncoding = text
	case "Content-Language":
		o.Headers.ContentLanguage = text
	case "Content-Disposition":
		o.Headers.ContentDisposition = text
	case "Cache-Control":
		o.Headers.CacheControl = text
	}
	if err != nil {
		return errXML
	}
	return nil
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
