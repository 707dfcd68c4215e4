package storage

import (
	"encoding/base64"
	"strconv"
	"time"

	"github.com/landbridge/landbridge/internal/dataset"
)

// objectFields are what is asked for of an object: nothing else travels. Its etag is not among them, for it changes with the metadata
// too; the generation says which bytes these are.
const objectFields = "name,generation,size,crc32c,md5Hash,timeCreated,timeDeleted,softDeleteTime,storageClass,componentCount," +
	"contentType,contentEncoding,contentLanguage,contentDisposition,cacheControl,metadata"

// resource is an object as Cloud Storage answers it.
type resource struct {
	dataset.Object
	noncurrent time.Time // since when it is not the live generation; zero of the live one
}

// page is an answer to a list request.
type page struct {
	objects []resource
	next    string
}

// words keeps texts that stand in every object of a page once.
type words map[string]string

func (w words) of(b []byte) string {
	if text, ok := w[string(b)]; ok {
		return text
	}
	text := string(b)
	if len(w) < 256 {
		w[text] = text
	}
	return text
}

func parseObject(b []byte) (resource, error) {
	s := &scan{b: b}
	out, err := s.resource(words{})
	if err == nil {
		err = s.end()
	}
	return out, err
}

// parsePage reads a page; objects is used again.
func parsePage(b []byte, objects []resource, w words) (page, error) {
	s := &scan{b: b}
	out := page{objects: objects[:0]}
	err := s.object(func(name []byte) (err error) {
		switch string(name) {
		case "nextPageToken":
			out.next, err = s.text()
		case "items":
			err = s.array(func() error {
				one, err := s.resource(w)
				out.objects = append(out.objects, one)
				return err
			})
		default:
			err = s.skip()
		}
		return err
	})
	if err == nil {
		err = s.end()
	}
	return out, err
}

// resource reads one object. A field that it does not know is passed over.
func (s *scan) resource(w words) (out resource, err error) {
	err = s.object(func(name []byte) error { return s.field(&out, string(name), w) })
	return out, err
}

func (s *scan) field(o *resource, name string, w words) (err error) {
	var text []byte
	switch name {
	case "metadata":
		o.Metadata, err = s.metadata()
		return err
	case "name", "generation", "size", "crc32c", "md5Hash", "timeCreated", "timeDeleted", "softDeleteTime", "storageClass",
		"contentType", "contentEncoding", "contentLanguage", "contentDisposition", "cacheControl":
		text, err = s.bytes()
	case "componentCount":
		text, err = s.scalar()
	default:
		return s.skip()
	}
	if err != nil {
		return err
	}
	switch name {
	case "name":
		o.Name = string(text)
	case "generation":
		o.Version = string(text)
	case "size":
		o.Size, err = strconv.ParseInt(string(text), 10, 64)
	case "crc32c":
		err = o.CRC32C.UnmarshalText(text)
	case "md5Hash":
		o.MD5, err = base64.StdEncoding.AppendDecode(nil, text)
	case "timeCreated":
		o.Modified, err = time.Parse(time.RFC3339, string(text))
	case "timeDeleted":
		o.noncurrent, err = time.Parse(time.RFC3339, string(text))
	case "softDeleteTime":
		o.Deleted, err = time.Parse(time.RFC3339, string(text))
	case "componentCount":
		o.Parts, err = strconv.Atoi(string(text))
	default:
		s.said(o, name, w.of(text))
	}
	return err
}

// said is what the writer said of the object, and its storage class.
func (s *scan) said(o *resource, name, text string) {
	switch name {
	case "storageClass":
		o.Tier = text
	case "contentType":
		o.Headers.ContentType = text
	case "contentEncoding":
		o.Headers.ContentEncoding = text
	case "contentLanguage":
		o.Headers.ContentLanguage = text
	case "contentDisposition":
		o.Headers.ContentDisposition = text
	case "cacheControl":
		o.Headers.CacheControl = text
	}
}

func (s *scan) metadata() (map[string]string, error) {
	out := map[string]string{}
	return out, s.object(func(name []byte) error {
		text, err := s.text()
		out[string(name)] = text
		return err
	})
}
