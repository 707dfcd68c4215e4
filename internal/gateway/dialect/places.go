package dialect

import (
	"math/bits"
	"unicode/utf8"
)

// places turns places in a text: Gemini's are bytes, OpenAI's are characters. A long stream keeps a bit for each byte that was
// said, not the byte.
type places struct {
	size   int
	begins []uint64 // where characters begin, by bytes
}

func (p *places) add(text string) {
	for i := range len(text) {
		if p.size%64 == 0 {
			p.begins = append(p.begins, 0)
		}
		if utf8.RuneStart(text[i]) {
			p.begins[p.size/64] |= 1 << (p.size % 64)
		}
		p.size++
	}
}

// characters is the number of characters that begin before a byte of the text.
func (p *places) characters(at int) (n int) {
	at = max(0, min(at, p.size))
	for _, word := range p.begins[:at/64] {
		n += bits.OnesCount64(word)
	}
	if at%64 > 0 {
		n += bits.OnesCount64(p.begins[at/64] & (1<<(at%64) - 1))
	}
	return n
}
