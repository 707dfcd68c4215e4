package splice

import (
	"bytes"
	"sync"
	"unicode/utf8"
)

// maxDepth is how deep objects and arrays may be nested. Protocol buffers' JSON reader, which Google's APIs use, stops
// at 100.
const maxDepth = 200

// rewriter holds one pass over src. What is unchanged is copied late and in one piece: src[:done] has been dealt with.
type rewriter struct {
	scanner
	dst    []byte
	done   int
	v      Visitor
	reader Reader // in the place of v: nothing is written
	at     Path
	depth  int
	whole  int      // values that are read as a whole, around what is being read: the visitor sees nothing of that
	names  []member // of the open objects, innermost last
	outer  int      // where those of the object that is being left begin
	has    func(name string) bool
	bare   []byte // room for a text that has escapes
}

// rewriters keep the room of passes that are over, for those to come: a path, names and a text without its escapes.
var rewriters = sync.Pool{New: func() any {
	r := &rewriter{at: Path{make([]step, 0, 12)}, names: make([]member, 0, 12)}
	r.has = r.stands
	return r
}}

func newRewriter(src []byte, v Visitor) *rewriter {
	r := rewriters.Get().(*rewriter)
	r.src, r.v = src, v
	return r
}

// keptRoom is the longest room that is kept, in names and in bytes: one giant body shall not be for ever.
const (
	keptNames = 256
	keptRoom  = 64 << 10
)

// free gives the room back, and lets go of everything that was somebody's.
func (r *rewriter) free() {
	names, steps, bare := r.names[:cap(r.names)], r.at.steps[:cap(r.at.steps)], r.bare[:0]
	if cap(names) > keptNames || cap(bare) > keptRoom {
		return
	}
	clear(names)
	clear(steps)
	*r = rewriter{at: Path{steps[:0]}, names: names[:0], bare: bare, has: r.has}
	rewriters.Put(r)
}

func (r *rewriter) run() (kept bool, err error) {
	if kept, err = r.value(0); err != nil {
		return false, err
	}
	if r.peek(); r.pos < len(r.src) {
		return false, syntax("json_trailing_data", "more follows after the end of the JSON text", r.pos)
	}
	return kept, nil
}

// visit asks what is to be done with a value.
func (r *rewriter) visit(kind byte) Action {
	if r.reader == nil {
		return r.v.Visit(&r.at, kind)
	}
	if action := r.reader.Visit(&r.at, kind); action != Drop {
		return action
	}
	return Skip
}

// value deals with the next value, and says whether it stays. from is where it is cut off when it does not, so that its
// comma and name go too.
func (r *rewriter) value(from int) (kept bool, err error) {
	kind := kindOf(r.peek())
	begin := r.pos
	action := Into
	if r.whole == 0 && kind != 0 {
		action = r.visit(kind)
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
	if r.reader != nil {
		return r.tell(kind, raw)
	}
	if kind != String {
		with, err := r.v.Raw(&r.at, raw)
		if err == nil && !bytes.Equal(with, raw) {
			r.replace(begin, r.pos, with)
		}
		return err
	}
	text := string(r.unquote(raw))
	with, err := r.v.Text(&r.at, text)
	if err != nil || with == text {
		return err
	}
	r.replace(begin, r.pos, nil)
	return r.quote(with)
}

// tell shows the reader a value.
func (r *rewriter) tell(kind byte, raw []byte) error {
	if kind == String {
		return r.reader.Text(&r.at, r.unquote(raw))
	}
	return r.reader.Raw(&r.at, raw)
}

// unquote returns the text of a string, good until the next one.
func (r *rewriter) unquote(quoted []byte) []byte {
	bare := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(bare, '\\') < 0 {
		return bare
	}
	r.bare = appendUnquoted(r.bare[:0], bare)
	return r.bare
}

// quote writes a string.
func (r *rewriter) quote(text string) error {
	if !utf8.ValidString(text) {
		return ours("json_text_invalid", "a changed text is not UTF-8")
	}
	r.dst = AppendQuote(r.dst, text)
	return nil
}

// replace puts with in the place of src[from:to].
func (r *rewriter) replace(from, to int, with []byte) {
	r.dst = append(append(r.dst, r.src[r.done:from]...), with...)
	r.done = to
}
