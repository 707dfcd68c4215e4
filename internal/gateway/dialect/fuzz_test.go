package dialect

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/rogpeppe/go-internal/txtar"
)

// seed adds the files of testdata that have this name.
func seed(f *testing.F, name string, add func(data []byte)) {
	files, err := filepath.Glob("testdata/*/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range archive.Files {
			if part.Name == name {
				add(part.Data)
			}
		}
	}
}

// No body makes a mapping panic; what is refused is a 400 with the field's name; what passes is JSON.
func FuzzRequests(f *testing.F) {
	seed(f, "ask", func(data []byte) { f.Add(data) })
	f.Add([]byte(`{"model":"gemini-2.5-flash","messages":[{"role":"assistant","tool_calls":[{}]}]}`))
	f.Add([]byte(`{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","parameters":` + strings.Repeat("[", 300) + strings.Repeat("]", 300) + `}}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, enter := range routes() {
			mapped(t, enter, body)
		}
	})
}

// No answer and no stream make a translation panic, and whatever comes leaves as whole events.
func FuzzAnswers(f *testing.F) {
	seed(f, "answer", func(data []byte) { f.Add(data) })
	seed(f, "events", func(data []byte) { f.Add(data) })
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, ask := range []string{
			`{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"x"}],"google":{"thought_tag_marker":"t"}}`,
			`{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"x"}],"stream_options":{"include_usage":true}}`,
			`{"model":"claude-sonnet-4-5","messages":[{"role":"user","content":"x"}]}`,
			`{"model":"claude-sonnet-4-5","messages":[{"role":"user","content":"x"}],"functions":[{"name":"f"}]}`,
		} {
			translated(t, Chat, ask, data, "data: [DONE]\n\n")
		}
		translated(t, Messages, `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"x"}]}`, data, "event: message_stop\n", "event: error\n")
	})
}

// translated maps an answer and a stream of the same bytes: the answer is refused or JSON, and the stream ends.
func translated(t *testing.T, enter func([]byte, Options) (Request, error), ask string, data []byte, ends ...string) {
	r, ok := mapped(t, enter, []byte(ask))
	if !ok {
		t.Fatal("refused")
	}
	if reply, err := r.Answer.Whole(data); err == nil && !jsontext.Value(reply).IsValid() {
		t.Fatalf("%q became %q", data, reply)
	}
	out := string(stream(t, r.Answer.Stream(), string(data)))
	if !slices.ContainsFunc(ends, func(end string) bool { return strings.Contains(out, end) }) {
		t.Fatalf("%q has no end: %q", data, out)
	}
}
