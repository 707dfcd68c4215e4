// Package find finds structured personal data and secrets: e-mail addresses, telephone numbers, cards, accounts, ids of
// many countries, dates, keys and tokens.
//
// A text enters, of any bytes; the places where such data stands leave it, as byte offsets with a type and a score. It
// does no I/O and reads no clock. It must never keep a text, nor put a part of one into an error.
//
// A score of at least 0.5 says that the value is plausible by itself, or that a context word stands near it ("BSN",
// "geboren"). Values that have the form only are reported below that.
package find

import (
	"sync"

	"github.com/landbridge/landbridge/internal/prompt"
)

// Options say what is looked for.
type Options struct {
	// Types by their names in the catalogue; nil is every type that is not loose.
	Types []string
	// Countries whose own ids are looked for, in two letters (ISO 3166-1; UK stands for GB); nil is all of them. What
	// belongs to no country is always looked for.
	Countries []string
	// Patterns of the operator's own.
	Patterns []Pattern
}

// Finder finds what its Options ask for. It may be used by many goroutines.
type Finder struct {
	patterns []*pattern
	scanners sync.Pool // of *scanner: their buffers
}

// New makes a Finder. Its errors are *bridge.Error of kind Usage: a type or country that is not in the catalogue, a
// pattern that cannot be used.
func New(o Options) (*Finder, error) {
	wanted, err := choose(o.Types, o.Countries)
	if err != nil {
		return nil, err
	}
	f := &Finder{}
	for _, p := range o.Patterns {
		compiled, err := compile(p)
		if err != nil {
			return nil, err
		}
		f.patterns = append(f.patterns, compiled)
	}
	rules := theRules().of(wanted)
	f.scanners.New = func() any { return newScanner(wanted, rules) }
	return f, nil
}

// Find appends to into what it finds in text: byte offsets on the borders of characters, in order, not overlapping.
// Time and space grow linearly with the text, whatever stands in it.
func (f *Finder) Find(text string, into []prompt.Finding) []prompt.Finding {
	s := f.scanners.Get().(*scanner)
	found := s.scan(text)
	for _, p := range f.patterns {
		found = p.find(text, found)
	}
	into = append(into, settle(found)...)
	s.begin("") // keeps nothing of this one
	f.scanners.Put(s)
	return into
}
