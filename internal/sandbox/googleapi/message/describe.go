package message

import (
	"fmt"
	"strconv"
	"strings"
	"text/scanner"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	// The well-known types must be in the registry for protodesc to find them.
	_ "google.golang.org/protobuf/types/known/anypb"
	_ "google.golang.org/protobuf/types/known/durationpb"
	_ "google.golang.org/protobuf/types/known/structpb"
	_ "google.golang.org/protobuf/types/known/timestamppb"
)

// reader reads the part of the proto3 language that google.proto is written in: messages, enums, plain, repeated and map
// fields. A type is named from the package's root or is a google.protobuf one.
type reader struct {
	scan  scanner.Scanner
	pkg   string
	enums map[string]bool
	err   error
}

// describe turns proto source into a file descriptor.
func describe(pkg, source string) (*descriptorpb.FileDescriptorProto, error) {
	file := &descriptorpb.FileDescriptorProto{
		Name: proto.String("google.proto"), Package: proto.String(pkg), Syntax: proto.String("proto3"),
		Dependency: []string{"google/protobuf/any.proto", "google/protobuf/duration.proto", "google/protobuf/struct.proto", "google/protobuf/timestamp.proto"},
	}
	r := &reader{pkg: pkg, enums: map[string]bool{}}
	r.scan.Init(strings.NewReader(source))
	r.scan.Error = func(s *scanner.Scanner, msg string) { r.fail("%s", msg) }
	for r.err == nil && r.scan.Peek() != scanner.EOF {
		switch word := r.next(); word {
		case "message":
			file.MessageType = append(file.MessageType, r.message(""))
		case "enum":
			file.EnumType = append(file.EnumType, r.enum(""))
		case "":
		default:
			r.fail("unexpected %q", word)
		}
	}
	for _, m := range file.MessageType {
		r.markEnums(m)
	}
	return file, r.err
}

func (r *reader) next() string {
	r.scan.Scan()
	return r.scan.TokenText()
}

func (r *reader) expect(want string) {
	if got := r.next(); got != want {
		r.fail("%q where %q was expected", got, want)
	}
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s: %s", r.scan.Pos(), fmt.Sprintf(format, args...))
	}
}

func (r *reader) number() *int32 {
	n, err := strconv.ParseInt(r.next(), 10, 32)
	if err != nil {
		r.fail("a number was expected")
	}
	r.expect(";")
	return proto.Int32(int32(n))
}

func (r *reader) message(outer string) *descriptorpb.DescriptorProto {
	m := &descriptorpb.DescriptorProto{Name: proto.String(r.next())}
	path := outer + "." + m.GetName()
	r.expect("{")
	for r.err == nil {
		switch word := r.next(); word {
		case "}":
			return m
		case "message":
			m.NestedType = append(m.NestedType, r.message(path))
		case "enum":
			m.EnumType = append(m.EnumType, r.enum(path))
		case "repeated":
			m.Field = append(m.Field, r.field(r.typeName(r.next()), descriptorpb.FieldDescriptorProto_LABEL_REPEATED))
		case "map":
			r.mapField(m, path)
		default:
			m.Field = append(m.Field, r.field(r.typeName(word), descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL))
		}
	}
	return m
}

func (r *reader) enum(outer string) *descriptorpb.EnumDescriptorProto {
	e := &descriptorpb.EnumDescriptorProto{Name: proto.String(r.next())}
	r.enums["."+r.pkg+outer+"."+e.GetName()] = true
	r.expect("{")
	for r.err == nil {
		name := r.next()
		if name == "}" {
			break
		}
		r.expect("=")
		e.Value = append(e.Value, &descriptorpb.EnumValueDescriptorProto{Name: proto.String(name), Number: r.number()})
	}
	return e
}

// typeName reads the rest of a dotted name.
func (r *reader) typeName(first string) string {
	for r.scan.Peek() == '.' {
		r.next()
		first += "." + r.next()
	}
	return first
}

func (r *reader) field(kind string, label descriptorpb.FieldDescriptorProto_Label) *descriptorpb.FieldDescriptorProto {
	f := &descriptorpb.FieldDescriptorProto{Name: proto.String(r.next()), Label: label.Enum()}
	r.expect("=")
	f.Number = r.number()
	r.setType(f, kind)
	return f
}

func (r *reader) setType(f *descriptorpb.FieldDescriptorProto, kind string) {
	if scalar, ok := descriptorpb.FieldDescriptorProto_Type_value["TYPE_"+strings.ToUpper(kind)]; ok {
		f.Type = descriptorpb.FieldDescriptorProto_Type(scalar).Enum()
		return
	}
	f.Type = descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum()
	if !strings.HasPrefix(kind, "google.protobuf.") {
		kind = r.pkg + "." + kind
	}
	f.TypeName = proto.String("." + kind)
}

// mapField reads "map<K, V> name = N;" into the repeated entry message that it stands for.
func (r *reader) mapField(m *descriptorpb.DescriptorProto, path string) {
	r.expect("<")
	key := r.next()
	r.expect(",")
	value := r.typeName(r.next())
	r.expect(">")
	f := &descriptorpb.FieldDescriptorProto{
		Name: proto.String(r.next()), Label: descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum(),
		Type: descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum(),
	}
	r.expect("=")
	f.Number = r.number()
	entry := &descriptorpb.DescriptorProto{
		Name:    proto.String(entryName(f.GetName())),
		Options: &descriptorpb.MessageOptions{MapEntry: proto.Bool(true)},
	}
	for i, part := range []struct{ name, kind string }{{"key", key}, {"value", value}} {
		field := &descriptorpb.FieldDescriptorProto{
			Name: proto.String(part.name), Number: proto.Int32(int32(i + 1)),
			Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
		}
		r.setType(field, part.kind)
		entry.Field = append(entry.Field, field)
	}
	f.TypeName = proto.String("." + r.pkg + path + "." + entry.GetName())
	m.NestedType = append(m.NestedType, entry)
	m.Field = append(m.Field, f)
}

// markEnums corrects the fields whose type turned out to be an enum.
func (r *reader) markEnums(m *descriptorpb.DescriptorProto) {
	for _, f := range m.Field {
		if r.enums[f.GetTypeName()] {
			f.Type = descriptorpb.FieldDescriptorProto_TYPE_ENUM.Enum()
		}
	}
	for _, nested := range m.NestedType {
		r.markEnums(nested)
	}
}

// entryName is the name that protoc gives to a map field's entries: attribute_mapping has AttributeMappingEntry.
func entryName(field string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(field, "_") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String() + "Entry"
}
