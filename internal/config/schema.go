package config

import (
	"reflect"
	"strings"
	"time"
)

// shape is what a field holds, in the words that a problem uses.
type shape string

const (
	section  shape = "a section"
	text     shape = "text"
	texts    shape = "a list of texts"
	numbers  shape = "a list of whole numbers"
	number   shape = "a whole number"
	boolean  shape = "true or false"
	duration shape = "a duration"
	sections shape = "a list of sections"
)

// field is one key of the file. Config's struct tags are the only place where keys, defaults and choices are written.
type field struct {
	path     string // to_google.source.kind
	key      string // kind
	owner    string // the Go struct that holds it, for its comment
	name     string // its Go name there
	shape    shape
	optional bool // a section that may be absent
	fallback string
	hasValue bool // whether fallback counts
	choices  []string
	index    int
	at       int          // of one section of a list: its place, from 1
	item     reflect.Type // of a list of sections: what one is
	parent   *field
	children []*field
}

// schema reads Config's struct tags. It costs microseconds and is done once a load, so that there is no package state.
func schema() *field {
	root := &field{shape: section}
	root.children = fieldsOf(reflect.TypeFor[Config](), root)
	return root
}

func fieldsOf(t reflect.Type, parent *field) []*field {
	var out []*field
	for i := range t.NumField() {
		sf := t.Field(i)
		key := sf.Tag.Get("yaml")
		if key == "" {
			continue
		}
		f := &field{key: key, path: key, owner: t.Name(), name: sf.Name, index: i, parent: parent}
		switch {
		case parent.shape == sections:
			f.path = parent.path + "[]." + key
		case parent.path != "":
			f.path = parent.path + "." + key
		}
		f.fallback, f.hasValue = sf.Tag.Lookup("default")
		if choices := sf.Tag.Get("choices"); choices != "" {
			f.choices = strings.Split(choices, ",")
		}
		inner := sf.Type
		if inner.Kind() == reflect.Pointer {
			inner, f.optional = inner.Elem(), true
		}
		f.shape = shapeOf(inner)
		switch f.shape {
		case section:
			f.children = fieldsOf(inner, f)
		case sections:
			f.item = inner.Elem()
			f.children = fieldsOf(f.item, f) // what one section knows; element has the ones that are there
		}
		out = append(out, f)
	}
	return out
}

func shapeOf(t reflect.Type) shape {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return duration
	case t == reflect.TypeFor[[]int]():
		return numbers
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		return sections
	case t.Kind() == reflect.Slice:
		return texts
	case t.Kind() == reflect.Struct:
		return section
	case t.Kind() == reflect.Int:
		return number
	case t.Kind() == reflect.Bool:
		return boolean
	}
	return text
}

// child returns the field with this key, or nil.
func (f *field) child(key string) *field {
	for _, c := range f.children {
		if c.key == key {
			return c
		}
	}
	return nil
}

// leaves calls visit for every field that has one place and is not a section, in the order of the reference.
func (f *field) leaves(visit func(*field)) {
	for _, c := range f.children {
		switch c.shape {
		case section:
			c.leaves(visit)
		case sections:
		default:
			visit(c)
		}
	}
}

// leavesIn is leaves, and those of the sections that are in the lists of c.
func (f *field) leavesIn(c *Config, visit func(*field)) {
	for _, child := range f.children {
		switch child.shape {
		case section:
			child.leavesIn(c, visit)
		case sections:
			for _, one := range child.elements(c) {
				one.leavesIn(c, visit)
			}
		default:
			visit(child)
		}
	}
}

// elements are the sections that a list of them has in c.
func (f *field) elements(c *Config) []*field {
	holder, ok := f.parent.in(c, false)
	if !ok {
		return nil
	}
	out := make([]*field, holder.Field(f.index).Len())
	for i := range out {
		out[i] = f.element(i)
	}
	return out
}

// element is the i-th section of a list of them, counted from 0.
func (f *field) element(i int) *field {
	e := &field{key: f.key, path: item(f.path, i), owner: f.owner, name: f.name, shape: section, at: i + 1, parent: f}
	e.children = fieldsOf(f.item, e)
	return e
}

// listed says whether the field stands in a section of a list: only the file can set it.
func (f *field) listed() bool {
	return f.parent != nil && (f.at > 0 || f.parent.shape == sections || f.parent.listed())
}

// variable is the environment variable that overrides the field.
func (f *field) variable() string {
	return "LANDBRIDGE_" + strings.ToUpper(strings.ReplaceAll(f.path, ".", "_"))
}

// in returns the field's place inside c. With make, absent sections on the way are made; without, the second result says
// whether they are all there.
func (f *field) in(c *Config, make bool) (reflect.Value, bool) {
	if f.parent == nil {
		return reflect.ValueOf(c).Elem(), true
	}
	if f.at > 0 {
		holder, ok := f.parent.parent.in(c, make)
		if !ok {
			return reflect.Value{}, false
		}
		return holder.Field(f.parent.index).Index(f.at - 1), true
	}
	holder, ok := f.parent.in(c, make)
	if !ok {
		return reflect.Value{}, false
	}
	v := holder.Field(f.index)
	if v.Kind() != reflect.Pointer {
		return v, true
	}
	if v.IsNil() {
		if !make {
			return reflect.Value{}, false
		}
		v.Set(reflect.New(v.Type().Elem()))
	}
	return v.Elem(), true
}
