package gateway

import (
	"math"
	"slices"
	"strconv"

	"github.com/landbridge/landbridge/internal/splice"
)

// reading is what an event of an answer, or a whole one, says: which texts of which flows it has, and what stands beside
// them. It is made before a text is passed on, since a candidate's number and its end may stand behind its text.
type reading struct {
	trail
	t *texts

	spots    []spot
	indexes  []numbered
	thoughts []numbered
	ends     []int // places of candidates that finish
	places   int   // of candidates that the event is about
	values   bool  // there is something else to rewrite
	kind     string
	block    string
	next     int  // spot, in the second pass
	whole    bool // every flow ends in it
	is       field
}

// spot is one text of an event.
type spot struct {
	place, part int // the first and the second index on its path; 0 where there is none
	key         flowKey
	last        bool // of its flow in this event
}

// numbered is what an event says of a place: a candidate's or a tool call's own number.
type numbered struct{ place, part, value int }

// noPart marks what is said of a candidate, not of a part of it.
const noPart = -1

func (c *call) newReading() *reading {
	return &reading{trail: trail{root: c.shape.answer()}, t: &c.texts}
}

// read reads an event. Its spots are in the order in which they stand.
func (r *reading) read(data []byte) error {
	r.spots, r.indexes, r.thoughts, r.ends = r.spots[:0], r.indexes[:0], r.thoughts[:0], r.ends[:0]
	r.places, r.values, r.kind, r.block, r.next = 0, false, "", "", 0
	if err := splice.Walk(data, r); err != nil {
		return err
	}
	for i := range r.spots {
		s := &r.spots[i]
		s.key.candidate = r.number(s.place, noPart, s.place)
		if s.key.kind == answerJSON {
			s.key.tool = r.number(s.place, s.part, s.part)
		}
		if s.key.kind == answerText && slices.Contains(r.thoughts, numbered{s.place, s.part, 1}) {
			s.key.kind = answerThought
		}
		s.last = true
		for j := range i {
			if r.spots[j].key == s.key {
				r.spots[j].last = false
			}
		}
	}
	for i, place := range r.ends {
		r.ends[i] = r.number(place, noPart, place)
	}
	return nil
}

// number is the own number of what stands at a place.
func (r *reading) number(place, part, otherwise int) int {
	for _, n := range r.indexes {
		if n.place == place && n.part == part {
			return n.value
		}
	}
	return otherwise
}

// about says whether the event is about a candidate.
func (r *reading) about(candidate int) bool {
	for place := range r.places {
		if r.number(place, noPart, place) == candidate {
			return true
		}
	}
	return false
}

// has says whether the event has a text of a flow.
func (r *reading) has(key flowKey) bool {
	return slices.ContainsFunc(r.spots, func(s spot) bool { return s.key == key })
}

// Visit implements splice.Reader.
func (r *reading) Visit(at *splice.Path, kind byte) splice.Action {
	is, more, _ := r.find(at)
	place, part := 0, noPart
	if is != unknown {
		place, part = placeOf(at)
	}
	switch {
	case is >= answerText && is <= answerJSON && kind == splice.String:
		r.places = max(r.places, place+1)
		r.spots = append(r.spots, spot{place: place, part: max(part, 0), key: flowKey{kind: is}})
		return splice.Skip
	case is == answerPlaces:
		r.values = true
		return splice.Skip
	case is == answerValue && kind == splice.String:
		r.places, r.values = max(r.places, place+1), true
		return splice.Skip
	case is == thoughtFlag:
		if kind == splice.True {
			r.thoughts = append(r.thoughts, numbered{place, part, 1})
		}
		return splice.Skip
	case is >= answerIndex && (kind == splice.Number || kind == splice.String):
		r.is = is
		return splice.Read
	case more && (kind == splice.Object || kind == splice.Array):
		return splice.Into
	}
	return splice.Skip
}

// placeOf is the first and the second index of a path; the second is noPart where there is none.
func placeOf(at *splice.Path) (place, part int) {
	n := 0
	part = noPart
	for i := range at.Depth() {
		if index := at.Index(i); index >= 0 {
			if n++; n == 1 {
				place = index
			} else {
				return place, index
			}
		}
	}
	return place, part
}

// Text implements splice.Reader.
func (r *reading) Text(at *splice.Path, text []byte) error {
	switch r.is {
	case answerFinish:
		place, _ := placeOf(at)
		r.places = max(r.places, place+1)
		r.ends = append(r.ends, place)
		if r.t.finish == "" && place == 0 {
			r.t.finish = word(string(text))
		}
	case answerBlock:
		r.block = string(text)
		r.t.finish = word(r.block)
	case eventType:
		r.kind = string(text)
	case errorCode:
		r.t.failed = 500
	}
	return nil
}

// word is a finish or block reason that may stand in a record: some servers let their model write it.
func word(text string) string {
	if len(text) > 64 || text != "" && !name(text, "_-") {
		return "OTHER"
	}
	return text
}

// Raw implements splice.Reader.
func (r *reading) Raw(at *splice.Path, raw []byte) error {
	n, ok := whole(raw)
	if !ok {
		return nil
	}
	u := &r.t.usage
	switch r.is {
	case answerIndex:
		place, part := placeOf(at)
		r.places = max(r.places, place+1)
		r.indexes = append(r.indexes, numbered{place, part, n})
	case usageInput:
		u.Input = max(u.Input, n)
	case usageOfOne:
		u.Input += n
	case usageOutput:
		u.Output = max(u.Output, n)
	case usageThoughts:
		u.Thoughts = max(u.Thoughts, n)
	case usageCached:
		u.Cached = max(u.Cached, n)
	case errorCode:
		r.t.failed = n
	}
	return nil
}

// whole reads a count; Google's free values write 6.0 for 6.
func whole(raw []byte) (int, bool) {
	if n, err := strconv.Atoi(string(raw)); err == nil {
		return n, n >= 0 && n <= math.MaxInt32
	}
	n, err := strconv.ParseFloat(string(raw), 64)
	return int(n), err == nil && n >= 0 && n <= math.MaxInt32
}
