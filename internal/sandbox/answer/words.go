package answer

import (
	"unicode"
	"unicode/utf8"
)

// words are the words of a text: letters and numbers, which an apostrophe or a hyphen may join. It reads by hand what an
// expression would read ten times slower: prompts of 20 MB come here.
func words(text string) []string {
	var out []string
	begin := -1 // of the word that is being read
	for i, r := range text {
		switch {
		case inWord(r):
			if begin < 0 {
				begin = i
			}
		case begin >= 0 && !(joins(r) && inWord(first(text[i+utf8.RuneLen(r):]))):
			out = append(out, text[begin:i])
			begin = -1
		}
	}
	if begin >= 0 {
		out = append(out, text[begin:])
	}
	return out
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

func joins(r rune) bool { return r == '\'' || r == '’' || r == '-' }

func first(text string) rune {
	r, _ := utf8.DecodeRuneInString(text)
	return r
}
