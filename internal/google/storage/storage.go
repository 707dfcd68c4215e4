// Package storage reads and writes datasets in Cloud Storage over its JSON API.
//
// Objects enter and leave as streams, with the identity that a bridge.Leaser hands out. What is written is written under a
// precondition, large objects as components that are composed, so that chunks go in parallel and a later process finds them again. It
// must never hold an object in memory, log a session's URI, or call a copy good whose CRC32C is not the one that was sent.
package storage

import (
	"net/url"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/wire"
)

// The scopes that a store works with (https://cloud.google.com/storage/docs/oauth-scopes).
const (
	ScopeReadWrite = "https://www.googleapis.com/auth/devstorage.read_write"
	ScopeReadOnly  = "https://www.googleapis.com/auth/devstorage.read_only"
	ScopeCloud     = "https://www.googleapis.com/auth/cloud-platform"
)

// hidden is below a place's prefix what is ours and no dataset's: parts of large objects, evidence. Listings skip it.
const hidden = ".landbridge/"

// Options configure New. HTTP, Leaser and Bucket are required.
type Options struct {
	HTTP   *wire.Streamer
	Leaser bridge.Leaser
	// Scope of the leases; ScopeReadWrite when empty.
	Scope string
	// Endpoint is https://storage.googleapis.com when empty; a regional one, or a loopback address.
	Endpoint string
	Bucket   string
	// Prefix is "" or ends in "/".
	Prefix string
	// QuotaProject pays for the calls, where the bucket's own does not.
	QuotaProject string
	// Sessions keeps upload sessions over the process's end. With it, large objects are written in order through one session each
	// instead of as components: for buckets where nothing may be deleted or composed. Nil is components.
	Sessions Sessions
}

// Store is a bucket, or what lies under a prefix of it. It implements dataset.Writer, dataset.Mender and dataset.Namer.
type Store struct {
	options  Options
	endpoint *url.URL
	place    dataset.Place
	base     string // path of the bucket: /storage/v1/b/BUCKET
	facts    struct {
		sync.Mutex
		known *Facts
	}
}

var (
	_ dataset.Writer = (*Store)(nil)
	_ dataset.Mender = (*Store)(nil)
	_ dataset.Namer  = (*Store)(nil)
)

// New returns a store. It makes no call.
func New(o Options) (*Store, error) {
	if o.Endpoint == "" {
		o.Endpoint = "https://storage.googleapis.com"
	}
	if o.Scope == "" {
		o.Scope = ScopeReadWrite
	}
	endpoint, err := url.Parse(o.Endpoint)
	if err != nil || endpoint.Host == "" || endpoint.RawQuery != "" || strings.Trim(endpoint.Path, "/") != "" {
		return nil, usage("endpoint_refused", "the endpoint of Cloud Storage must be https://HOST", "leave it empty for https://storage.googleapis.com")
	}
	if o.Bucket == "" || strings.ContainsAny(o.Bucket, "/?#%") {
		return nil, usage("bucket_refused", "the bucket has no name, or one that no bucket has", "name it without gs:// and without a path")
	}
	if o.Prefix != "" && (!strings.HasSuffix(o.Prefix, "/") || strings.HasPrefix(o.Prefix, "/")) {
		return nil, usage("prefix_refused", "the prefix must end in \"/\" and not begin with it", "write data/ and not /data")
	}
	return &Store{
		options: o, endpoint: endpoint, base: "/storage/v1/b/" + o.Bucket,
		place: dataset.Place{Store: dataset.Bucket, Name: o.Bucket, Prefix: o.Prefix},
	}, nil
}

// Place implements dataset.Reader.
func (s *Store) Place() dataset.Place { return s.place }

// maxName is the length of an object's name in bytes, the prefix included (https://cloud.google.com/storage/docs/objects#naming).
const maxName = 1024

// CheckName implements dataset.Namer.
func (s *Store) CheckName(name string) error {
	whole := s.options.Prefix + name
	var wrong string
	switch {
	case name == "":
		wrong = "is empty"
	case len(whole) > maxName:
		wrong = "is longer than 1,024 bytes"
	case !utf8.ValidString(name):
		wrong = "is not UTF-8"
	case strings.ContainsAny(name, "\r\n"):
		wrong = "holds a line break"
	case whole == "." || whole == "..":
		wrong = "is . or .."
	case strings.HasPrefix(whole, ".well-known/acme-challenge/"):
		wrong = "begins with .well-known/acme-challenge/"
	default:
		return nil
	}
	return usage("name_refused", "a name "+wrong+", which no object of Cloud Storage has", "leave the object out, or rename it at the source")
}

// object is the path of an object; name is below the place's prefix.
func (s *Store) object(name string) string {
	return s.base + "/o/" + url.PathEscape(s.options.Prefix+name)
}

func usage(code, text, hint string) *bridge.Error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopBucket, Code: code, Text: text, Hint: hint}
}
