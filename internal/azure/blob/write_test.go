package blob_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/azure/blob"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/sandbox/blobapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/wire"
)

const mark = "00112233445566778899aabbccddeeff"

// large writes an object of three blocks.
func large(t *testing.T, c *blob.Container, body []byte) (dataset.Object, dataset.Write, dataset.Layout, []dataset.Chunk) {
	t.Helper()
	l := dataset.Layout{Size: int64(len(body)+2) / 3, Chunks: 3}
	w := dataset.Write{Name: "models/large", Size: int64(len(body)), Origin: mark, If: dataset.If{Absent: true}}
	up, err := c.Begin(t.Context(), w, l)
	if err != nil {
		t.Fatal(err)
	}
	var chunks []dataset.Chunk
	for i := range l.Chunks {
		k := l.Chunk(i, w.Size)
		part := body[k.Offset : k.Offset+k.Size]
		if i == 1 {
			k.CRC32C = checksum.Of(checksum.Update(0, part)) // known: it is streamed
		}
		done, err := up.Write(t.Context(), k, bytes.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		chunks = append(chunks, done)
	}
	o, err := up.Finish(t.Context(), chunks, checksum.Of(checksum.Update(0, body)), nil)
	if err != nil {
		t.Fatal(err)
	}
	return o, w, l, chunks
}

func sample(n int) []byte {
	b, x := make([]byte, n), uint32(7)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}

func read(t *testing.T, c *blob.Container, o dataset.Object) []byte {
	t.Helper()
	r, err := c.Open(t.Context(), o, 0, o.Size)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	body, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// One wrong byte is mended by one block, and can be seen after it: as a version, or as a snapshot where there are no versions.
func TestMendMovesOneBlock(t *testing.T) {
	t.Parallel()
	for name, account := range map[string]world.StorageAccount{"versions": {Versioning: true}, "no versions": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t, account)
			c := s.open()
			body := sample(300_000)
			o, w, l, chunks := large(t, c, body)
			if err := s.blobs.Rot(s.account.Name, container, o.Name, "", 150_000); err != nil {
				t.Fatal(err)
			}
			damaged := read(t, c, o)
			if bytes.Equal(damaged, body) {
				t.Fatal("nothing rotted")
			}
			up, kept, err := c.Mend(t.Context(), o, w, l, []dataset.Chunk{chunks[0], chunks[2]})
			if err != nil {
				t.Fatal(err)
			}
			if done := up.Done(); len(done) != 2 {
				t.Fatalf("%v", done)
			}
			k := chunks[1]
			if _, err := up.Write(t.Context(), k, bytes.NewReader(body[k.Offset:k.Offset+k.Size])); err != nil {
				t.Fatal(err)
			}
			mended, err := up.Finish(t.Context(), chunks, checksum.Of(checksum.Update(0, body)), nil)
			if err != nil || !bytes.Equal(read(t, c, mended), body) {
				t.Fatalf("not mended: %v", err)
			}
			evidence := o
			evidence.Version = kept
			if !bytes.Equal(read(t, c, evidence), damaged) {
				t.Error("the damaged bytes are not what is kept at", kept)
			}
		})
	}
}

// What a repair kept of the damaged bytes outlives the deletion of the blob by a mirror, whatever the account keeps by itself.
func TestDeleteLeavesEvidence(t *testing.T) {
	t.Parallel()
	for name, account := range map[string]world.StorageAccount{"versions": {Versioning: true, Retention: 7}, "soft delete": {Retention: 7}, "neither": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t, account)
			c := s.open()
			damaged, err := c.Put(t.Context(), dataset.Write{Name: "a b", Size: 3}, strings.NewReader("bad"))
			if err != nil {
				t.Fatal(err)
			}
			kept, err := c.Keep(t.Context(), damaged)
			if err != nil {
				t.Fatal(err)
			}
			mended, err := c.Put(t.Context(), dataset.Write{Name: "a b", Size: 4, If: dataset.Replaces(damaged)}, strings.NewReader("good"))
			if err != nil {
				t.Fatal(err)
			}
			err = c.Delete(t.Context(), mended)
			if account.Versioning != (err == nil) {
				t.Fatal(err)
			}
			if e, ok := errors.AsType[*bridge.Error](err); ok && (e.Code != "snapshots_present" || e.Retry ||
				e.Text != `cannot delete "a b" in blob://landbridgedata/training/: it has snapshots, which would be deleted with it` ||
				!strings.Contains(e.Hint, `--delete-snapshots include --auth-mode login --account-name landbridgedata --container-name training --name "a b"`)) {
				t.Errorf("%v: %s", e, e.Hint)
			}
			evidence := damaged
			evidence.Version = kept
			if got := read(t, c, evidence); string(got) != "bad" {
				t.Errorf("at %s there is %q", kept, got)
			}
			if account.Versioning {
				return
			}
			if err := c.Purge(t.Context(), damaged); codeOf(err) != dataset.CodeChanged {
				t.Error("another object was purged:", err)
			}
			if err := c.Purge(t.Context(), mended); err != nil {
				t.Error(err)
			}
			if _, err := c.Stat(t.Context(), "a b"); codeOf(err) != dataset.CodeNotFound {
				t.Error(err)
			}
		})
	}
}

// Bytes that change on their way are no block.
func TestBlockThatChangesOnItsWay(t *testing.T) {
	t.Parallel()
	s := newStore(t, world.StorageAccount{})
	c := s.open()
	w := dataset.Write{Name: "a", Size: 20, Origin: mark}
	up, err := c.Begin(t.Context(), w, dataset.Layout{Size: 10, Chunks: 2})
	if err != nil {
		t.Fatal(err)
	}
	_, err = up.Write(t.Context(), dataset.Chunk{Size: 10, CRC32C: checksum.Of(1)}, strings.NewReader("0123456789"))
	if codeOf(err) != dataset.CodeMismatch || !strings.Contains(err.Error(), `"a" in blob://landbridgedata/training/ was to be written with the CRC32C AAAAAQ==, and the bytes have `) {
		t.Error(err)
	}
	_, err = up.Write(t.Context(), dataset.Chunk{Size: 10, CRC32C: checksum.Of(1)}, io.MultiReader(strings.NewReader("01"), broken{}))
	if codeOf(err) != "source_broke" {
		t.Error("what went wrong at the source is lost:", err)
	}
	_, err = up.Write(t.Context(), dataset.Chunk{Size: 10}, strings.NewReader("01"))
	if codeOf(err) != "body_short" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	if done := up.Done(); len(done) != 0 {
		t.Error(done)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) {
	return 0, &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopBucket, Code: "source_broke", Text: "the source broke"}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	stat := func(c *blob.Container) error { _, err := c.Stat(ctx, "a b"); return err }
	open := func(c *blob.Container) error {
		o, err := c.Stat(ctx, "a b")
		if err == nil {
			_, err = c.Open(ctx, o, 0, o.Size)
		}
		return err
	}
	put := func(c *blob.Container) error {
		_, err := c.Put(ctx, dataset.Write{Name: "a b", Size: 1, If: dataset.If{Absent: true}}, strings.NewReader("x"))
		return err
	}
	replace := func(c *blob.Container) error {
		o, err := c.Stat(ctx, "a b")
		if err == nil {
			_, err = c.Put(ctx, dataset.Write{Name: "a b", Size: 1, If: dataset.Replaces(o)}, strings.NewReader("x"))
		}
		return err
	}
	remove := func(c *blob.Container) error {
		o, err := c.Stat(ctx, "a b")
		if err == nil {
			err = c.Delete(ctx, o)
		}
		return err
	}
	block := func(c *blob.Container) error {
		up, err := c.Begin(ctx, dataset.Write{Name: "a b", Size: 2, Origin: mark}, dataset.Layout{Size: 1, Chunks: 2})
		if err == nil {
			_, err = up.Write(ctx, dataset.Chunk{Size: 1}, strings.NewReader("x"))
		}
		return err
	}
	blind := func(c *blob.Container) error { return c.Delete(ctx, dataset.Object{Name: "a b"}) }
	for name, tc := range map[string]struct {
		roles []string
		seed  blobapi.Seed
		act   blobapi.Act
		fault blobapi.Fault
		do    func(*blob.Container) error
		code  string
		kind  bridge.Kind
		text  string
		hint  string
		wait  time.Duration
	}{
		"nothing there": {do: stat, code: dataset.CodeNotFound, kind: bridge.Refused, text: `cannot look at "a b" in blob://landbridgedata/training/: the service answered 404 BlobNotFound`},
		"archived": {
			seed: blobapi.Seed{Blob: "a b", Tier: "Archive", Data: []byte("x")}, do: open, code: dataset.CodeUnavailable, kind: bridge.Refused,
			text: "This operation is not permitted on an archived blob", hint: "az storage blob set-tier --tier Hot",
		},
		"no right to write": {
			roles: []string{"Storage Blob Data Reader"}, do: put, code: dataset.CodeUnauthorized, kind: bridge.Denied,
			text: `cannot write "a b" in blob://landbridgedata/training/: This request is not authorized`, hint: `give ` + objectID + ` the role "Storage Blob Data Contributor" on the storage account landbridgedata`,
		},
		"no right to read": {roles: []string{}, do: stat, code: dataset.CodeUnauthorized, kind: bridge.Denied, hint: `the role "Storage Blob Data Reader"`},
		"there already":    {seed: blobapi.Seed{Blob: "a b"}, do: put, code: dataset.CodeExists, kind: bridge.Refused, text: "The specified blob already exists"},
		"leased and replaced": {
			seed: blobapi.Seed{Blob: "a b"}, act: blobapi.Lease, do: replace, code: "blob_leased", kind: bridge.Refused,
			text: "There is currently a lease on the blob", hint: `az storage blob lease break --auth-mode login --account-name landbridgedata --container-name training --name "a b"`,
		},
		"leased and deleted": {seed: blobapi.Seed{Blob: "a b"}, act: blobapi.Lease, do: remove, code: "blob_leased", kind: bridge.Refused, hint: "lease break"},
		"leased and staged":  {seed: blobapi.Seed{Blob: "a b"}, act: blobapi.Lease, do: block, code: "blob_leased", kind: bridge.Refused, hint: "lease break"},
		"immutable and replaced": {
			seed: blobapi.Seed{Blob: "a b"}, act: blobapi.Protect, do: replace, code: "blob_immutable", kind: bridge.Refused,
			text: "the blob is immutable due to a policy", hint: "another container",
		},
		"immutable and deleted": {seed: blobapi.Seed{Blob: "a b"}, act: blobapi.Protect, do: remove, code: "blob_immutable", kind: bridge.Refused},
		"a customer's own key": {
			fault: blobapi.Fault{Status: http.StatusConflict, Code: "BlobUsesCustomerSpecifiedEncryption"}, do: stat,
			code: dataset.CodeUnavailable, kind: bridge.Refused, hint: "encrypted with a key",
		},
		"a key that is gone": {
			fault: blobapi.Fault{Status: http.StatusForbidden, Code: "KeyVaultEncryptionKeyNotFound"}, do: stat,
			code: dataset.CodeUnavailable, kind: bridge.Refused, hint: "must be there, enabled",
		},
		"pages where blocks shall be": {
			seed: blobapi.Seed{Blob: "a b", Kind: "PageBlob", Data: make([]byte, 512)}, do: block, code: "InvalidBlobType", kind: bridge.Refused,
			text: "The blob type is invalid", hint: "delete it, or exclude the name",
		},
		"another's blocks": {
			seed: blobapi.Seed{Blob: "a b", Data: []byte("xyz"), BlockSize: 2}, do: block, code: "InvalidBlobOrBlock", kind: bridge.Refused,
			text: "The specified blob or block content is invalid", hint: "with names of another length",
		},
		"deleted blindly": {seed: blobapi.Seed{Blob: "a b"}, do: blind, code: "state_unknown", kind: bridge.Usage, text: `"a b" is not deleted`},
		"busy": {
			fault: blobapi.Fault{Status: http.StatusServiceUnavailable, RetryAfter: 3 * time.Second}, do: put, code: "ServerBusy", kind: bridge.Unreachable,
			text: "currently unable to receive requests", wait: 3 * time.Second,
		},
		"a fault of the service": {fault: blobapi.Fault{Status: http.StatusInternalServerError}, do: put, code: "InternalError", kind: bridge.Unreachable},
		"an answer that is lost": {fault: blobapi.Fault{Lost: true}, do: put, code: "unreachable", kind: bridge.Unreachable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t, world.StorageAccount{}, tc.roles...)
			if tc.seed.Blob != "" {
				s.apply(tc.seed)
			}
			if tc.act != "" {
				s.apply(blobapi.Seed{Blob: tc.seed.Blob, Act: tc.act})
			}
			if tc.fault != (blobapi.Fault{}) {
				s.blobs.Inject(tc.fault)
			}
			err := tc.do(s.open())
			e, ok := errors.AsType[*bridge.Error](err)
			if !ok || e.Code != tc.code || e.Kind != tc.kind || !strings.Contains(e.Text, tc.text) || !strings.Contains(e.Hint, tc.hint) || e.RetryAfter != tc.wait {
				t.Errorf("%v\n%+v", err, e)
			}
			if ok && e.Retry != (tc.kind == bridge.Unreachable) {
				t.Error("retry", e.Retry)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	good := blob.Options{HTTP: wire.NewStreamer(wire.StreamOptions{}), Clock: time.Now, Leaser: leaser{}, AccountURL: "https://a.blob.core.windows.net", Container: "c"}
	for name, tc := range map[string]struct {
		change func(*blob.Options)
		text   string
	}{
		"another host": {func(o *blob.Options) { o.AccountURL = "https://a.blob.core.windows.net.evil.example" }, "is not one of Microsoft's, and would be handed a token"},
		"plain http":   {func(o *blob.Options) { o.AccountURL = "http://a.blob.core.windows.net" }, "must be reached over https"},
		"no container": {func(o *blob.Options) { o.Container = "" }, "is no container's name"},
		"a prefix":     {func(o *blob.Options) { o.Prefix = "a" }, "does not end in a slash"},
		"no leaser":    {func(o *blob.Options) { o.Leaser = nil }, "needs an HTTP client, a clock and a leaser"},
	} {
		o := good
		tc.change(&o)
		if _, err := blob.New(o); err == nil || !strings.Contains(err.Error(), tc.text) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c, err := blob.New(good)
	if err != nil || c.Place().String() != "blob://a/c/" {
		t.Error(c, err)
	}
}

func TestLayout(t *testing.T) {
	t.Parallel()
	c := newStore(t, world.StorageAccount{}).open()
	const mib = 1 << 20
	for _, tc := range []struct {
		size, chunk int64
		want        dataset.Layout
	}{
		{0, 64 * mib, dataset.Layout{Size: 1, Chunks: 1}},
		{8 * mib, 64 * mib, dataset.Layout{Size: 8 * mib, Chunks: 1}},
		{8*mib + 1, 64 * mib, dataset.Layout{Size: 4*mib + 1, Chunks: 2}},
		{512 * mib, 64 * mib, dataset.Layout{Size: 8 * mib, Chunks: 64}},
		{512 * mib, 1 * mib, dataset.Layout{Size: mib, Chunks: 512}},
		{5 << 40, 64 * mib, dataset.Layout{Size: 109951163, Chunks: 50000}},
	} {
		if got := c.Layout(tc.size, tc.chunk); got != tc.want {
			t.Errorf("%d in %d: %+v", tc.size, tc.chunk, got)
		}
	}
}

// Bit rot on the way of a read is for the reader's sums to find; a body that breaks off is an error.
func TestReadBreaksOff(t *testing.T) {
	t.Parallel()
	s := newStore(t, world.StorageAccount{})
	s.apply(blobapi.Seed{Blob: "a", Data: sample(100_000)})
	c := s.open()
	o, err := c.Stat(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	s.blobs.Inject(blobapi.Fault{Method: http.MethodGet, Cut: 70_000, Times: 1})
	r, err := c.Open(t.Context(), o, 0, o.Size)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	if e, ok := errors.AsType[*bridge.Error](err); !ok || !e.Retry || len(got) > 70_000 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func BenchmarkRead64KiB(b *testing.B) {
	s := newStore(b, world.StorageAccount{})
	s.apply(blobapi.Seed{Blob: "a", Data: sample(64 << 10)})
	c := s.open()
	o, err := c.Stat(b.Context(), "a")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(o.Size)
	b.ReportAllocs()
	for b.Loop() {
		r, err := c.Open(b.Context(), o, 0, o.Size)
		if err != nil {
			b.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, r); n != o.Size || err != nil {
			b.Fatal(n, err)
		}
		_ = r.Close()
	}
}
