package plain

import "strings"

const (
	minSpaced = 6 // letters that stand apart
	minLeet   = 3 // words in leet
)

// spaced joins letters that stand apart: "i g n o r e", "i.g.n.o.r.e". Two blanks are the end of a word.
func spaced(text string, found func(string)) {
	var b strings.Builder
	letters := 0
	end := func() {
		if letters >= minSpaced {
			found(b.String())
		}
		b.Reset()
		letters = 0
	}
	for i := 0; i < len(text); i++ {
		single := alphanumeric(text[i]) && (i == 0 || !alphanumeric(text[i-1])) && (i+1 == len(text) || !alphanumeric(text[i+1]))
		if !single {
			if alphanumeric(text[i]) {
				end()
			} else if letters > 0 && (text[i] == ' ' && i > 0 && text[i-1] == ' ' || text[i] == '\n') {
				b.WriteByte(' ')
			}
			continue
		}
		b.WriteByte(text[i])
		letters++
	}
	end()
}

// leetLetters are the letters that digits and signs stand for.
var leetLetters = strings.NewReplacer("4", "a", "@", "a", "3", "e", "1", "i", "!", "i", "0", "o", "5", "s", "$", "s", "7", "t", "+", "t", "8", "b", "9", "g")

// leet reads words that have digits or signs between their letters, when there are several.
func leet(text string, found func(string)) {
	n := 0
	for field := range strings.FieldsSeq(text) {
		if leetWord(field) {
			n++
		}
	}
	if n >= minLeet {
		found(leetLetters.Replace(text))
	}
}

// leetWord says whether a word has a digit or sign before a letter and after one; "v1beta1" and "utf8" are no such.
func leetWord(word string) bool {
	if len(word) > 20 {
		return false
	}
	letters, signs, between := 0, 0, 0
	for i := range len(word) {
		switch c := word[i]; {
		case letter(c):
			letters++
		case isLeet.has(c):
			signs++
			if i > 0 && i+1 < len(word) && letter(word[i-1]) && letter(word[i+1]) {
				between++
			}
		case isDigit.has(c), isCode.has(c):
			return false
		}
	}
	return between > 0 && letters > 0 && signs <= letters+1
}

const morseCodes = "a.- b-... c-.-. d-.. e. f..-. g--. h.... i.. j.--- k-.- l.-.. m-- n-. o--- p.--. q--.- r.-. s... t- u..- v...- w.-- x-..- y-.-- z--.. " +
	"1.---- 2..--- 3...-- 4....- 5..... 6-.... 7--... 8---.. 9----. 0-----"

func morse(text string, found func(string)) {
	runs(text, 2*minRun, inMorse, func(run string) {
		var b strings.Builder
		for code := range strings.FieldsSeq(run) {
			b.WriteByte(morseLetter(code))
		}
		if plain := b.String(); strings.Count(plain, "?")*4 < len(plain) && strings.ContainsAny(plain, "aeiou") {
			found(plain)
		}
	})
}

func morseLetter(code string) byte {
	if strings.Trim(code, "/") == "" {
		return ' '
	}
	for known := range strings.FieldsSeq(morseCodes) {
		if known[1:] == code {
			return known[0]
		}
	}
	return '?'
}
