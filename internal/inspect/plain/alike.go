package plain

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lookAlikes are small letters of other scripts that readers take for a Latin one, after NFKC and lower case (which
// have dealt with full-width and mathematical letters). The choice follows the confusables of Unicode UTS #39.
const lookAlikes = "" +
	"aаɑαａ" + "bьЬƅвḃ" + "cсϲⅽᴄ" + "dԁɗժ" + "eеєҽεэ" + "fƒғϝ" + "gɡցģ" + "hһհнℎ" + "iіɩιıї" + "jјϳյ" + "kкκќ" + "lӏⅼłι" +
	"mмⅿᴍ" + "nпոηᴎ" + "oоοօσᴏ" + "pрρｐ" + "qԛզ" + "rгᴦɾ" + "sѕꜱş" + "tтτţ" + "uυսцᴜ" + "vνѵᴠ" + "wԝшωᴡ" + "xхχ×" + "yуүγყ" + "zᴢʐż"

// twin returns the Latin letter that r is taken for, or 0.
func twin(r rune) rune {
	latin := rune(0)
	for _, l := range lookAlikes {
		if l < utf8.RuneSelf {
			latin = l
		} else if l == r {
			return latin
		}
	}
	return 0
}

// latin writes words of mixed scripts in Latin letters, and words of foreign look-alikes alone where the text is mostly
// Latin: a Russian text stays Russian.
func latin(text string) (string, Marks) {
	if !foreign(text) {
		return text, 0
	}
	mostly := mostlyLatin(text)
	var b strings.Builder
	b.Grow(len(text))
	var marks Marks
	for len(text) > 0 {
		n := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
		if n < 0 {
			n = len(text)
		}
		if plain, ok := latinWord(text[:n], mostly); ok {
			b.WriteString(plain)
			marks |= LookAlike
		} else {
			b.WriteString(text[:n])
		}
		rest := text[n:]
		m := strings.IndexFunc(rest, unicode.IsLetter)
		if m < 0 {
			m = len(rest)
		}
		b.WriteString(rest[:m])
		text = rest[m:]
	}
	return b.String(), marks
}

// latinWord is the word in Latin letters; ok when it was not and can be.
func latinWord(word string, mostly bool) (plain string, ok bool) {
	ascii, other := 0, 0
	plain = strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf {
			ascii++
			return r
		}
		if unicode.Is(unicode.Latin, r) { // é, ß, ł: spelling, not disguise
			return r
		}
		other++
		if t := twin(r); t != 0 {
			return t
		}
		ascii = -len(word) // not a word of look-alikes
		return r
	}, word)
	return plain, other > 0 && ascii >= 0 && (ascii > 0 || mostly && other > 2)
}

func foreign(text string) bool {
	for _, r := range text {
		if r >= 0x0370 && r < 0x0590 || r >= 0x1D00 && r < 0x1E00 || r >= 0xA700 && r < 0xA800 || r >= 0x10D0 && r < 0x1100 {
			return true
		}
	}
	return false
}

func mostlyLatin(text string) bool {
	ascii, other := 0, 0
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf && unicode.IsLetter(r):
			ascii++
		case unicode.IsLetter(r):
			other++
		}
	}
	return ascii > 2*other
}
