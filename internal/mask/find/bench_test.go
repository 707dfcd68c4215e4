package find_test

import (
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/prompt"
)

const (
	prose = "The committee met twice before the summer and agreed that the old bridge, which had carried carts since the " +
		"eighteenth century, should be kept for walkers. A new one would be built a little further down the river, where the " +
		"banks are firm; the engineer's letter of March says why. Nobody in the village had expected so quick an answer, least " +
		"of all the miller. \"We shall see,\" he said, and went home. On the way he thought about the 3 barns and the 12 cows.\n"
	document = `{"id":"c-81fa","created":1712345678,"model":"m-2.5","usage":{"prompt":311,"total":420},"items":[{"index":0,"price":12.5,` +
		`"name":"copper wire","tags":["metal","red"],"done":false,"when":"2024-05-01T10:00:00Z"},{"index":1,"price":7,"name":"nails"}]}` + "\n"
	figures = "2024-05-01 17:30:05 118.2 4411 0.25 99812 7/12 55 10.1.2.3 8841220 17 5512-1 1e9 12.50 77 8812 100,000 3.14159 2048 65536\n"
)

// BenchmarkFind looks for all types that are not loose, and for all types.
func BenchmarkFind(b *testing.B) {
	for name, text := range map[string]string{"prose": prose, "json": document, "figures": figures} {
		long := strings.Repeat(text, 1<<20/len(text))
		b.Run(name, func(b *testing.B) {
			f := standard(b)
			run(b, long, func(into []prompt.Finding) []prompt.Finding { return f.Find(long, into) })
		})
		b.Run(name+"/everything", func(b *testing.B) {
			f := everything(b)
			run(b, long, func(into []prompt.Finding) []prompt.Finding { return f.Find(long, into) })
		})
	}
}

func run(b *testing.B, text string, find func([]prompt.Finding) []prompt.Finding) {
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	var found []prompt.Finding
	for b.Loop() {
		found = find(found[:0])
	}
}
