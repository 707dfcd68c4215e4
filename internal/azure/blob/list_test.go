package blob_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/sandbox/blobapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

func codeOf(err error) string {
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		return e.Code
	}
	return ""
}

func appendTo(t *testing.T, s *store, name, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, s.url+"/"+container+"/"+name+"?comp=appendblock", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer a-token")
	req.Header.Set("x-ms-version", "2023-11-03")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		t.Fatal(resp.Status)
	}
}

// Whatever the service's order is, ours is that of bytes, and nothing is lost: with characters beyond U+FFFF, with those behind the
// surrogates, and with directories.
func TestListIsInByteOrder(t *testing.T) {
	t.Parallel()
	for name, account := range map[string]world.StorageAccount{"flat": {}, "hierarchical": {Hierarchical: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				s := newStore(t, account)
				part := rapid.StringOfN(rapid.SampledFrom([]rune("ab-/\U0001F600\U0001F601\ue000\ufffd ~")), 1, 6, -1)
				names := rapid.SliceOfNDistinct(part, 0, 40, rapid.ID).Draw(rt, "names")
				if account.Hierarchical {
					names = possible(names)
				}
				for _, n := range names {
					s.apply(blobapi.Seed{Blob: n, Data: []byte(n)})
				}
				slices.Sort(names)
				q := dataset.Query{Prefix: rapid.SampledFrom([]string{"", "a", "a/", "\U0001F600"}).Draw(rt, "prefix"), After: part.Draw(rt, "after")}
				if rapid.Bool().Draw(rt, "from the start") {
					q.After = ""
				}
				want := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !strings.HasPrefix(n, q.Prefix) || n <= q.After })
				_, got, err := listed(t.Context(), s.open(), q)
				if err != nil || !slices.Equal(got, want) {
					rt.Fatalf("%v\n got %q\nwant %q", err, got, want)
				}
			})
		})
	}
}

// possible leaves out what a hierarchical namespace cannot hold: a file where a directory is, and empty parts.
func possible(names []string) []string {
	var out []string
	for _, n := range names {
		clean := !strings.HasPrefix(n, "/") && !strings.HasSuffix(n, "/") && !strings.Contains(n, "//")
		if clean && !slices.ContainsFunc(names, func(o string) bool { return strings.HasPrefix(o, n+"/") }) {
			out = append(out, n)
		}
	}
	return out
}

// More than a page, with versions of one name on both sides of the cut.
func TestListPages(t *testing.T) {
	t.Parallel()
	s := newStore(t, world.StorageAccount{Versioning: true})
	var want []string
	for i := range 5200 {
		name := fmt.Sprintf("n%05d", i)
		want = append(want, name)
		s.apply(blobapi.Seed{Blob: name, At: begin})
		if i%1000 == 999 {
			s.apply(blobapi.Seed{Blob: name, At: begin.Add(2e9)})
		}
	}
	c := s.open()
	for _, q := range []dataset.Query{{}, {At: begin.Add(1e9)}} {
		if _, got, err := listed(t.Context(), c, q); err != nil || !slices.Equal(got, want) {
			t.Errorf("%d listed, %v", len(got), err)
		}
	}
}

// A listing that breaks off is an error and no shorter listing.
func TestListBreaksOff(t *testing.T) {
	t.Parallel()
	s := newStore(t, world.StorageAccount{})
	for i := range 100 {
		s.apply(blobapi.Seed{Blob: fmt.Sprint(i)})
	}
	s.blobs.Inject(blobapi.Fault{Query: "comp=list", Cut: 20_000, Times: 1})
	_, _, err := listed(t.Context(), s.open(), dataset.Query{})
	if e, ok := errors.AsType[*bridge.Error](err); !ok || !e.Retry {
		t.Error(err)
	}
}
