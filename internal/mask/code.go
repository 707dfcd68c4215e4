package mask

import "strings"

// A code is the part of a token that names the value: pairs of a letter and a digit, K7M2. Such a word is in no language,
// needs no escape in JSON, Markdown, HTML, a URL or a programming language, survives lower case, and has none of the
// letters and digits that are taken for one another. Its length follows from its first letter, so that no code is the
// beginning of another, and whatever follows it is not a part of it.
const (
	codeLetters = "BCDFGHJKMNPQRSTVWXYZ"
	codeDigits  = "23456789"
	pairCount   = uint64(len(codeLetters) * len(codeDigits))

	// stablePairs is the length of a pseudonym: one pair names the key, six are 43 bits of the value's hash.
	stablePairs = 7
	maxCode     = 2 * stablePairs
)

// conversationCode appends the code of the n-th value of a conversation. Codes of up to X begin 21,760 short ones, spread so
// that neighbours do not look alike; X begins three pairs, Y and Z four: more than the values of any body.
func conversationCode(n uint64, into []byte) []byte {
	const (
		perLetter = uint64(len(codeDigits))
		short     = 17 * perLetter * pairCount
		middle    = perLetter * pairCount * pairCount
		spread    = 13449 // near short times the golden ratio, and without a common factor
	)
	switch {
	case n < short:
		return pairs(n*spread%short, 2, into)
	case n < short+middle:
		return pairs(17*middle+n-short, 3, into)
	default:
		return pairs(18*middle*pairCount+n-short-middle, 4, into)
	}
}

// pairs appends the last n digits of v to the base of pairCount.
func pairs(v uint64, n int, into []byte) []byte {
	for range n {
		into = append(into, "  "...)
	}
	for i := len(into) - 2; n > 0; i, n = i-2, n-1 {
		pair := v % pairCount
		v /= pairCount
		into[i] = codeLetters[pair/uint64(len(codeDigits))]
		into[i+1] = codeDigits[pair%uint64(len(codeDigits))]
	}
	return into
}

// codeLength is the length in bytes of a code that begins with this letter, in upper case.
func (s *Session) codeLength(first byte) int {
	switch {
	case s.m.o.Stable:
		return 2 * stablePairs
	case first < 'X':
		return 4
	case first == 'X':
		return 6
	default:
		return 8
	}
}

// readCode reads a code in upper or lower case from the beginning of text. It is empty when there is none; open says that
// the text ends before that can be known.
func (s *Session) readCode(text string, into *[maxCode]byte) (code []byte, open bool) {
	length := 2
	for i := 0; i < length; i++ {
		if i == len(text) {
			return nil, true
		}
		c := text[i]
		if i%2 == 1 && !codeDigit(c) {
			return nil, false
		}
		if i%2 == 0 {
			if c = upper(c); !codeLetter(c) {
				return nil, false
			}
		}
		if i == 0 {
			length = s.codeLength(c)
		}
		into[i] = c
	}
	return into[:length], false
}

// mayHoldCode says whether a text has a digit that codes have; all of them have one.
func mayHoldCode(text string) bool {
	for i := range len(text) {
		if codeDigit(text[i]) {
			return true
		}
	}
	return false
}

func codeDigit(c byte) bool { return '2' <= c && c <= '9' }

func codeLetter(c byte) bool { return 'B' <= c && c <= 'Z' && strings.IndexByte(codeLetters, c) >= 0 }

// upper is the upper case of an ASCII letter.
func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}
