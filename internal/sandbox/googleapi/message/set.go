// Package message knows the messages of Google's APIs that the sandbox speaks, in both of their encodings.
//
// JSON as callers write it enters and is refused in the words of Google's JSON front end; canonical JSON leaves. The
// binary encoding goes both ways. It must not know what a message is for.
package message

import (
	_ "embed"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"
)

//go:embed google.proto
var source string

// Set is a set of message descriptors. It is safe for use from many goroutines.
type Set struct{ file protoreflect.FileDescriptor }

// Load reads the messages that come with the package.
func Load() *Set {
	described, err := describe("google.cloud.aiplatform.v1beta1", source)
	if err == nil {
		var file protoreflect.FileDescriptor
		if file, err = protodesc.NewFile(described, protoregistry.GlobalFiles); err == nil {
			return &Set{file}
		}
	}
	panic(fmt.Errorf("google.proto, which is part of this program, is wrong: %w", err))
}

func (s *Set) message(name string) protoreflect.MessageDescriptor {
	d := s.file.Messages().ByName(protoreflect.Name(name))
	if d == nil {
		panic("no message " + name + " in google.proto")
	}
	return d
}

// FromWire turns the binary encoding of a message into canonical JSON.
func (s *Set) FromWire(name string, body []byte) ([]byte, error) {
	m := dynamicpb.NewMessage(s.message(name))
	if err := proto.Unmarshal(body, m); err != nil {
		return nil, fmt.Errorf("decode %s: %w", name, err)
	}
	return protojson.Marshal(m)
}

// ToWire turns canonical JSON into the binary encoding; names that the message does not have are left out.
func (s *Set) ToWire(name string, canonical []byte) ([]byte, error) {
	m, err := s.parse(name, canonical)
	if err != nil {
		return nil, err
	}
	return proto.MarshalOptions{Deterministic: true}.Marshal(m)
}

// EnumsAsNumbers rewrites canonical JSON with numbers for enums, as the query parameter $alt=json;enum-encoding=int asks.
func (s *Set) EnumsAsNumbers(name string, canonical []byte) ([]byte, error) {
	m, err := s.parse(name, canonical)
	if err != nil {
		return nil, err
	}
	return protojson.MarshalOptions{UseEnumNumbers: true}.Marshal(m)
}

func (s *Set) parse(name string, canonical []byte) (proto.Message, error) {
	m := dynamicpb.NewMessage(s.message(name))
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(canonical, m); err != nil {
		return nil, fmt.Errorf("encode %s: %w", name, err)
	}
	return m, nil
}
