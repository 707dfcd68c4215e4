package blob_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/sandbox/blobapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// Every kind of blob is listed, looked at and read as what it is. A CRC32C in the metadata of a blob that is written in place is of
// bytes that may be others by now, and is not believed.
func TestKinds(t *testing.T) {
	t.Parallel()
	body := sample(1024)
	stale := map[string]string{"landbridge_crc32c": checksum.Of(checksum.Update(0, body)).String()}
	for kind, want := range map[string]dataset.Kind{"BlockBlob": dataset.BlockBlob, "AppendBlob": dataset.AppendBlob, "PageBlob": dataset.PageBlob} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := newStore(t, world.StorageAccount{})
			s.apply(blobapi.Seed{Blob: "a", Kind: kind, Data: body, Metadata: stale})
			c := s.open()
			objects, _, err := listed(t.Context(), c, dataset.Query{})
			if err != nil || len(objects) != 1 {
				t.Fatal(objects, err)
			}
			now, err := c.Stat(t.Context(), "a")
			if err != nil {
				t.Fatal(err)
			}
			for how, o := range map[string]dataset.Object{"listed": objects["a"], "looked at": now} {
				if o.Kind != want || o.Size != 1024 || o.CRC32C.Known != (want == dataset.BlockBlob) || o.Metadata != nil {
					t.Errorf("%s: %+v", how, o)
				}
				if !bytes.Equal(read(t, c, o), body) {
					t.Errorf("%s: other bytes", how)
				}
			}
		})
	}
}

// What is appended to, or renamed away, while it is read is no mix of two states.
func TestSourceThatChanges(t *testing.T) {
	t.Parallel()
	s := newStore(t, world.StorageAccount{Hierarchical: true})
	s.apply(blobapi.Seed{Blob: "dir/log", Kind: "AppendBlob", Data: []byte("one")})
	c := s.open()
	o, err := c.Stat(t.Context(), "dir/log")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Stat(t.Context(), "dir"); codeOf(err) != dataset.CodeNotFound {
		t.Error("a directory is no object:", err)
	}
	s.pass(time.Second)
	appendTo(t, s, "dir/log", "two")
	if _, err := c.Open(t.Context(), o, 0, o.Size); codeOf(err) != dataset.CodeChanged {
		t.Error("appended to:", err)
	}
	s.apply(blobapi.Seed{Blob: "dir/log", Act: blobapi.Delete}) // what a rename is to who knows the old name
	s.apply(blobapi.Seed{Blob: "moved/log", Kind: "AppendBlob", Data: []byte("onetwo")})
	if _, err := c.Open(t.Context(), o, 0, o.Size); codeOf(err) != dataset.CodeNotFound {
		t.Error("renamed:", err)
	}
}
