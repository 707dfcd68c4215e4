package storage

import (
	"bytes"
	"encoding/json"
	"strconv"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/checksum"
)

// plain is a page as encoding/json reads it.
type plain struct {
	NextPageToken string
	Items         []struct {
		Name, Generation                                  string
		Size                                              int64 `json:",string"`
		CRC32C                                            checksum.CRC
		MD5Hash                                           []byte
		TimeCreated, TimeDeleted, SoftDeleteTime          time.Time
		StorageClass, ContentType, ContentEncoding        string
		ContentLanguage, ContentDisposition, CacheControl string
		ComponentCount                                    int
		Metadata                                          map[string]string
	}
}

// What the scanner takes, encoding/json reads the same way.
func FuzzListPage(f *testing.F) {
	for _, seed := range []string{
		`{"kind":"storage#objects","nextPageToken":"abc","prefixes":["x/"],"items":[{"name":"a b","generation":"17","size":"5","crc32c":"4waSgw==","md5Hash":"XUFAKrxLKna5cZ2REBfFkg==","timeCreated":"2026-11-23T12:00:00.123Z","storageClass":"STANDARD","componentCount":3,"contentType":"text/plain","metadata":{"landbridge-origin":"00","ü":"\u00fc"}}]}`,
		`{"items":[]}`, `{}`, ` { "items" : [ { "name" : "\ud83d\ude00" , "size" : "0" } , { "unknown" : [ 1 , { "a" : null } , true , -1.5e3 ] } ] } `,
		`{"items":[{"size":"x"}]}`, `{"items":[{"name":"a"}`, `[`, `{"nextPageToken":null}`, "{\"items\":[{\"name\":\"\xff\"}]}", `{"items":[{"metadata":{"a":null}}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := parsePage(text, nil, words{})
		if err != nil {
			return
		}
		if !json.Valid(text) {
			t.Fatalf("took what is no JSON: %q", text)
		}
		var want plain
		if err := json.Unmarshal(text, &want); err != nil || !exactNames(text) {
			return // encoding/json is stricter about types that nobody asked for, and folds the case of names
		}
		if got.next != want.NextPageToken || len(got.objects) != len(want.Items) {
			t.Fatalf("%q: %q, %d objects", text, got.next, len(got.objects))
		}
		for i, w := range want.Items {
			g := got.objects[i]
			if g.Name != w.Name || g.Version != w.Generation || g.Size != w.Size || g.CRC32C != w.CRC32C || !bytes.Equal(g.MD5, w.MD5Hash) ||
				!g.Modified.Equal(w.TimeCreated) || !g.noncurrent.Equal(w.TimeDeleted) || g.Parts != w.ComponentCount || g.Tier != w.StorageClass ||
				g.Headers.ContentType != w.ContentType || len(g.Metadata) != len(w.Metadata) || len(g.Metadata) > 0 && !cmp.Equal(g.Metadata, w.Metadata) {
				t.Fatalf("%q: %+v, want %+v", text, g, w)
			}
		}
	})
}

// exactNames says that no name of a field is there twice, or in another case: there both readers may choose.
func exactNames(text []byte) bool {
	if !utf8.Valid(text) {
		return false
	}
	s := &scan{b: text}
	known := map[string]bool{}
	var walk func() error
	ok := true
	walk = func() error {
		switch s.peek() {
		case '{':
			seen := map[string]bool{}
			return s.object(func(name []byte) error {
				folded := string(bytes.ToLower(name))
				ok = ok && !seen[folded] && !bytes.ContainsFunc(name, func(r rune) bool { return r >= utf8.RuneSelf })
				seen[folded], known[string(name)] = true, true
				return walk()
			})
		case '[':
			return s.array(walk)
		}
		return s.skip()
	}
	if walk() != nil {
		return false
	}
	for name := range known {
		for other := range known {
			if name != other && bytes.EqualFold([]byte(name), []byte(other)) {
				return false
			}
		}
		for _, exact := range []string{"items", "nextPageToken", "name", "generation", "size", "crc32c", "md5Hash", "timeCreated", "timeDeleted", "softDeleteTime", "storageClass", "componentCount", "contentType", "contentEncoding", "contentLanguage", "contentDisposition", "cacheControl", "metadata"} {
			if name != exact && bytes.EqualFold([]byte(name), []byte(exact)) {
				return false
			}
		}
	}
	return ok
}

func samplePage() []byte {
	var b bytes.Buffer
	b.WriteString(`{"nextPageToken":"CgVhYmM=","items":[`)
	for i := range 1000 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"name":"train/shard-` + strconv.Itoa(i) + `.tfrecord","generation":"1795435200000` + strconv.Itoa(100+i) +
			`","size":"65536","crc32c":"4waSgw==","md5Hash":"XUFAKrxLKna5cZ2REBfFkg==","timeCreated":"2026-11-23T12:00:00.123Z","storageClass":"STANDARD","contentType":"application/octet-stream","metadata":{"landbridge-origin":"00112233445566778899aabbccddeeff"}}`)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

func BenchmarkParsePage(b *testing.B) {
	text := samplePage()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	var room []resource
	for b.Loop() {
		page, err := parsePage(text, room, words{})
		if err != nil || len(page.objects) != 1000 {
			b.Fatal(err)
		}
		room = page.objects
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/object")
}

func BenchmarkParsePageByEncodingJSON(b *testing.B) {
	text := samplePage()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		var page plain
		if err := json.Unmarshal(text, &page); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/object")
}
