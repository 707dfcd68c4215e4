// Package storageapi pretends Cloud Storage: the JSON API with its three kinds of uploads, and reads in the style of the XML API.
//
// Requests of Google's own clients enter, answers in the real shapes and refusals in the real words leave; buckets and objects are
// here, who may do what is in the world. It must never let a request in without a token of the sandbox's own Google, never make an
// object whose bytes have another checksum than was declared, and answers 501 to what it does not know.
package storageapi

import (
	"bufio"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// Options configure New. The zero value keeps everything in memory and computes MD5.
type Options struct {
	// Dir is where the contents of objects from 1 MiB go; memory when empty. The files in it have no names: they end with the process.
	Dir string
	// NoMD5 leaves MD5 out, which is slower than everything else together; objects then have no md5Hash, as composites have none.
	NoMD5 bool
}

// Storage is Cloud Storage: every bucket of the world. It is safe for use from many goroutines.
type Storage struct {
	world   *world.World
	google  *googleapi.API
	options Options
	routes  map[string]route
	readers sync.Pool // of *bufio.Reader, of a quantum each: package mime/multipart alone reads by 5 KiB

	mu       sync.Mutex
	buckets  map[string]*bucket
	sessions map[string]*session // by upload id
	last     int64               // generation that was given out
}

// New mounts the API among those that Google is used by.
func New(google *googleapi.API, w *world.World, o Options) *Storage {
	s := &Storage{world: w, google: google, options: o, buckets: map[string]*bucket{}, sessions: map[string]*session{}}
	s.routes = s.table()
	s.readers.New = func() any { return bufio.NewReaderSize(nil, quantum) }
	google.MountWhere("gcs", `storage(\.mtls)?\.googleapis\.com`, s.owns, s)
	return s
}

// owns knows the API's paths, and reads in the style of the XML API of buckets that there are.
func (s *Storage) owns(r *http.Request) bool {
	for _, prefix := range []string{"/storage/v1/", "/upload/storage/v1/", "/download/storage/v1/", "/batch/storage/v1"} {
		if strings.HasPrefix(r.URL.Path, prefix) {
			return true
		}
	}
	name, _, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return ok && s.bucket(name) != nil
}

// call is one request on its way.
type call struct {
	*http.Request
	target
	rw      http.ResponseWriter
	grant   world.Grant
	inside  *bucket // that the target names; nil when there is none
	options query
}

// route is how one method is served.
type route struct {
	permission string // on the bucket
	scopes     []string
	serve      func(*call) *refusal
}

// table is every method: HTTP method and kind of target.
func (s *Storage) table() map[string]route {
	const object, bucket = "storage.objects.", "storage.buckets."
	reads, writes, controls := scopes()
	return map[string]route{
		"GET buckets":           {bucket + "list", reads, s.listBuckets},
		"POST buckets":          {bucket + "create", writes, s.insertBucket},
		"GET bucket":            {bucket + "get", reads, s.getBucket},
		"PATCH bucket":          {bucket + "update", writes, s.patchBucket},
		"DELETE bucket":         {bucket + "delete", writes, s.deleteBucket},
		"GET iam":               {bucket + "getIamPolicy", controls, s.getPolicy},
		"PUT iam":               {bucket + "setIamPolicy", controls, s.setPolicy},
		"GET testPermissions":   {"", reads, s.testPermissions},
		"GET objects":           {object + "list", reads, s.list},
		"GET object":            {object + "get", reads, s.get},
		"PATCH object":          {object + "update", writes, s.patch},
		"PUT object":            {object + "update", writes, s.patch},
		"DELETE object":         {object + "delete", writes, s.delete},
		"POST object/compose":   {object + "create", writes, s.compose},
		"POST object/restore":   {object + "restore", writes, s.restore},
		"POST object/copyTo":    {object + "get", writes, s.copy},
		"POST object/rewriteTo": {object + "get", writes, s.rewrite},
		"POST upload":           {object + "create", writes, s.upload},
		"GET xml":               {object + "get", reads, s.media},
		"HEAD xml":              {object + "get", reads, s.media},
		"PUT session":           {serve: s.resume},
		"POST session":          {serve: s.resume},
		"DELETE session":        {serve: s.cancel},
	}
}

// ServeHTTP implements http.Handler.
func (s *Storage) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	c := &call{Request: r, rw: rw, target: parse(r), options: query{r.URL.Query(), r.Header}}
	found, known := s.routes[r.Method+" "+c.kind]
	var p *refusal
	switch {
	case !known:
		googleapi.Answer(rw, nil, googleapi.Unknown(r))
		return
	case c.kind == "session": // its URI is the proof
		p = found.serve(c)
	default:
		if p = s.admit(c, found); p == nil {
			p = found.serve(c)
		}
	}
	if p != nil {
		p.write(rw, c.kind == "xml")
	}
}

func (s *Storage) bucket(name string) *bucket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buckets[name]
}

// generation is the next one: the time in microseconds, and never the same twice.
func (s *Storage) generation(now time.Time) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = max(s.last+1, now.UnixMicro())
	return s.last
}
