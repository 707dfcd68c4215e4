package files_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/azure/files"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/sandbox/filesapi"
	"github.com/landbridge/landbridge/internal/wire"
)

func TestListOrder(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	want := []string{"B", "a!/x", "a-b", "a.txt", "a/b", "a/b.d/e", "a/c", "a0", "b.", "c\ufffe/100% d", "ü/日本 😀"}
	for _, n := range slices.Backward(want) {
		s.put(t, n, n, noon)
	}
	if diff := cmp.Diff(want, names(list(t, s.open(t), dataset.Query{}))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	got := list(t, s.open(t, func(o *files.Options) { o.Prefix = "a/" }), dataset.Query{})
	wanted := []dataset.Object{{Name: "b", Size: 3}, {Name: "b.d/e", Size: 7}, {Name: "c", Size: 3}}
	if diff := cmp.Diff(wanted, got, cmpopts.IgnoreFields(dataset.Object{}, "ETag", "Modified")); diff != "" {
		t.Errorf("below a prefix (-want +got):\n%s", diff)
	}
	if !got[0].Modified.Equal(noon) || got[0].ETag == "" {
		t.Errorf("%+v", got[0])
	}
	for _, o := range list(t, s.open(t), dataset.Query{}) {
		if text, err := read(t, s.open(t), o, 0, o.Size); err != nil || text != o.Name {
			t.Errorf("%q has %q: %v", o.Name, text, err)
		}
	}
}

// TestListAnyTree holds listings of any tree, with any prefix and beginning, against sort, holding a few entries of a directory.
func TestListAnyTree(t *testing.T) {
	t.Parallel()
	// Each letter in one case: the service tells no cases apart, and sorts them otherwise than bytes are.
	piece := rapid.StringMatching(`[aBc.\-!0ü~]{1,3}`).Filter(func(n string) bool { return strings.Trim(n, ".") != "" })
	s, client, n := newStore(t), wire.NewStreamer(wire.StreamOptions{}), 0
	t.Cleanup(client.CloseIdle)
	rapid.Check(t, func(r *rapid.T) {
		n++
		name := fmt.Sprintf("share-%d", n)
		put := func(path string) {
			if err := s.shares.Apply(filesapi.Seed{Account: account, Share: name, Path: path, Data: []byte(path)}); err != nil {
				r.Fatal(err)
			}
		}
		put("")                   // makes the share
		seen := map[string]bool{} // folded; a path that is a file is no directory
		var want []string
		for _, parts := range rapid.SliceOfN(rapid.SliceOfN(piece, 1, 4), 0, 40).Draw(r, "paths") {
			path := strings.Join(parts, "/")
			if !fits(seen, path) {
				continue
			}
			put(path)
			want = append(want, path)
		}
		prefix, after := rapid.StringMatching(`[aBc/.]{0,3}`).Draw(r, "prefix"), rapid.StringMatching(`[aBc/.\-]{0,4}`).Draw(r, "after")
		if strings.HasPrefix(prefix, "/") || strings.Contains(prefix, "//") || strings.Contains("/"+prefix, "/.") {
			prefix = "" // no names of a share
		}
		want = slices.DeleteFunc(want, func(n string) bool { return !strings.HasPrefix(n, prefix) || n <= after })
		slices.Sort(want)
		share := s.open(t, func(o *files.Options) { o.Share, o.HTTP = name, client })
		share.Hold(rapid.IntRange(1, 4).Draw(r, "held"))
		if diff := cmp.Diff(want, names(list(t, share, dataset.Query{Prefix: prefix, After: after})), cmpopts.EquateEmpty()); diff != "" {
			r.Fatalf("prefix %q, after %q (-want +got):\n%s", prefix, after, diff)
		}
	})
}

// fits says whether a file can be put at a path, and takes it.
func fits(seen map[string]bool, path string) bool {
	folded := strings.ToLower(path)
	if _, taken := seen[folded]; taken {
		return false
	}
	for i, c := range folded {
		if c == '/' && seen[folded[:i]] {
			return false
		}
	}
	for i, c := range folded {
		if c == '/' {
			seen[folded[:i]] = false // a directory
		}
	}
	seen[folded] = true
	return true
}

func TestListStops(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for _, n := range []string{"a", "b/c", "d"} {
		s.put(t, n, n, noon)
	}
	var got []string
	for o, err := range s.open(t).List(t.Context(), dataset.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, o.Name); len(got) == 2 {
			break
		}
	}
	if diff := cmp.Diff([]string{"a", "b/c"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestListSkipsItsOwn(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.put(t, ".landbridge/parts/x", "x", noon)
	s.put(t, "sub/.landbridge/y", "y", noon)
	if diff := cmp.Diff([]string{"sub/.landbridge/y"}, names(list(t, s.open(t), dataset.Query{}))); diff != "" {
		t.Error(diff)
	}
	if got := list(t, s.open(t, func(o *files.Options) { o.Prefix = "none/" }), dataset.Query{}); got != nil {
		t.Errorf("of a directory that is not there: %v", got)
	}
}
