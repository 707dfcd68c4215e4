// Package plain takes the disguise off a text.
//
// A text as it came enters; it leaves folded (small letters, one spelling for letters that look alike, nothing
// invisible), with marks of what was hidden, and as further views: what it says when decoded, and what its markup hides.
// Views are bounded in number and size. Nothing here judges a text, and no output keeps the places of the input.
package plain

import (
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Marks are the disguises that Fold took off.
type Marks uint8

// The marks.
const (
	Invisible Marks = 1 << iota // zero-width characters between letters
	Tags                        // characters of the tags block, which spell ASCII unseen
	Bidi                        // overrides of the writing direction
	LookAlike                   // Latin words written with letters of other scripts
)

// Fold returns the text in its plain form, and what was taken off. What tag characters spell becomes part of the text.
func Fold(text string) (string, Marks) {
	if lower, ok := lowerASCII(text); ok {
		return lower, 0
	}
	text, marks := visible(text)
	text = strings.ToLower(norm.NFKC.String(text))
	text, alike := latin(text)
	return text, marks | alike
}

// lowerASCII is the text in small letters; not ok when it is more than ASCII. Most texts are not, so it asks and writes
// in one pass, eight bytes at a time, by pieces of a size that stays in the nearest cache.
func lowerASCII(text string) (lower string, ok bool) {
	const each = 0x0101010101010101 // byte of a word
	var b strings.Builder
	b.Grow(len(text))
	var room [256]byte
	for text != "" {
		n := copy(room[:], text)
		for at := 0; at < n; at += 8 {
			eight := binary.LittleEndian.Uint64(room[at:])
			if eight&(each*0x80) != 0 {
				return "", false
			}
			// The high bit is set where a byte is A or later, and not where it is later than Z.
			large := (eight + each*(0x80-'A')) &^ (eight + each*(0x7F-'Z')) & (each * 0x80)
			binary.LittleEndian.PutUint64(room[at:], eight|large/(0x80/('a'-'A')))
		}
		b.Write(room[:n])
		text = text[n:]
	}
	return b.String(), true
}

// visible removes what cannot be seen, and turns tag characters into the ASCII that they spell.
func visible(text string) (string, Marks) {
	var b strings.Builder
	b.Grow(len(text))
	var marks Marks
	before := rune(0) // the last one that was kept
	flag := false     // a sequence of tags after a black flag is an emoji
	unseen := false   // something invisible stands between before and here
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf: // most are, and need no more
			if unseen && before < utf8.RuneSelf && unicode.IsLetter(before) && unicode.IsLetter(r) {
				marks |= Invisible
			}
			flag, unseen, before = false, false, r
			b.WriteByte(byte(r))
			continue
		case r >= 0xE0000 && r <= 0xE007F:
			if !flag {
				marks |= Tags
				if r >= 0xE0020 && r < 0xE007F {
					b.WriteRune(r - 0xE0000)
				}
			}
			continue
		case r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069:
			if r == 0x202D || r == 0x202E {
				marks |= Bidi
			}
			continue
		case invisible(r):
			unseen = true
			continue
		}
		flag, unseen, before = r == 0x1F3F4, false, r
		b.WriteRune(typeset(r))
	}
	return b.String(), marks
}

// invisible characters stand nowhere on a page; some languages and emoji need them, so only their place is telling.
func invisible(r rune) bool {
	switch r {
	case 0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFEFF, 0xFFA0:
		return true
	}
	return r >= 0x200B && r <= 0x200F || r >= 0x2060 && r <= 0x2064 || r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0100 && r <= 0xE01EF
}

// typeset gives quotes, dashes and blanks of typesetting their plain form.
func typeset(r rune) rune {
	switch r {
	case '‘', '’', 'ʼ', '‛', '′':
		return '\''
	case '“', '”', '„', '«', '»', '″':
		return '"'
	case '‐', '‑', '‒', '–', '—', '―', '−':
		return '-'
	}
	return r
}
