package doctor

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// example is a message as an SDK or a tool prints it.
type example struct {
	SDK   string            `json:"sdk"`
	Text  string            `json:"text"`
	Parts map[string]string `json:"parts"`
}

func examples(t *testing.T) map[string][]example {
	t.Helper()
	data, err := os.ReadFile("testdata/examples.json")
	if err != nil {
		t.Fatal(err)
	}
	var out map[string][]example
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestEveryRow has a subtest for each row and wrapping: the row is found, with its parts, and no other row claims it.
func TestEveryRow(t *testing.T) {
	t.Parallel()
	all := examples(t)
	for _, r := range Rows() {
		if len(all[r.Code]) < 1 {
			t.Errorf("%s has no examples", r.Code)
		}
		if r.Hop == "sts" && r.Producer == Server && len(all[r.Code]) < 3 && r.Number != 50 {
			t.Errorf("%s: an STS row needs the plain message and two wrappings", r.Code)
		}
		for i, m := range r.Messages {
			all[r.Code] = append(all[r.Code], example{SDK: fmt.Sprintf("message %d", i), Text: m})
		}
	}
	for code, list := range all {
		row, ok := Find(code)
		if !ok {
			t.Errorf("row %s is gone", code)
			continue
		}
		for _, e := range list {
			t.Run(code+"/"+e.SDK, func(t *testing.T) {
				t.Parallel()
				f, ok := Explain(e.Text)
				if !ok || f.Code != code {
					t.Fatalf("found %q, want %s in\n%s", f.Code, code, e.Text)
				}
				for name, want := range e.Parts {
					if f.Parts[name] != want {
						t.Errorf("part %s = %q, want %q", name, f.Parts[name], want)
					}
				}
				if f.Said == "" || f.Cause == "" || f.Check == "" || f.Fix == "" || f.Docs != "docs/errors.md#"+strings.ToLower(code) {
					t.Errorf("incomplete: %+v", f)
				}
				if f.Row != row.Number || f.Hop == "" {
					t.Errorf("row %d at hop %q", f.Row, f.Hop)
				}
				claims(t, code, e.Text)
			})
		}
	}
}

// claims fails when a pattern of another row matches too: which row is right must not hang on who is more specific.
func claims(t *testing.T, own, text string) {
	t.Helper()
	all := forms(Redact(tidy(text)))
	seen := look(all[min(1, len(all)-1)].text)
	for i := range catalogue() {
		r := &catalogue()[i]
		if r.Code == own {
			continue
		}
		for j := range r.Match {
			for k := range all {
				if !all[k].squeezed && r.Match[j].try(&all[k], &seen) != nil {
					t.Errorf("%s claims it too, by %s", r.Code, r.Match[j].Pattern)
					return
				}
			}
		}
	}
}

func TestCatalogueIsWhole(t *testing.T) {
	t.Parallel()
	first := map[int]string{1: "LB1", 13: "LB2", 30: "LB3", 36: "LB4", 53: "LB5", 59: "LB6"}
	group := ""
	for n := 1; n <= 73; n++ {
		if g, ok := first[n]; ok {
			group = g
		}
		r, ok := byNumber(n)
		if !ok {
			t.Errorf("row %d is missing", n)
			continue
		}
		if want := fmt.Sprintf("%s%03d", group, n); r.Code != want {
			t.Errorf("row %d has code %s, want %s", n, r.Code, want)
		}
	}
	seen := map[string]bool{}
	for _, r := range Rows() {
		if seen[r.Code] {
			t.Errorf("%s is there twice", r.Code)
		}
		seen[r.Code] = true
		if r.Title == "" || r.Cause == "" || r.Check == "" || r.Fix == "" || len(r.Sources) == 0 || len(r.Messages) == 0 || len(r.Match) == 0 {
			t.Errorf("%s is incomplete", r.Code)
		}
		if !slices.Contains([]Producer{Server, Client, Kubernetes}, r.Producer) {
			t.Errorf("%s: producer %q", r.Code, r.Producer)
		}
		for _, s := range r.Sources {
			if !strings.HasPrefix(s, "https://") {
				t.Errorf("%s: source %q", r.Code, s)
			}
		}
	}
}

// TestPatternsMatter takes each pattern away in turn: one of the row's examples must then be lost, or have lost a part.
func TestRowsMatter(t *testing.T) {
	t.Parallel()
	all := examples(t)
	for i := range catalogue() {
		r := &catalogue()[i]
		for j := range r.Match {
			used := false
			texts := slices.Clone(r.Messages)
			for _, e := range all[r.Code] {
				texts = append(texts, e.Text)
			}
			for _, text := range texts {
				fs := forms(Redact(tidy(text)))
				seen := look(fs[min(1, len(fs)-1)].text)
				for k := range fs {
					used = used || r.Match[j].try(&fs[k], &seen) != nil
				}
			}
			if !used && len(r.Match[j].Codes) == 0 {
				t.Errorf("%s: no example uses %s", r.Code, r.Match[j].Pattern)
			}
		}
	}
}
