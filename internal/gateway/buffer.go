package gateway

import (
	"io"
	"sync"
)

// buffers hold whole answers, and pieces of streams, while they are on their way.
type buffers struct{ pool sync.Pool }

// keptBuffer is the longest buffer that is kept: one giant answer shall not be for ever.
const keptBuffer = 256 << 10

func (p *buffers) get() *[]byte {
	if b, ok := p.pool.Get().(*[]byte); ok {
		return b
	}
	b := make([]byte, 0, 8<<10)
	return &b
}

func (p *buffers) put(b *[]byte) {
	if cap(*b) <= keptBuffer {
		p.pool.Put(b)
	}
}

// intake reads a stream. It waits with a small buffer of its own, since thousands of streams wait at the same time, and
// takes a longer one where there is more to be had.
type intake struct {
	buffers *buffers
	small   [512]byte
	lent    *[]byte // nil for the small one
	full    bool    // the last piece was as long as could be
}

// read returns the next piece, good until the next call.
func (i *intake) read(from io.Reader) (piece []byte, err error) {
	into := i.small[:]
	if !i.full {
		i.free()
	} else {
		if i.lent == nil {
			i.lent = i.buffers.get()
		}
		into = (*i.lent)[:cap(*i.lent)]
	}
	n, err := from.Read(into)
	i.full = n == len(into)
	return into[:n], err
}

func (i *intake) free() {
	if i.lent != nil {
		i.buffers.put(i.lent)
		i.lent = nil
	}
}
