package dialect

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestPlacesAreCharacters(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOf(rapid.String()).Draw(t, "pieces")
		text, p := strings.Join(pieces, ""), places{}
		for _, piece := range pieces {
			p.add(piece)
		}
		for at := range text {
			if got, want := p.characters(at), utf8.RuneCountInString(text[:at]); got != want {
				t.Fatalf("%q: %d characters before byte %d, want %d", text, got, at, want)
			}
		}
		if got := p.characters(len(text) + 1); got != utf8.RuneCountInString(text) {
			t.Fatalf("%q has %d characters", text, got)
		}
	})
}
