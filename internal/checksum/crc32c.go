// Package checksum is the arithmetic of CRC32C (Castagnoli, RFC 3720 appendix B.4), the one checksum that every store on both shores
// can be held to.
//
// Bytes and sums enter, sums leave. It must never read a byte twice: the sum of a whole is made of the sums of its parts.
package checksum

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"sync"
)

// polynomial is Castagnoli's, bits reversed as hash/crc32 has it.
const polynomial = crc32.Castagnoli

// table is built once; hash/crc32 picks the processor's own instruction for it.
var table = sync.OnceValue(func() *crc32.Table { return crc32.MakeTable(polynomial) })

// Update adds p to a running CRC32C; begin with 0.
func Update(sum uint32, p []byte) uint32 { return crc32.Update(sum, table(), p) }

// Combine returns the CRC32C of two runs of bytes one after the other, from their sums and the second one's length.
func Combine(first, second uint32, length int64) uint32 {
	if length <= 0 {
		return first
	}
	return multiply(power(length), first) ^ second
}

// powers[k] is x^(8·2^k) modulo the polynomial: what appending 2^k zero bytes does to a sum.
var powers = sync.OnceValue(func() [63]uint32 {
	var out [63]uint32
	out[0] = 1 << (31 - 8) // x^8, the highest bit being x^0
	for k := 1; k < len(out); k++ {
		out[k] = multiply(out[k-1], out[k-1])
	}
	return out
})

// power is x^(8·bytes) modulo the polynomial.
func power(bytes int64) uint32 {
	out := uint32(1) << 31 // x^0
	for k := 0; bytes > 0; k, bytes = k+1, bytes>>1 {
		if bytes&1 == 1 {
			out = multiply(out, powers()[k])
		}
	}
	return out
}

// multiply multiplies two polynomials over GF(2) modulo the polynomial, bits reversed.
func multiply(a, b uint32) uint32 {
	var product uint32
	for ; a != 0; a <<= 1 {
		if a&(1<<31) != 0 {
			product ^= b
		}
		carry := b & 1
		b >>= 1
		if carry == 1 {
			b ^= polynomial
		}
	}
	return product
}

// CRC is a CRC32C that may be unknown. As text it is what Cloud Storage writes: base64 of the four bytes, big-endian; "" when
// unknown.
type CRC struct {
	Sum   uint32
	Known bool
}

// Of is a known CRC.
func Of(sum uint32) CRC { return CRC{Sum: sum, Known: true} }

// String is the text form.
func (c CRC) String() string {
	if !c.Known {
		return ""
	}
	var raw [4]byte
	binary.BigEndian.PutUint32(raw[:], c.Sum)
	return base64.StdEncoding.EncodeToString(raw[:])
}

// IsZero lets encoding/json leave an unknown one out.
func (c CRC) IsZero() bool { return !c.Known }

// MarshalText implements encoding.TextMarshaler.
func (c CRC) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *CRC) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*c = CRC{}
		return nil
	}
	raw, err := base64.StdEncoding.DecodeString(string(text))
	if err != nil || len(raw) != 4 {
		return fmt.Errorf("%q is not a CRC32C: base64 of four bytes is wanted", text)
	}
	*c = Of(binary.BigEndian.Uint32(raw))
	return nil
}

// Agree says that both are known and equal, or that one is unknown: there is nothing to hold against it.
func (c CRC) Agree(other CRC) bool { return !c.Known || !other.Known || c.Sum == other.Sum }
