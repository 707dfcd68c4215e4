// Package mask takes personal data out of texts, and puts it back into answers.
//
// A text enters with what detectors found in it, and leaves without it; an answer enters with the tokens that the model
// has written, whole or in pieces cut anywhere, and leaves with the values that they stand for. What stands for what is
// known to one Session, which is one request's, and is never shared, kept or written down. An error, a count and a
// summary hold types, never a value.
package mask

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
)

// Detector finds personal data in a text, of any length and in any encoding.
//
// Find appends what it found to into, with byte offsets, in order and without overlaps, and keeps neither. It may be
// called from many goroutines.
type Detector interface {
	Find(text string, into []prompt.Finding) []prompt.Finding
}

// Action is what is done with a value that was found.
type Action string

// The actions.
const (
	Token  Action = "token"  // a token that comes back as the value in the answer: PERSON_K7M2
	Mask   Action = "mask"   // the type's name: [PERSON]
	Hash   Action = "hash"   // a keyed hash: [PERSON:K7-9F86D081884C7D65]
	Redact Action = "redact" // nothing
	Block  Action = "block"  // the request is refused
	Keep   Action = "keep"   // the value stays
)

// Options configure a Masker. Only Detectors is required.
type Options struct {
	Detectors []Detector
	// Action for every type; Token when empty. Actions are other ones, by type.
	Action  Action
	Actions map[string]Action
	// Types that are looked at, best first: where two findings with the same score and length overlap, the earlier type
	// wins. Empty: every type that the detectors know, but those in Except.
	Types, Except []string
	// MinScore is the least score of a finding, 0 to 1.
	MinScore float32
	// Allow holds values that stay, whatever they look like; case does not matter.
	Allow []string
	// AnswersAction is what is done with values in answers that the prompt did not hold: Mask, Hash, Redact or Block.
	// Empty: answers are not looked at.
	AnswersAction Action
	// Keys of hashes and of stable tokens. Required by Stable; nil gives hashes a key of this Masker's own.
	Keys KeySource
	// Stable makes tokens keyed pseudonyms: the same for one value, type and scope as long as the key lives.
	Stable bool
}

// Masker holds what is the same for all requests. It may be used from many goroutines.
type Masker struct {
	o      Options
	rank   map[string]int // of Types
	allow  map[string]bool
	labels labels
}

// New checks the options. An error is a *bridge.Error of kind Usage.
func New(o Options) (*Masker, error) {
	if o.Action == "" {
		o.Action = Token
	}
	if err := check(o); err != nil {
		return nil, err
	}
	if o.Keys == nil {
		own := make([]byte, KeySize)
		_, _ = rand.Read(own) // never fails
		o.Keys = fixedKey(own)
	}
	m := &Masker{o: o, rank: map[string]int{}, allow: map[string]bool{}}
	for i, t := range o.Types {
		m.rank[t] = i
	}
	for _, value := range o.Allow {
		m.allow[strings.ToLower(value)] = true
	}
	return m, nil
}

func check(o Options) error {
	actions := []Action{Token, Mask, Hash, Redact, Block, Keep}
	if !slices.Contains(actions, o.Action) {
		return badOption("%q is no action", o.Action)
	}
	for name, action := range o.Actions {
		if !slices.Contains(actions, action) {
			return badOption("%q is no action, at %s", action, name)
		}
	}
	if o.AnswersAction != "" && !slices.Contains([]Action{Mask, Hash, Redact, Block}, o.AnswersAction) {
		return badOption("%q is no action for answers: a token there could not come back", o.AnswersAction)
	}
	if o.MinScore < 0 || o.MinScore > 1 {
		return badOption("a least score of %v is not between 0 and 1", o.MinScore)
	}
	if o.Stable && o.Keys == nil {
		return badOption("stable tokens need a key")
	}
	return nil
}

func badOption(format string, args ...any) error {
	return &bridge.Error{
		Kind: bridge.Usage, Code: "personal_data_options", Text: fmt.Sprintf(format, args...),
		Hint: "see personal_data of the guard profile in landbridge.yaml",
	}
}

// action is what is done with a type in prompts.
func (m *Masker) action(kind string) Action {
	if a, ok := m.o.Actions[kind]; ok {
		return a
	}
	return m.o.Action
}

// wanted says whether a finding counts.
func (m *Masker) wanted(text string, f prompt.Finding) bool {
	if f.Score < m.o.MinScore || f.Score != f.Score { // NaN
		return false
	}
	if len(m.o.Types) > 0 {
		if _, ok := m.rank[f.Type]; !ok {
			return false
		}
	} else if slices.Contains(m.o.Except, f.Type) {
		return false
	}
	return len(m.allow) == 0 || !m.allow[strings.ToLower(text[f.Start:f.End])]
}
