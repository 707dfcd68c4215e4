package tag

import "unicode"

// latin are the letters of U+00C0 to U+017F without their marks, in lower case; a blank is no letter.
const latin = "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty" +
	"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"

// fold is r in lower case, and without its mark if it is Latin, as people type it who lack the key.
func fold(r rune) rune {
	switch {
	case 'A' <= r && r <= 'Z':
		return r | 0x20
	case r == '\'' || r == '’':
		return '-'
	case r < 0xc0:
		return r
	case r <= 0x17f:
		return rune(latin[r-0xc0])
	}
	return unicode.ToLower(r)
}
