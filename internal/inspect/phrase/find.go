package phrase

// Find returns a bit for every family that has a phrase among the words of text.
func (s *Set) Find(text string, words []Word) uint64 {
	var found uint64
	for i := range words {
		found |= s.begin(s.first[words[i].Hash], text, words, i, found)
		h, n := uint32(offset), 0
		for j := words[i].Start; j < words[i].End && n < maxPrefix; j++ {
			if text[j] == '\'' {
				continue
			}
			h = (h ^ uint32(text[j])) * prime
			if n++; s.prefixes[n] != nil {
				found |= s.begin(s.prefixes[n][h], text, words, i, found)
			}
		}
	}
	return found
}

// begin tries the phrases that may begin at word i, but for the families that were found already.
func (s *Set) begin(starts []start, text string, words []Word, i int, found uint64) uint64 {
	for _, st := range starts {
		if found&st.bit != 0 {
			continue
		}
		if n := follows(st.steps[0].alts[st.alt], text, words[i:]); n > 0 && goesOn(st.steps[1:], text, words[i+n:]) {
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
