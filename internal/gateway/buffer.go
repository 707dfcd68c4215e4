package gateway

import "sync"

// buffers hold whole answers, and pieces of streams, while they are on their way.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 8<<10); return &b }}

// keptBuffer is the longest buffer that goes back to the pool: one giant answer shall not be kept for ever.
const keptBuffer = 256 << 10

func putBuffer(b *[]byte) {
	if cap(*b) <= keptBuffer {
		buffers.Put(b)
	}
}
