// Package dataset is the vocabulary of backup bytes: objects and where they lie, what is read and written of them, and what is known
// of each copy.
//
// It holds plain values and the ports that stores implement; it does no I/O, and names no cloud's wire.
package dataset

import (
	"encoding/hex"
	"net/url"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/checksum"
)

// Store is a kind of place that holds objects.
type Store string

// The stores.
const (
	Blob   Store = "blob"   // an Azure Blob container (block, append and page blobs; Data Lake Gen2)
	Files  Store = "files"  // an Azure Files share
	Bucket Store = "bucket" // a Cloud Storage bucket
	Folder Store = "folder" // a local directory
)

// Place is where a dataset lies: a container, share, bucket or directory, and a prefix in it.
type Place struct {
	Store   Store  `json:"store"`
	Account string `json:"account,omitempty"` // storage account; "" for a bucket and a directory
	Name    string `json:"name"`              // container, share, bucket, or the directory's path
	Prefix  string `json:"prefix,omitempty"`  // "" or ending in "/"; not part of the objects' names
}

// String is what people read: blob://ACCOUNT/CONTAINER/PREFIX, files://ACCOUNT/SHARE/PREFIX, gs://BUCKET/PREFIX, or the path.
func (p Place) String() string {
	switch p.Store {
	case Bucket:
		return "gs://" + p.Name + "/" + p.Prefix
	case Folder:
		return strings.TrimSuffix(p.Name, "/") + "/" + p.Prefix
	default:
		return string(p.Store) + "://" + p.Account + "/" + p.Name + "/" + p.Prefix
	}
}

// Kind is how an Azure blob is made of bytes; "" for everything else.
type Kind string

// The kinds of blobs.
const (
	BlockBlob  Kind = "block"
	AppendBlob Kind = "append"
	PageBlob   Kind = "page"
)

// Object is one object as its store tells it.
type Object struct {
	Name     string // below the place's prefix; UTF-8, "/" separates
	Size     int64  // bytes
	Version  string // pins exactly these bytes: an Azure version id, "snapshot=TIME", a generation; "" where the store has none
	ETag     string // changes when the bytes do
	Modified time.Time
	CRC32C   checksum.CRC // that the store keeps
	MD5      []byte       // that the store keeps, which on Azure may be the writer's claim; nil when there is none
	Kind     Kind
	Tier     string // Hot, Cool, Cold, Archive; STANDARD, NEARLINE, ...; "" when unknown
	Headers  Headers
	Metadata map[string]string
	Parts    int       // components of a composite object of Cloud Storage; 0 when it is none
	Deleted  time.Time // when it was deleted, of a soft-deleted one
	// Unreadable says why the bytes cannot be had as things are ("a symbolic link that leads out of the folder"); "" when they can.
	Unreadable string
}

// Headers travel with an object.
type Headers struct {
	ContentType        string `json:"content_type,omitempty"`
	ContentEncoding    string `json:"content_encoding,omitempty"`
	ContentLanguage    string `json:"content_language,omitempty"`
	ContentDisposition string `json:"content_disposition,omitempty"`
	CacheControl       string `json:"cache_control,omitempty"`
}

// Mark is the metadata key under which a copy says of which bytes it is one (Origin.Mark), so that another process knows its own
// work again without a database.
const Mark = "landbridge-origin"

// Origin says which bytes a copy was made from.
type Origin struct {
	Version  string    `json:"version,omitempty"`
	ETag     string    `json:"etag,omitempty"`
	Modified time.Time `json:"modified,omitzero"`
	Kind     Kind      `json:"kind,omitempty"`
}

// OriginOf is the origin of a copy of o.
func OriginOf(o Object) Origin {
	return Origin{Version: o.Version, ETag: o.ETag, Modified: o.Modified, Kind: o.Kind}
}

// MarkOf is what the copy of o from a place is marked with: 32 hexadecimal digits that differ when place, name, version or bytes do.
func MarkOf(p Place, o Object) string {
	sum := digest(p.String(), o.Name, o.Version, o.ETag, o.Modified.UTC().Format(time.RFC3339Nano), itoa(o.Size))
	return hex.EncodeToString(sum[:16])
}

// Escape writes an object's name for a URL's path: "/" stays, everything else that needs it is percent-encoded.
func Escape(name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.Join(parts, "/")
}
