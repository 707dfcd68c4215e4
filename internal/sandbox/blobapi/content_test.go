package blobapi

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// Contents in memory and in a file, sliced, joined and spliced, hold what the same acts on bytes make.
func TestContent(t *testing.T) {
	t.Parallel()
	s := NewStore(world.New(time.Now), StoreOptions{Dir: t.TempDir()})
	t.Cleanup(func() { _ = s.Close() })
	big := bytes.Repeat([]byte("0123456789abcdef"), 20_000) // large enough for the file
	filed, err := s.keep(bytes.NewReader(big), int64(len(big)))
	if err != nil || filed.pieces[0].data != nil {
		t.Fatal("not in the file", err)
	}
	rapid.Check(t, func(t *rapid.T) {
		got, want := filed.slice(0, 40), slices.Clone(big[:40])
		for range rapid.IntRange(0, 8).Draw(t, "acts") {
			off := rapid.IntRange(0, len(want)).Draw(t, "off")
			n := rapid.IntRange(0, len(want)-off).Draw(t, "n")
			with := rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "with")
			switch rapid.IntRange(0, 2).Draw(t, "act") {
			case 0:
				got, want = got.slice(int64(off), int64(n)), want[off:off+n]
			case 1:
				got, want = concat(got, bytesOf(with), zeros(3)), slices.Concat(want, with, make([]byte, 3))
			case 2:
				got, want = got.splice(int64(off), bytesOf(with)), slices.Concat(want[:off], with, want[off+n:])
			}
		}
		if !bytes.Equal(got.bytes(), want) || got.size != int64(len(want)) {
			t.Fatalf("%q, want %q", got.bytes(), want)
		}
	})
}

// Names stand in the order of UTF-16 code units.
func TestOrder(t *testing.T) {
	t.Parallel()
	order := orderOf(false)
	name := rapid.StringOfN(rapid.SampledFrom([]rune("a/é\ue000\uffff\U0001F600\U0010FFFF\ud7ff")), 0, 5, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b := name.Draw(t, "a"), name.Draw(t, "b")
		want := slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
		if got := order(a, b); sign(got) != sign(want) {
			t.Fatalf("%q and %q: %d, want %d", a, b, got, want)
		}
	})
	tree := []string{"A", "A/dat1", "A-B", "A-B/dat2", "A-B-C", "A.C", "A.C/dat3", "AB", "AB/AB", "AB.txt"}
	if got := slices.SortedFunc(slices.Values(tree), orderOf(true)); !slices.Equal(got, tree) {
		t.Errorf("hierarchical: %s", strings.Join(got, ", "))
	}
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// Written pages are runs: neighbours join, what is cleared falls out.
func TestPages(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var runs []span
		var want [16]bool
		for range rapid.IntRange(1, 10).Draw(t, "writes") {
			off := rapid.IntRange(0, 15).Draw(t, "off")
			n := rapid.IntRange(1, 16-off).Draw(t, "n")
			written := rapid.Bool().Draw(t, "written")
			runs = mark(runs, span{int64(off), int64(n)}, written)
			for i := off; i < off+n; i++ {
				want[i] = written
			}
		}
		var got [16]bool
		for i, r := range runs {
			if i > 0 && runs[i-1].off+runs[i-1].n >= r.off {
				t.Fatalf("%v are not apart", runs)
			}
			for j := r.off; j < r.off+r.n; j++ {
				got[j] = true
			}
		}
		if got != want {
			t.Fatalf("%v for %v", runs, want)
		}
	})
}
