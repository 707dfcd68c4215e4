package transfer

import (
	"context"
	"math/bits"
	"sync"
)

// pool keeps buffers by the power of two that they are long, from 4 KiB on.
type pool struct{ classes [64]sync.Pool }

const leastClass = 12

// take gives a buffer of size bytes, whose length in the pool counts against the memory of the copier; done gives it back.
func (c *Copier) take(ctx context.Context, size int64) (buffer []byte, done func(), err error) {
	class := max(bits.Len64(uint64(max(size, 1)-1)), leastClass)
	weight := min(int64(1)<<class, c.Memory)
	if err := c.memory.Acquire(ctx, weight); err != nil {
		return nil, nil, err
	}
	b, ok := c.pool.classes[class].Get().(*[]byte)
	if !ok {
		fresh := make([]byte, 1<<class)
		b = &fresh
	}
	return (*b)[:size], func() {
		c.pool.classes[class].Put(b)
		c.memory.Release(weight)
	}, nil
}
