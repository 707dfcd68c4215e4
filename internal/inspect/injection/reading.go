package injection

import (
	"math/bits"
	"slices"

	"github.com/landbridge/landbridge/internal/inspect/linear"
	"github.com/landbridge/landbridge/internal/inspect/phrase"
	"github.com/landbridge/landbridge/internal/inspect/plain"
)

// Reading is a text taken apart: everything that scoring looks at. The trainer reads with the same code.
type Reading struct {
	Text     string // folded
	Words    []phrase.Word
	Families uint64
	Parts    []Part
	lines    []Shape
	marks    plain.Marks
	kinds    []string // of the views
	forged   bool
	said     []Evidence // room for what is said of the parts
	page     page       // and for what they have in common
}

// Read takes a text apart.
func Read(text string) *Reading {
	r := &Reading{}
	r.read(text)
	return r
}

// read takes a text apart in an empty Reading.
func (r *Reading) read(text string) {
	r.Text, r.marks = plain.Fold(text)
	r.Words = phrase.Words(r.Text, slices.Grow(r.Words, len(r.Text)/5+1))
	r.forged = forged(r.Text)
	r.Parts, r.lines = split(r.Text, r.Words, r.Parts, r.lines)
	r.find()
	for _, v := range plain.Views(text) {
		r.view(v)
	}
}

// forget empties a Reading for the next text, and leaves only the room that it took.
func (r *Reading) forget() {
	clear(r.Words)
	clear(r.Parts)
	clear(r.kinds)
	r.page.forget()
	*r = Reading{Words: r.Words[:0], Parts: r.Parts[:0], lines: r.lines[:0], kinds: r.kinds[:0], said: r.said[:0], page: r.page}
}

// find looks for the phrases of the families; a part has those that begin in it.
func (r *Reading) find() {
	at := len(r.Parts) - 1
	families().Each(r.Text, r.Words, func(word int, bits uint64) {
		r.Families |= bits
		for at >= 0 && word < r.Parts[at].first {
			at--
		}
		if at >= 0 && word < r.Parts[at].first+len(r.Parts[at].Words) {
			r.Parts[at].Families |= bits
		}
	})
}

// view adds what else the text says, as a part that nobody was meant to see.
func (r *Reading) view(v plain.View) {
	folded, marks := plain.Fold(v.Text)
	words := phrase.Words(folded, nil)
	r.marks |= marks
	found := families().Find(folded, words)
	// A greeting in Base64 is an exercise: the disguise counts when there is something to hide.
	if v.Kind != "hidden" && (found != 0 || len(words) >= minPart) {
		r.kinds = append(r.kinds, v.Kind)
	}
	r.Families |= found
	r.forged = r.forged || forged(folded)
	if len(words) >= minPart {
		r.Parts = append(r.Parts, Part{Words: words, Line: len(r.lines), Shape: Hidden, Whole: true, Families: found, source: folded, end: len(folded)})
	}
}

// Window is a stretch of a text's words.
type Window struct{ From, To int }

// A text is scored in windows, since a long one can hide a short attack: each has so many words, and half of them are in
// the next one too.
const windowWords = 700

// Windows returns the windows of a text, at least one.
func (r *Reading) Windows() []Window {
	w := []Window{{0, min(windowWords, len(r.Words))}}
	for last := w[0]; last.To < len(r.Words); {
		last = Window{From: last.From + windowWords/2, To: min(last.From+windowWords/2+windowWords, len(r.Words))}
		w = append(w, last)
	}
	return w
}

// Names returns what was seen, for people.
func (r *Reading) Names() []string {
	names := families().Names(r.Families)
	if r.forged {
		names = append(names, "forged_markers")
	}
	for i, name := range [...]string{"invisible_characters", "tag_characters", "bidi_override", "look_alike_letters"} {
		if r.marks&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	for i, kind := range r.kinds {
		if !slices.Contains(r.kinds[:i], kind) {
			names = append(names, "encoded_"+kind)
		}
	}
	return names
}

// Kinds of features: they keep the same words apart when they mean different things.
const (
	oneWord uint32 = 0x00F3779B * (iota + 1)
	twoWords
	threeWords
	apartWords
	letters
	family
	mark
	length
	opening
	closing
	shape
)

func join(kind, a uint32) uint32 { return (kind ^ a) * 0x01000193 }

// Attack puts the features of a window into a bag of the attack model: words, pairs and threes of words, pieces of
// words, the families and the disguises of the whole text.
func (r *Reading) Attack(b *linear.Bag, w Window) {
	wordFeatures(b, r.Text, r.Words[w.From:w.To])
	familyFeatures(b, r.Families)
	if r.forged {
		b.Add(join(mark, 100))
	}
	for i := range 4 {
		if r.marks&(1<<i) != 0 {
			b.Add(join(mark, uint32(i)))
		}
	}
	for _, k := range r.kinds {
		b.Add(join(mark, phrase.Hash(k)))
	}
	b.Add(join(length, log2(w.To-w.From)))
	edges(b, r.Text, r.Words[w.From:w.To])
}

// PartAttack puts the features of one part into a bag of the attack model.
func (r *Reading) PartAttack(b *linear.Bag, p *Part) {
	wordFeatures(b, p.source, p.Words)
	familyFeatures(b, p.Families)
	b.Add(join(length, log2(len(p.Words))))
	edges(b, p.source, p.Words)
}

func familyFeatures(b *linear.Bag, found uint64) {
	n := uint32(bits.OnesCount64(found))
	for ; found != 0; found &= found - 1 {
		b.Add(join(family, uint32(bits.TrailingZeros64(found))))
	}
	b.Add(join(family, 1000+min(n, 6)))
}

func wordFeatures(b *linear.Bag, text string, words []phrase.Word) {
	var one, two uint32
	for i, w := range words {
		h := w.Hash
		if isNumber(text[w.Start]) {
			h = 0
		}
		b.Add(join(oneWord, h))
		if i > 0 {
			b.Add(join(twoWords, one*31+h))
		}
		if i > 1 {
			b.Add(join(threeWords, (two*31+one)*31+h))
			b.Add(join(apartWords, two*31+h))
		}
		two, one = one, h
		wordPieces(b, text[w.Start:w.End])
	}
}

// wordPieces adds the runs of five bytes of a longer word, which survive endings and misspellings.
func wordPieces(b *linear.Bag, word string) {
	const n = 5
	if len(word) <= n || len(word) > 24 {
		return
	}
	for i := 0; i+n <= len(word); i++ {
		b.Add(join(letters, phrase.Hash(word[i:i+n])))
	}
}

// edges adds how a text begins and ends.
func edges(b *linear.Bag, text string, words []phrase.Word) {
	if len(words) == 0 {
		return
	}
	b.Add(join(opening, words[0].Hash))
	if len(words) > 1 {
		b.Add(join(opening, words[0].Hash*31+words[1].Hash))
	}
	end := byte('.')
	for _, c := range []byte(text[words[len(words)-1].End:]) {
		if c > ' ' {
			end = c
			break
		}
	}
	b.Add(join(closing, uint32(end)))
}

func isNumber(c byte) bool { return '0' <= c && c <= '9' }

func log2(n int) uint32 {
	l := uint32(0)
	for ; n > 1; n >>= 1 {
		l++
	}
	return l
}
