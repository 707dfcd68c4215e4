// Package injection scores a text for prompt injection and jailbreak.
//
// A text and the trust in it enter, a score from 0 to 1 and the names of what was seen leave. 0.5 is the point to which
// the weights are calibrated (tools/train/injection/MODEL.md). It must never return a piece of the text, and its time
// grows linearly with the text.
//
// Three models, trained together: the attack model reads a whole text, the request model tells of each part whether it
// speaks to an assistant, and a small net tells whether such a part belongs where it stands.
package injection

import (
	"slices"

	"github.com/landbridge/landbridge/internal/inspect/linear"
)

// Trust is how much a text is expected to instruct.
type Trust uint8

// The degrees of trust.
const (
	Prompt  Trust = iota // instructs, may hold data
	Trusted              // is made of instructions
	Data                 // is data: nothing in it should instruct
)

// Models are the weights.
type Models struct {
	Attack  *linear.Model
	Request *linear.Model
	Foreign *linear.Net
	// Cut are the log-odds at which each kind of evidence is worth a score of 0.5: a whole text, a part of a prompt, and
	// a part of data.
	Cut [3]float32
}

// gate is the log-odds of a request above which a part is looked at in its context.
const gate = 0.25

// Whole returns the log-odds that the text as such is an attack: of its worst window.
func (m *Models) Whole(r *Reading, b *linear.Bag) float32 {
	worst := float32(-20)
	for _, w := range r.Windows() {
		b.Reset()
		r.Attack(b, w)
		worst = max(worst, m.Attack.Score(b))
	}
	return worst
}

// Said returns what the linear models say of each part; it is kept in the Reading.
func (m *Models) Said(r *Reading, requests, attacks *linear.Bag) []Evidence {
	r.said = slices.Grow(r.said[:0], len(r.Parts))[:len(r.Parts)]
	said := r.said
	for i := range r.Parts {
		p := &r.Parts[i]
		requests.Reset()
		r.Request(requests, p)
		said[i] = Evidence{Request: m.Request.Score(requests), Attack: -8}
		if said[i].Request > gate {
			attacks.Reset()
			r.PartAttack(attacks, p)
			said[i].Attack = m.Attack.Score(attacks)
		}
	}
	return said
}

// Contexts calls each with every part that speaks to somebody, and the numbers that describe it.
func (r *Reading) Contexts(said []Evidence, each func(i int, x []float32)) {
	surveyed := false
	var room [ContextN]float32
	for i := range r.Parts {
		if said[i].Request <= gate {
			continue
		}
		if !surveyed {
			r.page.survey(r, said)
			surveyed = true
		}
		each(i, r.Context(i, said, &r.page, room[:0]))
	}
}
