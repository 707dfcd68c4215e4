package structure

import (
	"cmp"
	"encoding/json"
	"slices"
)

// longestHeader is the reference implementation's own limit (huggingface/safetensors, MAX_HEADER_SIZE).
const longestHeader = 100_000_000

// bits of the types that a tensor may have, by the format's names; an unknown one is not judged.
var tensorBits = map[string]int64{
	"BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
	"I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32, "F64": 64, "I64": 64, "U64": 64, "C64": 64,
}

type tensor struct {
	Type    string   `json:"dtype"`
	Shape   []int64  `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"`
	name    string
}

// safetensors holds the header against the file: its tensors fill the rest, one after the other, without hole or overlap
// (github.com/huggingface/safetensors, Format).
func safetensors(f *file) error {
	head, err := f.at(0, 8, "the header's length")
	if err != nil {
		return err
	}
	n := u64(head)
	if n > longestHeader || int64(n) > f.size-8 {
		return bad("its header would have %d bytes, of %d in the file", n, f.size)
	}
	text, err := f.at(8, int64(n), "the header")
	if err != nil {
		return err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return bad("its header is not JSON")
	}
	delete(members, "__metadata__")
	tensors := make([]tensor, 0, len(members))
	for name, raw := range members {
		t := tensor{name: name}
		if err := json.Unmarshal(raw, &t); err != nil {
			return bad("tensor %q has no dtype, shape and data_offsets", name)
		}
		tensors = append(tensors, t)
	}
	slices.SortFunc(tensors, func(a, b tensor) int {
		return cmp.Or(cmp.Compare(a.Offsets[0], b.Offsets[0]), cmp.Compare(a.Offsets[1], b.Offsets[1]))
	})
	return filled(tensors, f.size-8-int64(n))
}

func filled(tensors []tensor, room int64) error {
	var end int64
	for _, t := range tensors {
		if t.Offsets[0] != end || t.Offsets[1] < t.Offsets[0] {
			return bad("tensor %q lies at %d to %d, and the one before ends at %d", t.name, t.Offsets[0], t.Offsets[1], end)
		}
		end = t.Offsets[1]
		if want, ok := t.bytes(room); ok && want != end-t.Offsets[0] {
			return bad("tensor %q has %d bytes, not the %d of its shape", t.name, end-t.Offsets[0], want)
		}
	}
	if end != room {
		return bad("its tensors take %d bytes, and %d follow the header", end, room)
	}
	return nil
}

// bytes is what the shape takes; not known for a type that this does not know, and never more than could be.
func (t tensor) bytes(most int64) (int64, bool) {
	bits, ok := tensorBits[t.Type]
	if !ok {
		return 0, false
	}
	total := int64(1)
	for _, n := range t.Shape {
		if n < 0 || n > 0 && total > (most*8+64)/n {
			return -1, true
		}
		total *= n
	}
	return (total*bits + 7) / 8, true
}
