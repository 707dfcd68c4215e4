package check_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"sync"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// memory is a store in memory that keeps parts, as Cloud Storage does, and counts what is read of it.
type memory struct {
	mu       sync.Mutex
	objects  map[string]*held
	parts    map[string][]byte // by ref
	evidence map[string][]byte
	made     int
	read     int64
	noParts  bool
}

type held struct {
	dataset.Object
	body []byte
	refs []string
}

func newMemory() *memory {
	return &memory{objects: map[string]*held{}, parts: map[string][]byte{}, evidence: map[string][]byte{}}
}

func refusal(code string) error { return &bridge.Error{Kind: bridge.Refused, Code: code, Text: code} }

func crc(b []byte) checksum.CRC { return checksum.Of(checksum.Update(0, b)) }

func (m *memory) Place() dataset.Place { return dataset.Place{Store: dataset.Bucket, Name: "memory"} }

func (m *memory) put(name string, body []byte) dataset.Object {
	m.made++
	h := &held{body: slices.Clone(body)}
	h.Object = dataset.Object{Name: name, Size: int64(len(body)), Version: fmt.Sprint(m.made), CRC32C: crc(body)}
	m.objects[name] = h
	return h.Object
}

func (m *memory) List(_ context.Context, q dataset.Query) iter.Seq2[dataset.Object, error] {
	return func(yield func(dataset.Object, error) bool) {
		m.mu.Lock()
		names := slices.Sorted(maps.Keys(m.objects))
		m.mu.Unlock()
		for _, name := range names {
			m.mu.Lock()
			o := m.objects[name].Object
			m.mu.Unlock()
			if name > q.After && !yield(o, nil) {
				return
			}
		}
	}
}

func (m *memory) Stat(_ context.Context, name string) (dataset.Object, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if h := m.objects[name]; h != nil {
		return h.Object, nil
	}
	return dataset.Object{}, refusal(dataset.CodeNotFound)
}

func (m *memory) Open(_ context.Context, o dataset.Object, offset, length int64) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	h := m.objects[o.Name]
	if h == nil || h.Version != o.Version {
		return nil, refusal(dataset.CodeChanged)
	}
	m.read += length
	return io.NopCloser(bytes.NewReader(slices.Clone(h.body[offset : offset+length]))), nil
}

func (m *memory) Layout(size, chunk int64) dataset.Layout {
	return dataset.Layout{Size: chunk, Chunks: max(1, int((size+chunk-1)/chunk))}
}

func (m *memory) meets(w dataset.Write) error {
	h := m.objects[w.Name]
	if w.If.Absent && h != nil || w.If.Version != "" && (h == nil || h.Version != w.If.Version) {
		return refusal(dataset.CodeExists)
	}
	return nil
}

func (m *memory) Put(_ context.Context, w dataset.Write, body io.Reader) (dataset.Object, error) {
	b, err := io.ReadAll(body)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil {
		return dataset.Object{}, err
	}
	if !crc(b).Agree(w.CRC32C) {
		return dataset.Object{}, refusal(dataset.CodeMismatch)
	}
	if err := m.meets(w); err != nil {
		return dataset.Object{}, err
	}
	return m.dressed(m.put(w.Name, b), w), nil
}

// dressed gives an object what a write says about it.
func (m *memory) dressed(o dataset.Object, w dataset.Write) dataset.Object {
	h := m.objects[o.Name]
	h.Headers, h.Metadata = w.Headers, maps.Clone(w.Metadata)
	if w.Origin != "" {
		if h.Metadata == nil {
			h.Metadata = map[string]string{}
		}
		h.Metadata[dataset.Mark] = w.Origin
	}
	return h.Object
}

func (m *memory) Begin(_ context.Context, w dataset.Write, l dataset.Layout) (dataset.Upload, error) {
	return &upload{m: m, w: w, l: l}, nil
}

func (m *memory) Delete(_ context.Context, o dataset.Object) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.objects, o.Name)
	return nil
}

func (m *memory) Keep(_ context.Context, o dataset.Object) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.evidence[o.Name] = m.objects[o.Name].body
	return "evidence/" + o.Name, nil
}

func (m *memory) Mend(_ context.Context, o dataset.Object, w dataset.Write, l dataset.Layout, good []dataset.Chunk) (dataset.Upload, string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range good {
		if m.noParts || m.parts[c.Ref] == nil {
			return nil, "", refusal(dataset.CodeNotFound)
		}
	}
	m.evidence[o.Name] = m.objects[o.Name].body
	return &upload{m: m, w: w, l: l, done: good}, "evidence/" + o.Name, nil
}

type upload struct {
	m    *memory
	w    dataset.Write
	l    dataset.Layout
	done []dataset.Chunk
}

func (u *upload) Done() []dataset.Chunk { return u.done }

func (u *upload) Write(_ context.Context, c dataset.Chunk, body io.Reader) (dataset.Chunk, error) {
	b, err := io.ReadAll(body)
	u.m.mu.Lock()
	defer u.m.mu.Unlock()
	u.m.made++
	c.Ref, c.CRC32C = fmt.Sprintf("part%d", u.m.made), crc(b)
	u.m.parts[c.Ref] = b
	return c, err
}

func (u *upload) Finish(_ context.Context, chunks []dataset.Chunk, want checksum.CRC, _ []byte) (dataset.Object, error) {
	u.m.mu.Lock()
	defer u.m.mu.Unlock()
	var b []byte
	var refs []string
	for _, c := range chunks {
		b = append(b, u.m.parts[c.Ref]...)
		refs = append(refs, c.Ref)
	}
	if crc(b) != want {
		return dataset.Object{}, refusal(dataset.CodeMismatch)
	}
	if err := u.m.meets(u.w); err != nil {
		return dataset.Object{}, err
	}
	o := u.m.put(u.w.Name, b)
	u.m.objects[o.Name].refs = refs
	return u.m.dressed(o, u.w), nil
}

func (u *upload) Abort(context.Context) error { return nil }
