package blob

import (
	"context"
	"encoding/base64"
	"hash/crc64"
	"io"
	"maps"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/landbridge/landbridge/internal/azure/dataplane"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

const (
	longestName = 1024 // characters
	longestPath = 254  // parts
	smallest    = 8 << 20
	longest     = 8 << 20 // of a block, as long as they are not too many: each is held in memory on its way
	mostBlocks  = 50_000
	mostBlock   = 4000 << 20
)

// CheckName implements dataset.Namer.
func (c *Container) CheckName(name string) error {
	whole := c.place.Prefix + name
	refuse := func(why string) error {
		e := c.about(bridge.Refused, "name_refused", name, "%s", why)
		e.Hint = "exclude it, or copy it to a bucket"
		return e
	}
	switch {
	case name == "":
		return refuse("is empty")
	case !utf8.ValidString(name):
		return refuse("is not UTF-8")
	case utf8.RuneCountInString(whole) > longestName:
		return refuse("has more than 1024 characters")
	case strings.Count(whole, "/") >= longestPath:
		return refuse("has more than 254 parts")
	}
	return nil
}

// Layout implements dataset.Writer. Up to 8 MiB is one request; else there are at least two blocks, at most 50,000, of at most 8 MiB up
// to 390 GiB and of at most 4,000 MiB beyond.
func (c *Container) Layout(size, chunk int64) dataset.Layout {
	if size <= min(smallest, max(chunk, 1)) {
		return dataset.Layout{Size: max(size, 1), Chunks: 1}
	}
	if chunk >= size {
		chunk = (size + 1) / 2
	}
	chunk = min(max(min(chunk, longest), (size+mostBlocks-1)/mostBlocks, 1), mostBlock)
	return dataset.Layout{Size: chunk, Chunks: int((size + chunk - 1) / chunk)}
}

// Put implements dataset.Writer. The body is held in memory: its CRC32C goes into the metadata, which go before the bytes.
func (c *Container) Put(ctx context.Context, w dataset.Write, body io.Reader) (dataset.Object, error) {
	data, free, err := c.hold(w.Name, w.Size, body)
	if err != nil {
		return dataset.Object{}, err
	}
	defer free()
	crc := checksum.Of(checksum.Update(0, data.text))
	if !w.CRC32C.Agree(crc) {
		return dataset.Object{}, c.mismatch(w.Name, w.CRC32C, crc)
	}
	h := headers(w, crc)
	if err := c.condition(ctx, h, w); err != nil {
		return dataset.Object{}, err
	}
	h["X-Ms-Blob-Type"] = []string{"BlockBlob"}
	if w.MD5 != nil {
		h["Content-Md5"] = []string{base64.StdEncoding.EncodeToString(w.MD5)}
	} else {
		h["X-Ms-Content-Crc64"] = []string{sums64(crc64.Checksum(data.text, crcTable()))}
	}
	got, err := c.done(ctx, call{method: http.MethodPut, name: w.Name, header: h, body: data.body(), size: w.Size, want: http.StatusCreated, write: true})
	if err != nil {
		return dataset.Object{}, err
	}
	o := written(w, crc, got)
	o.MD5 = dataplane.MD5(got.Get("Content-MD5"))
	if o.MD5 == nil {
		o.MD5 = w.MD5
	}
	return o, nil
}

// early is a body that ended before its time. What went wrong at the source is what is told.
func (c *Container) early(name string, got, want int64, err error) error {
	if dataplane.CodeOf(err) != "" {
		return err
	}
	e := c.about(bridge.Unreachable, "body_short", name, "was to be written with %d bytes, and %d came", want, got)
	e.Retry, e.Cause = true, err
	return e
}

func (c *Container) mismatch(name string, want, got checksum.CRC) *bridge.Error {
	return c.about(bridge.Damaged, dataset.CodeMismatch, name, "was to be written with the CRC32C %s, and the bytes have %s", want, got)
}

// condition puts the precondition of a write into headers. Azure has none for a version: the version's ETag stands for it.
func (c *Container) condition(ctx context.Context, h http.Header, w dataset.Write) error {
	tag := w.If.ETag
	if tag == "" && w.If.Version != "" {
		now, err := c.Stat(ctx, w.Name)
		if err != nil {
			return err
		}
		if now.Version != w.If.Version {
			return c.about(bridge.Refused, dataset.CodeExists, w.Name, "is there in version %s, not %s", now.Version, w.If.Version)
		}
		tag = now.ETag
	}
	switch {
	case w.If.Absent:
		h["If-None-Match"] = []string{"*"}
	case tag != "":
		h["If-Match"] = []string{tag}
	}
	return nil
}

// written is the object that a write made.
func written(w dataset.Write, crc checksum.CRC, h http.Header) dataset.Object {
	o := dataset.Object{
		Name: w.Name, Size: w.Size, Version: h.Get("x-ms-version-id"), ETag: h.Get("ETag"), CRC32C: crc, Kind: dataset.BlockBlob, Headers: w.Headers,
	}
	o.Modified, _ = http.ParseTime(h.Get("Last-Modified"))
	o.Metadata = maps.Clone(w.Metadata)
	if w.Origin != "" {
		if o.Metadata == nil {
			o.Metadata = map[string]string{}
		}
		o.Metadata[dataset.Mark] = w.Origin
	}
	return o
}

// Delete implements dataset.Writer. A blob that has snapshots is refused, with and without soft delete or versions: Azure would delete
// them with it, and they may be the evidence of a repair, or somebody's backup.
func (c *Container) Delete(ctx context.Context, o dataset.Object) error {
	return c.delete(ctx, o, http.Header{})
}

// Purge deletes exactly this object and all of its snapshots. It is for who wrote them, in a place that is thrown away.
func (c *Container) Purge(ctx context.Context, o dataset.Object) error {
	return c.delete(ctx, o, http.Header{"X-Ms-Delete-Snapshots": {"include"}})
}

func (c *Container) delete(ctx context.Context, o dataset.Object, h http.Header) error {
	if o.ETag == "" {
		return dataplane.Usage("state_unknown", "%q is not deleted: nothing says which state of it", o.Name)
	}
	h["If-Match"] = []string{o.ETag}
	_, err := c.done(ctx, call{method: http.MethodDelete, name: o.Name, header: h, want: http.StatusAccepted})
	return err
}

// Keep implements dataset.Keeper. A version stays by itself when it is replaced; where there are no versions, a snapshot is taken.
func (c *Container) Keep(ctx context.Context, o dataset.Object) (string, error) {
	if _, ok := stamped(o.Version); ok {
		return o.Version, nil
	}
	if strings.HasPrefix(o.Version, snapshotPrefix) {
		return o.Version, nil
	}
	h := http.Header{}
	if o.ETag != "" {
		h["If-Match"] = []string{o.ETag}
	}
	got, err := c.done(ctx, call{method: http.MethodPut, name: o.Name, query: "comp=snapshot", header: h, want: http.StatusCreated})
	if err != nil {
		return "", err
	}
	return snapshotPrefix + got.Get("x-ms-snapshot"), nil
}
