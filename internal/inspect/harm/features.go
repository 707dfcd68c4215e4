package harm

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Features turns a piece of text into the buckets of what it shows. It holds buffers and is for one goroutine.
type Features struct {
	out   []uint32
	words []word
	text  []byte
}

// word is a word as it was folded, and what stands for it where the very group is not what matters.
type word struct {
	text    string
	kind    string // text, or <group> for a group of people
	negated bool
}

// Kinds of features, so that a pair of words never shares a hash with a piece of one by its spelling alone.
const (
	single = iota + 1
	pair
	triple
	gram
	negatedWord
)

// Of returns the buckets of a piece of text; they are good until the next call.
func (f *Features) Of(piece string) []uint32 {
	f.out, f.text = f.out[:0], fold(f.text[:0], piece)
	f.split(string(f.text)) // one copy, of which every word is a part
	for i, w := range f.words {
		f.add(hash(single, w.kind))
		if w.kind != w.text {
			f.add(hash(single, w.text))
		}
		if w.negated {
			f.add(hash(negatedWord, w.kind))
		}
		if i > 0 {
			f.add(hash(pair, f.words[i-1].kind, w.kind))
		}
		if i > 1 {
			f.add(hash(triple, f.words[i-2].kind, f.words[i-1].kind, w.kind))
		}
		f.grams(w.text)
	}
	return f.out
}

func (f *Features) add(h uint32) { f.out = append(f.out, h&(Buckets-1)) }

// grams are the pieces of 3 to 5 bytes of a word with its edges marked: they see through misspellings.
func (f *Features) grams(w string) {
	if len(w) < 3 || len(w) > maxWord {
		return
	}
	var marked [maxWord + 2]byte
	marked[0] = '^'
	n := 1 + copy(marked[1:], w)
	marked[n] = '$'
	for left := marked[:n+1]; len(left) >= 3; left = left[1:] {
		h := begin(gram)
		for _, c := range left[:3] {
			h = (h ^ uint32(c)) * prime
		}
		f.add(ended(h))
		for _, c := range left[3:min(5, len(left))] {
			h = (h ^ uint32(c)) * prime
			f.add(ended(h))
		}
	}
}

const (
	maxWord = 24
	prime   = 16777619 // of FNV-1a, 32 bits
)

func begin(kind byte) uint32 { return (2166136261 ^ uint32(kind)) * prime }

// ended ends the last part of a hash, and brings its high bits down to where buckets are cut off.
func ended(h uint32) uint32 {
	h = (h ^ 0xff) * prime
	return h ^ h>>15
}

// hash is FNV-1a over the kind and the parts, each part ended.
func hash(kind byte, parts ...string) uint32 {
	h := begin(kind)
	for i, p := range parts {
		if i > 0 {
			h = (h ^ 0xff) * prime
		}
		for j := range len(p) {
			h = (h ^ uint32(p[j])) * prime
		}
	}
	return ended(h)
}

// fold lower-cases, writes digits and signs that stand for letters inside a word as those letters, and cuts runs of one
// letter to two.
func fold(out []byte, s string) []byte {
	var last rune
	run := 0
	for i, r := range s {
		switch {
		case 'a' <= r && r <= 'z' || r == ' ':
		case 'A' <= r && r <= 'Z':
			r += 'a' - 'A'
		default:
			r = unicode.ToLower(r)
			if letter := lookalike(r); letter != 0 && inWord(s, i) {
				r = letter
			}
		}
		if r == last {
			run++
		} else {
			last, run = r, 1
		}
		if run > 2 && unicode.IsLetter(r) {
			continue
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

// lookalike is the letter that a digit or sign stands for; 0 for none.
func lookalike(r rune) rune {
	switch r {
	case '0':
		return 'o'
	case '1', '!', 'ı':
		return 'i'
	case '3':
		return 'e'
	case '4', '@':
		return 'a'
	case '5', '$':
		return 's'
	case '7':
		return 't'
	case '*':
		return 'u'
	}
	return 0
}

// inWord says whether the sign at i has a letter before and a letter or another such sign behind it.
func inWord(s string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	_, size := utf8.DecodeRuneInString(s[i:])
	after, _ := utf8.DecodeRuneInString(s[i+size:])
	return unicode.IsLetter(before) && (unicode.IsLetter(after) || lookalike(after) != 0)
}

// negators turn round what follows within three words.
var negators = newLexicon(`not no never dont don't isn't aren't doesn't can't without nobody nothing`)

// split fills words. Addresses and names of accounts become one word each; letters that stand alone one after the other are
// put together again.
func (f *Features) split(s string) {
	f.words = f.words[:0]
	spelled, negation := "", 0
	flush := func() {
		if len(spelled) > 2 {
			f.words = append(f.words, word{text: spelled, kind: spelled})
		}
		spelled = ""
	}
	for field := range strings.FieldsSeq(s) {
		if strings.HasPrefix(field, "http") {
			field = "<url>"
		} else if field[0] == '@' && len(field) > 1 {
			field = "<user>"
		} else {
			field = bare(field)
		}
		if field == "" {
			continue
		}
		if len(field) == 1 {
			spelled += field
		} else {
			flush()
		}
		w := word{text: field, kind: field, negated: negation > 0}
		if groups.has(strings.TrimSuffix(field, "'s")) {
			w.kind = "<group>"
		}
		negation--
		if negators.has(field) {
			negation = 3
		}
		f.words = append(f.words, w)
	}
	flush()
}

// bare is a field without the signs around it. Most have none, which their ends tell.
func bare(field string) string {
	if last := len(field) - 1; alphanumeric(field[0]) && alphanumeric(field[last]) {
		return field
	}
	return strings.TrimFunc(field, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func alphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// groups are people as they are named without scorn; what is said of them must not depend on which it is.
var groups = newLexicon(`women woman females girls men gays gay lesbian lesbians homosexuals bisexual queer trans transgender transsexuals
muslim muslims islam jews jewish jew christian christians catholics hindu hindus buddhists sikhs atheists black blacks white whites asian asians african africans
arab arabs mexican mexicans latino latinos hispanic hispanics chinese japanese korean indian indians pakistani pakistanis turks turkish polish poles romanian
russians americans nigerians somalis syrians immigrant immigrants migrants migrant refugees refugee foreigners disabled autistic blind deaf elderly roma gypsies
native aborigines minorities minority`)
