package phrase

// Find returns a bit for every family that has a phrase among the words of text.
func (s *Set) Find(text string, words []Word) uint64 {
	var found uint64
	s.Each(text, words, func(_ int, bits uint64) { found |= bits })
	return found
}

// Each calls found with every word at which phrases begin, and the bits of their families.
func (s *Set) Each(text string, words []Word, found func(word int, bits uint64)) {
	for i, w := range words {
		var bits uint64
		if s.mayBegin(w.Hash) {
			bits = begin(s.first[w.Hash], text, words[i:], bits)
		}
		h, n := uint32(offset), 0
		for j := w.Start; j < w.End && n < s.longest; j++ {
			if text[j] == '\'' {
				continue
			}
			h = (h ^ uint32(text[j])) * prime
			if n++; s.prefixes[n] != nil && s.mayBegin(h) {
				bits = begin(s.prefixes[n][h], text, words[i:], bits)
			}
		}
		if bits != 0 {
			found(i, bits)
		}
	}
}

// begin adds to found the families of the phrases that begin the words.
func begin(starts []start, text string, words []Word, found uint64) uint64 {
	for _, st := range starts {
		if found&st.bit != 0 {
			continue
		}
		if n := follows(st.steps[0].alts[st.alt], text, words); n > 0 && goesOn(st.steps[1:], text, words[n:]) {
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
	for skip := 0; skip <= rest[0].gap && skip < len(words); skip++ {
		if !rest[0].mayBe(text[words[skip].Start]) {
			continue
		}
		for _, alt := range rest[0].alts {
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
