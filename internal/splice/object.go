package splice

import (
	"bytes"
	"slices"
)

// members is what is known of the object that is being read.
type members struct {
	outer int             // where its names begin in rewriter.names
	kept  int             // how many stay
	many  map[string]bool // the names, when they are many
}

// member is a name in an open object.
type member struct {
	name    []byte
	dropped bool
}

func (r *rewriter) object() error {
	if err := r.open(); err != nil {
		return err
	}
	o := members{outer: len(r.names)}
	last := r.pos
	for first := true; r.peek() != '}'; first = false {
		from, err := r.comma(last, first, o.kept)
		if err != nil {
			return err
		}
		name, err := r.name(&o)
		if err != nil {
			return err
		}
		r.at.push(step{name, -1})
		stays, err := r.value(from)
		if err != nil {
			return err
		}
		r.at.pop()
		r.names[len(r.names)-1].dropped = !stays
		if stays {
			o.kept++
		}
		last = r.pos
	}
	if r.whole == 0 && r.v != nil {
		if err := r.leave(&o, last); err != nil {
			return err
		}
	}
	r.names = r.names[:o.outer]
	r.shut()
	return nil
}

// name reads a member's name and colon.
func (r *rewriter) name(o *members) ([]byte, error) {
	if r.peek() != '"' {
		return nil, r.unexpected()
	}
	begin := r.pos
	if err := r.text(); err != nil {
		return nil, err
	}
	name := r.src[begin+1 : r.pos-1]
	if bytes.IndexByte(name, '\\') >= 0 {
		name = appendUnquoted(nil, name)
	}
	if r.met(o, name) {
		return nil, duplicate(begin)
	}
	r.names = append(r.names, member{name: name})
	return name, r.take(':')
}

// met says whether the object has had this name. A few names are looked through; many are in a map, so that an object of
// a hundred thousand takes no longer than as many objects of one.
func (r *rewriter) met(o *members, name []byte) bool {
	const few = 16
	had := r.names[o.outer:]
	if len(had) < few {
		return slices.ContainsFunc(had, func(m member) bool { return bytes.Equal(m.name, name) })
	}
	if o.many == nil {
		o.many = make(map[string]bool, 2*few)
		for _, m := range had {
			o.many[string(m.name)] = true
		}
	}
	if o.many[string(name)] {
		return true
	}
	o.many[string(name)] = true
	return false
}

// leave adds what the visitor wants to add to the object, behind its last member.
func (r *rewriter) leave(o *members, last int) error {
	r.outer = o.outer
	for _, m := range r.v.Leave(&r.at, r.has) {
		if r.stands(m.Name) {
			return ours("json_member_twice", "a visitor added a member that the object has")
		}
		r.replace(max(last, r.done), max(last, r.done), nil)
		if o.kept++; o.kept > 1 {
			r.dst = append(r.dst, ',')
		}
		if err := r.quote(m.Name); err != nil {
			return err
		}
		r.dst = append(append(r.dst, ':'), m.Value...)
		r.names = append(r.names, member{name: []byte(m.Name)})
	}
	return nil
}

// stands says whether a member with this name is written in the object that is being left.
func (r *rewriter) stands(name string) bool {
	return slices.ContainsFunc(r.names[r.outer:], func(m member) bool { return !m.dropped && string(m.name) == name })
}
