package names

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/prompt"
)

// mark writes a text with its findings in brackets: "[PERSON Ann Lee] is here".
func mark(text string, findings []prompt.Finding) string {
	var b strings.Builder
	from := 0
	for _, f := range findings {
		b.WriteString(text[from:f.Start] + "[" + f.Type + " " + text[f.Start:f.End] + "]")
		from = f.End
	}
	return b.String() + text[from:]
}

func TestFind(t *testing.T) {
	t.Parallel()
	for _, want := range []string{
		"",
		"Nobody is here.",
		"My name is [PERSON Katarzyna Wiśniewska].",
		"Please call [PERSON Thomas O'Connor] about the invoice.",
		"I met [PERSON Jean-Luc Moreau] and [PERSON Anna de Vries] yesterday.",
		"Dear [TITLE Mrs.] [PERSON Okonkwo],",
		"[PERSON Martin Hale Jr.] signed.",
		"It was [PERSON Siobhan]'s idea.",
		"We live in [LOCATION Rotterdam], but she moved to [LOCATION Brazil].",
		"Send it to [STREET_ADDRESS 221 Willow Street].",
		"[TITLE Herr] [PERSON Schneider] wohnt in der [STREET_ADDRESS Lindenstraße 12].",
		"J'habite au [STREET_ADDRESS 14 rue Lafayette] à [LOCATION Lyon].",
		"hi this is [PERSON rebecca thompson] i lost my card",
	} {
		text := unmark(want)
		if diff := cmp.Diff(want, mark(text, New().Find(text, nil))); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

// unmark takes the brackets off again.
func unmark(marked string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(marked, "[")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		_, rest, _ = strings.Cut(rest, " ")
		inside, after, _ := strings.Cut(rest, "]")
		b.WriteString(inside)
		marked = after
	}
}

// What stands in ordinary prompts and is nobody's personal data.
func TestFindNobody(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Explain Einstein's theory of relativity to a child.",
		"Write a sonnet in the style of William Shakespeare.",
		"Install Docker and Kubernetes on Ubuntu 22.04.",
		"Will the bill pass in May? Mark the answer with an X.",
		"import pandas\nfrom flask import Flask\n\nclass UserManager(BaseManager):\n    pass",
		"SELECT name, city FROM Customers WHERE age > 30 ORDER BY name;",
		"In 2019, 42 percent of the 1,200 people said yes.",
		"## Getting Started With Unit Testing\n- Setup\n- Teardown",
		"Erkläre mir den Unterschied zwischen Strom und Spannung.",
		"what is the best way to learn to cook rice",
		"THIS IS VERY IMPORTANT: DO NOT PRESS THE BUTTON",
		"Send mail to info@example.com or see https://example.com/about-us.",
		"Compare versions 2.8.1, 3.0.0-beta1 and 3.4.",
		"The room is 1000 square feet; we keep 3 German Shepherds in it.",
		"Which is right?\nA) 12 B) 14 C) 15 D) None of them",
		"Rows: L P | Q R | T X",
		"Rate it 10/10 EXCELLENT, on x86-64 Linux, if FICO > 750 and FragmentMatrixFunctions says so.",
	} {
		for _, f := range New().Find(text, nil) {
			if f.Score >= least && (f.Type == "PERSON" || f.Type == "STREET_ADDRESS") {
				t.Errorf("%s", mark(text, []prompt.Finding{f}))
			}
		}
	}
}

// Who is known to everybody is scored below least, unless the text speaks to them or gives an address.
func TestFindPublic(t *testing.T) {
	t.Parallel()
	for text, private := range map[string]bool{
		"Marie Curie lived in Paris.":                                     false,
		"Who met Marie Curie? When did Curie die? Was Marie happy?":       false,
		"Dear Taylor Swift,\n\nthank you for your order.":                 true,
		"Taylor Swift lives at 12 Harbour Road, Leeds.":                   true,
		"My name is Brad Pitt and my mail is b.pitt@example.com.":         true,
		"Louis Vuitton bags and Harley Davidson engines":                  false,
		"Deborah has 3 apples and buys 4 more. How many has Deborah?":     false,
		"Deborah Whitfield has 3 dogs and 4 cats. How many cats is that?": true,

		"Write a short story about a boy whose best friend is Deborah.":                       false,
		"Write a short story. Deborah lives at 12 Harbour Road, Leeds.":                       true,
		"Hi Deborah, each of the 3 parcels costs twice the price of 2.":                       true,
		"Solve the puzzle: Deborah sits left of Martin, who sits left of Ruth.":               false,
		"Krissa buys 3 shirts for each of 4 pupils. What do 2 cost?":                          false,
		"Alice sends Bob a key, and Deborah listens.":                                         false,
		"A novel by F. Scott Fitzgerald, a film with Johnny Depp, Johann S. Bach":             false,
		"Deborah runs twice as far as Ruth, who runs five miles in two hours. How far is it?": false,
	} {
		got := false
		for _, f := range New().Find(text, nil) {
			got = got || f.Type == "PERSON" && f.Score >= least
		}
		if got != private {
			t.Errorf("%q: a person of at least %v: %v, want %v", text, least, got, private)
		}
	}
}

func TestFindAppends(t *testing.T) {
	t.Parallel()
	before := []prompt.Finding{{Start: 1, End: 2, Type: "OTHER"}}
	got := New().Find("Ask Margaret Holloway.", before)
	if len(got) != 2 || got[0] != before[0] {
		t.Errorf("got %v", got)
	}
}

func TestFindLongText(t *testing.T) {
	t.Parallel()
	text := strings.Repeat(plain, 3*stretch/len(plain)) + "Ask Margaret Holloway."
	found := New().Find(text, nil)
	if n := len(found); n == 0 || text[found[n-1].Start:found[n-1].End] != "Margaret Holloway" {
		t.Errorf("the name behind %d bytes was not found", len(text))
	}
}

func TestFindAllocatesNothing(t *testing.T) {
	f := New()
	text := strings.Repeat(prose, 4)
	found := f.Find(text, nil)
	if n := testing.AllocsPerRun(20, func() { found = f.Find(text, found[:0]) }); n > 1 {
		t.Errorf("%v allocations a text", n)
	}
}

func FuzzFind(f *testing.F) {
	for _, seed := range []string{
		"", prose, "My name is Zoë.", "\xff\xfe Ann\x80 Lee", "O'", "’’’", "-a-", "Dr.Dr.Dr.", "1 Main St, 2 Oak Ave\nApt 3", "Ann\u0301 L\u00fc", "北京 Ann Lee", "A.B.C.D", "Mr\u00a0Ng",
	} {
		f.Add(seed)
	}
	finder := New()
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, p := range finder.Find(text, nil) {
			if p.Start < end || p.End <= p.Start || p.End > len(text) || p.Score <= 0 || p.Score > 1.001 {
				t.Fatalf("finding %+v after byte %d of %d", p, end, len(text))
			}
			if !utf8.RuneStart(text[p.Start]) && utf8.ValidString(text) || p.End < len(text) && !utf8.RuneStart(text[p.End]) && utf8.ValidString(text) {
				t.Fatalf("finding %+v cuts a rune", p)
			}
			end = p.End
		}
	})
}
