package splice_test

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/landbridge/landbridge/internal/splice"
)

// FuzzQuote holds our strings against those of a JSON library.
func FuzzQuote(f *testing.F) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for _, seed := range []string{"", "x", `he said "yes" \ no`, "Ægir’s 😀 \u2028", string(all), "seven b\n", "eight by\"", strings.Repeat("plain ", 10) + "\x7f\xff", "a\xc3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, _ := jsontext.AppendQuote([]byte("before"), text)
		if got := splice.AppendQuote([]byte("before"), text); string(got) != string(want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	})
}

func BenchmarkQuote(b *testing.B) {
	text := strings.Repeat("The harbour office said \"wait for the tide\"; the crew of the Ægir did not.\n", 14)
	var dst []byte
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		dst = splice.AppendQuote(dst[:0], text)
	}
}
