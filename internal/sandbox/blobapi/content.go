package blobapi

import (
	"io"
	"slices"
)

// content is the bytes of a blob as pieces that never change, so that versions, snapshots and copies share them.
type content struct {
	pieces []piece
	size   int64
}

// piece is a run of bytes: in memory, or in the spool's file when data is nil.
type piece struct {
	data   []byte
	file   io.ReaderAt
	offset int64 // in file
	size   int64
}

func bytesOf(data []byte) content {
	if len(data) == 0 {
		return content{}
	}
	return content{[]piece{{data: data, size: int64(len(data))}}, int64(len(data))}
}

// zeros is what a page blob holds where no page was written.
func zeros(size int64) content {
	if size == 0 {
		return content{}
	}
	return content{[]piece{{file: zeroFile{}, size: size}}, size}
}

type zeroFile struct{}

func (zeroFile) ReadAt(p []byte, _ int64) (int, error) {
	clear(p)
	return len(p), nil
}

// slice is n bytes from off; both must lie in the content.
func (c content) slice(off, n int64) content {
	out := content{size: n}
	for _, p := range c.pieces {
		if n == 0 {
			break
		}
		if off >= p.size {
			off -= p.size
			continue
		}
		part := p.slice(off, min(n, p.size-off))
		out.pieces = append(out.pieces, part)
		n, off = n-part.size, 0
	}
	return out
}

func (p piece) slice(off, n int64) piece {
	out := piece{file: p.file, offset: p.offset + off, size: n}
	if p.data != nil {
		out.data = p.data[off : off+n]
	}
	return out
}

// concat is one after the other. It never writes into the pieces of any.
func concat(parts ...content) content {
	var out content
	for _, c := range parts {
		out.pieces = append(slices.Clip(out.pieces), c.pieces...)
		out.size += c.size
	}
	return out
}

// splice is c with the bytes from off replaced.
func (c content) splice(off int64, with content) content {
	return concat(c.slice(0, off), with, c.slice(off+with.size, c.size-off-with.size))
}

// WriteTo implements io.WriterTo.
func (c content) WriteTo(w io.Writer) (int64, error) {
	var done int64
	for _, p := range c.pieces {
		var n int64
		var err error
		if p.data != nil {
			var m int
			m, err = w.Write(p.data)
			n = int64(m)
		} else {
			n, err = io.Copy(w, io.NewSectionReader(p.file, p.offset, p.size))
		}
		done += n
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// bytes is all of it.
func (c content) bytes() []byte {
	out := make([]byte, 0, c.size)
	_, _ = c.WriteTo(writerFunc(func(p []byte) (int, error) {
		out = append(out, p...)
		return len(p), nil
	}))
	return out
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
