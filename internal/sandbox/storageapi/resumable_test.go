package storageapi_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/sandbox/storageapi"
)

func (g *gcs) start(name string, header ...string) string {
	g.Helper()
	return g.ok("POST /upload/storage/v1/b/b-1/o?uploadType=resumable&name="+name, "{}", header...).header.Get("Location")
}

func zeros(n int) string { return string(make([]byte, n)) }

func TestResumable(t *testing.T) {
	t.Parallel()
	g := newGCS(t, storageapi.Bucket{}, storageapi.Options{})
	uri := g.start("x", "X-Upload-Content-Type: text/x", "X-Upload-Content-Length: 300000")
	chunk := func(span string, n int, header ...string) answer {
		return g.as("", "PUT "+uri, zeros(n), append(header, "Content-Range: bytes "+span)...) // no token: the URI is enough
	}
	want := func(a answer, status int, ranged string) {
		t.Helper()
		if a.status != status || a.header.Get("Range") != ranged {
			t.Errorf("got %d %q %s", a.status, a.header.Get("Range"), a.body)
		}
	}
	want(chunk("*/300000", 0), 308, "")
	want(chunk("*/*", 0), 308, "")
	want(chunk("262144-299999/300000", 300000-quantum), 503, "") // a gap
	want(chunk("0-99/300000", 100), 400, "")                     // too few, and not the last
	want(chunk("0-262143/299999", quantum), 400, "")             // another size than was declared
	want(chunk("0-262143/300000", 17), 400, "")                  // another size than is announced
	want(chunk("0-269999/*", 270000), 308, "bytes=0-262143")     // whole quanta are kept
	if a := chunk("*/*", 0, "X-GUploader-No-308: yes"); a.status != 200 || a.header.Get("X-Http-Status-Code-Override") != "308" || a.header.Get("Range") != "bytes=0-262143" {
		t.Errorf("got %d %v", a.status, a.header)
	}
	if names := g.cloud.Names("b-1"); len(names) != 0 {
		t.Errorf("there are %v already", names)
	}
	if a := chunk("0-299999/300000", 300000); a.status != 200 || a.json["size"] != "300000" || a.json["contentType"] != "text/x" || a.json["crc32c"] != crc(make([]byte, 300000)) {
		t.Errorf("an overlap: %d %s", a.status, a.body)
	}
	if a := chunk("*/300000", 0); a.status != 200 || a.json["name"] != "x" {
		t.Errorf("finished: %d %s", a.status, a.body)
	}
}

func TestResumableEnds(t *testing.T) {
	t.Parallel()
	g := newGCS(t, storageapi.Bucket{}, storageapi.Options{})
	put := func(uri, span, content string, header ...string) answer {
		return g.as("", "PUT "+uri, content, append(header, "Content-Range: bytes "+span)...)
	}
	cancelled := g.start("x")
	if a := g.as("", "DELETE "+cancelled, ""); a.status != 499 {
		t.Errorf("cancel: %d", a.status)
	}
	if a := put(cancelled, "0-2/3", "abc"); a.status != http.StatusGone {
		t.Errorf("cancelled: %d", a.status)
	}
	if a := put(strings.Replace(cancelled, "upload_id=", "upload_id=X", 1), "0-2/3", "abc"); a.status != http.StatusNotFound {
		t.Errorf("unknown: %d", a.status)
	}
	old := g.start("x")
	wrong := g.start("x")
	if a := put(wrong, "0-2/3", "abc", "X-Goog-Hash: crc32c=AAAAAA=="); a.status != 400 || a.reason() != "invalid" || !strings.Contains(a.message(), "doesn't match calculated CRC32C") {
		t.Errorf("a wrong sum: %d %s", a.status, a.body)
	}
	raced := g.ok("POST /upload/storage/v1/b/b-1/o?uploadType=resumable&name=y&ifGenerationMatch=0", `{"md5Hash":"kAFQmDzST7DWlj99KOF/cg=="}`).header.Get("Location")
	g.put("y", "first")
	if a := put(raced, "0-2/3", "abc"); a.status != 412 || a.reason() != "conditionNotMet" {
		t.Errorf("somebody was faster: %d %s", a.status, a.body)
	}
	if a := g.admin("POST /upload/storage/v1/b/b-1/o?uploadType=resumable&name=y&ifGenerationMatch=0", "{}"); a.status != 412 {
		t.Errorf("at the start: %d", a.status)
	}
	g.now = g.now.Add(8 * 24 * time.Hour)
	if a := put(old, "0-2/3", "abc"); a.status != http.StatusGone {
		t.Errorf("of last week: %d", a.status)
	}
	if names := g.cloud.Names("b-1"); len(names) != 1 {
		t.Errorf("there are %v", names)
	}
}

var errCut = errors.New("cut")

// cut is a body that breaks off.
type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, errCut }

// However an upload is cut in chunks, broken off, repeated and asked about, its bytes are these.
func TestResumableUnderTrouble(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"", t.TempDir()} {
		g := newGCS(t, storageapi.Bucket{}, storageapi.Options{Dir: dir})
		rapid.Check(t, func(rt *rapid.T) {
			size := rapid.IntRange(0, 5*quantum).Draw(rt, "size")
			content := make([]byte, size)
			for i := range content {
				content[i] = byte(i * 7 >> (i % 5))
			}
			uri := g.start("x")
			have := 0
			query := func() bool {
				a := g.as("", "PUT "+uri, "", "Content-Range: bytes */*")
				if have = 0; a.header.Get("Range") != "" {
					last, err := strconv.Atoi(strings.TrimPrefix(a.header.Get("Range"), "bytes=0-"))
					if err != nil || last+1 > size || (last+1)%quantum != 0 {
						rt.Fatalf("persisted %q", a.header.Get("Range"))
					}
					have = last + 1
				}
				return a.status == http.StatusOK
			}
			for step := 0; ; step++ {
				if step > 60 {
					rt.Fatal("no end")
				}
				from := max(0, have-rapid.SampledFrom([]int{0, 0, 1, quantum}).Draw(rt, "overlap"))
				n := rapid.IntRange(1, 3).Draw(rt, "quanta") * quantum
				to, total := from+n, "*"
				if to >= size {
					to, total = size, strconv.Itoa(size)
				}
				span := fmt.Sprintf("Content-Range: bytes %d-%d/%s", from, to-1, total)
				if from == to {
					span = "Content-Range: bytes */" + total
				}
				body := io.Reader(bytes.NewReader(content[from:to]))
				if broken := rapid.IntRange(0, 2*n).Draw(rt, "break"); broken < to-from && step < 20 {
					body = io.MultiReader(bytes.NewReader(content[from:from+broken]), cut{})
				}
				a, err := g.try("", "PUT "+uri, &struct{ io.Reader }{body}, span)
				if err == nil && a.status == http.StatusOK || query() {
					break
				}
			}
			g.holds("x", content)
			if a := g.ok("GET /storage/v1/b/b-1/o/x", ""); a.json["crc32c"] != crc(content) || a.json["size"] != strconv.Itoa(size) {
				rt.Fatalf("%s", a.body)
			}
		})
	}
}
