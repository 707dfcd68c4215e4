package phrase

// compiler is a Set in the making.
type compiler struct {
	*Set
	stems []string     // that prefixes are
	at    map[atom]int // the place of each atom in what follows
	known []atom
	begin [][]start // with each atom
}

// add adds a phrase: the alternatives of its first step begin it, those of the others are to be known when they come.
func (c *compiler) add(p []step, family uint8) {
	for i, at := range p {
		for _, alt := range at.alts {
			a := c.place(alt[0])
			if i == 0 {
				c.begin[a] = append(c.begin[a], c.start(rest{alt[1:], p[1:]}, family))
			}
		}
	}
}

// place returns where an atom is.
func (c *compiler) place(a atom) int {
	at, ok := c.at[a]
	if !ok {
		at = len(c.known)
		c.at[a] = at
		c.known, c.begin = append(c.known, a), append(c.begin, nil)
	}
	return at
}

func (c *compiler) start(r rest, family uint8) start {
	if len(c.rests) == maxRests {
		panic("phrase: too many phrases")
	}
	s := start{family: family, rest: uint16(len(c.rests))}
	c.rests = append(c.rests, r)
	switch {
	case len(r.first) > 0 && r.first[0].prefix == 0:
		s.next = r.first[0].hash
	case len(r.first) == 0 && len(r.steps) > 0:
		s.need, s.within = r.steps[0].atoms, uint8(r.steps[0].gap+1)
	}
	return s
}

// layOut makes the tables by which atoms are found, at least two slots for each.
func (c *compiler) layOut() {
	size := 64
	for size < 2*len(c.known) {
		size *= 2
	}
	c.entries = make([]entry, size)
	for i, a := range c.known {
		begin := c.begin[i]
		if len(begin) >= maxStarts || len(c.starts) >= maxRests {
			panic("phrase: too many phrases")
		}
		bit := a.spread() >> (32 - filterBits)
		c.filter[bit/64] |= 1 << (bit % 64)
		at := c.slot(a)
		for c.entries[at].size != 0 {
			at = (at + 1) % len(c.entries)
		}
		c.entries[at] = entry{a.hash, a.prefix + 1, uint8(len(begin)), uint16(len(c.starts))}
		c.starts = append(c.starts, begin...)
	}
	for _, stem := range c.stems {
		c.shortest, c.longest = min(c.shortest, len(stem)), max(c.longest, len(stem))
	}
	for _, stem := range c.stems {
		bit := Hash(stem[:c.shortest]) % (1 << headBits)
		c.heads[bit/64] |= 1 << (bit % 64)
	}
}
