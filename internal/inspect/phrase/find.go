package phrase

// Find returns a bit for every family that has a phrase among the words of text.
func (s *Set) Find(text string, words []Word) uint64 {
	var found uint64
	s.Each(text, words, func(_ int, bits uint64) { found |= bits })
	return found
}

// Each calls found with every word at which phrases begin, the last one first, and the bits of their families.
//
// It goes backwards and notes in each word which atoms it is, so that a phrase that may begin looks at notes alone until
// a word fits: most never get further.
func (s *Set) Each(text string, words []Word, found func(word int, bits uint64)) {
	for i := len(words) - 1; i >= 0; i-- {
		w := &words[i]
		w.atoms = 0
		var bits uint64
		if a := (atom{hash: w.Hash}); s.mayHold(a) {
			bits = s.begin(a, text, words[i:], bits)
		}
		if w.End-w.Start >= s.shortest {
			bits = s.prefixed(text, words[i:], bits)
		}
		if bits != 0 {
			found(i, bits)
		}
	}
}

// prefixed is begin for the first bytes of the first word.
func (s *Set) prefixed(text string, words []Word, found uint64) uint64 {
	h, n := uint32(offset), 0
	for j := words[0].Start; j < words[0].End && n < s.longest; j++ {
		if text[j] == '\'' {
			continue
		}
		h = (h ^ uint32(text[j])) * prime
		n++
		if n == s.shortest && !s.mayHead(h) {
			break
		}
		if a := (atom{h, uint8(n)}); n >= s.shortest && s.mayHold(a) {
			found = s.begin(a, text, words, found)
		}
	}
	return found
}

func (s *Set) mayHold(a atom) bool {
	bit := a.spread() >> (32 - filterBits)
	return s.filter[bit/64]&(1<<(bit%64)) != 0
}

func (s *Set) mayHead(hash uint32) bool {
	bit := hash % (1 << headBits)
	return s.heads[bit/64]&(1<<(bit%64)) != 0
}

// slot is where the search for an atom begins.
func (s *Set) slot(a atom) int { return int(a.hash^a.hash>>16) & (len(s.entries) - 1) }

// entry returns the entry of an atom, nil when it has none.
func (s *Set) entry(a atom) *entry {
	for i := s.slot(a); ; i = (i + 1) & (len(s.entries) - 1) {
		switch e := &s.entries[i]; {
		case e.hash == a.hash && e.size == a.prefix+1:
			return e
		case e.size == 0:
			return nil
		}
	}
}

// begin notes that the first of words is an atom if it is one, and adds to found the families of the phrases that begin
// with it.
func (s *Set) begin(a atom, text string, words []Word, found uint64) uint64 {
	e := s.entry(a)
	if e == nil {
		return found
	}
	words[0].atoms |= a.bit()
	if e.starts == 0 {
		return found
	}
	ahead := atomsAhead(words)
	for i := range s.starts[e.first : int(e.first)+int(e.starts)] {
		st := &s.starts[int(e.first)+i]
		switch {
		case found&(1<<st.family) != 0, st.next != 0 && (len(words) == 1 || words[1].Hash != st.next), st.need != 0 && ahead[st.within]&st.need == 0:
			continue
		}
		r := &s.rests[st.rest]
		if n := len(r.first); (n == 0 || follows(r.first, text, words[1:]) == n) && goesOn(r.steps, text, words[1+n:]) {
			found |= 1 << st.family
		}
	}
	return found
}

// atomsAhead returns for each number up to that of a step's gap and itself the atoms that so many words after the first are.
func atomsAhead(words []Word) (ahead [maxGap + 2]uint64) {
	for i := 1; i < len(ahead); i++ {
		ahead[i] = ahead[i-1]
		if i < len(words) {
			ahead[i] |= words[i].atoms
		}
	}
	return ahead
}

// goesOn says whether the rest of a phrase follows. The gaps are small, so is the number of ways.
func goesOn(rest []step, text string, words []Word) bool {
	if len(rest) == 0 {
		return true
	}
	next := &rest[0]
	for skip := range min(next.gap+1, len(words)) {
		if next.atoms&words[skip].atoms == 0 {
			continue
		}
		for _, alt := range next.alts {
			if n := follows(alt, text, words[skip:]); n > 0 && goesOn(rest[1:], text, words[skip+n:]) {
				return true
			}
		}
	}
	return false
}

// follows returns how many words an alternative takes at the beginning of words, 0 if it is not there.
func follows(alt []atom, text string, words []Word) int {
	if len(alt) > len(words) {
		return 0
	}
	for i, a := range alt {
		if !a.is(text, words[i]) {
			return 0
		}
	}
	return len(alt)
}

func (a atom) is(text string, w Word) bool {
	if a.prefix == 0 {
		return a.hash == w.Hash
	}
	h, n := uint32(offset), uint8(0)
	for j := w.Start; j < w.End && n < a.prefix; j++ {
		if text[j] != '\'' {
			h = (h ^ uint32(text[j])) * prime
			n++
		}
	}
	return n == a.prefix && h == a.hash
}
