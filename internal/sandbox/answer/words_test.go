package answer

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestWordsAreThoseOfTheExpression holds words to the expression that says what a word is.
func TestWordsAreThoseOfTheExpression(t *testing.T) {
	t.Parallel()
	word := regexp.MustCompile(`[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*`)
	pieces := rapid.SampledFrom([]string{"a", "ß", "9", "Ⅷ", "don", "'", "’", "-", "--", " ", ".", "\n", "\xe2\x80", "\xff", "日本", "e\u0301"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(pieces, 0, 12).Draw(t, "pieces"), "")
		if diff := cmp.Diff(word.FindAllString(text, -1), words(text)); diff != "" {
			t.Fatalf("%q (-want +got):\n%s", text, diff)
		}
	})
}

// BenchmarkTo is the worst of prompts, one sentence of words that are all different. Bytes a second do not depend on its
// length.
func BenchmarkTo(b *testing.B) {
	for _, count := range []int{1 << 10, 1 << 14, 1 << 18} {
		b.Run(strconv.Itoa(count)+" words", func(b *testing.B) {
			var prompt strings.Builder
			for i := range count {
				prompt.WriteString("word" + strconv.Itoa(i) + " ")
			}
			b.SetBytes(int64(prompt.Len()))
			b.ReportAllocs()
			for b.Loop() {
				To(prompt.String())
			}
		})
	}
}
