package splice

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/landbridge/landbridge/internal/bridge"
)

// maxDepth is how deep objects and arrays may be nested. Protocol buffers' JSON reader, which Google's APIs use, stops
// at 100.
const maxDepth = 200

// rewriter holds one pass over src. What is unchanged is copied late and in one piece: src[:done] has been dealt with.
type rewriter struct {
	dst, src []byte
	done     int
	in       *jsontext.Decoder
	v        Visitor
	at       Path
	names    [][]byte // of the members that stand in the open objects, innermost last
}

func newRewriter(dst, src []byte, v Visitor) *rewriter {
	// The decoder reads a bytes.Buffer where it lies, and does not write to it.
	return &rewriter{dst: dst, src: src, v: v, in: jsontext.NewDecoder(bytes.NewBuffer(src))}
}

func (r *rewriter) run() ([]byte, error) {
	kept, err := r.value(0)
	if err != nil {
		return nil, err
	}
	if !kept {
		return nil, &bridge.Error{Kind: bridge.Fault, Code: "json_root_dropped", Text: "a visitor dropped the whole JSON text"}
	}
	end := r.offset()
	if rest := bytes.TrimLeft(r.src[end:], " \t\r\n"); len(rest) > 0 {
		return nil, syntax("json_trailing_data", "more follows after the end of the JSON text", len(r.src)-len(rest))
	}
	return append(r.dst, r.src[r.done:]...), nil
}

// offset is where the last token that was read ends.
func (r *rewriter) offset() int { return int(r.in.InputOffset()) }

// value deals with the next value, and says whether it stays. from is where it is cut off when it does not: the end of
// what stands before it, so that its comma and name go too.
func (r *rewriter) value(from int) (kept bool, err error) {
	kind := byte(r.in.PeekKind())
	switch kind {
	case Object, Array, String, Number, True, False, Null:
	default: // the end of the text, a stray bracket or comma: reading it gives the error
		_, err := r.in.ReadValue()
		return false, r.broken(err)
	}
	action := r.v.Visit(&r.at, kind)
	if action == Into && kind == Object {
		return true, r.object()
	}
	if action == Into && kind == Array {
		return true, r.array()
	}
	raw, err := r.whole(kind)
	if err != nil {
		return false, err
	}
	switch action {
	case Drop:
		r.replace(from, r.offset(), nil)
		return false, nil
	case Read:
		return true, r.read(kind, raw)
	default:
		return true, nil
	}
}

// whole reads a value to its end, and checks it.
func (r *rewriter) whole(kind byte) ([]byte, error) {
	if kind != Object && kind != Array {
		raw, err := r.in.ReadValue()
		if err != nil {
			return nil, r.broken(err)
		}
		return r.src[r.offset()-len(raw) : r.offset()], nil
	}
	outside := r.in.StackDepth()
	if err := r.open(); err != nil {
		return nil, err
	}
	begin := r.offset() - 1
	for r.in.StackDepth() > outside {
		if _, err := r.in.ReadToken(); err != nil {
			return nil, r.broken(err)
		}
		if err := r.tooDeep(); err != nil {
			return nil, err
		}
	}
	return r.src[begin:r.offset()], nil
}

// open reads the brace or bracket that is next.
func (r *rewriter) open() error {
	if _, err := r.in.ReadToken(); err != nil {
		return r.broken(err)
	}
	return r.tooDeep()
}

func (r *rewriter) tooDeep() error {
	if r.in.StackDepth() > maxDepth {
		return syntax("json_too_deep", "the JSON text is nested deeper than 200", r.offset()-1)
	}
	return nil
}

func (r *rewriter) object() error {
	if err := r.open(); err != nil {
		return err
	}
	outer := len(r.names)
	for r.in.PeekKind() != '}' {
		from := r.offset()
		quoted, err := r.whole(String)
		if err != nil {
			return err
		}
		name, err := unquote(quoted)
		if err != nil {
			return r.broken(err)
		}
		from = r.separate(from, len(r.names) == outer)
		r.at.push(step{name, -1})
		kept, err := r.value(from)
		if err != nil {
			return err
		}
		r.at.pop()
		if kept {
			r.names = append(r.names, name)
		}
	}
	if err := r.leave(outer); err != nil {
		return err
	}
	r.names = r.names[:outer]
	return nil
}

func (r *rewriter) array() error {
	if err := r.open(); err != nil {
		return err
	}
	for i, first := 0, true; r.in.PeekKind() != ']'; i++ {
		from := r.separate(r.offset(), first)
		r.at.push(step{nil, i})
		kept, err := r.value(from)
		if err != nil {
			return err
		}
		r.at.pop()
		first = first && !kept
	}
	return r.end()
}

// separate takes out the comma that follows src[:from] when nothing stands before it any more, and returns from where
// the value after it would be cut off.
func (r *rewriter) separate(from int, first bool) int {
	space := from + len(r.src[from:]) - len(bytes.TrimLeft(r.src[from:], " \t\r\n"))
	if !first || space == len(r.src) || r.src[space] != ',' {
		return from
	}
	r.replace(space, space+1, nil)
	return space + 1
}

// leave adds what the visitor wants to add to the object whose members begin at outer, and reads its brace.
func (r *rewriter) leave(outer int) error {
	has := func(name string) bool {
		return slices.ContainsFunc(r.names[outer:], func(n []byte) bool { return string(n) == name })
	}
	last := r.offset()
	for _, m := range r.v.Leave(&r.at, has) {
		if has(m.Name) {
			return &bridge.Error{Kind: bridge.Fault, Code: "json_member_twice", Text: "a visitor added a member that the object has"}
		}
		r.replace(last, last, nil)
		if len(r.names) > outer {
			r.dst = append(r.dst, ',')
		}
		var err error
		if r.dst, err = jsontext.AppendQuote(r.dst, m.Name); err != nil {
			return notText(err)
		}
		r.dst = append(append(r.dst, ':'), m.Value...)
		r.names = append(r.names, []byte(m.Name))
	}
	return r.end()
}

// end reads the closing brace or bracket.
func (r *rewriter) end() error {
	_, err := r.in.ReadToken()
	return r.broken(err)
}

// read asks the visitor what shall stand in the place of raw, which has just been read.
func (r *rewriter) read(kind byte, raw []byte) error {
	begin, end := r.offset()-len(raw), r.offset()
	if kind != String {
		with, err := r.v.Raw(&r.at, raw)
		if err == nil && !bytes.Equal(with, raw) {
			r.replace(begin, end, with)
		}
		return err
	}
	bare, err := unquote(raw)
	if err != nil {
		return r.broken(err)
	}
	text := string(bare)
	with, err := r.v.Text(&r.at, text)
	if err != nil || with == text {
		return err
	}
	r.replace(begin, end, nil)
	if r.dst, err = jsontext.AppendQuote(r.dst, with); err != nil {
		return notText(err)
	}
	return nil
}

// replace puts with in the place of src[from:to].
func (r *rewriter) replace(from, to int, with []byte) {
	r.dst = append(append(r.dst, r.src[r.done:from]...), with...)
	r.done = to
}

// unquote returns the text of a JSON string: a part of it where it has no escapes.
func unquote(quoted []byte) ([]byte, error) {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1], nil
	}
	return jsontext.AppendUnquote(nil, quoted)
}
