package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/mask/names"
	"github.com/landbridge/landbridge/internal/mask/names/tag"
)

// tiny is a training set of this test.
func tiny() []row {
	g := newGenerator(3)
	var rows []row
	for range 300 {
		rows = append(rows, g.fill("My name is {person} and I live in {city}."), g.fill("Ask {first} about the {lcw}."), g.fill("The {Cap} of the {lcw} is {lcw}."))
	}
	return rows
}

func TestTrainingIsRepeatable(t *testing.T) {
	t.Parallel()
	lexicon := tag.NewLexicon(words())
	if again := tag.NewLexicon(words()); lexicon != again {
		t.Error("two lexicons of the same lists differ")
	}
	one, two := train(lexicon, tiny(), 2), train(lexicon, tiny(), 2)
	if one != two {
		t.Error("two trainings on the same rows differ")
	}
	report := judge(names.With(lexicon, one), tiny(), 0.5)
	if s := report.types[tag.BeginPerson]; float64(s.hit) < 0.9*float64(s.gold) {
		t.Errorf("learnt %d of %d people of its own training set", s.hit, s.gold)
	}
}

func TestLexiconInTheBinaryIsOfTheseLists(t *testing.T) {
	t.Parallel()
	stored, err := os.ReadFile("../../../internal/mask/names/model/lexicon.bin")
	if err != nil {
		t.Fatal(err)
	}
	if tag.Lexicon(stored) != tag.NewLexicon(words()) {
		t.Error("the lists have changed: train again")
	}
}

func TestTemplatesFill(t *testing.T) {
	t.Parallel()
	for _, r := range generate(1) {
		for _, s := range r.spans {
			if s.start >= s.end || s.end > len(r.text) {
				t.Errorf("%q: span %+v", r.text, s)
			}
		}
		if strings.Contains(r.text, "{person}") || strings.Contains(r.text, "{first}") {
			t.Errorf("%q has an open slot", r.text)
		}
	}
}

func TestReadParts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("pii.jsonl", `{"source":"s","text":"Zoë: 5 Oak Rd\n Apt. 2\n Lima\n Peru 1234","spans":[{"start":0,"end":3,"type":"PERSON"},{"start":5,"end":38,"type":"STREET_ADDRESS"}]}`+"\n")
	write("injection.jsonl", `{"source":"a","label":0,"text":"hi"}
{"source":"a","label":1,"text":"attack"}
{"source":"bipia_email_clean","label":0,"text":"Dear Ann"}
`)
	rows, err := read(dir)
	if err != nil || len(rows) != 2 || !rows[1].benign {
		t.Fatalf("%+v %v", rows, err)
	}
	var got []string
	for _, s := range rows[0].spans {
		got = append(got, typeNames[s.begin]+" "+rows[0].text[s.start:s.end])
	}
	want := []string{"PERSON Zoë", "ADDRESS 5 Oak Rd", "ADDRESS Apt. 2", "LOCATION Lima", "LOCATION Peru", "ADDRESS 1234"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestSplitKeepsPatternsTogether(t *testing.T) {
	t.Parallel()
	rows := []row{{source: "a", group: "x"}, {source: "b", group: "x"}, {source: "b", group: "y"}, {source: "selfinstruct_seed", group: "z"}}
	learn, held := split(rows, "a")
	if len(learn) != 1 || learn[0].group != "y" || len(held) != 2 {
		t.Errorf("learn %+v, held %+v", learn, held)
	}
}
