package blob

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
)

// Apache Avro 1.11 object container files (https://avro.apache.org/docs/1.11.1/specification/), as the change feed writes them: records,
// without compression. What a record's fields are is in the file itself.

var errAvro = errors.New("not an Avro file of the change feed")

const (
	longestValue = 1 << 20 // bytes
	deepestValue = 16
)

// schema is a type: of the named kinds one is enough to decode.
type schema struct {
	kind    string // null, boolean, int, long, float, double, bytes, string, record, enum, array, map, union, fixed
	fields  []field
	symbols []string
	of      []*schema // items, values, or branches
	size    int64     // of a fixed
}

type field struct {
	name string
	*schema
}

// readRecords reads a file and gives each record's texts, by the names of fields: those of a record in a record are "outer.inner".
func readRecords(r io.Reader, each func(texts map[string]string) error) error {
	d := &avroReader{in: bufio.NewReaderSize(r, 64<<10)}
	what, err := d.header()
	if err != nil {
		return err
	}
	for {
		if _, err := d.in.Peek(1); errors.Is(err, io.EOF) {
			return nil
		}
		records, err := d.long()
		if err != nil {
			return err
		}
		if _, err := d.long(); err != nil { // bytes of the block
			return err
		}
		for range records {
			texts := map[string]string{}
			if err := d.value(what, "", texts, 0); err != nil {
				return err
			}
			if err := each(texts); err != nil {
				return err
			}
		}
		if err := d.skip(16); err != nil { // the sync mark
			return err
		}
	}
}

type avroReader struct{ in *bufio.Reader }

func (d *avroReader) header() (*schema, error) {
	magic := make([]byte, 4)
	if _, err := io.ReadFull(d.in, magic); err != nil || string(magic) != "Obj\x01" {
		return nil, errAvro
	}
	meta := map[string]string{}
	if err := d.value(&schema{kind: "map", of: []*schema{{kind: "bytes"}}}, "", meta, 0); err != nil {
		return nil, err
	}
	if codec := meta["avro.codec"]; codec != "" && codec != "null" {
		return nil, errAvro
	}
	if err := d.skip(16); err != nil {
		return nil, err
	}
	return parseSchema(json.RawMessage(meta["avro.schema"]), map[string]*schema{}, 0)
}

// parseSchema reads a schema's JSON: a name, a union's list, or an object.
func parseSchema(raw json.RawMessage, named map[string]*schema, depth int) (*schema, error) {
	if depth > deepestValue {
		return nil, errAvro
	}
	var name string
	if json.Unmarshal(raw, &name) == nil {
		if s := named[name]; s != nil {
			return s, nil
		}
		return &schema{kind: name}, nil
	}
	var branches []json.RawMessage
	if json.Unmarshal(raw, &branches) == nil {
		out := &schema{kind: "union"}
		return out, out.add(named, depth, branches...)
	}
	var form struct {
		Type   json.RawMessage
		Name   string
		Fields []struct {
			Name string
			Type json.RawMessage
		}
		Symbols       []string
		Items, Values json.RawMessage
		Size          int64
	}
	if json.Unmarshal(raw, &form) != nil {
		return nil, errAvro
	}
	if json.Unmarshal(form.Type, &name) != nil { // a type in a type
		return parseSchema(form.Type, named, depth+1)
	}
	out := &schema{kind: name, symbols: form.Symbols, size: form.Size}
	if form.Name != "" {
		named[form.Name] = out
	}
	switch name {
	case "array":
		return out, out.add(named, depth, form.Items)
	case "map":
		return out, out.add(named, depth, form.Values)
	}
	for _, f := range form.Fields {
		inner, err := parseSchema(f.Type, named, depth+1)
		if err != nil {
			return nil, err
		}
		out.fields = append(out.fields, field{f.Name, inner})
	}
	return out, nil
}

func (s *schema) add(named map[string]*schema, depth int, raw ...json.RawMessage) error {
	for _, r := range raw {
		inner, err := parseSchema(r, named, depth+1)
		if err != nil {
			return err
		}
		s.of = append(s.of, inner)
	}
	return nil
}

// value reads a value and keeps its text, where it is one, under a name.
func (d *avroReader) value(s *schema, name string, into map[string]string, depth int) error {
	if depth > deepestValue {
		return errAvro
	}
	switch s.kind {
	case "null":
		return nil
	case "boolean":
		return d.skip(1)
	case "float":
		return d.skip(4)
	case "double":
		return d.skip(8)
	case "fixed":
		return d.skip(s.size)
	case "int", "long":
		_, err := d.long()
		return err
	case "bytes", "string":
		text, err := d.text()
		into[name] = text
		return err
	case "enum":
		n, err := d.long()
		if err != nil || n < 0 || n >= int64(len(s.symbols)) {
			return errAvro
		}
		into[name] = s.symbols[n]
		return nil
	case "union":
		n, err := d.long()
		if err != nil || n < 0 || n >= int64(len(s.of)) {
			return errAvro
		}
		return d.value(s.of[n], name, into, depth+1)
	case "record":
		for _, f := range s.fields {
			if err := d.value(f.schema, below(name, f.name), into, depth+1); err != nil {
				return err
			}
		}
		return nil
	case "array", "map":
		return d.items(s, name, into, depth)
	}
	return errAvro
}

// items reads the blocks of an array or a map.
func (d *avroReader) items(s *schema, name string, into map[string]string, depth int) error {
	for {
		n, err := d.long()
		if err != nil || n == 0 {
			return err
		}
		if n < 0 { // the block's size in bytes comes with it
			n = -n
			if _, err := d.long(); err != nil {
				return err
			}
		}
		for range n {
			key := name
			if s.kind == "map" {
				k, err := d.text()
				if err != nil {
					return err
				}
				key = below(name, k)
			}
			if err := d.value(s.of[0], key, into, depth+1); err != nil {
				return err
			}
		}
	}
}

func below(outer, inner string) string {
	if outer == "" {
		return inner
	}
	return outer + "." + inner
}

// long is a zig-zag number of variable length.
func (d *avroReader) long() (int64, error) {
	n, err := binary.ReadVarint(d.in)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (d *avroReader) text() (string, error) {
	n, err := d.long()
	if err != nil {
		return "", err
	}
	if n < 0 || n > longestValue {
		return "", errAvro
	}
	out := make([]byte, n)
	_, err = io.ReadFull(d.in, out)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return string(out), err
}

func (d *avroReader) skip(n int64) error {
	if n < 0 || n > longestValue {
		return errAvro
	}
	_, err := io.CopyN(io.Discard, d.in, n)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return err
}
