package kube

import (
	"strings"
	"testing"
	"time"
)

// TestLongTextsAreCheap looks for keys in what could make a careless search cost the square of its length, or more.
func TestLongTextsAreCheap(t *testing.T) {
	t.Parallel()
	nested := `{"private_key":"secret"}`
	for range 8 {
		nested = `{"a":` + strings.Repeat("[", 20) + `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(nested) + `"` + strings.Repeat("]", 20) + `}`
	}
	for name, text := range map[string]string{
		"braces":  strings.Repeat("{", 1<<20) + "private_key secret",
		"objects": strings.Repeat(`{"private_key":{"secret":"{}"}}`, 1<<15),
		"nested":  nested,
	} {
		start := time.Now()
		if _, found := stray("x", text, nil); found {
			t.Errorf("%s: a key was found", name)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s took %s", name, took)
		}
	}
}
