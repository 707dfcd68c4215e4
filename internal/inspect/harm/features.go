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
	f.split(string(f.text))
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
	if len(w) < 3 || len(w) > 24 {
		return
	}
	marked := "^" + w + "$"
	for n := 3; n <= 5; n++ {
		for i := 0; i+n <= len(marked); i++ {
			f.add(hash(gram, marked[i:i+n]))
		}
	}
}

// hash is FNV-1a over the kind and the parts, each part ended.
func hash(kind byte, parts ...string) uint32 {
	h := uint32(2166136261)
	h = (h ^ uint32(kind)) * 16777619
	for _, p := range parts {
		for i := range len(p) {
			h = (h ^ uint32(p[i])) * 16777619
		}
		h = (h ^ 0xff) * 16777619
	}
	return h ^ h>>15
}

// fold lower-cases, writes digits and signs that stand for letters inside a word as those letters, and cuts runs of one
// letter to two.
func fold(out []byte, s string) []byte {
	var last rune
	run := 0
	for i, r := range s {
		r = unicode.ToLower(r)
		if inWord(s, i) {
			if letter, ok := lookalikes[r]; ok {
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

var lookalikes = map[rune]rune{'0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', '$': 's', '!': 'i', '*': 'u', 'ı': 'i'}

// inWord says whether the sign at i has a letter before and a letter or another such sign behind it.
func inWord(s string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	_, size := utf8.DecodeRuneInString(s[i:])
	after, _ := utf8.DecodeRuneInString(s[i+size:])
	_, sign := lookalikes[after]
	return unicode.IsLetter(before) && (unicode.IsLetter(after) || sign) || unicode.IsLetter(after) && i > 0 && before != ' ' && unicode.IsLetter(before)
}

// negators turn round what follows within three words.
var negators = map[string]bool{"not": true, "no": true, "never": true, "dont": true, "don't": true, "isn't": true, "aren't": true, "doesn't": true, "can't": true, "without": true, "nobody": true, "nothing": true}

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
			field = strings.TrimFunc(field, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
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
		if groups[strings.TrimSuffix(field, "'s")] {
			w.kind = "<group>"
		}
		negation--
		if negators[field] {
			negation = 3
		}
		f.words = append(f.words, w)
	}
	flush()
}

// groups are people as they are named without scorn; what is said of them must not depend on which it is.
var groups = func() map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(`women woman females girls men gays gay lesbian lesbians homosexuals bisexual queer trans transgender transsexuals
muslim muslims islam jews jewish jew christian christians catholics hindu hindus buddhists sikhs atheists black blacks white whites asian asians african africans
arab arabs mexican mexicans latino latinos hispanic hispanics chinese japanese korean indian indians pakistani pakistanis turks turkish polish poles romanian
russians americans nigerians somalis syrians immigrant immigrants migrants migrant refugees refugee foreigners disabled autistic blind deaf elderly roma gypsies
native aborigines minorities minority`) {
		out[w] = true
	}
	return out
}()
