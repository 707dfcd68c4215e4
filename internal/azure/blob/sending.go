package blob

import (
	"io"
	"math/bits"
	"sync"
)

// sending is a body that is read into memory before it is sent: its sums go into the block's name, the metadata and the headers, which all
// go before it.
type sending struct {
	text []byte

	mu   sync.Mutex
	over bool // the call is: an HTTP client may go on reading then, and the memory is another's
}

// hold reads a body of a known size. free gives its memory back.
func (c *Container) hold(name string, size int64, body io.Reader) (h *sending, free func(), err error) {
	buffer, done := c.buffers.take(size)
	if n, err := io.ReadFull(body, buffer); err != nil {
		done()
		return nil, nil, c.early(name, int64(n), size, err)
	}
	h = &sending{text: buffer}
	return h, func() { h.end(); done() }, nil
}

func (h *sending) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.over = true
}

// body reads it from its beginning: each attempt to send it has one of its own.
func (h *sending) body() *attempt { return &attempt{sending: h} }

type attempt struct {
	*sending
	at int
}

// Read implements io.Reader.
func (b *attempt) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.over:
		return 0, io.ErrClosedPipe
	case b.at == len(b.text):
		return 0, io.EOF
	}
	n := copy(p, b.text[b.at:])
	b.at += n
	return n, nil
}

// buffers are kept by the power of two that they are long, from 4 KiB on.
type buffers struct{ classes [64]sync.Pool }

func (b *buffers) take(size int64) (buffer []byte, done func()) {
	const least = 12
	class := max(bits.Len64(uint64(max(size, 1)-1)), least)
	kept, ok := b.classes[class].Get().(*[]byte)
	if !ok {
		fresh := make([]byte, 1<<class)
		kept = &fresh
	}
	return (*kept)[:size], func() { b.classes[class].Put(kept) }
}
