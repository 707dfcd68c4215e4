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
	Class      uint32 // for whoever reads the words
	atoms      uint64 // that it is, of the Set that looked last
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
		size, k := 1, ascii[text[i]]
		if k == wide {
			size, k = class(text, i)
		}
		if k == other {
			i += size
			continue
		}
		w := Word{Start: i}
		if k == single {
			i, w.Hash = i+size, Hash(text[i:i+size])
		} else {
			i, w.Hash = word(text, i)
		}
		w.End = i
		into = append(into, w)
	}
	return into
}

// word reads on in a word and returns where it ends, and its hash. Most texts are ASCII: runs of it are read by table.
func word(text string, i int) (end int, h uint32) {
	h = offset
	for {
		for i < len(text) && ascii[text[i]] == letter {
			h = (h ^ uint32(text[i])) * prime
			i++
		}
		switch {
		case i == len(text):
			return i, h
		case text[i] == '\'' && i+1 < len(text) && isLetter(text[i+1]):
			i++
		case ascii[text[i]] == other:
			return i, h
		default:
			size, k := class(text, i)
			if k != letter {
				return i, h
			}
			for range size {
				h = (h ^ uint32(text[i])) * prime
				i++
			}
		}
	}
}

type kind uint8

const (
	other  kind = iota // not part of a word
	letter             // goes on a word
	single             // is a word
	wide               // of a byte: is part of a character that class knows
)

// ascii is the kind of each byte that is a character.
var ascii = func() (t [256]kind) {
	for c := range t {
		switch {
		case c >= utf8.RuneSelf:
			t[c] = wide
		case isLetter(byte(c)):
			t[c] = letter
		}
	}
	return t
}()

func isLetter(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9'
}

// class says how many bytes the character at i has, one beyond ASCII, and what it is.
func class(text string, i int) (size int, k kind) {
	r, size := utf8.DecodeRuneInString(text[i:])
	switch {
	case r == utf8.RuneError && size == 1:
		return 1, other
	case r >= firstSingle && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai):
		return size, single
	case unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r):
		return size, letter
	}
	return size, other
}

// firstSingle is where Thai begins; the other scripts without spaces come later.
const firstSingle = 0x0E00
