package answer

import (
	"hash/fnv"
	"math"
	"strings"
)

// Vector is a text's place among texts: each word adds to coordinates that its hash chooses, and the whole has length
// one, so that texts with common words are near each other.
func Vector(text string, size int) []float64 {
	out := make([]float64, size)
	for _, w := range append(words(strings.ToLower(text)), text) {
		h := fnv.New64a()
		_, _ = h.Write([]byte(w))
		sum := h.Sum64()
		for range 4 {
			sign := 1.0
			if sum&1 == 1 {
				sign = -1
			}
			out[(sum>>1)%uint64(size)] += sign
			sum = sum*6364136223846793005 + 1442695040888963407
		}
	}
	length := 0.0
	for _, v := range out {
		length += v * v
	}
	if length == 0 {
		out[0], length = 1, 1
	}
	for i := range out {
		out[i] /= math.Sqrt(length)
	}
	return out
}
