package phrase

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestFindIsSlowSearch holds Find to a search that reads the notation itself and tries every word at every place.
func TestFindIsSlowSearch(t *testing.T) {
	t.Parallel()
	families := []Family{
		{Name: "a", Phrases: "ignore|skip_all ..2 rul*|law ..1 now\nnever"},
		{Name: "b", Phrases: "ign*|skip ..9 law_now|rules"},
		{Name: "c", Phrases: "skip_all|all_the all|the|rul*"},
	}
	set := Compile(families)
	word := rapid.SampledFrom([]string{"ignore", "ignores", "ign", "skip", "all", "the", "rul", "rules", "law", "now", "never", "x", "i'gn"})
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(word, 0, 12).Draw(t, "words")
		text := strings.Join(words, " ")
		var want uint64
		for i, f := range families {
			for line := range strings.Lines(f.Phrases) {
				for at := range words {
					if slow(strings.Fields(line), words[at:]) {
						want |= 1 << i
					}
				}
			}
		}
		if got := set.Find(text, Words(text, nil)); got != want {
			t.Fatalf("%q: %b, want %b", text, got, want)
		}
	})
}

// slow says whether words begin with a phrase, or with the rest of one.
func slow(phrase, words []string) bool {
	if len(phrase) == 0 {
		return true
	}
	if gap, ok := strings.CutPrefix(phrase[0], ".."); ok {
		for skip := range min(int(gap[0]-'0'), len(words)) + 1 {
			if slow(phrase[1:], words[skip:]) {
				return true
			}
		}
		return false
	}
	for alt := range strings.SplitSeq(phrase[0], "|") {
		atoms := strings.Split(alt, "_")
		fits := len(atoms) <= len(words)
		for i := 0; fits && i < len(atoms); i++ {
			stem, isStem := strings.CutSuffix(atoms[i], "*")
			word := strings.ReplaceAll(words[i], "'", "")
			fits = word == stem || isStem && strings.HasPrefix(word, stem)
		}
		if fits && slow(phrase[1:], words[len(atoms):]) {
			return true
		}
	}
	return false
}
