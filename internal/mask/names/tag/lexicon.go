package tag

import (
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind is a set of things that a word may be.
type Kind uint16

// The kinds.
const (
	Given Kind = 1 << iota
	Surname
	City     // a place name of one word, or the longest word of one
	CityPart // another word of a place name: San, Bad, upon
	Country  // and states and regions of countries, or a word of one
	Nationality
	Street    // street, rue, via, -strasse
	Unit      // apartment, suite, floor, box
	Company   // Inc, GmbH, Bank, University
	Honorific // Mr, Frau, Dr
	Particle  // van, de, bin
	Common    // of the most common English words
	Known     // any other English word
	Foreign   // a word of another language
	Job
	Public // a whole name that everybody knows, which protects nobody: Einstein
)

// Name is what can begin the name of a person or a place.
const Name = Given | Surname | City | Country

// Lexicon says what words may be. It is a hash table in the form in which it is stored, so that reading it costs nothing:
// 2^18 slots and some beyond, for words that the last ones are too few for, and then the sets of kinds, 2 bytes each. All
// numbers are little endian.
//
// A word's hash is spread over all 32 bits. The first 18 of them are its place; the slots hold the words in the order of the
// whole, each in its place or, where that is taken, behind it. A slot has 4 bytes: the other 14 bits, 8 of how far behind, so
// that the whole is known, and 10 of the set of kinds; 0 is an empty slot.
type Lexicon string

const (
	slots  = 1 << 18
	beyond = 1 << 8
	behind = 1 << 10 // one place further behind, in a slot
)

// NewLexicon makes the table of words. Many more than three quarters of the slots would be slow, and all of them a panic.
func NewLexicon(words map[string]Kind) Lexicon {
	kinds := map[uint32]Kind{} // by the word's hash, spread
	for word, kind := range words {
		kinds[spread(Hash(word))] |= kind
	}
	table := make([]byte, 4*(slots+beyond))
	sets := []Kind{0}
	last := -1
	for _, key := range slices.Sorted(maps.Keys(kinds)) {
		set := slices.Index(sets, kinds[key])
		if set < 0 {
			set = len(sets)
			sets = append(sets, kinds[key])
		}
		place := int(key >> 14)
		last = max(last+1, place)
		if last-place >= beyond-1 || set >= behind {
			panic("tag: too many words for a lexicon")
		}
		binary.LittleEndian.PutUint32(table[4*last:], key<<18|uint32(last-place)*behind|uint32(set))
	}
	for _, set := range sets {
		table = binary.LittleEndian.AppendUint16(table, uint16(set))
	}
	return Lexicon(table)
}

// spread is a permutation.
func spread(hash uint32) uint32 { return hash * 0x9e3779b1 }

// Kind is what the word with this hash may be.
func (l Lexicon) Kind(hash uint32) Kind {
	key := spread(hash)
	table := l[4*(key>>14):]
	for want := key << 18; ; want += behind {
		slot := uint32(table[0]) | uint32(table[1])<<8 | uint32(table[2])<<16 | uint32(table[3])<<24
		if slot&^(behind-1) == want && slot != 0 {
			return l.set(slot & (behind - 1))
		}
		if slot&(behind*beyond-behind) < want&(behind*beyond-behind) || slot == 0 {
			return 0 // what stands here belongs further behind
		}
		table = table[4:]
	}
}

// set is a set of kinds by its number.
func (l Lexicon) set(n uint32) Kind {
	s := l[4*(slots+beyond)+2*int(n):]
	return Kind(s[0]) | Kind(s[1])<<8
}

// load reads eight bytes.
func load[S ~string](s S) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// Look fills in what the lexicon says of each word.
func (l Lexicon) Look(text string, tokens []Token) {
	for i := range tokens {
		t := &tokens[i]
		if t.Shape > Initial {
			continue
		}
		t.Kind = l.Kind(t.Hash)
		if t.Kind == 0 {
			t.Kind = l.parts(text[t.Start:t.End])
		}
	}
}

// parts is what a word is by its parts: Anne-Marie is a given name, Ringstrasse a street.
func (l Lexicon) parts(word string) Kind {
	if i := strings.IndexByte(word, '-'); i > 0 {
		return l.Kind(Hash(word[:i])) & (Name | Particle) & l.Kind(Hash(word[i+1:]))
	}
	if len(word) < 7 {
		return 0
	}
	last, _ := utf8.DecodeLastRuneInString(word)
	last = fold(last)
	for _, end := range streetEndings {
		if rune(end[len(end)-1]) != last {
			continue
		}
		if head, ok := cutFold(word, end); ok && len(head) > 2 {
			return Street
		}
	}
	return 0
}

// streetEndings are the words for a street that are written in one with its name, in their folded form.
var streetEndings = [...]string{
	"strasse", "strase", "straat", "gasse", "gata", "gatan", "gade", "gaten", "vagen", "vegen", "veien", "weg", "platz", "plein", "allee", "laan", "katu", "tie", "vej", "utca", "str", "gracht", "kade", "damm", "ufer", "stigen", "backen", "bakken", "kuja", "polku", "stien", "ring",
}

// cutFold is strings.CutSuffix with word folded.
func cutFold(word, end string) (head string, ok bool) {
	for end != "" {
		r, width := utf8.DecodeLastRuneInString(word)
		if fold(r) != rune(end[len(end)-1]) {
			return "", false
		}
		word, end = word[:len(word)-width], end[:len(end)-1]
	}
	return word, true
}
