package main

import (
	"embed"
	"slices"
	"strings"
	"unicode"

	"github.com/landbridge/landbridge/internal/mask/names/tag"
)

//go:embed lists/*.txt templates/*.txt
var files embed.FS

// lines are the lines of a file under lists or templates.
func lines(path string) []string {
	b, err := files.ReadFile(path)
	if err != nil {
		panic(err) // embedded: a wrong name is a mistake in this program
	}
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}

func list(name string) []string { return lines("lists/" + name + ".txt") }

// words is the lexicon before it is a table.
func words() map[string]tag.Kind {
	w := map[string]tag.Kind{}
	for _, l := range []struct {
		name string
		kind tag.Kind
	}{
		{"given", tag.Given},
		{"surname", tag.Surname},
		{"nationality", tag.Nationality},
		{"street", tag.Street},
		{"unit", tag.Unit},
		{"company", tag.Company},
		{"honorific", tag.Honorific},
		{"particle", tag.Particle},
		{"common", tag.Common},
		{"known", tag.Known},
		{"foreign", tag.Foreign},
	} {
		for _, word := range list(l.name) {
			add(w, word, l.kind)
		}
	}
	for _, word := range list("nationality") {
		add(w, word+"s", tag.Nationality)
	}
	for _, name := range slices.Concat(list("public"), list("figure")) {
		add(w, strings.Join(strings.FieldsFunc(name, separates), "-"), tag.Public)
	}
	for _, job := range list("job") {
		for part := range strings.FieldsFuncSeq(job, separates) {
			add(w, part, tag.Job)
		}
	}
	for _, name := range append(list("country"), list("region")...) {
		places(w, name, tag.Country)
	}
	for _, name := range list("city") {
		places(w, name, tag.City)
	}
	for word, kind := range w {
		if kind&tag.Common != 0 {
			w[word] = kind &^ (tag.Known | tag.Foreign | tag.CityPart) // what is common is nothing rarer
		}
	}
	return w
}

func add(w map[string]tag.Kind, word string, kind tag.Kind) {
	if word = fold(word); word != "" {
		w[word] |= kind
	}
}

// fold makes spellings one that the lexicon's hash makes one.
func fold(word string) string { return strings.ToLower(strings.ReplaceAll(word, "’", "'")) }

func separates(r rune) bool { return !unicode.IsLetter(r) && r != '-' && r != '\'' }

// places adds a place's name: its longest word as kind, the others as parts.
func places(w map[string]tag.Kind, name string, kind tag.Kind) {
	parts := strings.FieldsFunc(name, separates)
	longest := ""
	for _, p := range parts {
		if len(p) > len(longest) {
			longest = p
		}
	}
	for _, p := range parts {
		if p == longest && (len(parts) == 1 || len(p) > 3) {
			add(w, p, kind)
		} else {
			add(w, p, tag.CityPart)
		}
	}
}
