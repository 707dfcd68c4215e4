package folder_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/folder"
)

func put(t *testing.T, f *folder.Folder, name, text string) (dataset.Object, error) {
	t.Helper()
	return f.Put(t.Context(), dataset.Write{Name: name, Size: int64(len(text))}, strings.NewReader(text))
}

func list(t *testing.T, f *folder.Folder) map[string]dataset.Object {
	t.Helper()
	all := map[string]dataset.Object{}
	for o, err := range f.List(t.Context(), dataset.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		all[o.Name] = o
	}
	return all
}

func refused(t *testing.T, err error, code, text string) {
	t.Helper()
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok || e.Code != code || !strings.Contains(e.Error(), text) {
		t.Errorf("%v, want %s: %q", err, code, text)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := open(t, dir, "")
	for name, want := range map[string]string{
		"a//b": "a/%=/b", "../x": "%=%2E%2E/x", "/etc/passwd": "%=/etc/passwd", "d/": "d/%=", "x/./y": "x/%=%2E/y", "%=q": "%=%25=q", "nul\x00": "%=nul%00",
	} {
		if _, err := put(t, f, name, name); err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		if text, err := os.ReadFile(filepath.Join(dir, want)); err != nil || string(text) != name {
			t.Errorf("%q lies not at %q: %v", name, want, err)
		}
		if _, listed := list(t, f)[name]; !listed {
			t.Errorf("%q is not listed", name)
		}
	}
	for name, want := range map[string]string{
		"": "an empty name", strings.Repeat("a", 256): "more than 255 bytes", ".landbridge/partial/x": "the store's own", ".landbridge": "the store's own",
	} {
		_, err := put(t, f, name, "x")
		refused(t, err, "name_refused", want)
		refused(t, f.CheckName(name), "name_refused", want)
	}
}

// A directory cannot hold an object and objects below its name: the second one is refused, and the first one stays.
func TestFileAndDirectory(t *testing.T) {
	t.Parallel()
	f := open(t, t.TempDir(), "")
	if _, err := put(t, f, "a", "file"); err != nil {
		t.Fatal(err)
	}
	_, err := put(t, f, "a/b", "below")
	refused(t, err, "name_refused", "itself an object")
	if _, err := put(t, f, "c/d", "below"); err != nil {
		t.Fatal(err)
	}
	_, err = put(t, f, "c", "file")
	refused(t, err, dataset.CodeExists, "is a directory")
	if got := list(t, f); len(got) != 2 {
		t.Errorf("%+v", got)
	}
	below := list(t, f)["c/d"]
	if err := f.Delete(t.Context(), below); err != nil {
		t.Fatal(err)
	}
	if _, err := put(t, f, "c", "file"); err != nil {
		t.Errorf("a directory that is empty by now is in the way: %v", err)
	}
}

func TestLinksAreNotFollowedOut(t *testing.T) {
	t.Parallel()
	outside, dir := t.TempDir(), t.TempDir()
	secret := filepath.Join(outside, "secret")
	for _, err := range []error{
		os.WriteFile(secret, []byte("secret"), 0o600), os.WriteFile(filepath.Join(dir, "file"), []byte("file"), 0o600),
		os.Symlink(secret, filepath.Join(dir, "absolute")), os.Symlink("../"+filepath.Base(outside)+"/secret", filepath.Join(dir, "relative")),
		os.Symlink(outside, filepath.Join(dir, "directory")), os.Symlink("file", filepath.Join(dir, "inside")), os.Symlink("nothing", filepath.Join(dir, "dangling")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	f := open(t, dir, "")
	all := list(t, f)
	for name, readable := range map[string]bool{"absolute": false, "relative": false, "directory": false, "dangling": false, "inside": true, "file": true} {
		o, listed := all[name]
		if !listed || (o.Unreadable == "") != readable {
			t.Errorf("%s: listed %v, %q", name, listed, o.Unreadable)
		}
		r, err := f.Open(t.Context(), o, 0, o.Size)
		if (err == nil) != readable {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			_ = r.Close()
		}
	}
	if _, err := put(t, f, "directory/x", "x"); err == nil {
		t.Error("written through a link that leads out")
	}
	if _, err := os.Stat(filepath.Join(outside, "x")); err == nil {
		t.Error("a file was made outside")
	}
}

func TestChangesWhileRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := open(t, dir, "")
	o, err := put(t, f, "a", strings.Repeat("x", 100_000))
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.Open(t.Context(), o, 0, o.Size)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(r, make([]byte, 50_000)); err != nil {
		t.Fatal(err)
	}
	later := time.Now().Add(time.Hour)
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "a"), bytes.Repeat([]byte("y"), 100_000), 0o600), os.Chtimes(filepath.Join(dir, "a"), later, later)); err != nil {
		t.Fatal(err)
	}
	_, err = io.ReadAll(r)
	refused(t, err, dataset.CodeChanged, "not the file that it was")
	now, err := f.Stat(t.Context(), "a")
	if err != nil || now.CRC32C.Known || now.Metadata[dataset.Mark] != "" {
		t.Errorf("sums and mark of other bytes are still believed: %+v, %v", now, err)
	}
	_, err = f.Open(t.Context(), o, 0, o.Size)
	refused(t, err, dataset.CodeChanged, "not the file that it was")
}

// chunks is an upload of three chunks of 1000 bytes, of which some are written.
func chunks(t *testing.T, f *folder.Folder, written ...int) (dataset.Upload, dataset.Layout, []dataset.Chunk) {
	t.Helper()
	w := dataset.Write{Name: "a", Size: 3000, Origin: "o", If: dataset.If{Absent: true}}
	l := f.Layout(3000, 1000)
	up, err := f.Begin(t.Context(), w, l)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range written {
		if _, err := up.Write(t.Context(), l.Chunk(i, 3000), bytes.NewReader(bytes.Repeat([]byte{byte(i)}, 1000))); err != nil {
			t.Fatal(err)
		}
	}
	return up, l, up.Done()
}

func only(t *testing.T, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) != 1 {
		t.Fatalf("%q: %q, %v", pattern, found, err)
	}
	return found[0]
}

func TestJournal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := open(t, dir, "")
	chunks(t, f, 0, 1)
	journal := only(t, filepath.Join(dir, ".landbridge/partial/*/journal"))
	text, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what, text string
		done       int
	}{
		{"as it is", string(text), 2},
		{"a line that was torn", string(text[:len(text)-1]), 1},
		{"a chunk that was begun again", string(text) + "0 -\n", 1},
		{"nonsense", "x\n\n9 zz\n" + string(text), 2},
		{"a chunk that there is not", string(text) + "77 00000000\n", 2},
	} {
		if err := os.WriteFile(journal, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, done := chunks(t, f); len(done) != c.done {
			t.Errorf("%s: %d chunks are done, want %d", c.what, len(done), c.done)
		}
	}
}

// Bytes that rot between their writing and the end are found when the file is read again, and that chunk alone is written anew.
func TestFinishReadsAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := open(t, dir, "")
	up, l, done := chunks(t, f, 0, 1, 2)
	data := only(t, filepath.Join(dir, ".landbridge/partial/*/data"))
	file, err := os.OpenFile(data, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteAt([]byte{99}, 1500); err != nil {
		t.Fatal(err)
	}
	_ = file.Close()
	var sum uint32
	for _, c := range done {
		sum = checksum.Combine(sum, c.CRC32C.Sum, c.Size)
	}
	_, err = up.Finish(t.Context(), done, checksum.Of(sum), nil)
	refused(t, err, dataset.CodeMismatch, "has the CRC32C")
	again, _, done := chunks(t, f)
	if len(done) != 2 || done[0].Index != 0 || done[1].Index != 2 {
		t.Fatalf("%+v", done)
	}
	c, err := again.Write(t.Context(), l.Chunk(1, 3000), bytes.NewReader(bytes.Repeat([]byte{1}, 1000)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Finish(t.Context(), []dataset.Chunk{done[0], c, done[1]}, checksum.Of(sum), nil); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".landbridge/partial/*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestMendKeepsTheDamaged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := open(t, dir, "")
	up, l, done := chunks(t, f, 0, 1, 2)
	var sum uint32
	for _, c := range done {
		sum = checksum.Combine(sum, c.CRC32C.Sum, c.Size)
	}
	if _, err := up.Finish(t.Context(), done, checksum.Of(sum), nil); err != nil {
		t.Fatal(err)
	}
	rotten := append(bytes.Repeat([]byte{0}, 1000), bytes.Repeat([]byte{88}, 1000)...)
	rotten = append(rotten, bytes.Repeat([]byte{2}, 1000)...)
	if err := os.WriteFile(filepath.Join(dir, "a"), rotten, 0o600); err != nil {
		t.Fatal(err)
	}
	damaged, err := f.Stat(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	good := []dataset.Chunk{done[0], done[2]}
	mend, kept, err := f.Mend(t.Context(), damaged, dataset.Write{Name: "a", Size: 3000, Origin: "o"}, l, good)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := mend.Write(t.Context(), l.Chunk(1, 3000), bytes.NewReader(bytes.Repeat([]byte{1}, 1000))); err != nil {
		t.Fatal(err)
	}
	if _, err := mend.Finish(t.Context(), mend.Done(), checksum.Of(sum), nil); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, kept)); err != nil || !bytes.Equal(text, rotten) {
		t.Errorf("the damaged bytes are not at %q: %v", kept, err)
	}
	_, _, err = f.Mend(t.Context(), list(t, f)["a"], dataset.Write{Name: "a", Size: 3000}, l, []dataset.Chunk{{Index: 0, CRC32C: checksum.Of(1)}})
	refused(t, err, dataset.CodeMismatch, "chunk 0")
}

// What is replaced whole stays too, under a name as long as names may be, and only if it is what was looked at.
func TestKeep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := open(t, dir, "sub/")
	name := strings.Repeat("n", 255)
	damaged, err := f.Put(t.Context(), dataset.Write{Name: name, Size: 3}, strings.NewReader("bad"))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := f.Keep(t.Context(), damaged)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := f.Keep(t.Context(), damaged); again != kept || err != nil {
		t.Errorf("kept again at %q: %v", again, err)
	}
	if _, err := f.Put(t.Context(), dataset.Write{Name: name, Size: 4, If: dataset.Replaces(damaged)}, strings.NewReader("good")); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, kept)); string(text) != "bad" || !strings.HasPrefix(kept, ".landbridge/evidence/sub/nnn") {
		t.Errorf("at %q: %q, %v", kept, text, err)
	}
	_, err = f.Keep(t.Context(), damaged)
	refused(t, err, dataset.CodeExists, "was changed by somebody else")
	if got := list(t, f); len(got) != 1 {
		t.Errorf("evidence is listed: %v", got)
	}
}

// A process that died right after it had given a file its name left another name of it: nobody writes through that.
func TestUploadThatIsAnObject(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := open(t, dir, "")
	chunks(t, f, 0, 1, 2)
	data, err := filepath.Glob(filepath.Join(dir, ".landbridge/partial/*/data"))
	if err != nil || len(data) != 1 {
		t.Fatal(data, err)
	}
	if err := os.Link(data[0], filepath.Join(dir, "a")); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, "a"))
	if err != nil {
		t.Fatal(err)
	}
	up, l, done := chunks(t, f)
	if len(done) != 0 {
		t.Errorf("chunks of an object that is there: %v", done)
	}
	if _, err := up.Write(t.Context(), l.Chunk(0, 3000), bytes.NewReader(bytes.Repeat([]byte{77}, 1000))); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(filepath.Join(dir, "a")); err != nil || !bytes.Equal(after, before) {
		t.Error("the object was written into:", err)
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := open(t, dir, "")
	if n, err := f.Sweep(t.Context(), time.Now()); n != 0 || err != nil {
		t.Error(n, err)
	}
	chunks(t, f, 0)
	if err := os.WriteFile(filepath.Join(dir, ".landbridge/partial/put-X"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		since time.Time
		want  int
	}{{time.Now().Add(-time.Hour), 0}, {time.Now().Add(time.Hour), 2}} {
		if n, err := f.Sweep(t.Context(), c.since); n != c.want || err != nil {
			t.Errorf("%d swept, want %d: %v", n, c.want, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	if _, err := folder.New(folder.Options{Path: filepath.Join(t.TempDir(), "nothing")}); err == nil {
		t.Error("a directory that is not there")
	}
	f := open(t, t.TempDir(), "")
	ctx, cancel := context.WithCancel(t.Context())
	body := io.MultiReader(strings.NewReader("half"), ending{cancel}, strings.NewReader("rest"))
	if _, err := f.Put(ctx, dataset.Write{Name: "x", Size: 8}, body); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(f.Place().Name, ".landbridge/partial/*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// ending is a body in whose middle the call is cancelled.
type ending struct{ cancel func() }

func (e ending) Read([]byte) (int, error) {
	e.cancel()
	return 0, io.EOF
}
