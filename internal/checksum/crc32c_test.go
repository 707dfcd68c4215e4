package checksum_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/checksum"
)

// RFC 3720 appendix B.4.
func TestUpdateKnowsTheRFC(t *testing.T) {
	t.Parallel()
	ones := make([]byte, 32)
	for i := range ones {
		ones[i] = 0xff
	}
	for _, c := range []struct {
		bytes []byte
		want  uint32
	}{{make([]byte, 32), 0x8a9136aa}, {ones, 0x62a8ab43}, {[]byte("123456789"), 0xe3069283}} {
		if got := checksum.Update(0, c.bytes); got != c.want {
			t.Errorf("%x: %08x, want %08x", c.bytes, got, c.want)
		}
	}
}

func TestCombine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 300), 0, 8).Draw(t, "parts")
		var whole []byte
		var sum uint32
		for _, p := range parts {
			whole = append(whole, p...)
			sum = checksum.Combine(sum, checksum.Update(0, p), int64(len(p)))
		}
		if want := checksum.Update(0, whole); sum != want {
			t.Fatalf("combined %08x, want %08x", sum, want)
		}
	})
}

// What no test can hold in memory: 5 TiB of zero bytes are twice 2.5 TiB of them.
func TestCombineOfVeryMuch(t *testing.T) {
	t.Parallel()
	const half = 5 << 39
	zeros := checksum.Update(0, make([]byte, 1<<20))
	sum := zeros
	for n := int64(1 << 20); n < half; n *= 2 {
		sum = checksum.Combine(sum, sum, n)
	}
	// In steps of another size the same must come out: associativity.
	odd := checksum.Combine(sum, zeros, 1<<20)
	if again := checksum.Combine(zeros, sum, 4<<40); again != odd {
		t.Errorf("%08x and %08x", odd, again)
	}
}

func TestCRCAsText(t *testing.T) {
	t.Parallel()
	type held struct {
		A checksum.CRC `json:"a,omitzero"`
	}
	text, err := json.Marshal(held{checksum.Of(0xe3069283)})
	if err != nil || string(text) != `{"a":"4waSgw=="}` {
		t.Errorf("%s, %v", text, err)
	}
	if text, _ := json.Marshal(held{}); string(text) != `{}` {
		t.Errorf("unknown: %s", text)
	}
	var back held
	if err := json.Unmarshal(text, &back); err != nil || back.A != checksum.Of(0xe3069283) {
		t.Errorf("%v, %v", back, err)
	}
	if json.Unmarshal([]byte(`{"a":"AAAA"}`), &back) == nil {
		t.Error("three bytes are no CRC32C")
	}
	if !back.A.Agree(checksum.CRC{}) || back.A.Agree(checksum.Of(1)) {
		t.Error("agreement")
	}
}

func BenchmarkCombine(b *testing.B) {
	for range b.N {
		checksum.Combine(1, 2, 64<<20)
	}
}
