package injection

// counts is a table of a number for each hash: a map that gives its room to the next text, and that is asked several
// times for each word. A slot whose number is 0 is free; a hash stands in the first free slot from its own on.
type counts struct{ slots []slot }

type slot struct{ hash, n uint32 }

// reset empties the table, for at most so many hashes.
func (c *counts) reset(most int) {
	clear(c.slots)
	size := 16
	for size < 2*most {
		size *= 2
	}
	if size > cap(c.slots) {
		c.slots = make([]slot, size)
	}
	c.slots = c.slots[:size]
}

// at is the number of a hash, which the caller then makes other than 0.
func (c *counts) at(hash uint32) *uint32 {
	s := c.find(hash)
	s.hash = hash
	return &s.n
}

// of returns the number of a hash; 0 when it has none.
func (c *counts) of(hash uint32) uint32 { return c.find(hash).n }

func (c *counts) find(hash uint32) *slot {
	last := len(c.slots) - 1
	for i := int(hash^hash>>15) & last; ; i = (i + 1) & last {
		if s := &c.slots[i]; s.n == 0 || s.hash == hash {
			return s
		}
	}
}
