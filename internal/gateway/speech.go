package gateway

import (
	"slices"

	"github.com/landbridge/landbridge/internal/mask"
	"github.com/landbridge/landbridge/internal/splice"
)

// speech rewrites the texts of an event that has been read: each goes its flow's way, and where the flow ends here, what
// was held back comes with it.
type speech reading

// Visit implements splice.Visitor.
func (s *speech) Visit(at *splice.Path, kind byte) splice.Action {
	is, more, _ := s.find(at)
	s.is = is
	switch {
	case is == answerPlaces:
		if s.t.altered || s.t.session != nil && len(s.t.session.Counts()) > 0 {
			return splice.Drop
		}
	case is >= answerText && is <= answerValue && kind == splice.String:
		return splice.Read
	case more && is < answerIndex && (kind == splice.Object || kind == splice.Array):
		return splice.Into
	}
	return splice.Skip
}

// Text implements splice.Visitor.
func (s *speech) Text(_ *splice.Path, text string) (out string, err error) {
	if s.is == answerValue {
		out, err = s.t.value(text, mask.Plain)
	} else {
		at := &s.spots[s.next]
		s.next++
		if f := s.t.flow(at.key); at.last && (s.whole || slices.Contains(s.ends, at.key.candidate)) {
			out, err = f.end(text)
		} else {
			out, err = f.write(text)
		}
		s.t.keep(at.key, out)
	}
	s.t.altered = s.t.altered || out != text
	return out, err
}

// Raw implements splice.Visitor.
func (*speech) Raw(_ *splice.Path, raw []byte) ([]byte, error) { return raw, nil }

// Leave implements splice.Visitor.
func (*speech) Leave(*splice.Path, func(string) bool) []splice.Member { return nil }

// speak returns an event as the caller may have it, after it was read: the same bytes when nothing is to be done, else room
// with it behind. Whole says that every flow ends here.
func (r *reading) speak(room *[]byte, data []byte, whole bool) ([]byte, error) {
	if !r.t.active() || len(r.spots) == 0 && !r.values {
		return data, nil
	}
	r.whole = whole
	out, err := splice.Rewrite((*room)[:0], data, (*speech)(r))
	*room = out
	return out, err
}
