package mask

import "strings"

// texts keeps small texts side by side, so that a session holds no other text because of them, and few pieces of memory.
type texts struct{ chunk strings.Builder }

// chunkSize is room for the values and tokens of most requests.
const chunkSize = 480

// keep returns the three, one after the other.
func (k *texts) keep(a, b string, c []byte) string {
	size := len(a) + len(b) + len(c)
	if k.chunk.Cap()-k.chunk.Len() < size {
		k.chunk = strings.Builder{}
		k.chunk.Grow(max(size, chunkSize))
	}
	begin := k.chunk.Len()
	k.chunk.WriteString(a)
	k.chunk.WriteString(b)
	k.chunk.Write(c)
	return k.chunk.String()[begin:]
}

// held are values, in whatever case; most are never asked for.
type held struct {
	values []string
	lower  map[string]bool // of the values so far
}

func (h *held) add(value string) {
	if h.values == nil {
		h.values = make([]string, 0, few)
	}
	h.values = append(h.values, value)
}

func (h *held) has(value string) bool {
	if len(h.values) > 0 && h.lower == nil {
		h.lower = make(map[string]bool, len(h.values))
	}
	for _, v := range h.values {
		h.lower[strings.ToLower(v)] = true
	}
	h.values = h.values[:0]
	return h.lower[strings.ToLower(value)]
}
