// Package splice changes single values of JSON bodies and single events of streams in place.
//
// A JSON text enters and leaves with the same bytes, but for the values that a Visitor has changed: unknown fields, the
// spelling of numbers, order and white space survive. An upstream's stream enters in pieces cut anywhere and leaves as
// whole events, each with its own framing. It must never decode a body into Go values, never know what a field means,
// and no error of it holds a byte of what it reads.
package splice

import "slices"

// Kinds of JSON values, as Visit gets them: the first byte of the value, with '0' for every number.
const (
	Object = '{'
	Array  = '['
	String = '"'
	Number = '0'
	True   = 't'
	False  = 'f'
	Null   = 'n'
)

// Action says what Rewrite does with a value.
type Action uint8

// The actions.
const (
	Into Action = iota // go down into an object or an array; copy any other value
	Skip               // copy the value as it stands, unseen: it is still checked to be JSON
	Read               // ask Text or Raw what shall stand there
	Drop               // leave it out, with its name and comma
)

// Member is a member to add to an object. Value is JSON, which is trusted.
type Member struct {
	Name  string
	Value []byte
}

// Visitor decides what is changed. The bytes and the Path that it gets are good until it returns.
type Visitor interface {
	// Visit is asked for every value before it is read; kind is its first byte, or '0' for a number. It is not asked about
	// what lies inside of a value that it answered with other than Into.
	Visit(at *Path, kind byte) Action
	// Text is called for a string that Visit answered with Read: its text in, the text that shall stand there out. The same
	// text keeps the bytes, with their escapes.
	Text(at *Path, text string) (string, error)
	// Raw is called for any other value that Visit answered with Read: its bytes in, JSON out, which is trusted. The same
	// bytes keep it.
	Raw(at *Path, raw []byte) ([]byte, error)
	// Leave is called before the closing brace of every object that was gone into: what to add. has says which names stand
	// in the object, as written out: dropped ones do not.
	Leave(at *Path, has func(name string) bool) []Member
}

// Rewrite appends the JSON text src to dst, with the changes that v makes. It keeps neither slice; they must not overlap.
//
// An error of v's is returned as it is. Any other is a *bridge.Error of kind Usage, with the byte offset of what is wrong:
// not JSON, truncated, nested deeper than 200, a name twice in one object, not UTF-8, a lone surrogate, more than one
// value. dst is then returned as it was.
func Rewrite(dst, src []byte, v Visitor) ([]byte, error) {
	r := newRewriter(src, v)
	defer r.free()
	r.dst = slices.Grow(dst, len(src))
	kept, err := r.run()
	switch {
	case err != nil:
		return dst, err
	case !kept:
		return dst, ours("json_root_dropped", "a visitor dropped the whole JSON text")
	}
	return append(r.dst, src[r.done:]...), nil
}

// Reader reads values and changes none. The bytes and the Path that it gets are good until it returns.
type Reader interface {
	// Visit is Visitor's; Drop is Skip.
	Visit(at *Path, kind byte) Action
	// Text is called with the text of a string that Visit answered with Read, Raw with the bytes of any other value.
	Text(at *Path, text []byte) error
	Raw(at *Path, raw []byte) error
}

// Walk takes a Reader through the JSON text src; it copies nothing. Errors are those of Rewrite.
func Walk(src []byte, v Reader) error {
	r := newRewriter(src, nil)
	defer r.free()
	r.reader = v
	_, err := r.run()
	return err
}
