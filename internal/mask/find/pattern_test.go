package find_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/mask/find"
	"github.com/landbridge/landbridge/internal/prompt"
)

func TestPatterns(t *testing.T) {
	t.Parallel()
	f, err := find.New(find.Options{Types: []string{"IBAN_CODE"}, Patterns: []find.Pattern{
		{Type: "EMPLOYEE_ID", Pattern: `E-\d{5}`, Score: .6, Context: []string{"Employee"}},
		{Type: "PROJECT", Words: []string{"Blue Heron", "Äpfel"}, Score: .7},
	}})
	if err != nil {
		t.Fatal(err)
	}
	text := "E-12345 of BLUE HERON; äpfel, blue herons, and employee E-00001"
	want := []prompt.Finding{
		{Start: 0, End: 7, Type: "EMPLOYEE_ID", Score: .6},
		{Start: 11, End: 21, Type: "PROJECT", Score: .7},
		{Start: 23, End: 29, Type: "PROJECT", Score: .7},
		{Start: 57, End: 64, Type: "EMPLOYEE_ID", Score: .95},
	}
	if diff := cmp.Diff(want, f.Find(text, nil)); diff != "" {
		t.Error(diff)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	pattern := func(p find.Pattern) find.Options { return find.Options{Patterns: []find.Pattern{p}} }
	for _, c := range []struct {
		code, text string
		options    find.Options
	}{
		{"unknown_type", `unknown type of personal data "SHOE_SIZE"`, find.Options{Types: []string{"SHOE_SIZE"}}},
		{"unknown_country", `no type of personal data belongs to country "XX"`, find.Options{Countries: []string{"xx"}}},
		{"pattern_without_type", `pattern "": it has no type`, pattern(find.Pattern{Pattern: "a", Score: .5})},
		{"pattern_score", `pattern "A": its score is not above 0 and at most 1`, pattern(find.Pattern{Type: "A", Pattern: "a"})},
		{"pattern_or_words", `pattern "A": it needs either a pattern or words`, pattern(find.Pattern{Type: "A", Score: .5})},
		{"pattern_or_words", `pattern "A": it needs either a pattern or words`, pattern(find.Pattern{Type: "A", Pattern: "a", Words: []string{"a"}, Score: .5})},
		{"pattern_syntax", `pattern "A": it is not a regular expression of RE2: error parsing regexp: missing closing ): ` + "`(a`", pattern(find.Pattern{Type: "A", Pattern: "(a", Score: .5})},
		{"pattern_matches_nothing", `pattern "A": it matches the empty string`, pattern(find.Pattern{Type: "A", Pattern: "(a*|b)", Score: .5})},
		{"pattern_matches_nothing", `pattern "A": it matches the empty string`, pattern(find.Pattern{Type: "A", Pattern: `\b`, Score: .5})},
		{"pattern_too_large", `pattern "A": it is too large`, pattern(find.Pattern{Type: "A", Pattern: "((a{10}){10}b{9}){9}((c{10}){10}){9}", Score: .5})},
		{"empty_word", `pattern "A": one of its words is empty`, pattern(find.Pattern{Type: "A", Words: []string{" "}, Score: .5})},
		{"word_encoding", `pattern "A": one of its words is not UTF-8`, pattern(find.Pattern{Type: "A", Words: []string{"\xff"}, Score: .5})},
	} {
		_, err := find.New(c.options)
		e, ok := errors.AsType[*bridge.Error](err)
		if !ok || e.Kind != bridge.Usage || e.Code != c.code || e.Text != c.text {
			t.Errorf("%+v: %v, want %s: %s", c.options, err, c.code, c.text)
		}
	}
}

func TestCatalogue(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, k := range find.Types() {
		if seen[k.Name] || k.About == "" || k.Name != strings.ToUpper(k.Name) || len(k.Country) != 0 && len(k.Country) != 2 {
			t.Errorf("%+v", k)
		}
		seen[k.Name] = true
	}
}

// TestChoice: countries keep away the ids of others, and what is loose must be named.
func TestChoice(t *testing.T) {
	t.Parallel()
	const text = "PESEL 44051401359, NHS 943 476 5919, card 4111111111111111, on Monday"
	for _, c := range []struct {
		options find.Options
		want    []string
	}{
		{find.Options{}, []string{"PL_PESEL", "UK_NHS", "CREDIT_CARD"}},
		{find.Options{Countries: []string{"UK"}}, []string{"UK_NHS", "CREDIT_CARD"}},
		{find.Options{Countries: []string{"pl", "de"}}, []string{"PL_PESEL", "CREDIT_CARD"}},
		{find.Options{Types: []string{"UK_NHS", "DATE_TIME"}}, []string{"UK_NHS", "DATE_TIME"}},
	} {
		f, err := find.New(c.options)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, g := range f.Find(text, nil) {
			if g.Score >= .5 && g.Type != "PHONE_NUMBER" {
				got = append(got, g.Type)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v: found %v, want %v", c.options, got, c.want)
		}
	}
}
