package gateway

import "sync"

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
