package dialect

import (
	"strings"
	"testing"
)

// One request is not a million calls.
func TestEmbeddingsHaveALimit(t *testing.T) {
	t.Parallel()
	ask := func(n int) error {
		_, err := Embeddings([]byte(`{"model":"gemini-embedding-001","input":["a"`+strings.Repeat(`,"a"`, n-1)+`]}`), Options{})
		return err
	}
	if err := ask(maxInputs); err != nil {
		t.Error(err)
	}
	if err := ask(maxInputs + 1); err == nil || !strings.Contains(err.Error(), "input: there are more than 2048 texts") {
		t.Error(err)
	}
}
