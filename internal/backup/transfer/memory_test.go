package transfer_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/backup/conform"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// memory is a store as a bucket is one: generations, sums of its own, and parts that outlive the process that sent them.
type memory struct {
	place dataset.Place
	mu    sync.Mutex
	held  map[string]stored
	parts map[string]map[int][]byte
	now   time.Time
	gen   int64
	// written counts each chunk that was stored, by its bytes' place: how often anything was sent twice.
	written map[string]int
	noSums  bool // keeps no CRC32C, as Blob Storage
}

type stored struct {
	dataset.Object
	text []byte
}

func newMemory(name string) *memory {
	return &memory{
		place: dataset.Place{Store: dataset.Bucket, Name: name}, held: map[string]stored{}, parts: map[string]map[int][]byte{},
		written: map[string]int{}, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC),
	}
}

func refuse(code, name string) error {
	return &bridge.Error{Kind: bridge.Refused, Hop: bridge.HopBucket, Code: code, Text: fmt.Sprintf("%q refused", name)}
}

func (m *memory) Place() dataset.Place { return m.place }

func (m *memory) List(ctx context.Context, q dataset.Query) iter.Seq2[dataset.Object, error] {
	return func(yield func(dataset.Object, error) bool) {
		if !q.At.IsZero() {
			yield(dataset.Object{}, refuse(dataset.CodeNotKept, q.Prefix))
			return
		}
		m.mu.Lock()
		all := slices.Sorted(maps.Keys(m.held))
		m.mu.Unlock()
		for _, name := range all {
			if !strings.HasPrefix(name, q.Prefix) || name <= q.After && q.After != "" {
				continue
			}
			o, err := m.Stat(ctx, name)
			if err != nil && ctx.Err() == nil {
				continue
			}
			if !yield(o, err) || err != nil {
				return
			}
		}
	}
}

func (m *memory) Stat(ctx context.Context, name string) (dataset.Object, error) {
	if err := ctx.Err(); err != nil {
		return dataset.Object{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.held[name]
	if !ok {
		return dataset.Object{}, refuse(dataset.CodeNotFound, name)
	}
	return s.Object, nil
}

func (m *memory) Open(ctx context.Context, o dataset.Object, offset, length int64) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.held[o.Name]
	if !ok {
		return nil, refuse(dataset.CodeNotFound, o.Name)
	}
	if s.ETag != o.ETag {
		return nil, refuse(dataset.CodeChanged, o.Name)
	}
	if offset+length > int64(len(s.text)) {
		return nil, io.ErrUnexpectedEOF
	}
	return io.NopCloser(bytes.NewReader(s.text[offset : offset+length])), nil
}

func (m *memory) Layout(size, chunk int64) dataset.Layout {
	if size <= chunk {
		return dataset.Layout{Size: max(size, 1), Chunks: 1}
	}
	return dataset.Layout{Size: chunk, Chunks: int((size + chunk - 1) / chunk)}
}

func (m *memory) Put(ctx context.Context, w dataset.Write, body io.Reader) (dataset.Object, error) {
	text, err := io.ReadAll(body)
	if err != nil || int64(len(text)) != w.Size {
		return dataset.Object{}, &bridge.Error{Kind: bridge.Fault, Code: "short", Text: "the body ended early", Cause: err}
	}
	if err := ctx.Err(); err != nil {
		return dataset.Object{}, err
	}
	sum := md5.Sum(text)
	if w.MD5 != nil && !bytes.Equal(sum[:], w.MD5) {
		return dataset.Object{}, refuse(dataset.CodeMismatch, w.Name)
	}
	o, err := m.store(w, text, w.CRC32C, sum[:])
	if err == nil {
		m.count(w, 0)
	}
	return o, err
}

// store is the one place where an object comes to be.
func (m *memory) store(w dataset.Write, text []byte, crc checksum.CRC, sum []byte) (dataset.Object, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, there := m.held[w.Name]
	switch {
	case w.If.Absent && there, w.If.Version != "" && (!there || s.Version != w.If.Version), w.If.ETag != "" && (!there || s.ETag != w.If.ETag):
		return dataset.Object{}, refuse(dataset.CodeExists, w.Name)
	}
	got := checksum.Of(checksum.Update(0, text))
	if !got.Agree(crc) {
		return dataset.Object{}, refuse(dataset.CodeMismatch, w.Name)
	}
	m.gen++
	m.now = m.now.Add(time.Millisecond)
	meta := maps.Clone(w.Metadata)
	if meta == nil {
		meta = map[string]string{}
	}
	if w.Origin != "" {
		meta[dataset.Mark] = w.Origin
	}
	o := dataset.Object{
		Name: w.Name, Size: w.Size, Version: strconv.FormatInt(m.gen, 10), ETag: fmt.Sprintf("e%d", m.gen), Modified: m.now,
		CRC32C: got, MD5: sum, Headers: w.Headers, Metadata: meta,
	}
	if m.noSums {
		o.CRC32C = checksum.CRC{}
	}
	m.held[w.Name] = stored{o, text}
	return o, nil
}

// count takes note of a chunk that was stored.
func (m *memory) count(w dataset.Write, index int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.written[fmt.Sprintf("%s %s %d", w.Name, w.Origin, index)]++
}

func (m *memory) Delete(ctx context.Context, o dataset.Object) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.held[o.Name]
	switch {
	case !ok:
		return refuse(dataset.CodeNotFound, o.Name)
	case s.ETag != o.ETag:
		return refuse(dataset.CodeChanged, o.Name)
	}
	delete(m.held, o.Name)
	return nil
}

type memoryUpload struct {
	m   *memory
	w   dataset.Write
	l   dataset.Layout
	key string
}

func (m *memory) Begin(ctx context.Context, w dataset.Write, l dataset.Layout) (dataset.Upload, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	u := &memoryUpload{m, w, l, fmt.Sprintf("%s %s %d %d", w.Name, w.Origin, w.Size, l.Size)}
	if m.parts[u.key] == nil {
		m.parts[u.key] = map[int][]byte{}
	}
	return u, nil
}

func (u *memoryUpload) Done() []dataset.Chunk {
	u.m.mu.Lock()
	defer u.m.mu.Unlock()
	var done []dataset.Chunk
	for _, i := range slices.Sorted(maps.Keys(u.m.parts[u.key])) {
		done = append(done, u.chunk(i, u.m.parts[u.key][i]))
	}
	return done
}

func (u *memoryUpload) chunk(i int, text []byte) dataset.Chunk {
	c := u.l.Chunk(i, u.w.Size)
	c.CRC32C, c.Ref = checksum.Of(checksum.Update(0, text)), fmt.Sprintf("part-%d", i)
	return c
}

func (u *memoryUpload) Write(ctx context.Context, c dataset.Chunk, body io.Reader) (dataset.Chunk, error) {
	text, err := io.ReadAll(body)
	if err != nil || int64(len(text)) != c.Size {
		return c, &bridge.Error{Kind: bridge.Fault, Code: "short", Text: "the body ended early", Cause: err}
	}
	if err := ctx.Err(); err != nil {
		return c, err
	}
	u.m.count(u.w, c.Index)
	u.m.mu.Lock()
	defer u.m.mu.Unlock()
	if u.m.parts[u.key] == nil {
		u.m.parts[u.key] = map[int][]byte{}
	}
	u.m.parts[u.key][c.Index] = text
	return u.chunk(c.Index, text), nil
}

func (u *memoryUpload) Finish(ctx context.Context, chunks []dataset.Chunk, crc checksum.CRC, _ []byte) (dataset.Object, error) {
	if err := ctx.Err(); err != nil {
		return dataset.Object{}, err
	}
	u.m.mu.Lock()
	var text []byte
	for _, c := range chunks {
		text = append(text, u.m.parts[u.key][c.Index]...)
	}
	u.m.mu.Unlock()
	if int64(len(text)) != u.w.Size {
		return dataset.Object{}, refuse(dataset.CodeNotFound, u.w.Name)
	}
	o, err := u.m.store(u.w, text, crc, nil)
	if err == nil && !u.w.KeepParts {
		return o, u.Abort(ctx)
	}
	return o, err
}

func (u *memoryUpload) Abort(context.Context) error {
	u.m.mu.Lock()
	defer u.m.mu.Unlock()
	delete(u.m.parts, u.key)
	return nil
}

// The double is held to the contract like every store.
func TestMemoryConforms(t *testing.T) {
	t.Parallel()
	target := conform.Target{Writer: newMemory("m")}
	for _, c := range conform.Cases() {
		if r := target.Check(t.Context(), c); r.Err != nil {
			t.Errorf("%s: %v", c.Name, r.Err)
		}
	}
}
