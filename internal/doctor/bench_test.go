package doctor

import (
	"strings"
	"testing"
)

// BenchmarkExplain is one message, and a log of the greatest size that is read.
func BenchmarkExplain(b *testing.B) {
	for name, text := range map[string]string{
		"message": audienceText,
		"log":     strings.Repeat("2026-09-02T08:15:30Z INFO a line of a log that says nothing in particular\n", maxText/75) + audienceText,
	} {
		b.Run(name, func(b *testing.B) {
			Explain("") // the catalogue
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				Explain(text)
			}
		})
	}
}
