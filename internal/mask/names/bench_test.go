package names

import (
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/prompt"
)

const prose = `The committee met on Tuesday to look at the plans for the new library. Most of the members agreed that the
building should stand near the river, because the old one is too far from the schools. However, the costs have risen
since the first estimate, and nobody could say where the money would come from. After a long discussion, the chair asked
for a vote. In the end they decided to wait for another month. A letter will be sent to Margaret Holloway, who lives at
14 Orchard Lane, so that she can comment on the drawings before the next meeting in Bristol. Meanwhile the engineers are
going to measure the ground again, which takes about three weeks when it does not rain.
`

func BenchmarkFind(b *testing.B) {
	text := strings.Repeat(prose, 20)
	f := New()
	var found []prompt.Finding
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		found = f.Find(text, found[:0])
	}
}
