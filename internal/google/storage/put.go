package storage

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// metadata is what a write says of its object.
type metadata struct {
	Name               string            `json:"name,omitempty"`
	ContentType        string            `json:"contentType,omitempty"`
	ContentEncoding    string            `json:"contentEncoding,omitempty"`
	ContentLanguage    string            `json:"contentLanguage,omitempty"`
	ContentDisposition string            `json:"contentDisposition,omitempty"`
	CacheControl       string            `json:"cacheControl,omitempty"`
	Metadata           map[string]string `json:"metadata,omitempty"`
	CRC32C             checksum.CRC      `json:"crc32c,omitzero"`
	MD5                []byte            `json:"md5Hash,omitempty"`
}

// bytesType is the type of what has none.
const bytesType = "application/octet-stream"

func metadataOf(w dataset.Write) metadata {
	m := metadata{
		ContentType: w.Headers.ContentType, ContentEncoding: w.Headers.ContentEncoding, ContentLanguage: w.Headers.ContentLanguage,
		ContentDisposition: w.Headers.ContentDisposition, CacheControl: w.Headers.CacheControl, Metadata: w.Metadata,
	}
	if m.ContentType == "" {
		m.ContentType = bytesType
	}
	if w.Origin != "" {
		m.Metadata = maps.Clone(w.Metadata)
		if m.Metadata == nil {
			m.Metadata = map[string]string{}
		}
		m.Metadata[dataset.Mark] = w.Origin
	}
	return m
}

// Put implements dataset.Writer: one multipart request, so that mark, sums and bytes go together. A sum that is known is checked by
// Cloud Storage before the object is there.
func (s *Store) Put(ctx context.Context, w dataset.Write, body io.Reader) (dataset.Object, error) {
	if err := s.CheckName(w.Name); err != nil {
		return dataset.Object{}, err
	}
	about := metadataOf(w)
	about.Name, about.CRC32C, about.MD5 = s.options.Prefix+w.Name, w.CRC32C, w.MD5
	text, err := json.Marshal(about)
	if err != nil {
		return dataset.Object{}, err
	}
	boundary := rand.Text()
	before := "--" + boundary + "\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n" + string(text) +
		"\r\n--" + boundary + "\r\nContent-Type: " + bytesType + "\r\n\r\n"
	after := "\r\n--" + boundary + "--\r\n"
	query := conditions(w.If)
	query.Set("uploadType", "multipart")
	bytes := newPayload(body, w.Size)
	return s.send(ctx, request{
		query: query, header: http.Header{"Content-Type": {"multipart/related; boundary=" + boundary}}, about: w.Name, exists: w.If.Absent,
		body: io.MultiReader(strings.NewReader(before), bytes, strings.NewReader(after)), size: int64(len(before)) + w.Size + int64(len(after)),
	}, bytes)
}

// putBytes writes an object of bytes and nothing else: a part.
func (s *Store) putBytes(ctx context.Context, name string, i dataset.If, sum checksum.CRC, bytes *payload) (dataset.Object, error) {
	query := conditions(i)
	query.Set("uploadType", "media")
	query.Set("name", s.options.Prefix+name)
	header := http.Header{"Content-Type": {bytesType}}
	if sum.Known {
		header.Set("X-Goog-Hash", "crc32c="+sum.String())
	}
	return s.send(ctx, request{query: query, header: header, about: name, exists: i.Absent, body: bytes, size: bytes.left}, bytes)
}

// send makes an upload in one request. An error of the caller's own reader comes before what the transport says of it.
func (s *Store) send(ctx context.Context, r request, bytes *payload) (dataset.Object, error) {
	r.method, r.path = http.MethodPost, "/upload"+s.base+"/o"
	if r.query == nil {
		r.query = url.Values{}
	}
	r.query.Set("fields", objectFields)
	resp, err := s.do(ctx, r)
	if err != nil {
		bytes.shut()
		return dataset.Object{}, bytes.blame(err)
	}
	defer resp.Body.Close()
	bytes.shut()
	return s.objectOf(resp)
}
