package webhook_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/estate"
)

var update = flag.Bool("update", false, "write testdata anew")

// pair is what stands in testdata/NAME.in.json: the account's annotations and the pod as the API server sends it. The pod as
// it is then stored is in NAME.out.json.
type pair struct {
	Account map[string]string `json:"account"`
	Pod     json.RawMessage   `json:"pod"`
}

func pairs(t testing.TB) map[string]pair {
	t.Helper()
	files, err := filepath.Glob("testdata/*.in.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no pairs: %v", err)
	}
	out := map[string]pair{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var p pair
		if err := json.Unmarshal(text, &p); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		out[strings.TrimSuffix(file, ".in.json")] = p
	}
	return out
}

func TestPairs(t *testing.T) {
	t.Parallel()
	for name, p := range pairs(t) {
		door := newDoor(t, p.Account)
		answer := door.review(t, newPod(p.Pod))
		if !answer.Allowed {
			t.Errorf("%s: denied: %s", name, answer.Status.Message)
			continue
		}
		got := indent(t, apply(t, p.Pod, answer.Patch))
		if *update {
			if err := os.WriteFile(name+".out.json", got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name + ".out.json")
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), string(got)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if again := door.review(t, newPod(got)); !again.Allowed || again.Patch != nil {
			t.Errorf("%s: a second call gives %s %v, want nothing", name, again.Patch, again.Status)
		}
	}
}

// The modes are told apart by the audit log; a pod without a bridge leaves none.
func TestAuditAnnotation(t *testing.T) {
	t.Parallel()
	for mode, annotations := range map[string]map[string]string{
		"":                     nil,
		estate.ModeCredentials: {estate.AnnotationProvider: provider},
		estate.ModeMetadata:    {estate.AnnotationProvider: provider, estate.AnnotationMode: estate.ModeMetadata},
	} {
		answer := newDoor(t, annotations).review(t, newPod([]byte(plainPod)))
		if got := answer.AuditAnnotations["bridge"]; got != mode {
			t.Errorf("audit annotation = %q, want %q", got, mode)
		}
	}
}

func indent(t testing.TB, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		t.Fatal(err)
	}
	return append(b.Bytes(), '\n')
}
