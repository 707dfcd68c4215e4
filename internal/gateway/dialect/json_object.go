package dialect

import (
	"strconv"

	"github.com/landbridge/landbridge/internal/splice"
)

// jsonObject is a JSON object that is written member by member. It is for what every call writes: it says the same as marshal, in a
// part of the time that looking at a type takes.
type jsonObject []byte

// begin opens an object behind what dst has.
func begin(dst []byte) jsonObject { return append(dst, '{') }

// end closes it.
func (o jsonObject) end() []byte { return append(o, '}') }

func (o *jsonObject) name(name string) {
	if (*o)[len(*o)-1] != '{' {
		*o = append(*o, ',')
	}
	*o = append(append(append(*o, '"'), name...), '"', ':')
}

func (o *jsonObject) text(name, value string) {
	o.name(name)
	*o = splice.AppendQuote(*o, value)
}

// words is a text that is left out where it is empty.
func (o *jsonObject) words(name, value string) {
	if value != "" {
		o.text(name, value)
	}
}

// textOrNull is a text that may be none.
func (o *jsonObject) textOrNull(name string, value *string) {
	if value == nil {
		o.raw(name, "null")
		return
	}
	o.text(name, *value)
}

func (o *jsonObject) number(name string, value int64) {
	o.name(name)
	*o = strconv.AppendInt(*o, value, 10)
}

// count is a number that is left out where it is zero.
func (o *jsonObject) count(name string, value int) {
	if value != 0 {
		o.number(name, int64(value))
	}
}

// raw is a value that is JSON already.
func (o *jsonObject) raw(name, value string) {
	o.name(name)
	*o = append(*o, value...)
}

// list is an array of what appends itself.
func list[T any](o *jsonObject, name string, items []T, one func(*T, []byte) []byte) {
	o.name(name)
	*o = append(*o, '[')
	for i := range items {
		if i > 0 {
			*o = append(*o, ',')
		}
		*o = one(&items[i], *o)
	}
	*o = append(*o, ']')
}

// any is a value of any of our types.
func (o *jsonObject) any(name string, value any) {
	o.name(name)
	*o = appendJSON(*o, value)
}
