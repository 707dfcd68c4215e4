package structure

// parquet holds the footer against the file: its magic at both ends, a footer that is a well-formed structure of Thrift's compact protocol,
// with a version, a schema and row groups (github.com/apache/parquet-format, File format).
func parquet(f *file) error {
	if f.size < 12 {
		return bad("%d bytes are too few for one", f.size)
	}
	head, err := f.at(0, 4, "the magic")
	if err != nil {
		return err
	}
	tail, err := f.at(f.size-8, 8, "the footer's length")
	if err != nil {
		return err
	}
	magic := string(tail[4:])
	if string(head) != magic || magic != "PAR1" && magic != "PARE" {
		return bad("it begins with %q and ends with %q, not PAR1", head, magic)
	}
	n := int64(u32(tail))
	if n == 0 || n > f.size-12 {
		return bad("its footer would have %d bytes, of %d in the file", n, f.size)
	}
	if magic == "PARE" {
		return nil // an encrypted footer says nothing more
	}
	footer, err := f.at(f.size-8-n, n, "the footer")
	if err != nil {
		return err
	}
	w := thrift{rest: footer}
	fields, ok := w.structure(0)
	if !ok {
		return bad("its footer is not a structure of Thrift's compact protocol")
	}
	for id, name := range map[int16]string{1: "version", 2: "schema", 3: "number of rows", 4: "row groups"} {
		if !fields[id] {
			return bad("its footer has no %s", name)
		}
	}
	return nil
}

// thrift walks the compact protocol (github.com/apache/thrift, doc/specs/thrift-compact-protocol.md) without keeping anything.
type thrift struct{ rest []byte }

const deepest = 64

// The types of fields and elements.
const (
	isTrue, isFalse, isByte, isI16, isI32, isI64, isDouble, isBinary, isList, isSet, isMap, isStruct = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
)

func (t *thrift) byte() (byte, bool) {
	if len(t.rest) == 0 {
		return 0, false
	}
	b := t.rest[0]
	t.rest = t.rest[1:]
	return b, true
}

func (t *thrift) varint() (uint64, bool) {
	var out uint64
	for shift := uint(0); shift < 64; shift += 7 {
		b, ok := t.byte()
		if !ok {
			return 0, false
		}
		out |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return out, true
		}
	}
	return 0, false
}

func (t *thrift) skip(n uint64) bool {
	if n > uint64(len(t.rest)) {
		return false
	}
	t.rest = t.rest[n:]
	return true
}

// structure walks one structure and returns the ids of its fields.
func (t *thrift) structure(depth int) (map[int16]bool, bool) {
	fields := map[int16]bool{}
	id := int16(0)
	for {
		b, ok := t.byte()
		if !ok || depth > deepest {
			return nil, false
		}
		if b == 0 {
			return fields, true
		}
		if delta := int16(b >> 4); delta != 0 {
			id += delta
		} else {
			zigzag, ok := t.varint()
			if !ok {
				return nil, false
			}
			id = int16(zigzag>>1) ^ -int16(zigzag&1)
		}
		fields[id] = true
		if kind := b & 0x0f; kind != isTrue && kind != isFalse && !t.value(kind, depth+1) {
			return nil, false
		}
	}
}

// value walks one value; in a list a boolean takes a byte.
func (t *thrift) value(kind byte, depth int) bool {
	switch kind {
	case isTrue, isFalse, isByte:
		return t.skip(1)
	case isI16, isI32, isI64:
		_, ok := t.varint()
		return ok
	case isDouble:
		return t.skip(8)
	case isBinary:
		n, ok := t.varint()
		return ok && t.skip(n)
	case isList, isSet:
		return t.list(depth)
	case isMap:
		return t.pairs(depth)
	case isStruct:
		_, ok := t.structure(depth)
		return ok
	}
	return false
}

func (t *thrift) list(depth int) bool {
	b, ok := t.byte()
	if !ok || depth > deepest {
		return false
	}
	n := uint64(b >> 4)
	if n == 15 {
		if n, ok = t.varint(); !ok {
			return false
		}
	}
	return t.many(n, func() bool { return t.value(b&0x0f, depth+1) })
}

func (t *thrift) pairs(depth int) bool {
	n, ok := t.varint()
	if !ok || n == 0 || depth > deepest {
		return ok && n == 0
	}
	b, ok := t.byte()
	return ok && t.many(n, func() bool { return t.value(b>>4, depth+1) && t.value(b&0x0f, depth+1) })
}

// many walks n values; each takes a byte at least, so that a wrong number ends soon.
func (t *thrift) many(n uint64, one func() bool) bool {
	if n > uint64(len(t.rest)) {
		return false
	}
	for range n {
		if !one() {
			return false
		}
	}
	return true
}
