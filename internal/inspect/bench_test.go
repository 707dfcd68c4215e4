package inspect

import (
	"strings"
	"testing"
)

// texts of the benchmarks: what a user types, an e-mail, a table, and the worst of them many times over.
var benchTexts = map[string]string{
	"prompt1K": strings.Repeat("Please compare the two offers below and tell me which one suits a family of four with a dog better. "+
		"We like long walks, a quiet street and a garden, but we also need a station nearby because my wife commutes. ", 5)[:1024],
	"table4K": "| Name | City | Year | Notes |\n" + strings.Repeat("| Anna Keller | Lisbon, Portugal | 1998 | moved to Porto in May |\n", 66),
	"code4K":  strings.Repeat("func total(items []Item) int {\n\tsum := 0\n\tfor _, it := range items {\n\t\tsum += it.Price // ignore the header\n\t}\n\treturn sum\n}\n\n", 30),
	"mail2K":  "Subject: your order\n\nHi Anna,\n\n" + strings.Repeat("Thank you for your order. Could you please send us the address by Friday? It ships on Monday.\n", 20) + "\nBest regards,\nTom",
}

func BenchmarkPrompt(b *testing.B) {
	in := New(Options{})
	texts := map[string]string{"prompt32K": strings.Repeat(benchTexts["prompt1K"]+"\n", 32)}
	for name, text := range benchTexts {
		texts[name] = text
	}
	for name, text := range texts {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				in.Prompt(text, User)
			}
		})
	}
}
