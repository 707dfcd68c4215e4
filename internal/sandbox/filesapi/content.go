package filesapi

import (
	"io"
	"slices"
)

// content is a file's bytes, in pages that contents share: a write replaces those that it touches. A page that was never written is
// nil, and zeros.
type content struct {
	size  int64
	pages [][]byte
}

const pageSize = 1 << 20

func newContent(size int64) content {
	return content{size: size, pages: make([][]byte, (size+pageSize-1)/pageSize)}
}

func contentOf(data []byte) content { return newContent(int64(len(data))).write(0, data) }

// write is the content with data from off, which must lie in it.
func (c content) write(off int64, data []byte) content {
	out := content{c.size, slices.Clone(c.pages)}
	for len(data) > 0 {
		index, at := off/pageSize, off%pageSize
		fresh := make([]byte, pageSize)
		copy(fresh, out.pages[index])
		n := copy(fresh[at:], data)
		out.pages[index] = fresh
		data, off = data[n:], off+int64(n)
	}
	return out
}

// section reads n bytes from off.
func (c content) section(off, n int64) io.Reader { return io.NewSectionReader(c, off, n) }

// ReadAt implements io.ReaderAt.
func (c content) ReadAt(p []byte, off int64) (done int, err error) {
	for done < len(p) {
		if off >= c.size {
			return done, io.EOF
		}
		at := off % pageSize
		n := int(min(int64(len(p)-done), pageSize-at, c.size-off))
		if page := c.pages[off/pageSize]; page != nil {
			copy(p[done:done+n], page[at:])
		} else {
			clear(p[done : done+n])
		}
		done, off = done+n, off+int64(n)
	}
	return done, nil
}
