package plain

import "strings"

const (
	maxCipher   = 4 << 10 // bytes of a text that are looked at
	maxPassages = 8       // that are tried
	minWords    = 4       // of a passage
)

// ciphers reads passages that become English when they are read backwards, or when every letter is moved on by the same
// number (ROT13 and its kin). A passage is a line or what stands in quotes.
func ciphers(text string, found func(string)) {
	text = text[:min(len(text), maxCipher)]
	tried := 0
	for text != "" && tried < maxPassages {
		n := 0
		for n < len(text) && !isEnd.has(text[n]) {
			n++
		}
		passage := text[:n]
		text = text[min(n+1, len(text)):]
		if words := strings.Count(passage, " ") + 1; words >= minWords && common(passage, 1) == 0 && prose(passage) {
			tried++
			decipher(passage, words, found)
		}
	}
}

// prose says whether a passage is letters and blanks but for one character in eight.
func prose(passage string) bool {
	n := 0
	for i := range len(passage) {
		if letter(passage[i]) || passage[i] == ' ' {
			n++
		}
	}
	return 8*n >= 7*len(passage)
}

func decipher(passage string, words int, found func(string)) {
	best := reversed(passage)
	if by := likelyMove(passage); by > 0 {
		if plain := moved(passage, by); common(plain, words) > common(best, words) {
			best = plain
		}
	}
	if 4*common(best, words) >= words {
		found(best)
	}
}

// frequency of each letter in English, in thousandths.
const frequency = "\x52\x0f\x1c\x2b\x7f\x16\x14\x3d\x46\x02\x08\x28\x18\x43\x4b\x13\x01\x3c\x3f\x5b\x1c\x0a\x18\x02\x14\x01"

// likelyMove is the move after which a passage's letters are distributed most like English; 0 when they are already.
func likelyMove(passage string) byte {
	var count [26]int
	for i := range len(passage) {
		if c := passage[i] | 0x20; letter(c) {
			count[c-'a']++
		}
	}
	move, best := 0, -1
	for by := range 26 {
		fit := 0
		for l, n := range count {
			fit += n * int(frequency[(l+by)%26])
		}
		if fit > best {
			move, best = by, fit
		}
	}
	return byte(move)
}

// common counts the common English words of a text, up to most.
func common(text string, most int) int {
	n := 0
	for start, i := 0, 0; i <= len(text) && n < most; i++ {
		if i < len(text) && letter(text[i]) {
			continue
		}
		if commonWord(text[start:i]) {
			n++
		}
		start = i + 1
	}
	return n
}

// commonWord says whether a word is one of those by which English is known.
func commonWord(word string) bool {
	if len(word) > 8 || len(word) < 2 {
		return false
	}
	var small [8]byte
	for i := range len(word) {
		small[i] = word[i] | 0x20
	}
	switch string(small[:len(word)]) {
	case "the", "and", "you", "your", "are", "all", "not", "for", "with", "that", "this", "what", "how", "from", "have", "will", "can", "give", "tell",
		"ignore", "previous", "is", "of", "to", "in", "me", "my", "it", "be", "do", "as", "on", "or":
		return true
	}
	return false
}

func reversed(text string) string {
	r := []rune(text)
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	return string(r)
}

func moved(text string, by byte) string {
	b := []byte(text)
	for i, c := range b {
		switch {
		case 'a' <= c && c <= 'z':
			b[i] = 'a' + (c-'a'+by)%26
		case 'A' <= c && c <= 'Z':
			b[i] = 'A' + (c-'A'+by)%26
		}
	}
	return string(b)
}
