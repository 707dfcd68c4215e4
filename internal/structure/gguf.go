package structure

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// gguf reads the header, the metadata and the tensors' places (github.com/ggml-org/ggml, docs/gguf.md): each tensor begins within the file.
func gguf(f *file) error {
	g := &ggufReader{in: bufio.NewReaderSize(f.stream(), 256<<10), size: f.size}
	err := g.header()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return bad("it is cut off in its header")
	}
	return err
}

type ggufReader struct {
	in   *bufio.Reader
	size int64
	read int64
}

func (g *ggufReader) bytes(n uint64) ([]byte, error) {
	if n > uint64(g.size-g.read) {
		return nil, bad("a text of %d bytes is longer than the file", n)
	}
	p := make([]byte, n)
	_, err := io.ReadFull(g.in, p)
	g.read += int64(n)
	return p, err
}

func (g *ggufReader) u32() (uint32, error) {
	p, err := g.bytes(4)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint32(p), nil
}

func (g *ggufReader) u64() (uint64, error) {
	p, err := g.bytes(8)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint64(p), nil
}

func (g *ggufReader) text() (string, error) {
	n, err := g.u64()
	if err != nil {
		return "", err
	}
	p, err := g.bytes(n)
	return string(p), err
}

func (g *ggufReader) header() error {
	magic, err := g.bytes(4)
	if err != nil {
		return err
	}
	if string(magic) != "GGUF" {
		return bad("it begins with %q, not GGUF", magic)
	}
	version, err := g.u32()
	if err != nil {
		return err
	}
	if version < 2 || version > 3 {
		return nil // of another version than are known here, nothing more is judged
	}
	tensors, err := g.u64()
	if err != nil {
		return err
	}
	pairs, err := g.u64()
	if err != nil {
		return err
	}
	if least := uint64(g.size); tensors > least || pairs > least {
		return bad("it would have %d tensors and %d metadata, in %d bytes", tensors, pairs, g.size)
	}
	alignment := uint64(32)
	for range pairs {
		key, err := g.text()
		if err != nil {
			return err
		}
		n, err := g.value()
		if err != nil {
			return err
		}
		if key == "general.alignment" && n > 0 {
			alignment = n
		}
	}
	return g.tensors(tensors, alignment)
}

// The types of values.
const (
	ggufString, ggufArray = 8, 9
)

// widths of the other types, in bytes.
var ggufWidths = map[uint32]uint64{0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}

// value reads one of any type, and returns it where it is a uint32.
func (g *ggufReader) value() (uint64, error) {
	kind, err := g.u32()
	if err != nil {
		return 0, err
	}
	if kind == 4 {
		n, err := g.u32()
		return uint64(n), err
	}
	return 0, g.of(kind, 0)
}

func (g *ggufReader) of(kind uint32, depth int) error {
	switch width, known := ggufWidths[kind]; {
	case known:
		return g.pass(width)
	case kind == ggufString:
		n, err := g.u64()
		if err != nil {
			return err
		}
		return g.pass(n)
	case kind == ggufArray && depth < deepest:
		return g.array(depth)
	}
	return bad("its metadata has a value of the unknown type %d", kind)
}

func (g *ggufReader) array(depth int) error {
	kind, err := g.u32()
	if err != nil {
		return err
	}
	n, err := g.u64()
	if err != nil {
		return err
	}
	if n > uint64(g.size) {
		return bad("an array of %d values is longer than the file", n)
	}
	if width, known := ggufWidths[kind]; known {
		return g.pass(n * width)
	}
	for range n {
		if err := g.of(kind, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (g *ggufReader) pass(n uint64) error {
	if n > uint64(g.size-g.read) {
		return bad("a value of %d bytes is longer than the file", n)
	}
	for left := int64(n); left > 0; {
		skipped, err := g.in.Discard(int(min(left, 1<<20)))
		left -= int64(skipped)
		g.read += int64(skipped)
		if err != nil {
			return err
		}
	}
	return nil
}

func (g *ggufReader) tensors(n, alignment uint64) error {
	var last uint64
	var lastName string
	for range n {
		name, err := g.text()
		if err != nil {
			return err
		}
		dimensions, err := g.u32()
		if err != nil {
			return err
		}
		if dimensions > 16 {
			return bad("tensor %q would have %d dimensions", name, dimensions)
		}
		if err := g.pass(uint64(dimensions)*8 + 4); err != nil {
			return err
		}
		offset, err := g.u64()
		if err != nil {
			return err
		}
		if offset%alignment != 0 {
			return bad("tensor %q lies at %d, which is no multiple of %d", name, offset, alignment)
		}
		if offset >= last {
			last, lastName = offset, name
		}
	}
	start := (uint64(g.read) + alignment - 1) / alignment * alignment
	if n > 0 && (last > uint64(g.size) || start+last >= uint64(g.size)) {
		return bad("tensor %q would begin at %d of %d bytes", lastName, start+last, g.size)
	}
	return nil
}
