package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzLoad: whatever the file holds, Load ends, and either every mistake stands on a line of the file or the Config is
// one that Explain can list. No problem carries a line break or a control character to the terminal.
func FuzzLoad(f *testing.F) {
	names, _ := filepath.Glob("testdata/bad/*.yaml")
	for _, name := range append(names, "testdata/full.yaml") {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add("a: " + strings.Repeat("[", 100))
	f.Add(strings.Repeat("- ", 100))
	f.Add("audit: !!str x\n---\n...\n")
	f.Add("? [a]\n: b\n")
	f.Fuzz(func(t *testing.T, text string) {
		cfg, problems := load(text, Options{})
		for _, p := range problems {
			if p.Line < 1 || p.Column < 1 || p.File != "landbridge.yaml" {
				t.Errorf("no place: %+v", p)
			}
			if printable(p.String()) != p.String() || printable(p.Fix) != p.Fix {
				t.Errorf("control characters: %q %q", p, p.Fix)
			}
			if p.Severity == Mistake && p.Fix == "" {
				t.Errorf("no fix: %s", p)
			}
		}
		cfg.Explain()
		if problems.Err() == nil && cfg.Version != 1 {
			t.Errorf("version %d passes", cfg.Version)
		}
	})
}
