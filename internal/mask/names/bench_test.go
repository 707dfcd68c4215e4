package names

import (
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/prompt"
)

// prose has two people, a street and a town in 680 bytes.
const prose = `The committee met on Tuesday to look at the plans for the new library. Most of the members agreed that the
building should stand near the river, because the old one is too far from the schools. However, the costs have risen
since the first estimate, and nobody could say where the money would come from. After a long discussion, the chair asked
for a vote. In the end they decided to wait for another month. A letter will be sent to Margaret Holloway, who lives at
14 Orchard Lane, so that she can comment on the drawings before the next meeting in Bristol. Meanwhile the engineers are
going to measure the ground again, which takes about three weeks when it does not rain.
`

// plain is prose that names nobody.
const plain = `When the first boats came down the river in spring, the whole village went out to meet them. There was bread, and
music, and the children were allowed to stay up late. Nobody asked what the boats had brought, because everyone knew:
salt, iron and cloth, and now and then a letter. It is hard to say when this ended. Some think that the new road made the
boats too slow; others believe that people simply lost the habit. What is certain is that the landing was still in use a
hundred years later, since the accounts list its repair every autumn. Today grass grows between the stones.
`

func BenchmarkFind(b *testing.B) {
	b.Run("plain", func(b *testing.B) { bench(b, plain) })
	b.Run("names", func(b *testing.B) { bench(b, prose) })
}

func bench(b *testing.B, text string) {
	text = strings.Repeat(text, 20)
	f := New()
	var found []prompt.Finding
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		found = f.Find(text, found[:0])
	}
}
