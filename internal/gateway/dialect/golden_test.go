package dialect

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write what comes out into testdata")

// options are those of every test: a clock that stands, and ids that count.
func options() Options {
	n := 0
	return Options{
		Clock: func() time.Time { return time.Unix(1_700_000_000, 0) },
		ID:    func() string { n++; return "id" + strconv.Itoa(n) },
	}
}

// routes are the entrances by the folder of testdata that holds their pairs.
func routes() map[string]func([]byte, Options) (Request, error) {
	return map[string]func([]byte, Options) (Request, error){
		"openai_gemini": Chat, "openai_claude": Chat, "openai_open": Chat,
		"embeddings": Embeddings, "anthropic": Messages, "anthropic_count": CountTokens,
		"anthropic_gemini": Messages, "anthropic_gemini_count": CountTokens,
	}
}

// TestGolden: each file of testdata holds a request ("ask") and what becomes of it ("native", or "refusal"), and may hold
// Vertex AI's answer ("answer", several of them as "answer2" …) with what the caller reads ("reply"), and a stream's
// events ("events", one a line) with the caller's ("chunks"). The file's comment may set the anthropic-beta header.
func TestGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*/*.txt")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(file, "testdata/"), ".txt"), func(t *testing.T) {
			t.Parallel()
			golden(t, file)
		})
	}
}

func golden(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	in := map[string][]byte{}
	for _, f := range archive.Files {
		in[f.Name] = f.Data
	}
	got := &txtar.Archive{Comment: archive.Comment}
	for _, f := range archive.Files {
		if f.Name == "ask" || f.Name == "events" || strings.HasPrefix(f.Name, "answer") {
			got.Files = append(got.Files, f)
		}
	}
	add := func(name string, data []byte) { got.Files = append(got.Files, txtar.File{Name: name, Data: data}) }
	journey(t, filepath.Base(filepath.Dir(file)), string(archive.Comment), in, add)
	if *update {
		if err := os.WriteFile(file, txtar.Format(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(txtar.Format(archive)), string(txtar.Format(got))); diff != "" {
		t.Error(diff)
	}
}

// journey takes a request there and its answers back.
func journey(t *testing.T, folder, comment string, in map[string][]byte, add func(string, []byte)) {
	o := options()
	for line := range strings.SplitSeq(comment, "\n") {
		if beta, ok := strings.CutPrefix(line, "anthropic-beta: "); ok {
			o.Beta = beta
		}
	}
	r, err := routes()[folder](in["ask"], o)
	if err != nil {
		speaks := OpenAI
		if strings.HasPrefix(folder, "anthropic") {
			speaks = Anthropic
		}
		status, body := speaks.Refusal(err, "call-1")
		add("refusal", append([]byte(strconv.Itoa(status)+" "), append(body, '\n')...))
		return
	}
	target := r.Target.Version + " " + r.Target.Publisher + "/" + r.Target.Model + " " + r.Target.Endpoint + ":" + r.Target.Method + "?" + r.Query
	for name, values := range r.Header {
		target += "\n" + name + ": " + strings.Join(values, ",")
	}
	add("target", []byte(target+"\n"))
	for i, body := range append([][]byte{r.Body}, r.More...) {
		add("native"+suffix(i), pretty(t, body))
	}
	if in["answer"] != nil {
		var more [][]byte
		for i := 1; in["answer"+suffix(i)] != nil; i++ {
			more = append(more, in["answer"+suffix(i)])
		}
		reply, err := r.Answer.Whole(in["answer"], more...)
		if err != nil {
			add("failure", []byte(err.Error()+"\n"))
		} else {
			add("reply", pretty(t, reply))
		}
	}
	if in["events"] != nil {
		add("chunks", stream(t, r.Answer.Stream(), string(in["events"])))
	}
}

func suffix(i int) string {
	if i == 0 {
		return ""
	}
	return strconv.Itoa(i + 1)
}

// stream feeds events, one a line with its name before a tab where it has one.
func stream(t *testing.T, s Translator, events string) []byte {
	var out []byte
	var err error
	for line := range strings.Lines(events) {
		name, data, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok {
			name, data = "", name
		}
		if out, err = s.Event(out, name, []byte(data)); err != nil {
			return append(s.Fail(out, err, "call-1"), '\n')
		}
	}
	return s.End(out)
}

func pretty(t *testing.T, body []byte) []byte {
	t.Helper()
	v := jsontext.Value(body).Clone()
	if err := v.Indent(jsontext.WithIndent(" "), jsontext.PreserveRawStrings(true)); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return append(v, '\n')
}
