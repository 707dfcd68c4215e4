// Package phrase finds phrases in a text: words in order, with gaps, in one pass.
//
// A folded text enters (see plain.Fold), the names of the families whose phrases stand in it leave. It must never take
// longer than a fixed multiple of the text's length, whatever the text and the phrases.
package phrase

import (
	"unicode"
	"unicode/utf8"
)

// Word is a word of a text: where it stands, and the hash by which it is known.
type Word struct {
	Start, End int
	Hash       uint32
}

// FNV-1a.
const (
	offset = 2166136261
	prime  = 16777619
)

// Hash is a word's hash: FNV-1a over its bytes without apostrophes, so that don't and dont are one word.
func Hash(word string) uint32 {
	h := uint32(offset)
	for i := range len(word) {
		if word[i] != '\'' {
			h = (h ^ uint32(word[i])) * prime
		}
	}
	return h
}

// Words appends the words of a folded text: runs of letters, marks and digits; each ideograph and kana on its own,
// since those languages write without spaces.
func Words(text string, into []Word) []Word {
	for i := 0; i < len(text); {
		size, k := class(text, i)
		if k == other {
			i += size
			continue
		}
		start := i
		h := uint32(offset)
		for {
			for j := i; j < i+size; j++ {
				h = (h ^ uint32(text[j])) * prime
			}
			i += size
			if k == single || i >= len(text) {
				break
			}
			if text[i] == '\'' && i+1 < len(text) && isLetter(text[i+1]) {
				i++
			}
			var next kind
			if size, next = class(text, i); next != letter {
				break
			}
		}
		into = append(into, Word{Start: start, End: i, Hash: h})
	}
	return into
}

type kind uint8

const (
	other  kind = iota // not part of a word
	letter             // goes on a word
	single             // is a word
)

func isLetter(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9'
}

// class says how many bytes the character at i has, and what it is.
func class(text string, i int) (size int, k kind) {
	if b := text[i]; b < utf8.RuneSelf {
		if isLetter(b) {
			return 1, letter
		}
		return 1, other
	}
	r, size := utf8.DecodeRuneInString(text[i:])
	switch {
	case r == utf8.RuneError && size == 1:
		return 1, other
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai):
		return size, single
	case unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r):
		return size, letter
	}
	return size, other
}
