package transfer

import (
	"fmt"
	"iter"

	"github.com/landbridge/landbridge/internal/bridge"
)

// cursor is a sorted sequence of which the next element is seen. It holds one.
type cursor[T any] struct {
	what string // it is, for an error
	name func(T) string
	pull func() (T, error, bool)
	stop func()
	now  T
	key  string
	more bool
}

func newCursor[T any](what string, seq iter.Seq2[T, error], name func(T) string) *cursor[T] {
	c := &cursor[T]{what: what, name: name, stop: func() {}}
	if seq == nil {
		c.pull = func() (now T, err error, more bool) { return }
		return c
	}
	c.pull, c.stop = iter.Pull2(seq)
	return c
}

// next moves on. A listing that is out of order would be merged into a wrong plan without a word, so it is refused.
func (c *cursor[T]) next() error {
	before, first := c.key, !c.more
	now, err, more := c.pull()
	if err != nil {
		return err
	}
	c.now, c.more, c.key = now, more, ""
	if !more {
		return nil
	}
	c.key = c.name(now)
	if !first && c.key <= before {
		return &bridge.Error{
			Kind: bridge.Fault, Code: "list_out_of_order", Text: fmt.Sprintf("%s lists %q after %q: names must ascend in byte order", c.what, c.key, before),
		}
	}
	return nil
}

// take returns the element under this name and moves on; there is none when the next is another's.
func (c *cursor[T]) take(name string) (taken T, there bool, err error) {
	if !c.more || c.key != name {
		return taken, false, nil
	}
	taken = c.now
	return taken, true, c.next()
}
