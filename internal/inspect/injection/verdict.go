package injection

import (
	_ "embed" // the weights
	"slices"
	"sync"

	"github.com/landbridge/landbridge/internal/inspect/linear"
)

//go:embed weights.bin
var weights []byte

// ready is the models with room to work in.
type ready struct {
	*Models
	rooms sync.Pool // of *room
}

// room is what one text needs for a moment.
type room struct {
	attacks, requests *linear.Bag
	reading           Reading
}

var load = sync.OnceValue(func() *ready {
	m, err := ReadModels(weights)
	if err != nil {
		panic(err) // the weights are part of the program
	}
	r := &ready{Models: m}
	r.rooms.New = func() any {
		return &room{attacks: linear.NewBag(m.Attack.Bits), requests: linear.NewBag(m.Request.Bits)}
	}
	return r
})

// maxRoom is how many words there may be room for, used or not, in what is kept for the next text: one of 80 KB.
const maxRoom = 16 << 10

// leave gives a room back, with nothing of the text in it.
func (m *ready) leave(w *room) {
	if cap(w.reading.Words) > maxRoom {
		return
	}
	w.attacks.Reset()
	w.requests.Reset()
	w.reading.forget()
	m.rooms.Put(w)
}

// Score returns how likely the text is an attack and, from limit on, the names of what was seen.
func Score(text string, trust Trust, limit float32) (float32, []string) {
	m := load()
	w := m.rooms.Get().(*room)
	defer m.leave(w)
	w.reading.read(text)
	if trust == Trusted {
		return m.disguised(&w.reading, w, limit)
	}
	score, names := m.judge(w, trust, limit)
	if score < limit || trust != Prompt {
		return score, names
	}
	outside, only := w.reading.mention()
	if !only {
		return score, names
	}
	w.reading.forget()
	w.reading.read(outside)
	return m.judge(w, trust, limit)
}

// judge is Score of what was read.
func (m *ready) judge(w *room, trust Trust, limit float32) (float32, []string) {
	r := &w.reading
	said := m.Said(r, w.requests, w.attacks)
	whole := linear.Probability(m.Whole(r, w.attacks) - m.Cut[0])
	foreign, worst := m.foreign(r, said, trust)
	score := max(whole, foreign)
	if score < limit {
		return score, nil
	}
	names := r.Names()
	if foreign >= limit && len(r.Parts) > 1 {
		names = append(names, "foreign_instruction")
		if r.Parts[worst].Shape == Hidden {
			names = append(names, "hidden_text")
		}
	}
	if len(names) == 0 {
		names = append(names, "resembles_attacks")
	}
	slices.Sort(names)
	return score, names
}

// foreign returns the probability that a part does not belong, and which one is the worst.
func (m *Models) foreign(r *Reading, said []Evidence, trust Trust) (score float32, worst int) {
	cut := m.Cut[1]
	if trust == Data {
		cut = m.Cut[2]
	}
	r.Contexts(said, func(i int, x []float32) {
		if p := linear.Probability(m.Foreign.Score(x) - cut); p > score {
			score, worst = p, i
		}
	})
	return score, worst
}

// disguised scores what a text says that its reader cannot see: a system instruction may instruct, but not in secret.
func (m *Models) disguised(r *Reading, w *room, limit float32) (float32, []string) {
	score := float32(0)
	for i := range r.Parts {
		if r.Parts[i].Shape != Hidden {
			continue
		}
		w.attacks.Reset()
		r.PartAttack(w.attacks, &r.Parts[i])
		score = max(score, linear.Probability(m.Attack.Score(w.attacks)-m.Cut[0]))
	}
	if score < limit {
		return score, nil
	}
	return score, append(r.Names(), "hidden_text")
}
