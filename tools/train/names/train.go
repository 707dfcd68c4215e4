package main

import (
	"math"
	"math/rand/v2"

	"github.com/landbridge/landbridge/internal/mask/names/tag"
)

// The size of the model and of the steps.
const (
	buckets = 1 << 16
	rate    = 0.1
	decay   = 2e-6 // of a weight, at each step that touches it: L1
	forget  = 0.2  // how often the lexicon forgets the words of a generated name, so that unknown names are learnt
)

// blind is how often the neighbours of a word are not looked at, so that names are learnt in sentences that no template
// has; and how often the word itself is not, so that they are learnt by their form.
const blind = 0.4

// learner is the model while it learns: logistic regression, one step of AdaGrad a token.
type learner struct {
	lexicon tag.Lexicon
	weight  [][tag.Labels]float32
	square  [][tag.Labels]float32 // sum of squared gradients
	random  *rand.Rand
	seen    [tag.Features]uint32
}

func newLearner(lexicon tag.Lexicon, seed uint64) *learner {
	return &learner{
		lexicon: lexicon,
		weight:  make([][tag.Labels]float32, buckets),
		square:  make([][tag.Labels]float32, buckets),
		random:  rand.New(rand.NewPCG(seed, 1)), //nolint:gosec // repeatable, not secret
	}
}

// page cuts and looks up a text.
func (l *learner) page(text string) tag.Page {
	tokens, _ := tag.Scan(text, 0, len(text), nil)
	l.lexicon.Look(text, tokens)
	return tag.NewPage(tokens)
}

// gold are the labels of a page's tokens.
func gold(p *tag.Page, spans []span) []tag.Label {
	labels := make([]tag.Label, len(p.Tokens))
	for _, s := range spans {
		first := true
		for i, t := range p.Tokens {
			if int(t.Start) >= s.end || int(t.End) <= s.start {
				continue
			}
			if labels[i] = s.begin; !first {
				labels[i]++
			}
			first = false
		}
	}
	return labels
}

// learn takes one step for each candidate of a text. follow is how often a token is seen after the labels that the model
// gave before it, rather than the true ones.
func (l *learner) learn(r row, follow float64) {
	p := l.page(r.text)
	labels := gold(&p, r.spans)
	if r.noise {
		l.forget(&p, labels)
	}
	prev, last := tag.Outside, tag.Outside
	var features [tag.Features]uint32
	for i := range p.Tokens {
		said := tag.Outside
		if p.Candidate(i, prev) {
			p.FeaturesOf(r.text, i, prev, last, &features)
			said = l.step(l.blind(&features), possible(prev, labels[i]), prev)
		}
		last = prev
		if prev = labels[i]; l.random.Float64() < follow {
			prev = said
		}
		if !tag.May(last, prev) {
			prev = prev.Begin()
		}
	}
}

// blind leaves out features that are words: sometimes all of the neighbours', sometimes all of the token's own.
func (l *learner) blind(features *[tag.Features]uint32) []uint32 {
	neighbours, own := l.random.Float64() < blind, l.random.Float64() < blind
	seen := l.seen[:0]
	for i, f := range features {
		if neighbours && tag.Neighbours>>i&1 == 1 || own && tag.Own>>i&1 == 1 {
			continue
		}
		seen = append(seen, f%buckets)
	}
	return seen
}

// possible is label where it can follow prev, else the begin of its span.
func possible(prev, label tag.Label) tag.Label {
	if tag.May(prev, label) {
		return label
	}
	return label.Begin()
}

// forget takes from some spans what the lexicon says of their words.
func (l *learner) forget(p *tag.Page, labels []tag.Label) {
	drop := false
	for i, label := range labels {
		if !label.Inside() {
			drop = l.random.Float64() < forget
		}
		if drop && label != tag.Outside && label.Begin() != tag.BeginTitle && label.Begin() != tag.BeginNationality {
			p.Tokens[i].Kind &^= tag.Name | tag.CityPart
		}
	}
}

// step learns that these features mean want, and returns what they meant before.
func (l *learner) step(features []uint32, want, prev tag.Label) tag.Label {
	var sum [tag.Labels]float64
	for _, f := range features {
		for i, w := range l.weight[f] {
			sum[i] += float64(w)
		}
	}
	best := tag.Outside
	for i := range tag.Labels {
		if tag.May(prev, i) && sum[i] > sum[best] {
			best = i
		}
	}
	top, total := sum[best], 0.0
	for i := range tag.Labels {
		if sum[i] = math.Exp(sum[i] - top); !tag.May(prev, i) {
			sum[i] = 0
		}
		total += sum[i]
	}
	for i := range tag.Labels {
		gradient := float32(sum[i] / total)
		if i == want {
			gradient--
		}
		if gradient > 1e-4 || gradient < -1e-4 {
			l.move(features, i, gradient)
		}
	}
	return best
}

func (l *learner) move(features []uint32, label tag.Label, gradient float32) {
	for _, f := range features {
		w, s := &l.weight[f][label], &l.square[f][label]
		*s += gradient * gradient
		*w -= rate * gradient / float32(math.Sqrt(float64(*s)+1))
		switch {
		case *w > decay:
			*w -= decay
		case *w < -decay:
			*w += decay
		}
	}
}

// model is what was learnt, in the form in which it is stored.
func (l *learner) model() tag.Model {
	most := float32(0)
	for _, row := range l.weight {
		for _, w := range row {
			most = max(most, w, -w)
		}
	}
	scale := min(max(math.Ceil(float64(most)/127*1000), 1), 255)
	out := make([]byte, buckets*tag.Row+1)
	for i, row := range l.weight {
		for label, w := range row {
			q := math.Round(float64(w) * 1000 / scale)
			out[i*tag.Row+label] = byte(128 + int(max(min(q, 127), -127)))
		}
	}
	out[len(out)-1] = byte(scale)
	return tag.Model(out)
}
