package app

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/mask/find"
)

func page(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestTypesOnThePage: the tables of types in docs/guard.md are the catalogue.
func TestTypesOnThePage(t *testing.T) {
	t.Parallel()
	var want []string
	for _, loose := range []bool{false, true} {
		for _, k := range find.Types() {
			if k.Loose == loose && !slices.Contains(nameTypes, k.Name) {
				want = append(want, fmt.Sprintf("| `%s` | %s | %s | %s |", k.Name, k.Country, k.About, k.Check))
			}
		}
	}
	text := page(t, "guard.md")
	got := regexp.MustCompile("(?m)^\\| `[A-Z0-9_]+` \\|[^|]*\\|[^|]*\\|[^|]*\\|$").FindAllString(text, -1)
	var named []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z]+|STREET_ADDRESS)` \\|[^|]*\\|$").FindAllStringSubmatch(text, -1) {
		named = append(named, row[1])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/guard.md has other types than the catalogue (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(nameTypes, named); diff != "" {
		t.Errorf("docs/guard.md has other types of names (-want +got):\n%s", diff)
	}
}

// TestReasonsOnThePage: docs/guard.md has every reason that injection is blocked for.
func TestReasonsOnThePage(t *testing.T) {
	t.Parallel()
	text := page(t, "guard.md")
	for _, name := range inSource(t, "../inspect/injection/families.go", `\{Name: "([a-z_]+)"`) {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("docs/guard.md does not have the reason %s", name)
		}
	}
}

// TestCodesOnThePage: docs/gateway.md has every code that a caller may be refused with.
func TestCodesOnThePage(t *testing.T) {
	t.Parallel()
	text := page(t, "gateway.md")
	seen := 0
	own := []string{"gateway_incomplete", "peer_check_unsupported", "listener_failed", "refusals_counted"} // of operators
	oauth := []string{"invalid_request", "temporarily_unavailable", "unauthorized_client", "invalid_grant", "server_error"}
	for _, glob := range []string{"../gateway/*.go", "../policy/*.go", "../splice/broken.go"} {
		files, err := filepath.Glob(glob)
		if err != nil || len(files) == 0 {
			t.Fatal(glob, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			codes := inSource(t, file, `(?:\b[cC]ode(?: =|:) |unauthenticated\(|oddRequest\(|noOpinion\(|refuse\(|syntax\(|codeUnrecorded = )"([a-z]+(?:_[a-z0-9]+)+)"`)
			for _, code := range codes {
				if strings.HasSuffix(code, "_") || slices.Contains(own, code) || slices.Contains(oauth, code) || code == "policy_invalid" {
					continue
				}
				if seen++; !strings.Contains(text, "`"+code+"`") {
					t.Errorf("docs/gateway.md does not have the code %s of %s", code, file)
				}
			}
		}
	}
	if seen < 60 {
		t.Errorf("only %d codes were found in the source", seen)
	}
}

// inSource is what the first group of an expression matches in a file of Go.
func inSource(t *testing.T, file, expression string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.FromSlash(file))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range regexp.MustCompile(expression).FindAllStringSubmatch(string(data), -1) {
		out = append(out, m[1])
	}
	return out
}
