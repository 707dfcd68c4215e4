package google

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"slices"

	"cloud.google.com/go/storage"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/iterator"
	raw "google.golang.org/api/storage/v1"
)

// testCase is one thing that Cloud Storage does, in calls of its official clients.
type testCase struct {
	name string
	run  func(ctx context.Context, b *box) error
}

func cases() []testCase {
	return []testCase{
		{"put and get", putAndGet},
		{"an upload in chunks", chunks},
		{"an upload in one request", oneRequest},
		{"a wrong sum", wrongSum},
		{"a wrong sum after chunks", wrongSumAfterChunks},
		{"odd names", oddNames},
		{"ranges", ranges},
		{"write preconditions", writePreconditions},
		{"read preconditions", readPreconditions},
		{"delete preconditions", deletePreconditions},
		{"compose", compose},
		{"compose preconditions", composePreconditions},
		{"compose of too many", composeTooMany},
		{"lists in pages", listPages},
		{"lists by folder", listFolders},
		{"metadata", metadata},
		{"versions", versions},
		{"soft delete", softDelete},
		{"copy", copyObject},
		{"selected fields", selectedFields},
		{"no such thing", noSuchThing},
	}
}

func sum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

func content(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(i>>8 ^ i)
	}
	return out
}

func put(ctx context.Context, o *storage.ObjectHandle, b []byte, chunk int) error {
	w := o.NewWriter(ctx)
	w.ChunkSize = chunk
	_, err := w.Write(b)
	return errors.Join(err, w.Close())
}

func get(ctx context.Context, o *storage.ObjectHandle) ([]byte, error) {
	r, err := o.NewReader(ctx)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// status is nil when a call was refused with a status.
func status(err error, want int) error {
	var refused *googleapi.Error
	switch {
	case errors.As(err, &refused) && refused.Code == want:
		return nil
	case want == http.StatusNotFound && errors.Is(err, storage.ErrObjectNotExist):
		return nil
	case err == nil:
		return fmt.Errorf("expected %d, got none", want)
	}
	return fmt.Errorf("expected %d, got %w", want, err)
}

func expect(what string, ok bool) error {
	if !ok {
		return errors.New("expected " + what)
	}
	return nil
}

func putAndGet(ctx context.Context, b *box) error {
	o := b.Object("dir/x.bin")
	body := content(1000)
	if err := put(ctx, o, body, 16<<20); err != nil {
		return err
	}
	attrs, err := o.Attrs(ctx)
	if err != nil {
		return err
	}
	got, err := get(ctx, o)
	return errors.Join(err, expect("the same bytes", bytes.Equal(got, body)), expect("CRC32C and MD5", attrs.CRC32C == sum(body) && len(attrs.MD5) == 16))
}

func chunks(ctx context.Context, b *box) error {
	body := content(3*256<<10 + 17)
	if err := put(ctx, b.Object("x"), body, 256<<10); err != nil {
		return err
	}
	got, err := get(ctx, b.Object("x"))
	return errors.Join(err, expect("the same bytes", bytes.Equal(got, body)))
}

func oneRequest(ctx context.Context, b *box) error {
	body := content(3 * 256 << 10)
	if err := put(ctx, b.Object("x"), body, 0); err != nil {
		return err
	}
	got, err := get(ctx, b.Object("x"))
	return errors.Join(err, expect("the same bytes", bytes.Equal(got, body)))
}

func writeWrong(ctx context.Context, b *box, n, chunk int) error {
	w := b.Object("x").NewWriter(ctx)
	w.ChunkSize, w.SendCRC32C, w.CRC32C = chunk, true, 17
	_, err := w.Write(content(n))
	if closeErr := w.Close(); err == nil {
		err = closeErr
	}
	_, statErr := b.Object("x").Attrs(ctx)
	return errors.Join(status(err, http.StatusBadRequest), status(statErr, http.StatusNotFound))
}

func wrongSum(ctx context.Context, b *box) error { return writeWrong(ctx, b, 1000, 16<<20) }

func wrongSumAfterChunks(ctx context.Context, b *box) error {
	return writeWrong(ctx, b, 3*256<<10, 256<<10)
}

func oddNames(ctx context.Context, b *box) error {
	names := []string{"a b", "a/../b", "%", "%2F", "?#&=", "ü/日本", "a//b", "trailing/"}
	for _, name := range names {
		if err := put(ctx, b.Object(name), []byte(name), 16<<20); err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
		if got, err := get(ctx, b.Object(name)); err != nil || string(got) != name {
			return fmt.Errorf("%q: %q, %w", name, got, err)
		}
	}
	slices.Sort(names)
	got, _, err := list(ctx, b, nil, 3)
	return errors.Join(err, expect("all names in order, not "+fmt.Sprint(got), slices.Equal(got, names)))
}

func ranges(ctx context.Context, b *box) error {
	if err := put(ctx, b.Object("x"), []byte("0123456789"), 16<<20); err != nil {
		return err
	}
	r, err := b.Object("x").NewRangeReader(ctx, 3, 4)
	if err != nil {
		return err
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	_, past := b.Object("x").NewRangeReader(ctx, 10, 1)
	return errors.Join(err, expect("four bytes", string(got) == "3456"), status(past, http.StatusRequestedRangeNotSatisfiable))
}

func writePreconditions(ctx context.Context, b *box) error {
	o := b.Object("x")
	if err := put(ctx, o.If(storage.Conditions{DoesNotExist: true}), []byte("1"), 16<<20); err != nil {
		return err
	}
	again := put(ctx, o.If(storage.Conditions{DoesNotExist: true}), []byte("2"), 16<<20)
	other := put(ctx, o.If(storage.Conditions{GenerationMatch: 17}), []byte("3"), 256<<10)
	return errors.Join(status(again, http.StatusPreconditionFailed), status(other, http.StatusPreconditionFailed))
}

func readPreconditions(ctx context.Context, b *box) error {
	if err := put(ctx, b.Object("x"), []byte("1"), 16<<20); err != nil {
		return err
	}
	o := b.Object("x").If(storage.Conditions{GenerationMatch: 17})
	_, attrs := o.Attrs(ctx)
	_, media := o.NewReader(ctx)
	return errors.Join(status(attrs, http.StatusPreconditionFailed), status(media, http.StatusPreconditionFailed))
}

func deletePreconditions(ctx context.Context, b *box) error {
	if err := put(ctx, b.Object("x"), []byte("1"), 16<<20); err != nil {
		return err
	}
	return status(b.Object("x").If(storage.Conditions{GenerationMatch: 17}).Delete(ctx), http.StatusPreconditionFailed)
}

// sources puts three parts.
func sources(ctx context.Context, b *box) (parts []*storage.ObjectHandle, whole []byte, err error) {
	for i := range 3 {
		body := content(1000 + i)
		o := b.Object(fmt.Sprintf("part-%d", i))
		if err := put(ctx, o, body, 16<<20); err != nil {
			return nil, nil, err
		}
		parts, whole = append(parts, o), append(whole, body...)
	}
	return parts, whole, nil
}

func compose(ctx context.Context, b *box) error {
	parts, whole, err := sources(ctx, b)
	if err != nil {
		return err
	}
	composer := b.Object("whole").ComposerFrom(parts...)
	composer.Metadata = map[string]string{"k": "v"}
	attrs, err := composer.Run(ctx)
	if err != nil {
		return err
	}
	got, err := get(ctx, b.Object("whole"))
	return errors.Join(err, expect("the bytes of all parts", bytes.Equal(got, whole)), expect("their CRC32C", attrs.CRC32C == sum(whole)),
		expect("no MD5 and three components", len(attrs.MD5) == 0 && attrs.ComponentCount == 3), expect("metadata", attrs.Metadata["k"] == "v"))
}

func composePreconditions(ctx context.Context, b *box) error {
	parts, _, err := sources(ctx, b)
	if err != nil {
		return err
	}
	_, target := b.Object("whole").If(storage.Conditions{GenerationMatch: 17}).ComposerFrom(parts...).Run(ctx)
	_, source := b.Object("whole").ComposerFrom(parts[0].If(storage.Conditions{GenerationMatch: 17})).Run(ctx)
	return errors.Join(status(target, http.StatusPreconditionFailed), status(source, http.StatusPreconditionFailed))
}

func composeTooMany(ctx context.Context, b *box) error {
	parts, _, err := sources(ctx, b)
	if err != nil {
		return err
	}
	request := &raw.ComposeRequest{}
	for range 33 {
		request.SourceObjects = append(request.SourceObjects, &raw.ComposeRequestSourceObjects{Name: parts[0].ObjectName()})
	}
	_, err = b.raw.Objects.Compose(b.name, "whole", request).Context(ctx).Do()
	return status(err, http.StatusBadRequest)
}

func list(ctx context.Context, b *box, q *storage.Query, page int) (names, prefixes []string, err error) {
	it := b.Objects(ctx, q)
	it.PageInfo().MaxSize = page
	for {
		attrs, err := it.Next()
		if errors.Is(err, iterator.Done) {
			return names, prefixes, nil
		}
		if err != nil {
			return nil, nil, err
		}
		if attrs.Prefix != "" {
			prefixes = append(prefixes, attrs.Prefix)
		} else {
			names = append(names, attrs.Name)
		}
	}
}

func listPages(ctx context.Context, b *box) error {
	var want []string
	for i := range 7 {
		want = append(want, fmt.Sprintf("n-%d", i))
		if err := put(ctx, b.Object(want[i]), nil, 16<<20); err != nil {
			return err
		}
	}
	all, _, err := list(ctx, b, nil, 2)
	some, _, someErr := list(ctx, b, &storage.Query{StartOffset: "n-2", EndOffset: "n-5"}, 2)
	return errors.Join(err, someErr, expect("every name once", slices.Equal(all, want)), expect("names between", slices.Equal(some, want[2:5])))
}

func listFolders(ctx context.Context, b *box) error {
	for _, name := range []string{"a", "d/1", "d/2", "e/f/3", "z"} {
		if err := put(ctx, b.Object(name), nil, 16<<20); err != nil {
			return err
		}
	}
	names, prefixes, err := list(ctx, b, &storage.Query{Delimiter: "/"}, 100)
	return errors.Join(err, expect("two names", slices.Equal(names, []string{"a", "z"})), expect("two folders", slices.Equal(prefixes, []string{"d/", "e/"})))
}

func metadata(ctx context.Context, b *box) error {
	w := b.Object("x").NewWriter(ctx)
	w.ContentType, w.CacheControl, w.Metadata = "text/x", "no-cache", map[string]string{"k": "ü"}
	if err := w.Close(); err != nil {
		return err
	}
	first := w.Attrs()
	patched, err := b.Object("x").Update(ctx, storage.ObjectAttrsToUpdate{Metadata: map[string]string{"l": "2"}})
	if err != nil {
		return err
	}
	return errors.Join(expect("what was written", first.ContentType == "text/x" && first.CacheControl == "no-cache" && first.Metadata["k"] == "ü"),
		expect("a metageneration more, the same generation", patched.Metageneration == 2 && patched.Generation == first.Generation),
		expect("both keys", patched.Metadata["l"] == "2" && patched.Metadata["k"] == "ü"))
}

func versions(ctx context.Context, b *box) error {
	o := b.Object("x")
	for _, text := range []string{"1", "2"} {
		if err := put(ctx, o, []byte(text), 16<<20); err != nil {
			return err
		}
	}
	if err := o.Delete(ctx); err != nil {
		return err
	}
	found, err := b.raw.Objects.List(b.name).Versions(true).Context(ctx).Do()
	if err != nil || len(found.Items) != 2 {
		return fmt.Errorf("expected two generations, got %d, %w", len(found.Items), err)
	}
	got, err := get(ctx, o.Generation(found.Items[0].Generation))
	return errors.Join(err, expect("the first one's bytes", string(got) == "1"), expect("when they ended", found.Items[0].TimeDeleted != ""))
}

func softDelete(ctx context.Context, b *box) error {
	o := b.Object("x")
	if err := put(ctx, o, []byte("1"), 16<<20); err != nil {
		return err
	}
	attrs, err := o.Attrs(ctx)
	if err != nil {
		return err
	}
	if err := o.Generation(attrs.Generation).Delete(ctx); err != nil {
		return err
	}
	if _, err := o.Generation(attrs.Generation).Restore(ctx, &storage.RestoreOptions{}); err != nil {
		return err
	}
	got, err := get(ctx, o)
	return errors.Join(err, expect("the same bytes", string(got) == "1"))
}

func copyObject(ctx context.Context, b *box) error {
	if err := put(ctx, b.Object("x"), []byte("1"), 16<<20); err != nil {
		return err
	}
	if _, err := b.Object("y").CopierFrom(b.Object("x")).Run(ctx); err != nil {
		return err
	}
	got, err := get(ctx, b.Object("y"))
	_, missed := b.Object("z").CopierFrom(b.Object("x").If(storage.Conditions{GenerationMatch: 17})).Run(ctx)
	return errors.Join(err, expect("the same bytes", string(got) == "1"), status(missed, http.StatusPreconditionFailed))
}

func selectedFields(ctx context.Context, b *box) error {
	if err := put(ctx, b.Object("x"), []byte("1"), 16<<20); err != nil {
		return err
	}
	found, err := b.raw.Objects.List(b.name).Fields("items(name,crc32c)").Context(ctx).Do()
	if err != nil {
		return err
	}
	one := found.Items[0]
	return expect("name and crc32c and no more", one.Name == "x" && one.Crc32c != "" && one.Generation == 0 && one.Bucket == "")
}

func noSuchThing(ctx context.Context, b *box) error {
	_, object := b.raw.Objects.Get(b.name, "none").Context(ctx).Do()
	_, bucket := b.raw.Objects.List("there-is-none").Context(ctx).Do()
	return errors.Join(status(object, http.StatusNotFound), status(bucket, http.StatusNotFound))
}
