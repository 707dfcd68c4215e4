package tag

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestScan(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                           "",
		"Ann O'Brien's dog.":         "Ann|O'Brien|'|s|dog|.",
		"Jean-Luc, well-known":       "Jean-Luc|,|well-known",
		"French-speaking l'Oréal":    "French|-|speaking|l|'|Oréal",
		"don't I’m D’Angelo":         "don|'|t|I|’|m|D’Angelo",
		"12 Main St., 80331 München": "12|Main|St|.|,|80331|München",
		"a\u00a0b\r\n\tc":            "a|b|c",
		"\xff\xfeX":                  "\xff|\xfe|X",
		"e\u0301tat 4B":              "e\u0301tat|4B",
	} {
		tokens, end := Scan(text, 0, len(text), nil)
		var got []string
		for _, token := range tokens {
			got = append(got, text[token.Start:token.End])
		}
		if diff := cmp.Diff(want, strings.Join(got, "|")); diff != "" || end != len(text) {
			t.Errorf("%q, end %d (-want +got)\n%s", text, end, diff)
		}
	}
}

func TestScanStopsAtLimit(t *testing.T) {
	t.Parallel()
	text := "one two three"
	first, from := Scan(text, 0, 5, nil)
	rest, end := Scan(text, from, len(text), nil)
	if len(first) != 2 || len(rest) != 1 || end != len(text) || text[rest[0].Start:] != "three" {
		t.Errorf("%v then %v to %d", first, rest, end)
	}
}

func TestHashIsOfTheFoldedWord(t *testing.T) {
	t.Parallel()
	for _, same := range [][2]string{{"Köln", "koln"}, {"ŁÓDŹ", "lodz"}, {"O’Neil", "o'neil"}, {"Ελλάδα", "ελλάδα"}, {"МОСКВА", "москва"}} {
		if Hash(same[0]) != Hash(same[1]) {
			t.Errorf("%q and %q differ", same[0], same[1])
		}
		tokens, _ := Scan(same[0], 0, len(same[0]), nil)
		if len(tokens) != 1 || tokens[0].Hash != Hash(same[0]) {
			t.Errorf("%q is not scanned as it is hashed: %v", same[0], tokens)
		}
	}
}

func TestLexicon(t *testing.T) {
	t.Parallel()
	l := NewLexicon(map[string]Kind{"anna": Given, "lee": Surname | City, "marie": Given, "köln": City})
	for word, want := range map[string]Kind{"anna": Given, "lee": Surname | City, "koln": City, "none": 0} {
		if got := l.Kind(Hash(word)); got != want {
			t.Errorf("%s: %b, want %b", word, got, want)
		}
	}
	for word, want := range map[string]Kind{"Anna-Marie": Given, "Anna-Lee": 0, "Lindenstraße": Street, "Kerkstraat": Street, "weg": 0} {
		tokens, _ := Scan(word, 0, len(word), nil)
		l.Look(word, tokens)
		if tokens[0].Kind != want {
			t.Errorf("%s: %b, want %b", word, tokens[0].Kind, want)
		}
	}
}

// A lexicon knows the words that it was made of and no others, however they crowd.
func TestLexiconOfMany(t *testing.T) {
	t.Parallel()
	words := map[string]Kind{}
	for i := range 190_000 {
		words["w"+strconv.Itoa(i)] = Kind(i%1000 + 1)
	}
	l, hashes := NewLexicon(words), map[uint32]Kind{}
	for word, kind := range words {
		hashes[Hash(word)] |= kind
	}
	for i := range 250_000 {
		hash := Hash("w" + strconv.Itoa(i))
		if got := l.Kind(hash); got != hashes[hash] {
			t.Fatalf("w%d: %b, want %b", i, got, hashes[hash])
		}
	}
}

func TestJoined(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"J. K. Rowling", "J.K. Rowling", "j k rowling", "J. K. ROWLING."} {
		var j Joined
		for _, r := range name {
			j.Add(r)
		}
		if j.Hash() != Hash("j-k-rowling") {
			t.Errorf("%q is not j-k-rowling", name)
		}
	}
}

func TestScanOfPlainWordsIsThatOfAllWords(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("abcXYZ019 .,'-’é_@\n\v\x00ß東"))).Draw(t, "text")
		for i := range text {
			var plain, all Token
			if end := scanPlain(text, i, &plain); end > i && text[i] > ' ' {
				if want := scanOne(text, i, &all); end != want || plain != all {
					t.Fatalf("%q from %d: %d %+v, want %d %+v", text, i, end, plain, want, all)
				}
			}
		}
	})
}
