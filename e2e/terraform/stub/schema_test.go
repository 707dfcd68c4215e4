package main

import (
	"strings"
	"testing"
)

func TestSchemasRead(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"google", "azurerm", "kubernetes"} {
		text, err := files.ReadFile("schema/" + name + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		known, err := read(string(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if known.provider == nil || len(known.resources) == 0 {
			t.Errorf("%s: no provider or no resources", name)
		}
	}
}

func TestSchemaMistakes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"thing x":                           `line 1: no kind "thing"`,
		"resource":                          "line 1: 1 words, want KIND NAME",
		"resource x\n  a text required":     `line 2: no type "text"`,
		"resource x\n  a string":            "line 2: 2 words, want NAME TYPE USE",
		"resource x\n    a string required": `line 2: "a" is in no block`,
	} {
		if _, err := read(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("read(%q) = %v, want %q", text, err, want)
		}
	}
}
