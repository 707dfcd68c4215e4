package structure_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/structure"
)

func judge(t testing.TB, name string, body []byte) string {
	t.Helper()
	text, err := structure.Check(t.Context(), name, int64(len(body)), func(_ context.Context, p []byte, offset int64) (int, error) {
		if offset < 0 || offset+int64(len(p)) > int64(len(body)) {
			t.Fatalf("%s: %d bytes at %d of %d are read", name, len(p), offset, len(body))
		}
		return copy(p, body[offset:]), nil
	})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return text
}

func le(n any) []byte {
	var b bytes.Buffer
	_ = binary.Write(&b, binary.LittleEndian, n)
	return b.Bytes()
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func safetensors(header string, data int) []byte {
	return join(le(uint64(len(header))), []byte(header), make([]byte, data))
}

func tfrecords(records ...string) []byte {
	mask := func(b []byte) []byte {
		c := checksum.Update(0, b)
		return le((c>>15 | c<<17) + 0xa282ead8)
	}
	var out []byte
	for _, r := range records {
		length := le(uint64(len(r)))
		out = join(out, length, mask(length), []byte(r), mask([]byte(r)))
	}
	return out
}

// parquet is one without rows: magic, a footer of Thrift's compact protocol, its length, magic.
func parquet() []byte {
	footer := []byte{
		0x15, 0x04, // 1: version, i32 2
		0x19, 0x1c, 0x48, 0x06, 's', 'c', 'h', 'e', 'm', 'a', 0x15, 0x00, 0x00, // 2: schema, a list of one struct: 4 name, 5 children
		0x16, 0x00, // 3: rows, i64 0
		0x19, 0x0c, // 4: row groups, an empty list
		0x00,
	}
	return join([]byte("PAR1"), footer, le(uint32(len(footer))), []byte("PAR1"))
}

func zipped(t testing.TB, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		f, err := w.Create(m)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Write(bytes.Repeat([]byte(m), 100))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func text(s string) []byte { return join(le(uint64(len(s))), []byte(s)) }

func gguf() []byte {
	head := join([]byte("GGUF"), le(uint32(3)), le(uint64(2)), le(uint64(3)),
		text("general.name"), le(uint32(8)), text("small"),
		text("general.alignment"), le(uint32(4)), le(uint32(16)),
		text("tokens"), le(uint32(9)), le(uint32(8)), le(uint64(2)), text("a"), text("b"),
		text("t1"), le(uint32(1)), le(uint64(4)), le(uint32(0)), le(uint64(0)),
		text("t2"), le(uint32(1)), le(uint64(4)), le(uint32(0)), le(uint64(16)))
	for len(head)%16 != 0 {
		head = append(head, 0)
	}
	return append(head, make([]byte, 32)...)
}

func whole(t testing.TB) map[string][]byte {
	t.Helper()
	return map[string][]byte{
		"a.safetensors": safetensors(`{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"a":{"dtype":"U8","shape":[3],"data_offsets":[16,19]}}`, 19),
		"b.parquet":     parquet(),
		"c.tfrecord":    tfrecords("one", "", strings.Repeat("three", 50_000)),
		"d.zip":         zipped(t, "x", "dir/y"),
		"e.PT":          zipped(t, "model/data.pkl"),
		"f.gguf":        gguf(),
	}
}

func TestWhatHoldsTogether(t *testing.T) {
	t.Parallel()
	for name, body := range whole(t) {
		if got := judge(t, name, body); got != "" {
			t.Errorf("%s: %s", name, got)
		}
	}
	for name, body := range map[string][]byte{
		"old.pt": {0x80, 0x02, '.'}, "notes.txt": []byte("anything"), "none": nil, "empty.tfrecord": nil, "encrypted.parquet": join([]byte("PARE"), []byte("xxxx"), le(uint32(4)), []byte("PARE")),
		"new.gguf": join([]byte("GGUF"), le(uint32(9)), make([]byte, 30)),
	} {
		if got := judge(t, name, body); got != "" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// Cut off anywhere, each is told to be so; only a record format may end at a record's end.
func TestCutAnywhere(t *testing.T) {
	t.Parallel()
	files := whole(t)
	records := map[int]bool{0: true, 16 + 3: true, 16 + 3 + 16: true}
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.SampledFrom([]string{"a.safetensors", "b.parquet", "c.tfrecord", "d.zip", "e.PT", "f.gguf"}).Draw(rt, "name")
		n := rapid.IntRange(0, len(files[name])-1).Draw(rt, "length")
		ends := name == "c.tfrecord" && records[n] || name == "f.gguf" && n > len(files[name])-16 // a tensor's end is not in the header
		if got := judge(t, name, files[name][:n]); (got == "") != ends {
			rt.Fatalf("%s of %d bytes, cut to %d: %q", name, len(files[name]), n, got)
		}
	})
}

func TestWhatIsWrong(t *testing.T) {
	t.Parallel()
	flipped := tfrecords("one", "two")
	flipped[12+3+4+12] ^= 1
	long := tfrecords("one")
	long[0] = 4
	moved := zipped(t, "x", "y")
	moved[0] = 'Q'
	late := gguf()
	for _, c := range []struct {
		name string
		body []byte
		want string
	}{
		{"a.safetensors", safetensors(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 4), "safetensors: its tensors take 8 bytes, and 4 follow the header"},
		{"a.safetensors", safetensors(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4), `safetensors: tensor "a" has 4 bytes, not the 8 of its shape`},
		{"a.safetensors", safetensors(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, 3), `safetensors: tensor "a" lies at 1 to 3, and the one before ends at 0`},
		{"a.safetensors", safetensors(`{"a":{"dtype":"U8","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,3]}}`, 3), `safetensors: tensor "a" has 3 bytes, not the -1 of its shape`},
		{"a.safetensors", []byte("<html>Not found</html>"), "safetensors: its header would have"},
		{"b.parquet", []byte("<html>Not found</html>"), `Parquet: it begins with "<htm" and ends with "tml>", not PAR1`},
		{"b.parquet", join([]byte("PAR1"), []byte{0}, le(uint32(1)), []byte("PAR1")), "Parquet: its footer has no"},
		{"c.tfrecord", flipped, "TFRecord: record 1, at byte 19, has a wrong checksum"},
		{"c.tfrecord", long, "TFRecord: record 0, at byte 0, has a length with a wrong checksum"},
		{"d.zip", moved, `zip: "x" is not where the directory says`},
		{"d.zip", []byte("PK\x03\x04 and no more"), "zip: it has no central directory"},
		{"f.gguf", late[:len(late)-17], `GGUF: tensor "t2" would begin at`},
		{"f.gguf", []byte("GGML\x00\x00\x00\x00"), `GGUF: it begins with "GGML"`},
	} {
		if got := judge(t, c.name, c.body); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// What cannot be read is no verdict.
func TestTroubleIsNoVerdict(t *testing.T) {
	t.Parallel()
	broken := errors.New("503")
	for name, body := range whole(t) {
		text, err := structure.Check(t.Context(), name, int64(len(body)), func(context.Context, []byte, int64) (int, error) { return 0, broken })
		if text != "" || !errors.Is(err, broken) {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}

func FuzzCheck(f *testing.F) {
	i := 0
	for name, body := range whole(f) {
		if len(body) > 4096 {
			body = tfrecords("one", "two")
		}
		f.Add(name, body)
		i++
	}
	f.Fuzz(func(t *testing.T, name string, body []byte) {
		read := int64(0)
		_, err := structure.Check(t.Context(), name, int64(len(body)), func(_ context.Context, p []byte, offset int64) (int, error) {
			if offset < 0 || offset+int64(len(p)) > int64(len(body)) {
				return 0, fmt.Errorf("%d at %d of %d", len(p), offset, len(body))
			}
			read += int64(len(p))
			return copy(p, body[offset:]), nil
		})
		if err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
	})
}
