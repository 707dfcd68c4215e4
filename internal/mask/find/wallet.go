package find

import (
	"bytes"
	"crypto/sha256"
	"math/big"
	"strings"
)

// wallet finds the address of a crypto wallet at i.
func (s *scanner) wallet(i int) bool {
	if shortest := 26; len(s.text)-i < shortest || !isAlnum(s.text[i+shortest-1]) {
		return false
	}
	end := i
	for end < len(s.text) && isAlnum(s.text[end]) && end-i < 110 {
		end++
	}
	w := s.text[i:end]
	if len(w) < 26 || !s.wanted.has(crypto) || !closes(s.text, end) {
		return false
	}
	switch {
	case len(w) == 42 && w[0] == '0' && w[1]|0x20 == 'x' && isHex(w[2:]):
	case len(w) <= 35 && strings.IndexByte("13LMDT", w[0]) >= 0 && base58Check(w):
	case len(w) <= 90 && segwit(w):
	default: // of a currency whose addresses have no check that is known here
		if base58(w) && random(w) && s.words.near(crypto, i, end, reachBefore, reachAfter) {
			return s.take(crypto, i, end, .7)
		}
		return false
	}
	return s.take(crypto, i, end, .95)
}

// base58 says whether a word has only the letters and digits that cannot be taken for others.
func base58(w string) bool { return !strings.ContainsAny(w, "0OIl") }

func isHex(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}

// base58Check holds 25 bytes: version, hash, and the first four bytes of its double SHA-256.
// https://en.bitcoin.it/wiki/Base58Check_encoding
func base58Check(w string) bool {
	const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	n, base := new(big.Int), big.NewInt(58)
	for i := range len(w) {
		v := strings.IndexByte(alphabet, w[i])
		if v < 0 {
			return false
		}
		n.Add(n.Mul(n, base), big.NewInt(int64(v)))
	}
	if n.BitLen() > 25*8 {
		return false
	}
	var b [25]byte
	n.FillBytes(b[:])
	once := sha256.Sum256(b[:21])
	twice := sha256.Sum256(once[:])
	return bytes.Equal(twice[:4], b[21:])
}

// segwit is Bech32 and Bech32m with the prefix of Bitcoin or Litecoin (BIP 173, BIP 350).
func segwit(w string) bool {
	w = strings.ToLower(w)
	prefix, data, ok := strings.Cut(w, "1")
	if !ok || prefix != "bc" && prefix != "tb" && prefix != "ltc" {
		return false
	}
	sum := uint32(1)
	step := func(v uint32) {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ v
		for i, g := range [...]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	for i := range len(prefix) {
		step(uint32(prefix[i] >> 5))
	}
	step(0)
	for i := range len(prefix) {
		step(uint32(prefix[i] & 31))
	}
	for i := range len(data) {
		v := strings.IndexByte("qpzry9x8gf2tvdw0s3jn54khce6mua7l", data[i])
		if v < 0 {
			return false
		}
		step(uint32(v))
	}
	return sum == 1 || sum == 0x2bc830a3
}
