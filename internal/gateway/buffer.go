package gateway

import (
	"sync"

	"github.com/landbridge/landbridge/internal/splice"
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

// walk takes a visitor through a JSON text that it changes nothing of.
func (p *buffers) walk(text []byte, v splice.Visitor) error {
	b := p.get()
	defer p.put(b)
	out, err := splice.Rewrite((*b)[:0], text, v)
	*b = out[:0]
	return err
}

func (p *buffers) put(b *[]byte) {
	if cap(*b) <= keptBuffer {
		p.pool.Put(b)
	}
}
