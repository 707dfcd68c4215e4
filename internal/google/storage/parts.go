package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// partsRoom is where the parts of large objects lie: partsRoom/MARK/SIZE/INDEX, below the place's prefix. Mark and size say which
// bytes a part holds, so that every process that copies the same origin in the same chunks finds the parts of any other.
const partsRoom = hidden + "parts/"

// Limits of a layout. A thousand and more components are composed in a tree (https://cloud.google.com/storage/docs/composite-objects).
const (
	leastChunk   = 1 << 20
	defaultChunk = 64 << 20
	maxParts     = 10_000
)

// Layout implements dataset.Writer.
func (s *Store) Layout(size, chunk int64) dataset.Layout {
	if chunk <= 0 {
		chunk = defaultChunk
	}
	chunk = max(chunk, leastChunk, (size+maxParts-1)/maxParts)
	chunk = (chunk + quantum - 1) / quantum * quantum
	if size <= chunk {
		return dataset.Layout{Size: max(size, 1), Chunks: 1}
	}
	return dataset.Layout{Size: chunk, Chunks: int((size + chunk - 1) / chunk), Ordered: s.options.Sessions != nil}
}

// Begin implements dataset.Writer.
func (s *Store) Begin(ctx context.Context, w dataset.Write, l dataset.Layout) (dataset.Upload, error) {
	if err := s.CheckName(w.Name); err != nil {
		return nil, err
	}
	if w.Origin == "" {
		return nil, usage("origin_missing", "an object of many chunks needs the mark of what it is a copy of", "set Write.Origin")
	}
	if l.Ordered {
		return s.beginOrdered(ctx, w, l)
	}
	a := s.assembly(w, l, "")
	return a, a.findParts(ctx)
}

// assembly is an object while its parts come together. It implements dataset.Upload.
type assembly struct {
	store  *Store
	write  dataset.Write
	layout dataset.Layout
	room   string // that the parts lie in; ends in "/"

	mu    sync.Mutex
	parts map[int]part
}

// part is a component in the store.
type part struct {
	name       string // below the place's prefix
	generation string
	size       int64
	sum        uint32
}

func (s *Store) assembly(w dataset.Write, l dataset.Layout, mended string) *assembly {
	room := partsRoom + w.Origin + "/" + decimal(l.Size)
	if mended != "" {
		room += "-" + mended
	}
	return &assembly{store: s, write: w, layout: l, room: room + "/", parts: map[int]part{}}
}

// findParts finds what an earlier process has finished.
func (a *assembly) findParts(ctx context.Context) error {
	for o, err := range a.store.List(ctx, dataset.Query{Prefix: a.room}) {
		if err != nil {
			return err
		}
		index, err := strconv.Atoi(strings.TrimPrefix(o.Name, a.room))
		if err == nil && index >= 0 && index < a.layout.Chunks && o.CRC32C.Known && o.Size == a.layout.Chunk(index, a.write.Size).Size {
			a.parts[index] = partOf(o)
		}
	}
	return nil
}

func partOf(o dataset.Object) part {
	return part{name: o.Name, generation: o.Version, size: o.Size, sum: o.CRC32C.Sum}
}

// ref is what a part is called in a manifest: NAME#GENERATION.
func (p part) ref() string { return p.name + "#" + p.generation }

// chunk is a part as the port has it.
func (a *assembly) chunk(index int, p part) dataset.Chunk {
	c := a.layout.Chunk(index, a.write.Size)
	c.CRC32C, c.Ref = checksum.Of(p.sum), p.ref()
	return c
}

// Done implements dataset.Upload.
func (a *assembly) Done() []dataset.Chunk {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []dataset.Chunk
	for i := range a.layout.Chunks {
		if p, ok := a.parts[i]; ok {
			out = append(out, a.chunk(i, p))
		}
	}
	return out
}

// Write implements dataset.Upload. A part that another process has made meanwhile is as good, if its bytes are these.
func (a *assembly) Write(ctx context.Context, c dataset.Chunk, body io.Reader) (dataset.Chunk, error) {
	a.mu.Lock()
	before, again := a.parts[c.Index]
	a.mu.Unlock()
	name := fmt.Sprintf("%s%06d", a.room, c.Index)
	condition := dataset.If{Absent: true}
	if again && before.name == name {
		condition = dataset.If{Version: before.generation}
	}
	bytes := newPayload(body, c.Size)
	o, err := a.store.putBytes(ctx, name, condition, c.CRC32C, bytes)
	if hasCode(err, dataset.CodeExists) {
		if err := bytes.rest(); err != nil {
			return c, err
		}
		o, err = a.store.Stat(ctx, name)
	}
	if err != nil {
		return c, err
	}
	if o.Size != c.Size || !o.CRC32C.Agree(checksum.Of(bytes.sum)) {
		_ = a.store.Delete(ctx, o) // so that the next attempt finds the place free; if it stays, that one fails as this does
		return c, mismatch("a part of the object holds other bytes than were sent")
	}
	p := partOf(o)
	p.sum = bytes.sum
	a.mu.Lock()
	defer a.mu.Unlock()
	a.parts[c.Index] = p
	return a.chunk(c.Index, p), nil
}

// Abort implements dataset.Upload.
func (a *assembly) Abort(ctx context.Context) error {
	var left []part
	for o, err := range a.store.List(ctx, dataset.Query{Prefix: a.room}) {
		if err != nil {
			return err
		}
		left = append(left, partOf(o))
	}
	return a.store.remove(ctx, left)
}

func hasCode(err error, code string) bool {
	e, ok := errors.AsType[*bridge.Error](err)
	return ok && e.Code == code
}

func mismatch(text string) *bridge.Error {
	return &bridge.Error{
		Kind: bridge.Damaged, Hop: bridge.HopBucket, Code: dataset.CodeMismatch, Retry: true, Text: text,
		Hint: "the bytes changed on their way, or the source gave others than it had said: they were not kept",
	}
}
