package names

import (
	"slices"

	"github.com/landbridge/landbridge/internal/mask/names/tag"
	"github.com/landbridge/landbridge/internal/prompt"
)

// span is a run of tokens that were labelled as one.
type span struct {
	label    tag.Label // of its begin
	from, to int       // tokens
	score    float32   // the mean of its words'
}

// spans appends the findings of a page.
func (f *Finder) spans(text string, p *page, into []prompt.Finding) []prompt.Finding {
	for i := 0; i < len(p.tagged); i++ {
		if p.tagged[i].Label == tag.Outside {
			continue
		}
		s := p.span(i)
		i = s.to - 1
		s.trim(p)
		if s.from < s.to && s.holds(p) {
			if s.label == tag.BeginPerson && (f.public(text, p, &s) || s.riddle(p)) {
				s.score *= nobody
			}
			into = append(into, prompt.Finding{
				Start: int(p.tokens[s.from].Start), End: int(p.tokens[s.to-1].End), Type: typeOf(s.label), Score: s.score,
			})
		}
	}
	return into
}

// span is the one that begins at i.
func (p *page) span(i int) span {
	s := span{label: p.tagged[i].Label, from: i, to: i + 1}
	for s.to < len(p.tagged) && p.tagged[s.to].Label.Inside() {
		s.to++
	}
	return s
}

// trim takes marks off the ends, and makes the score that of the words.
func (s *span) trim(p *page) {
	for s.to > s.from && p.tokens[s.to-1].Shape == tag.Punct {
		s.to--
	}
	for s.from < s.to && p.tokens[s.from].Shape == tag.Punct {
		s.from++
	}
	if s.from < s.to && (s.short(p) || s.cut(p)) {
		s.to++
	}
	words := float32(0)
	for i := s.from; i < s.to; i++ {
		if p.tokens[i].Shape != tag.Punct {
			s.score += p.tagged[i].Score
			words++
		}
	}
	if words > 0 {
		s.score /= words
	}
}

// short says whether a span ends in an abbreviation with its dot behind it: Mrs., Jr., Inc., St.
func (s *span) short(p *page) bool {
	if s.to == len(p.tokens) || p.tokens[s.to].Hash != tag.Dot || p.tokens[s.to].Gap != tag.None {
		return false
	}
	t := &p.tokens[s.to-1]
	return t.End-t.Start <= 4 && t.Kind&(tag.Honorific|tag.Company|tag.Street) != 0
}

// cut says whether an address ends right before its word for a street.
func (s *span) cut(p *page) bool {
	if s.label != tag.BeginAddress || s.to == len(p.tokens) || p.tagged[s.to].Label != tag.Outside {
		return false
	}
	t := &p.tokens[s.to]
	return t.Kind&tag.Street != 0 && t.Shape == tag.Title && t.Gap == tag.Space
}

// least is the least score that makes a finding of a span, and never one that none has.
const (
	least = 0.5
	never = 2
)

// holds says whether a span is one that somebody would call so.
func (s *span) holds(p *page) bool {
	switch {
	case s.score < least:
		return false
	case s.label == tag.BeginPerson:
		return s.score >= s.needed(p)
	case s.label == tag.BeginAddress:
		return s.place(p)
	}
	return true
}

// needed is the score that makes a person of a span: the less the lexicon knows of its words, the more the sentence has to
// say.
func (s *span) needed(p *page) float32 {
	given, surname, place, lower, letters, words := false, false, false, true, true, 0
	first := &p.tokens[s.from]
	for _, t := range p.tokens[s.from:s.to] {
		given = given || t.Kind&tag.Given != 0
		surname = surname || t.Kind&tag.Surname != 0
		place = place || t.Kind&(tag.Country|tag.Nationality) != 0
		if t.Shape != tag.Punct {
			lower = lower && t.Shape == tag.Lower
			letters = letters && t.Shape == tag.Initial
			words++
		}
	}
	switch {
	case letters: // of a list or of a formula
		return never
	case lower && !given && p.mode == tag.Cased:
		return 0.97
	case lower && (!given || p.mode == tag.Cased), place && (!given || words == 1): // also the words of a script without capitals
		return 0.9
	case words == 1 && first.Shape == tag.Mixed && !given && !surname:
		return 0.98 // CamelCase
	case words == 1 && first.Shape == tag.Upper && p.mode == tag.Cased && first.End-first.Start < 6:
		return 0.9 // an abbreviation
	case given && words > 1:
		return least
	case given:
		return 0.7
	case surname:
		return 0.75
	}
	return 0.87
}

// place says whether an address has a word and a number or a word for a street, or a unit and a number, or is a postcode
// beside a place. A number and a word of another kind are counted things, unless the sentence says more or a place stands
// beside them.
func (s *span) place(p *page) bool {
	words, number, street, unit := 0, false, false, false
	if s.from > 0 && p.tokens[s.from].Gap == tag.None && slices.Contains(joins[:], p.tokens[s.from-1].Hash) {
		return false // 10/10, x86-64
	}
	for i := s.from; i < s.to; i++ {
		t := &p.tokens[i]
		if t.Hash == tag.Dot && p.ends(i) {
			return false
		}
		number = number || t.Shape == tag.Number || t.Shape == tag.Code
		if p.streetWord(t) {
			words++
		}
		street = street || t.Kind&tag.Street != 0
		unit = unit || t.Kind&tag.Unit != 0
	}
	switch {
	case words > 0 && street, unit && number, words > 0 && number && s.score >= sure:
		return true
	}
	return number && (beside(p, s.from-1, -1) || beside(p, s.to, 1))
}

// joins are marks between numbers.
var joins = [...]uint32{tag.Hash("-") | 1, tag.Hash("/") | 1}

// sure is the score of an address that has no word for a street.
const sure = 0.6

// ends says whether the full stop at i ends a sentence: a word that is no abbreviation stands before it.
func (p *page) ends(i int) bool {
	if i == 0 || i+1 == len(p.tokens) || p.tokens[i+1].Gap == tag.None {
		return false
	}
	t := &p.tokens[i-1]
	return t.Shape <= tag.Mixed && t.End-t.Start > 4 && t.Kind&(tag.Street|tag.Unit) == 0
}

// streetWord says whether a street may be called so. In a text with capitals it has one, or it is a word for a street that is
// no abbreviation.
func (p *page) streetWord(t *tag.Token) bool {
	switch {
	case t.Kind&tag.Unit != 0:
		return false
	case t.Shape == tag.Lower:
		return p.mode != tag.Cased || t.Kind&tag.Street != 0 && t.End-t.Start > 4
	}
	return t.Shape == tag.Title || t.Shape == tag.Upper
}

// beside says whether the next word from i, behind marks and the address's own numbers, is part of a place or an address.
func beside(p *page, i, step int) bool {
	for range 8 {
		if i < 0 || i >= len(p.tagged) {
			return false
		}
		label := p.tagged[i].Label.Begin()
		switch shape := p.tokens[i].Shape; {
		case label == tag.BeginPlace, label == tag.BeginAddress && shape < tag.Initial:
			return true
		case shape != tag.Punct && label != tag.BeginAddress:
			return false
		}
		i += step
	}
	return false
}

func typeOf(begin tag.Label) string {
	switch begin {
	case tag.BeginPerson:
		return "PERSON"
	case tag.BeginAddress:
		return "STREET_ADDRESS"
	case tag.BeginPlace:
		return "LOCATION"
	case tag.BeginOrganization:
		return "ORGANIZATION"
	case tag.BeginNationality:
		return "NRP"
	}
	return "TITLE"
}
