package blob

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"hash/crc64"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/landbridge/landbridge/internal/azure/dataplane"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// upload is a block blob while it is written. Its blocks are named after what they hold, so that another process finds them again:
// MARK-INDEX-SIZE-CRC32C, 63 bytes of at most 64.
type upload struct {
	c         *Container
	write     dataset.Write
	layout    dataset.Layout
	committed map[string]bool // ids of blocks that the blob has and that stay: of a mending

	mu   sync.Mutex
	done map[int][]dataset.Chunk // found, by index: two when a chunk was sent twice
}

const (
	idForm     = "%.32s-%06d-%014d-%08x"
	lengthOfID = 32 + 1 + 6 + 1 + 14 + 1 + 8
)

// blockID names a block, before base64.
func blockID(mark string, c dataset.Chunk) string {
	return fmt.Sprintf(idForm, mark+strings.Repeat("0", 32), c.Index, c.Size, c.CRC32C.Sum)
}

// parseID is the reverse of blockID; false for a block of another mark or making.
func parseID(mark, id string) (dataset.Chunk, bool) {
	parts := strings.Split(id, "-")
	if len(parts) != 4 {
		return dataset.Chunk{}, false
	}
	index, indexErr := strconv.Atoi(parts[1])
	size, sizeErr := strconv.ParseInt(parts[2], 10, 64)
	crc, crcErr := strconv.ParseUint(parts[3], 16, 32)
	c := dataset.Chunk{Index: index, Size: size, CRC32C: checksum.Of(uint32(crc)), Ref: id}
	return c, cmp.Or(indexErr, sizeErr, crcErr) == nil && blockID(mark, c) == id
}

// Begin implements dataset.Writer.
func (c *Container) Begin(ctx context.Context, w dataset.Write, l dataset.Layout) (dataset.Upload, error) {
	u := &upload{c: c, write: w, layout: l, done: map[int][]dataset.Chunk{}}
	blocks, _, err := c.blocks(ctx, w.Name, "uncommitted")
	if err != nil && dataplane.CodeOf(err) != dataset.CodeNotFound {
		return nil, err
	}
	u.find(blocks.Uncommitted)
	return u, nil
}

// find takes over blocks of the same mark and layout.
func (u *upload) find(blocks []listed) {
	for _, b := range blocks {
		id, err := base64.StdEncoding.DecodeString(b.Name)
		if err != nil {
			continue
		}
		c, ok := parseID(u.write.Origin, string(id))
		want := u.layout.Chunk(c.Index, u.write.Size)
		if !ok || c.Index < 0 || c.Index >= u.layout.Chunks || c.Size != want.Size || b.Size != want.Size {
			continue
		}
		c.Offset = want.Offset
		u.done[c.Index] = append(u.done[c.Index], c)
	}
}

// Done implements dataset.Upload. Of a chunk that was sent twice with other bytes nobody knows which came last: it is not done.
func (u *upload) Done() []dataset.Chunk {
	u.mu.Lock()
	defer u.mu.Unlock()
	var out []dataset.Chunk
	for _, found := range u.done {
		if len(found) == 1 {
			out = append(out, found[0])
		}
	}
	slices.SortFunc(out, func(a, b dataset.Chunk) int { return a.Index - b.Index })
	return out
}

// Write implements dataset.Upload. Without a sum to name the block by, the chunk is held in memory first.
func (u *upload) Write(ctx context.Context, k dataset.Chunk, body io.Reader) (dataset.Chunk, error) {
	name := u.write.Name
	var sent *summing
	h := make(http.Header, 4)
	if k.CRC32C.Known {
		sent = &summing{in: body, left: k.Size, want: k.CRC32C, fail: func(got checksum.CRC) error { return u.c.mismatch(name, k.CRC32C, got) }}
		body = sent
	} else {
		data, free, err := u.c.hold(name, k.Size, body)
		if err != nil {
			return dataset.Chunk{}, err
		}
		defer free()
		k.CRC32C = checksum.Of(checksum.Update(0, data.text))
		h["X-Ms-Content-Crc64"] = []string{sums64(crc64.Checksum(data.text, crcTable()))}
		body = data.body()
	}
	k.Ref = blockID(u.write.Origin, k)
	query := "comp=block&blockid=" + url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(k.Ref)))
	got, err := u.c.done(ctx, call{method: http.MethodPut, name: name, query: query, header: h, body: body, size: k.Size, want: http.StatusCreated, write: true})
	switch {
	case sent != nil && sent.err != nil && dataplane.CodeOf(sent.err) == "":
		return dataset.Chunk{}, u.c.early(name, k.Size-sent.left, k.Size, sent.err)
	case sent != nil && sent.err != nil:
		return dataset.Chunk{}, sent.err
	case err != nil:
		return dataset.Chunk{}, err
	}
	if held := got.Get("x-ms-content-crc64"); sent != nil && held != "" && held != sums64(sent.crc64) {
		e := u.c.about(bridge.Damaged, dataset.CodeMismatch, name, "has a chunk %d whose bytes changed on the way", k.Index)
		e.Retry = true
		return dataset.Chunk{}, e
	}
	u.mu.Lock()
	u.done[k.Index] = []dataset.Chunk{k}
	u.mu.Unlock()
	return k, nil
}

// Finish implements dataset.Upload.
func (u *upload) Finish(ctx context.Context, chunks []dataset.Chunk, crc checksum.CRC, md5 []byte) (dataset.Object, error) {
	sum, size := uint32(0), int64(0)
	var list bytes.Buffer
	list.WriteString(`<?xml version="1.0" encoding="utf-8"?><BlockList>`)
	for _, k := range chunks {
		sum, size = checksum.Combine(sum, k.CRC32C.Sum, k.Size), size+k.Size
		kind := "Uncommitted"
		if u.committed[k.Ref] {
			kind = "Committed"
		}
		fmt.Fprintf(&list, "<%s>%s</%s>", kind, base64.StdEncoding.EncodeToString([]byte(k.Ref)), kind)
	}
	list.WriteString("</BlockList>")
	whole := checksum.Of(sum)
	switch {
	case len(chunks) != u.layout.Chunks || size != u.write.Size:
		return dataset.Object{}, dataplane.Usage("chunks_missing", "%q is to be made of %d chunks and %d bytes, not %d and %d", u.write.Name, u.layout.Chunks, u.write.Size, len(chunks), size)
	case !crc.Agree(whole) || !u.write.CRC32C.Agree(whole):
		return dataset.Object{}, u.c.mismatch(u.write.Name, crc, whole)
	}
	h := headers(u.write, whole)
	if err := u.c.condition(ctx, h, u.write); err != nil {
		return dataset.Object{}, err
	}
	if md5 == nil {
		md5 = u.write.MD5
	}
	if md5 != nil { // kept by Azure as we say it, and never held against the bytes
		h["X-Ms-Blob-Content-Md5"] = []string{base64.StdEncoding.EncodeToString(md5)}
	}
	h["Content-Type"] = []string{"application/xml"}
	got, err := u.c.done(ctx, call{
		method: http.MethodPut, name: u.write.Name, query: "comp=blocklist", header: h, body: (&sending{text: list.Bytes()}).body(), size: int64(list.Len()),
		want: http.StatusCreated, write: true,
	})
	if err != nil {
		return dataset.Object{}, u.overtaken(ctx, err)
	}
	o := written(u.write, whole, got)
	o.MD5 = md5
	return o, nil
}

// overtaken: staged blocks are gone when another wrote the name, and a precondition would have refused too.
func (u *upload) overtaken(ctx context.Context, err error) error {
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok || e.Code != dataset.CodeChanged || u.write.If == (dataset.If{}) {
		return err
	}
	if now, statErr := u.c.Stat(ctx, u.write.Name); statErr == nil && (u.write.If.Absent || now.ETag != u.write.If.ETag) {
		e.Code = dataset.CodeExists
	}
	return e
}

// Abort implements dataset.Upload. Azure has no call that drops staged blocks: it does by itself after a week, or when the name is
// written. Until then the same mark finds them again.
func (u *upload) Abort(context.Context) error { return nil }

// listed is a block as Get Block List tells it; the name is base64.
type listed struct {
	Name string `xml:"Name"`
	Size int64  `xml:"Size"`
}

type blockList struct {
	XMLName     xml.Name `xml:"BlockList"`
	Committed   []listed `xml:"CommittedBlocks>Block"`
	Uncommitted []listed `xml:"UncommittedBlocks>Block"`
}

// blocks lists the blocks of a blob, and its ETag.
func (c *Container) blocks(ctx context.Context, name, kind string) (blockList, string, error) {
	resp, err := c.do(ctx, call{method: http.MethodGet, name: name, query: "comp=blocklist&blocklisttype=" + kind, want: http.StatusOK})
	if err != nil {
		return blockList{}, "", err
	}
	defer resp.Body.Close()
	const most = 32 << 20 // 100,000 blocks and more
	body, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil {
		return blockList{}, "", err
	}
	var out blockList
	if err := xml.Unmarshal(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), &out); err != nil {
		e := c.about(bridge.Unreachable, "bad_answer", name, "has a block list that cannot be read")
		e.Cause, e.Retry = err, true
		return blockList{}, "", e
	}
	return out, resp.Header.Get("ETag"), nil
}
