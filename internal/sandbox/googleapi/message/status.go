package message

import "google.golang.org/protobuf/encoding/protowire"

// Status is google.rpc.Status, whose details are messages of many kinds.
type Status struct {
	Code    int
	Message string
	Details []Detail
}

// Detail is one google.protobuf.Any.
type Detail struct {
	TypeURL string
	Value   []byte
}

// Wire is the binary encoding.
func (s Status) Wire() []byte {
	out := protowire.AppendTag(nil, 1, protowire.VarintType)
	out = protowire.AppendVarint(out, uint64(s.Code))
	out = protowire.AppendTag(out, 2, protowire.BytesType)
	out = protowire.AppendString(out, s.Message)
	for _, d := range s.Details {
		one := protowire.AppendTag(nil, 1, protowire.BytesType)
		one = protowire.AppendString(one, d.TypeURL)
		one = protowire.AppendTag(one, 2, protowire.BytesType)
		one = protowire.AppendBytes(one, d.Value)
		out = protowire.AppendTag(out, 3, protowire.BytesType)
		out = protowire.AppendBytes(out, one)
	}
	return out
}
