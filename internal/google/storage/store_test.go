package storage_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/google/storage"
	"github.com/landbridge/landbridge/internal/sandbox/storageapi"
)

func TestPutAndRead(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	s := f.store(func(o *storage.Options) { o.Prefix = "team/" })
	content := []byte("weights")
	w := dataset.Write{
		Name: "a b/ü%2F.bin", Size: int64(len(content)), Origin: mark, If: dataset.If{Absent: true}, CRC32C: sum(content),
		Headers: dataset.Headers{ContentType: "text/x", ContentLanguage: "de"}, Metadata: map[string]string{"k": "v"},
	}
	o := must[dataset.Object](t)(s.Put(t.Context(), w, bytes.NewReader(content)))
	if o.Name != w.Name || o.Size != w.Size || o.CRC32C != w.CRC32C || o.Headers != w.Headers || o.Version == "" {
		t.Errorf("put %+v", o)
	}
	if diff := cmp.Diff(map[string]string{"k": "v", dataset.Mark: mark}, o.Metadata); diff != "" {
		t.Error(diff)
	}
	if got := f.bytes("team/" + w.Name); !bytes.Equal(got, content) {
		t.Errorf("stored %q", got)
	}
	if stat := must[dataset.Object](t)(s.Stat(t.Context(), w.Name)); !cmp.Equal(stat, o) {
		t.Error(cmp.Diff(stat, o))
	}
	if got := readAll(t, s, o); !bytes.Equal(got, content) {
		t.Errorf("read %q", got)
	}
}

func TestPutAgain(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	s := f.store()
	put := func(content string, i dataset.If) (dataset.Object, error) {
		return s.Put(t.Context(), dataset.Write{Name: "x", Size: int64(len(content)), If: i}, strings.NewReader(content))
	}
	first := must[dataset.Object](t)(put("one", dataset.If{Absent: true}))
	if _, err := put("two", dataset.If{Absent: true}); code(err) != dataset.CodeExists {
		t.Errorf("absent: %v", err)
	}
	second := must[dataset.Object](t)(put("two", dataset.Replaces(first)))
	if _, err := put("three", dataset.Replaces(first)); code(err) != dataset.CodeChanged {
		t.Errorf("replaces: %v", err)
	}
	if _, err := s.Open(t.Context(), first, 0, 3); code(err) != dataset.CodeChanged {
		t.Errorf("the generation before: %v", err)
	}
	if err := s.Delete(t.Context(), first); code(err) != dataset.CodeChanged {
		t.Errorf("delete of the generation before: %v", err)
	}
	if err := s.Delete(t.Context(), second); err != nil {
		t.Error(err)
	}
	if _, err := s.Open(t.Context(), second, 0, 3); code(err) != dataset.CodeNotFound {
		t.Errorf("deleted: %v", err)
	}
	if err := s.Delete(t.Context(), second); code(err) != dataset.CodeNotFound {
		t.Errorf("delete again: %v", err)
	}
}

func TestPutOfOtherBytes(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	s := f.store()
	_, err := s.Put(t.Context(), dataset.Write{Name: "x", Size: 3, CRC32C: sum([]byte("two"))}, strings.NewReader("one"))
	if code(err) != dataset.CodeMismatch {
		t.Errorf("got %v", err)
	}
	if _, err := s.Stat(t.Context(), "x"); code(err) != dataset.CodeNotFound {
		t.Errorf("the object is there: %v", err)
	}
	_, err = s.Put(t.Context(), dataset.Write{Name: "x", Size: 3}, strings.NewReader("on"))
	if code(err) != "source_broken" {
		t.Errorf("a short body: %v", err)
	}
	if _, err := s.Stat(t.Context(), "x"); code(err) != dataset.CodeNotFound {
		t.Errorf("the object is there: %v", err)
	}
}

func TestRanges(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	s := f.store()
	must[int64](t)(f.cloud.Put(bucket, "x", []byte("0123456789"), nil))
	must[int64](t)(f.cloud.Put(bucket, "empty", nil, nil))
	o := must[dataset.Object](t)(s.Stat(t.Context(), "x"))
	for _, c := range []struct{ offset, length int64 }{{0, 10}, {3, 4}, {9, 1}, {4, 0}} {
		part := o
		body, err := s.Open(t.Context(), part, c.offset, c.length)
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if _, err := got.ReadFrom(body); err != nil || got.String() != "0123456789"[c.offset:c.offset+c.length] {
			t.Errorf("%v: %q, %v", c, got.String(), err)
		}
		_ = body.Close()
	}
	for _, c := range []struct{ offset, length int64 }{{8, 3}, {10, 1}} {
		if _, err := s.Open(t.Context(), o, c.offset, c.length); code(err) != dataset.CodeChanged {
			t.Errorf("beyond the end: %v", err)
		}
	}
	if got := readAll(t, s, must[dataset.Object](t)(s.Stat(t.Context(), "empty"))); len(got) != 0 {
		t.Errorf("of nothing %q", got)
	}
}

// A body that breaks off is an error and never the end.
func TestReadBreaksOff(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	s := f.store()
	must[int64](t)(f.cloud.Put(bucket, "x", pattern(1<<20), nil))
	o := must[dataset.Object](t)(s.Stat(t.Context(), "x"))
	f.when(func(rw http.ResponseWriter, _ *http.Request) bool {
		rw.Header().Set("Content-Range", "bytes 0-1048575/1048576")
		rw.WriteHeader(http.StatusPartialContent) // no length: the end of the body alone says how much it was
		_, _ = rw.Write(make([]byte, 1000))
		return true
	})
	body, err := s.Open(t.Context(), o, 0, o.Size)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	var got bytes.Buffer
	if _, err := got.ReadFrom(body); err == nil || got.Len() != 1000 {
		t.Errorf("%d bytes, %v", got.Len(), err)
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	s := f.store(func(o *storage.Options) { o.Prefix = "d/" })
	names := []string{"a", "a/b", "b/1", "b/2", "ä", "z"}
	for _, name := range append(names, ".landbridge/parts/x", ".landbridge/z", ".a", "../x") {
		must[int64](t)(f.cloud.Put(bucket, "d/"+name, []byte(name), nil))
	}
	must[int64](t)(f.cloud.Put(bucket, "c", nil, nil))
	must[int64](t)(f.cloud.Put(bucket, "e", nil, nil))
	list := func(q dataset.Query) (out []string) {
		for o, err := range s.List(t.Context(), q) {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, o.Name)
		}
		return out
	}
	for _, c := range []struct {
		q    dataset.Query
		want []string
	}{
		{dataset.Query{}, []string{"../x", ".a", "a", "a/b", "b/1", "b/2", "z", "ä"}},
		{dataset.Query{Prefix: "b/"}, []string{"b/1", "b/2"}},
		{dataset.Query{After: "a/b"}, []string{"b/1", "b/2", "z", "ä"}},
		{dataset.Query{Prefix: "b/", After: "b/1"}, []string{"b/2"}},
		{dataset.Query{Prefix: ".landbridge/"}, []string{".landbridge/parts/x", ".landbridge/z"}},
		{dataset.Query{Prefix: "q"}, nil},
	} {
		if diff := cmp.Diff(c.want, list(c.q)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c.q, diff)
		}
	}
}

func TestListIsPaged(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	s := f.store()
	const n = 2500
	for i := range n {
		must[int64](t)(f.cloud.Put(bucket, "n"+string(rune('a'+i%26))+strings.Repeat("x", i/26), []byte("x"), nil))
	}
	seen, last := 0, ""
	for o, err := range s.List(t.Context(), dataset.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if o.Name <= last {
			t.Fatalf("%q after %q", o.Name, last)
		}
		seen, last = seen+1, o.Name
	}
	if pages := f.count(func(r string) bool { return strings.HasSuffix(r, "/o") }); seen != n || pages != 3 {
		t.Errorf("%d objects on %d pages", seen, pages)
	}
	for range s.List(t.Context(), dataset.Query{}) {
		break // ends the reading ahead too
	}
}

// A listing that fails in the middle never looks like a short one.
func TestListFails(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	s := f.store()
	for i := range 1500 {
		must[int64](t)(f.cloud.Put(bucket, "n"+strings.Repeat("x", i%1000)+string(rune('a'+i/1000)), nil, nil))
	}
	f.when(func(rw http.ResponseWriter, r *http.Request) bool {
		if r.URL.Query().Get("pageToken") == "" {
			return false
		}
		rw.Header().Set("Retry-After", "7")
		rw.WriteHeader(http.StatusServiceUnavailable)
		return true
	})
	seen := 0
	var failed error
	for _, err := range s.List(t.Context(), dataset.Query{}) {
		if err != nil {
			failed = err
			break
		}
		seen++
	}
	e := refusal(t, failed)
	if seen != 1000 || !e.Retry || e.RetryAfter != 7*time.Second {
		t.Errorf("%d objects, then %v", seen, failed)
	}
}

func TestAt(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{Versioned: true})
	s := f.store()
	put := func(name, content string) {
		f.pass(time.Minute)
		must[int64](t)(f.cloud.Put(bucket, name, []byte(content), nil))
	}
	at := map[string]time.Time{"before": f.now}
	put("a", "1")
	put("b", "1")
	at["both"] = f.now
	put("a", "2")
	f.pass(time.Minute)
	if err := f.cloud.Remove(bucket, "b"); err != nil {
		t.Fatal(err)
	}
	at["removed"] = f.now
	put("b", "3")
	at["again"] = f.now
	for when, want := range map[string]map[string]string{
		"before": {}, "both": {"a": "1", "b": "1"}, "removed": {"a": "2"}, "again": {"a": "2", "b": "3"},
	} {
		got := map[string]string{}
		for o, err := range s.List(t.Context(), dataset.Query{At: at[when]}) {
			if err != nil {
				t.Fatal(err)
			}
			got[o.Name] = string(readAll(t, s, o))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
	}
}

func TestAtWithoutVersions(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	for _, err := range f.store().List(t.Context(), dataset.Query{At: f.now}) {
		if code(err) != dataset.CodeNotKept {
			t.Errorf("got %v", err)
		}
	}
}

func TestLook(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{Location: "europe-west4", Versioned: true, SoftDelete: time.Hour, Retention: time.Minute})
	s := f.store()
	got := must[storage.Facts](t)(s.Look(t.Context()))
	want := storage.Facts{Location: "EUROPE-WEST4", Class: "STANDARD", Versioned: true, SoftDelete: time.Hour, Retention: time.Minute}
	if got != want {
		t.Errorf("got %+v", got)
	}
	if missing := must[[]string](t)(s.Missing(t.Context())); len(missing) != 0 {
		t.Errorf("missing %v", missing)
	}
	if err := f.world.Unbind("gs://"+bucket, "roles/storage.objectUser", "user:copier"); err != nil {
		t.Fatal(err)
	}
	f.bind("roles/storage.objectCreator")
	want2 := []string{"storage.objects.delete", "storage.objects.get", "storage.objects.list"}
	if diff := cmp.Diff(want2, must[[]string](t)(s.Missing(t.Context()))); diff != "" {
		t.Error(diff)
	}
}
