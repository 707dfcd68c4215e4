package splice

import (
	"bytes"

	"github.com/landbridge/landbridge/internal/bridge"
)

// JSONArray is a stream in Vertex AI's other form: one JSON array of objects that comes piece by piece,
// `[{...}\r\n,\r\n{...}]`. An event is one object with what stands before it; the closing bracket is an event without
// payload. The objects are told apart, not checked: that is Rewrite's.
type JSONArray struct {
	limit   int
	buf     []byte
	begin   int // where the open event begins in buf
	seen    int // how far buf has been read
	object  int // where the open object begins
	wants   wants
	depth   int  // of objects and arrays in the open object
	quoted  bool // inside of a string
	escaped bool // behind its backslash
	out     []Event

	written, closed bool // by the framer
}

// wants is what may come next, but for white space.
type wants uint8

const (
	wantsArray  wants = iota // the opening bracket
	wantsFirst               // an object or the closing bracket
	wantsComma               // a comma or the closing bracket
	wantsObject              // an object
	wantsRest                // the rest of the open object
	wantsEnd                 // nothing
)

// NewJSONArray returns a stream whose events have up to limit bytes each.
func NewJSONArray(limit int) *JSONArray { return &JSONArray{limit: limit} }

// Feed implements Splitter. An object is out with its closing brace.
func (a *JSONArray) Feed(chunk []byte) ([]Event, error) {
	if a.begin > 0 {
		a.buf = keep(a.buf, a.begin)
		a.seen, a.object, a.begin = a.seen-a.begin, a.object-a.begin, 0
	}
	a.buf = append(a.buf, chunk...)
	a.out = a.out[:0]
	for ; a.seen < len(a.buf); a.seen++ {
		c := a.buf[a.seen]
		if a.wants == wantsRest {
			a.inside(c)
		} else if !a.between(c) {
			return nil, notAnArray()
		}
		if a.seen-a.begin > a.limit {
			return nil, tooLarge(a.limit)
		}
	}
	return a.out, nil
}

// between takes a byte outside of the objects, and says whether it may stand there.
func (a *JSONArray) between(c byte) bool {
	switch {
	case c == ' ' || c == '\t' || c == '\r' || c == '\n':
	case c == '[' && a.wants == wantsArray:
		a.wants = wantsFirst
	case c == ',' && a.wants == wantsComma:
		a.wants = wantsObject
	case c == '{' && (a.wants == wantsFirst || a.wants == wantsObject):
		a.wants, a.object, a.depth = wantsRest, a.seen, 1
	case c == ']' && (a.wants == wantsFirst || a.wants == wantsComma):
		a.wants = wantsEnd
		a.event(false)
	default:
		return false
	}
	return true
}

// inside takes a byte of the open object, behind its opening brace.
func (a *JSONArray) inside(c byte) {
	switch {
	case a.escaped:
		a.escaped = false
	case a.quoted:
		a.escaped = c == '\\'
		a.quoted = c != '"'
	case c == '"':
		a.quoted = true
	case c == '{' || c == '[':
		a.depth++
	case c == '}' || c == ']':
		if a.depth--; a.depth == 0 {
			a.wants = wantsComma
			a.event(true)
		}
	}
}

// event takes what has been read of the open event, with the byte that is being read.
func (a *JSONArray) event(payload bool) {
	end := a.seen + 1
	e := Event{Raw: a.buf[a.begin:end:end]}
	if payload {
		e.Data = a.buf[a.object:end:end]
		e.at, e.to = a.object-a.begin, end-a.begin
	}
	a.out = append(a.out, e)
	a.begin = end
}

// End implements Splitter. An array that is not closed is an error; white space behind it is an event.
func (a *JSONArray) End() ([]Event, error) {
	if a.wants != wantsEnd {
		return nil, &bridge.Error{
			Kind: bridge.Unreachable, Hop: bridge.HopVertex, Code: "stream_truncated",
			Text: "the answer's JSON array ended before its closing bracket",
		}
	}
	a.out = a.out[:0]
	if a.begin < len(a.buf) {
		a.out = append(a.out, Event{Raw: a.buf[a.begin:]})
		a.begin = len(a.buf)
	}
	return a.out, nil
}

// Append implements Framer. Whatever has been left out or inserted, there is a bracket before the first object and a comma
// before every other; behind the array nothing is written.
func (a *JSONArray) Append(dst []byte, e Event, data []byte) []byte {
	if e.Data == nil && bytes.IndexByte(e.Raw, ']') < 0 {
		return append(dst, e.Raw...) // white space behind the array
	}
	if a.closed {
		return dst
	}
	if e.Data == nil {
		return a.end(dst, e.Raw)
	}
	head := e.Raw[:e.at]
	mark := bytes.IndexAny(head, "[,")
	dst = append(dst, head[:mark]...)
	dst = append(dst, a.mark())
	dst = append(dst, head[mark+1:]...)
	return append(append(dst, data...), e.Raw[e.to:]...)
}

// Insert implements Framer.
func (a *JSONArray) Insert(dst []byte, _ string, data []byte) []byte {
	if a.closed {
		return dst
	}
	if a.written {
		dst = append(dst, "\r\n"...)
	}
	if dst = append(dst, a.mark()); dst[len(dst)-1] == ',' {
		dst = append(dst, "\r\n"...)
	}
	return append(dst, data...)
}

// Close implements Framer.
func (a *JSONArray) Close(dst []byte) []byte {
	if a.closed {
		return dst
	}
	return a.end(dst, []byte("\r\n]"))
}

// end writes the closing bracket.
func (a *JSONArray) end(dst, raw []byte) []byte {
	if !a.written && bytes.IndexByte(raw, '[') < 0 {
		dst = append(dst, '[')
	}
	a.written, a.closed = true, true
	return append(dst, raw...)
}

// mark is what must stand before the next object.
func (a *JSONArray) mark() byte {
	if !a.written {
		a.written = true
		return '['
	}
	return ','
}

func notAnArray() error {
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopVertex, Code: "stream_not_json_array",
		Text: "the answer is not a JSON array of objects",
	}
}
