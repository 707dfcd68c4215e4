package storageapi_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/sandbox/storageapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const objects = "/storage/v1/b/b-1/o"

func TestAccess(t *testing.T) {
	t.Parallel()
	g := newGCS(t, storageapi.Bucket{}, storageapi.Options{})
	g.put("x", "abc")
	roles := map[string]string{"viewer": "roles/storage.objectViewer", "creator": "roles/storage.objectCreator", "user": "roles/storage.objectUser"}
	for who, role := range roles {
		if err := g.world.Bind("gs://b-1", role, "user:"+who); err != nil {
			t.Fatal(err)
		}
	}
	const upload = "POST /upload/storage/v1/b/b-1/o?uploadType=media&name="
	for _, c := range []struct {
		who, call string
		status    int
		reason    string
	}{
		{"", "GET " + objects + "/x", 401, "required"},
		{"nobody", "GET " + objects + "/x", 403, "forbidden"},
		{"nobody", "GET /storage/v1/b/elsewhere/o/x", 404, "notFound"},
		{"viewer", "GET " + objects + "/x", 200, ""},
		{"viewer", "GET " + objects, 200, ""},
		{"viewer", "GET " + objects + "/none", 404, "notFound"},
		{"viewer", upload + "new", 403, "forbidden"},
		{"viewer", "DELETE " + objects + "/x", 403, "forbidden"},
		{"viewer", "GET /storage/v1/b/b-1", 403, "forbidden"},
		{"creator", upload + "new", 200, ""},
		{"creator", upload + "new", 403, "forbidden"}, // overwriting takes the right to delete
		{"creator", "GET " + objects + "/x", 403, "forbidden"},
		{"user", upload + "new", 200, ""},
		{"user", "DELETE " + objects + "/new", 204, ""},
		{"user", "GET /storage/v1/b/b-1/iam", 403, "forbidden"},
		{"admin", "GET /storage/v1/b/b-1/iam", 200, ""},
		{"admin", "GET /storage/v1/b?project=demo", 200, ""},
		{"user", "GET /storage/v1/b?project=demo", 403, "forbidden"},
		{"admin", "GET /storage/v1/b/b-1/acl", 501, ""},
	} {
		if a := g.as(c.who, c.call, ""); a.status != c.status || a.reason() != c.reason {
			t.Errorf("%s %s: %d %s", c.who, c.call, a.status, a.body)
		}
	}
	want := "user does not have storage.objects.create access to the Google Cloud Storage object. Permission 'storage.objects.create' denied on resource (or it may not exist)."
	if a := g.as("viewer", upload+"new", ""); a.message() != want {
		t.Errorf("got %q", a.message())
	}
	if a := g.admin("GET "+objects+"/x", "", "Authorization: Bearer ya29.nonsense"); a.status != 401 || a.reason() != "authError" {
		t.Errorf("got %d %s", a.status, a.body)
	}
}

func TestNamesAndSums(t *testing.T) {
	t.Parallel()
	g := newGCS(t, storageapi.Bucket{}, storageapi.Options{})
	upload := func(name, content string, header ...string) answer {
		return g.admin("POST /upload/storage/v1/b/b-1/o?uploadType=media&name="+name, content, header...)
	}
	for _, name := range []string{".", "..", "a%0Ab", "%ff", strings.Repeat("x", 1025), ".well-known/acme-challenge/x"} {
		if a := upload(name, "abc"); a.status != 400 || a.reason() != "invalid" {
			t.Errorf("%q: %d %s", name, a.status, a.body)
		}
	}
	for _, name := range []string{"a%20b", "a%2F..%2Fb", "%25", "%3F%23", "%C3%BC", "a%2F", strings.Repeat("x", 1024)} {
		if a := upload(name, "abc"); a.status != 200 {
			t.Errorf("%q: %d %s", name, a.status, a.body)
		}
		if a := g.ok("GET "+objects+"/"+name+"?alt=media", ""); string(a.body) != "abc" {
			t.Errorf("%q: %q", name, a.body)
		}
		if a := g.ok("GET /b-1/"+name, ""); string(a.body) != "abc" {
			t.Errorf("%q over XML: %q", name, a.body)
		}
	}
	for _, header := range []string{"X-Goog-Hash: crc32c=AAAAAA==", "X-Goog-Hash: md5=AAAAAAAAAAAAAAAAAAAAAA==", "Content-MD5: AAAAAAAAAAAAAAAAAAAAAA=="} {
		if a := upload("wrong", "abc", header); a.status != 400 || a.reason() != "invalid" || !strings.Contains(a.message(), "doesn't match calculated") {
			t.Errorf("%s: %d %s", header, a.status, a.body)
		}
	}
	multipart := "--B\r\nContent-Type: application/json\r\n\r\n{\"name\":\"wrong\",\"crc32c\":\"AAAAAA==\"}\r\n--B\r\nContent-Type: text/x\r\n\r\nabc\r\n--B--"
	if a := g.admin("POST /upload/storage/v1/b/b-1/o?uploadType=multipart", multipart, "Content-Type: multipart/related; boundary=B"); a.status != 400 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := g.admin("GET "+objects+"/wrong", ""); a.status != 404 {
		t.Errorf("a wrong object is there: %d", a.status)
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	g := newGCS(t, storageapi.Bucket{}, storageapi.Options{})
	generation := g.put("x", "abc").json["generation"].(string)
	g.put("y", "def")
	const upload, x = "POST /upload/storage/v1/b/b-1/o?uploadType=media&name=", objects + "/x"
	compose := `{"sourceObjects":[{"name":"x","generation":"` + generation + `","objectPreconditions":{"ifGenerationMatch":"%s"}}]}`
	for _, c := range []struct {
		call, body string
		status     int
	}{
		{"GET " + x + "?ifGenerationMatch=" + generation, "", 200},
		{"GET " + x + "?ifGenerationMatch=1", "", 412},
		{"GET " + x + "?ifGenerationNotMatch=" + generation, "", 304},
		{"GET " + x + "?alt=media&ifMetagenerationMatch=2", "", 412},
		{"GET " + x + "?generation=1", "", 404},
		{"GET " + x + "?ifGenerationMatch=x", "", 400},
		{upload + "x&ifGenerationMatch=0", "", 412},
		{upload + "new&ifGenerationMatch=0", "", 200},
		{upload + "new&ifGenerationMatch=7", "", 412},
		{"PATCH " + x + "?ifMetagenerationMatch=2", `{}`, 412},
		{"DELETE " + x + "?ifGenerationMatch=1", "", 412},
		{"POST " + objects + "/z/compose?ifGenerationMatch=5", fmt.Sprintf(compose, generation), 412},
		{"POST " + objects + "/z/compose", fmt.Sprintf(compose, "5"), 412},
		{"POST " + objects + "/z/compose", fmt.Sprintf(compose, generation), 200},
		{"POST " + objects + "/z/compose", `{"sourceObjects":[{"name":"none"}]}`, 404},
		{"POST " + objects + "/z/compose", `{"sourceObjects":[` + strings.Repeat(`{"name":"x"},`, 32) + `{"name":"x"}]}`, 400},
		{"POST " + x + "/rewriteTo/b/b-1/o/copy?ifSourceGenerationMatch=1", "", 412},
		{"POST " + x + "/rewriteTo/b/b-1/o/copy?sourceGeneration=" + generation + "&ifGenerationMatch=0", "", 200},
		{"POST " + x + "/copyTo/b/b-1/o/copy?ifGenerationMatch=0", "", 412},
	} {
		if a := g.admin(c.call, c.body); a.status != c.status {
			t.Errorf("%s: %d %s", c.call, a.status, a.body)
		}
	}
	g.holds("x", []byte("abc"))
	g.holds("copy", []byte("abc"))
}

func TestReads(t *testing.T) {
	t.Parallel()
	g := newGCS(t, storageapi.Bucket{}, storageapi.Options{})
	g.put("x", "0123456789")
	for span, want := range map[string]string{"bytes=2-4": "234", "bytes=7-": "789", "bytes=-2": "89", "bytes=0-99": "0123456789", "bytes=0-1,3-4": "0123456789", "lines=1": "0123456789"} {
		a := g.ok("GET /download/storage/v1/b/b-1/o/x?alt=media", "", "Range: "+span)
		if string(a.body) != want || (a.status == 206) != (a.header.Get("Content-Range") != "") {
			t.Errorf("%s: %d %q", span, a.status, a.body)
		}
		if a.header["X-Goog-Hash"][0] != "crc32c="+crc([]byte("0123456789")) || a.header.Get("X-Goog-Stored-Content-Length") != "10" || a.header.Get("X-Goog-Generation") == "" {
			t.Errorf("%v", a.header)
		}
	}
	if a := g.admin("GET /b-1/x", "", "Range: bytes=10-"); a.status != 416 || !strings.Contains(string(a.body), "<Code>InvalidRange</Code>") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := g.admin("GET /b-1/none", ""); a.status != 404 || !strings.Contains(string(a.body), "<Code>NoSuchKey</Code>") {
		t.Errorf("%d %s", a.status, a.body)
	}
	// Rot is seen by who reads, and by nobody else.
	if err := g.cloud.Rot("b-1", "x", 3); err != nil {
		t.Fatal(err)
	}
	a := g.ok("GET "+objects+"/x?alt=media", "")
	if string(a.body) != "0122456789" || a.header["X-Goog-Hash"][0] != "crc32c="+crc([]byte("0123456789")) {
		t.Errorf("%q", a.body)
	}
}

func TestGzipIsTakenOff(t *testing.T) {
	t.Parallel()
	g := newGCS(t, storageapi.Bucket{}, storageapi.Options{})
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte("plain text"))
	_ = w.Close()
	g.ok("POST /upload/storage/v1/b/b-1/o?uploadType=media&name=x&contentEncoding=gzip", packed.String())
	if a := g.ok("GET /b-1/x", "", "Accept-Encoding: gzip"); !bytes.Equal(a.body, packed.Bytes()) {
		t.Error("not as it is stored")
	}
	if a := g.ok("GET /b-1/x", "", "Accept-Encoding: identity", "Range: bytes=0-3"); string(a.body) != "plain text" || a.status != 200 {
		t.Errorf("%d %q", a.status, a.body)
	}
}

func TestPatch(t *testing.T) {
	t.Parallel()
	g := newGCS(t, storageapi.Bucket{}, storageapi.Options{})
	g.put("x", "abc")
	g.ok("PATCH "+objects+"/x", `{"metadata":{"a":"1","b":"2"},"contentType":"text/x"}`)
	a := g.ok("PATCH "+objects+"/x", `{"metadata":{"a":null,"c":"3"}}`)
	if diff := cmp.Diff(map[string]any{"b": "2", "c": "3"}, a.json["metadata"]); diff != "" || a.json["metageneration"] != "3" || a.json["contentType"] != "text/x" {
		t.Errorf("%s %s", diff, a.body)
	}
	if a := g.ok("PUT "+objects+"/x", `{"metadata":{"d":"4"}}`); a.json["contentType"] != nil {
		t.Errorf("%s", a.body)
	}
	g.holds("x", []byte("abc"))
}

func TestPast(t *testing.T) {
	t.Parallel()
	g := newGCS(t, storageapi.Bucket{Versioned: true, SoftDelete: time.Hour}, storageapi.Options{})
	first := g.put("x", "1").json["generation"].(string)
	g.put("x", "2")
	g.ok("DELETE "+objects+"/x", "")
	if a := g.admin("GET "+objects+"/x", ""); a.status != 404 {
		t.Errorf("%d", a.status)
	}
	if a := g.ok("GET "+objects+"?versions=true&fields=items(name,generation)", ""); len(a.json["items"].([]any)) != 2 {
		t.Errorf("%s", a.body)
	}
	if a := g.ok("GET "+objects+"/x?alt=media&generation="+first, ""); string(a.body) != "1" {
		t.Errorf("%q", a.body)
	}
	g.ok("DELETE "+objects+"/x?generation="+first, "")
	if a := g.admin("GET "+objects+"/x?generation="+first, ""); a.status != 404 {
		t.Errorf("%d", a.status)
	}
	if a := g.ok("GET "+objects+"?softDeleted=true", ""); len(a.json["items"].([]any)) != 1 || !strings.Contains(string(a.body), "hardDeleteTime") {
		t.Errorf("%s", a.body)
	}
	if a := g.ok("POST "+objects+"/x/restore?generation="+first, ""); a.json["generation"] == first {
		t.Errorf("%s", a.body)
	}
	g.holds("x", []byte("1"))
	g.now = g.now.Add(2 * time.Hour)
	if a := g.admin("POST "+objects+"/x/restore?generation="+first, ""); a.status != 404 {
		t.Errorf("restored after it was gone: %d", a.status)
	}
}

func TestRetention(t *testing.T) {
	t.Parallel()
	g := newGCS(t, storageapi.Bucket{Retention: time.Hour}, storageapi.Options{})
	g.put("x", "1")
	for _, call := range []string{"DELETE " + objects + "/x", "POST /upload/storage/v1/b/b-1/o?uploadType=media&name=x"} {
		if a := g.admin(call, ""); a.status != 403 || a.reason() != "retentionPolicyNotMet" {
			t.Errorf("%s: %d %s", call, a.status, a.body)
		}
	}
	g.now = g.now.Add(time.Hour)
	g.ok("DELETE "+objects+"/x", "")
}

// A page after a page is the whole, whatever is asked for.
func TestListings(t *testing.T) {
	t.Parallel()
	g := newGCS(t, storageapi.Bucket{}, storageapi.Options{})
	var all []string
	for _, dir := range []string{"", "a/", "a/b/", "b/"} {
		for i := range 7 {
			all = append(all, fmt.Sprintf("%s%c", dir, 'k'+i))
		}
	}
	for _, name := range all {
		if _, err := g.cloud.Put("b-1", name, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		prefix := rapid.SampledFrom([]string{"", "a", "a/", "a/b/", "q"}).Draw(rt, "prefix")
		delimiter := rapid.SampledFrom([]string{"", "/"}).Draw(rt, "delimiter")
		start := rapid.SampledFrom([]string{"", "a/l", "k"}).Draw(rt, "start")
		end := rapid.SampledFrom([]string{"", "a/m", "p"}).Draw(rt, "end")
		size := rapid.IntRange(1, 9).Draw(rt, "size")
		want := map[string]bool{}
		for _, name := range all {
			if !strings.HasPrefix(name, prefix) || name < start || end != "" && name >= end {
				continue
			}
			if at := strings.Index(name[len(prefix):], "/"); delimiter != "" && at >= 0 {
				name = name[:len(prefix)+at+1]
			}
			want[name] = true
		}
		got, token := map[string]bool{}, ""
		for {
			a := g.ok(fmt.Sprintf("GET %s?prefix=%s&delimiter=%s&startOffset=%s&endOffset=%s&maxResults=%d&pageToken=%s", objects, prefix, delimiter, start, end, size, token), "")
			items, _ := a.json["items"].([]any)
			prefixes, _ := a.json["prefixes"].([]any)
			if len(items)+len(prefixes) > size {
				rt.Fatalf("%d on a page", len(items)+len(prefixes))
			}
			for _, item := range items {
				prefixes = append(prefixes, item.(map[string]any)["name"])
			}
			for _, name := range prefixes {
				if got[name.(string)] {
					rt.Fatalf("%s twice", name)
				}
				got[name.(string)] = true
			}
			if token, _ = a.json["nextPageToken"].(string); token == "" {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatal(diff)
		}
	})
}

func TestBuckets(t *testing.T) {
	t.Parallel()
	g := newGCS(t, storageapi.Bucket{}, storageapi.Options{})
	a := g.ok("POST /storage/v1/b?project=demo", `{"name":"b-2","location":"europe-west4","labels":{"a":"1"}}`)
	if a.json["location"] != "EUROPE-WEST4" || a.json["softDeletePolicy"].(map[string]any)["retentionDurationSeconds"] != "604800" {
		t.Errorf("%s", a.body)
	}
	if a := g.admin("POST /storage/v1/b?project=demo", `{"name":"b-2"}`); a.status != 409 {
		t.Errorf("%d", a.status)
	}
	if a := g.admin("POST /storage/v1/b?project=demo", `{"name":"Not_A Bucket"}`); a.status != 400 {
		t.Errorf("%d", a.status)
	}
	a = g.ok("PATCH /storage/v1/b/b-2", `{"labels":{"a":null,"b":"2"},"versioning":{"enabled":true},"lifecycle":{"rule":[]},"softDeletePolicy":{"retentionDurationSeconds":"0"}}`)
	if diff := cmp.Diff(map[string]any{"b": "2"}, a.json["labels"]); diff != "" || a.json["metageneration"] != "2" {
		t.Errorf("%s %s", diff, a.body)
	}
	g.ok("POST /upload/storage/v1/b/b-2/o?uploadType=media&name=x", "abc")
	if a := g.admin("DELETE /storage/v1/b/b-2", ""); a.status != 409 {
		t.Errorf("not empty: %d", a.status)
	}
	policy := g.ok("GET /storage/v1/b/b-2/iam", "")
	g.ok("PUT /storage/v1/b/b-2/iam", `{"etag":"`+policy.json["etag"].(string)+`","bindings":[{"role":"roles/storage.objectViewer","members":["user:v"]}]}`)
	if a := g.as("v", "GET /storage/v1/b/b-2/o/x", ""); a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := g.admin("PUT /storage/v1/b/b-2/iam", `{"etag":"`+policy.json["etag"].(string)+`"}`); a.status != 412 {
		t.Errorf("an old etag: %d", a.status)
	}
	if a := g.as("v", "GET /storage/v1/b/b-2/iam/testPermissions?permissions=storage.objects.get&permissions=storage.objects.delete", ""); !cmp.Equal(a.json["permissions"], []any{"storage.objects.get"}) {
		t.Errorf("%s", a.body)
	}
}

// Faults can be narrowed to what is moved, and leave the rest alone.
func TestFaults(t *testing.T) {
	t.Parallel()
	g := newGCS(t, storageapi.Bucket{}, storageapi.Options{})
	g.put("x", "0123456789")
	const media, upload = "GET " + objects + "/x?alt=media", "POST /upload/storage/v1/b/b-1/o?uploadType=media&name=y"
	g.world.SetFault("gcs@media", world.Fault{Flip: true, After: 4, Times: 1})
	if a := g.ok(media, ""); string(a.body) != "0123556789" {
		t.Errorf("%q", a.body)
	}
	g.holds("x", []byte("0123456789"))
	g.world.SetFault("gcs@media", world.Fault{Cut: true, After: 4, Times: 1})
	g.ok("GET "+objects+"/x", "") // the metadata is not media
	if a, err := g.try("admin", media, nil); err == nil {
		t.Errorf("not cut: %q", a.body)
	}
	g.world.SetFault("gcs@upload", world.Fault{Lost: true, Times: 1})
	if _, err := g.try("admin", upload, strings.NewReader("done")); err == nil {
		t.Error("the answer came")
	}
	g.holds("y", []byte("done"))
	g.world.SetFault("gcs", world.Fault{Status: 429, RetryAfter: time.Second, Times: 1})
	if a := g.admin(upload, ""); a.status != 429 || a.header.Get("Retry-After") != "1" {
		t.Errorf("%d %v", a.status, a.header)
	}
}

// Bytes that look like a boundary, and bodies that end before it.
func TestMultipart(t *testing.T) {
	t.Parallel()
	g := newGCS(t, storageapi.Bucket{}, storageapi.Options{})
	const call = "POST /upload/storage/v1/b/b-1/o?uploadType=multipart"
	rapid.Check(t, func(rt *rapid.T) {
		end := rapid.SampledFrom([]string{"\r\n", "\n"}).Draw(rt, "line end")
		content := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"\r\n-", "\r", "\n", "--", "x", "\r\n--C", zeros(70_000)})).Draw(rt, "content"), "")
		head := "--BB" + end + "Content-Type: application/json" + end + end + `{"name":"x"}` + end + "--BB" + end + "Content-Type: text/x" + end + end
		body := head + content + end + "--BB--"
		if a := g.admin(call, body, "Content-Type: multipart/related; boundary=BB"); a.status != http.StatusOK || a.json["contentType"] != "text/x" {
			rt.Fatalf("%d %s", a.status, a.body)
		}
		g.holds("x", []byte(content))
		short := rapid.IntRange(0, len(body)-3).Draw(rt, "short") // without the boundary at the end
		if a := g.admin(call, body[:short], "Content-Type: multipart/related; boundary=BB"); a.status != http.StatusBadRequest {
			rt.Fatalf("%d of %d bytes: %d %s", short, len(body), a.status, a.body)
		}
		g.holds("x", []byte(content))
	})
}
