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
// a power of two of slots, each of a key, 4 bytes little endian, and its kinds, 2 bytes; then 2 bytes of nothing, so that
// a slot can be read as 8 bytes. A key is the word's hash, 0 is an empty slot; the next slots follow a full one.
type Lexicon string

// slot is the size of a slot in bytes.
const slot = 6

// NewLexicon makes the table of words. More than three quarters full it would be slow: size is how many slots it has.
func NewLexicon(words map[string]Kind, size int) Lexicon {
	table := make([]byte, size*slot+2)
	for _, word := range slices.Sorted(maps.Keys(words)) { // in order: the same words, the same bytes
		key := Hash(word)
		at := spread(key) & (size - 1)
		for {
			k := binary.LittleEndian.Uint32(table[at*slot:])
			if k == 0 || k == key {
				break
			}
			at = (at + 1) & (size - 1)
		}
		binary.LittleEndian.PutUint32(table[at*slot:], key)
		kinds := table[at*slot+4:]
		binary.LittleEndian.PutUint16(kinds, binary.LittleEndian.Uint16(kinds)|uint16(words[word]))
	}
	return Lexicon(table)
}

func spread(key uint32) int { return int(key * 0x9e3779b1 >> 8) }

// Kind is what the word with this hash may be.
func (l Lexicon) Kind(key uint32) Kind {
	size := len(l) / slot
	for at := spread(key) & (size - 1); ; at = (at + 1) & (size - 1) {
		s := load(l[at*slot:][:8])
		if uint32(s) == key {
			return Kind(s >> 32)
		}
		if uint32(s) == 0 {
			return 0
		}
	}
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
