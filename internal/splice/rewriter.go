package splice

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is how deep objects and arrays may be nested. Protocol buffers' JSON reader, which Google's APIs use, stops
// at 100.
const maxDepth = 200

// rewriter holds one pass over src. What is unchanged is copied late and in one piece: src[:done] has been dealt with.
type rewriter struct {
	scanner
	dst   []byte
	done  int
	v     Visitor
	at    Path
	depth int
	whole int      // values that are read as a whole, around what is being read: the visitor sees nothing of that
	names []member // of the open objects, innermost last
	outer int      // where those of the object that is being left begin
	has   func(name string) bool
	bare  []byte // room for a text that has escapes

	// Room for the path and the names of most bodies, so that a pass allocates once.
	steps [12]step
	few   [12]member
}

func (r *rewriter) run() ([]byte, error) {
	r.has, r.at.steps, r.names = r.stands, r.steps[:0], r.few[:0]
	kept, err := r.value(0)
	if err != nil {
		return nil, err
	}
	if !kept {
		return nil, ours("json_root_dropped", "a visitor dropped the whole JSON text")
	}
	if r.peek(); r.pos < len(r.src) {
		return nil, syntax("json_trailing_data", "more follows after the end of the JSON text", r.pos)
	}
	return append(r.dst, r.src[r.done:]...), nil
}

// value deals with the next value, and says whether it stays. from is where it is cut off when it does not, so that its
// comma and name go too.
func (r *rewriter) value(from int) (kept bool, err error) {
	kind := kindOf(r.peek())
	begin := r.pos
	action := Into
	if r.whole == 0 && kind != 0 {
		action = r.v.Visit(&r.at, kind)
	}
	if action != Into {
		r.whole++
	}
	switch kind {
	case Object:
		err = r.object()
	case Array:
		err = r.array()
	default:
		err = r.scalar()
	}
	if action != Into {
		r.whole--
	}
	switch {
	case err != nil:
		return false, err
	case action == Drop:
		r.replace(from, r.pos, nil)
		return false, nil
	case action == Read:
		return true, r.read(kind, begin)
	default:
		return true, nil
	}
}

// kindOf is the kind of the value that begins with c, 0 when none does.
func kindOf(c byte) byte {
	switch {
	case c == '-' || '0' <= c && c <= '9':
		return Number
	case c == Object || c == Array || c == String || c == True || c == False || c == Null:
		return c
	default:
		return 0
	}
}

func (r *rewriter) array() error {
	if err := r.open(); err != nil {
		return err
	}
	last, kept := r.pos, 0
	for i := 0; r.peek() != ']'; i++ {
		from, err := r.comma(last, i == 0, kept)
		if err != nil {
			return err
		}
		r.at.push(step{nil, i})
		stays, err := r.value(from)
		if err != nil {
			return err
		}
		r.at.pop()
		if stays {
			kept++
		}
		last = r.pos
	}
	r.shut()
	return nil
}

// open reads the brace or bracket that comes next.
func (r *rewriter) open() error {
	if r.depth++; r.depth > maxDepth {
		return syntax("json_too_deep", "the JSON text is nested deeper than 200", r.pos)
	}
	r.pos++
	return nil
}

// shut reads the closing brace or bracket that comes next.
func (r *rewriter) shut() {
	r.depth--
	r.pos++
}

// comma reads what separates a value from the one that ends at last, and takes it out where nothing before it has stayed.
// It returns from where the value is cut off when it does not stay.
func (r *rewriter) comma(last int, first bool, kept int) (from int, err error) {
	if first {
		return last, nil
	}
	if err := r.take(','); err != nil || kept > 0 {
		return last, err
	}
	r.replace(r.pos-1, r.pos, nil)
	return r.pos, nil
}

// read asks the visitor what shall stand in the place of the value that has just been read.
func (r *rewriter) read(kind byte, begin int) error {
	raw := r.src[begin:r.pos]
	if kind != String {
		with, err := r.v.Raw(&r.at, raw)
		if err == nil && !bytes.Equal(with, raw) {
			r.replace(begin, r.pos, with)
		}
		return err
	}
	text := r.unquote(raw)
	with, err := r.v.Text(&r.at, text)
	if err != nil || with == text {
		return err
	}
	r.replace(begin, r.pos, nil)
	return r.quote(with)
}

// unquote returns the text of a string.
func (r *rewriter) unquote(quoted []byte) string {
	bare := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(bare, '\\') < 0 {
		return string(bare)
	}
	r.bare = appendUnquoted(r.bare[:0], bare)
	return string(r.bare)
}

// quote writes a string.
func (r *rewriter) quote(text string) error {
	dst, err := jsontext.AppendQuote(r.dst, text)
	if err != nil {
		return ours("json_text_invalid", "a changed text is not UTF-8")
	}
	r.dst = dst
	return nil
}

// replace puts with in the place of src[from:to].
func (r *rewriter) replace(from, to int, with []byte) {
	r.dst = append(append(r.dst, r.src[r.done:from]...), with...)
	r.done = to
}
