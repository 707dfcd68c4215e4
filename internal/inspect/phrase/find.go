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
		if s.mayHold(w.Hash) {
			bits = s.begin(atom{hash: w.Hash}, text, words[i:], bits)
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
		if n++; n >= s.shortest && s.mayHold(h) {
			found = s.begin(atom{hash: h, prefix: n}, text, words, found)
		}
	}
	return found
}

// begin notes that the first of words is an atom, and adds to found the families of the phrases that begin with it.
func (s *Set) begin(a atom, text string, words []Word, found uint64) uint64 {
	e := &s.entries[*s.slot(a)]
	words[0].atoms |= e.bit
	for i := range e.starts {
		st := &e.starts[i]
		if found&st.bit != 0 {
			continue
		}
		if n := len(st.first); (n == 0 || follows(st.first, text, words[1:]) == n) && goesOn(st.rest, text, words[1+n:]) {
			found |= st.bit
		}
	}
	return found
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
	h, n := uint32(offset), 0
	for j := w.Start; j < w.End && n < a.prefix; j++ {
		if text[j] != '\'' {
			h = (h ^ uint32(text[j])) * prime
			n++
		}
	}
	return n == a.prefix && h == a.hash
}
