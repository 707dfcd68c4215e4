package splice_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/splice"
)

// notes are what a Reader has been shown, a line each.
type notes struct {
	bytes.Buffer
	wholly bool // objects and arrays are read as one value
}

func (n *notes) Visit(at *splice.Path, kind byte) splice.Action {
	fmt.Fprintf(n, "%s is %c\n", at, kind)
	switch {
	case at.Last() == "drop":
		return splice.Drop
	case n.wholly && at.Depth() > 0 || kind != splice.Object && kind != splice.Array:
		return splice.Read
	}
	return splice.Into
}

func (n *notes) Text(at *splice.Path, text []byte) error {
	fmt.Fprintf(n, "%s says %q\n", at, text)
	return nil
}

func (n *notes) Raw(at *splice.Path, raw []byte) error {
	fmt.Fprintf(n, "%s has %s\n", at, raw)
	return nil
}

// asVisitor is the same reader for Rewrite.
func (n *notes) asVisitor() splice.Visitor {
	return editor{
		visit: func(at *splice.Path, kind byte) splice.Action {
			if a := n.Visit(at, kind); a != splice.Drop {
				return a
			}
			return splice.Skip
		},
		text: func(at *splice.Path, text string) (string, error) { return text, n.Text(at, []byte(text)) },
		raw:  func(at *splice.Path, raw []byte) ([]byte, error) { return raw, n.Raw(at, raw) },
	}
}

func TestWalk(t *testing.T) {
	t.Parallel()
	src := []byte(`{"a":["x\ny",1.50,{"b":null}],"drop":{"c":[1]},"d":true}`)
	for _, one := range []struct {
		wholly bool
		want   string
	}{
		{false, "#is {#a is [#a[0] is \"#a[0] says \"x\\ny\"#a[1] is 0#a[1] has 1.50#a[2] is {#a[2].b is n#a[2].b has null#drop is {#d is t#d has true#"},
		{true, "#is {#a is [#a has [\"x\\ny\",1.50,{\"b\":null}]#drop is {#d is t#d has true#"},
	} {
		n := &notes{wholly: one.wholly}
		if err := splice.Walk(src, n); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.ReplaceAll(one.want, "#", "\n"), "\n"+strings.TrimSpace(n.String())+"\n"); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}

func TestWalkCopiesNothing(t *testing.T) {
	body := chat(64)
	if n := testing.AllocsPerRun(100, func() {
		if err := splice.Walk(body, quiet{}); err != nil {
			t.Error(err)
		}
	}); n > 1 { // a collection may take the room away
		t.Errorf("%v allocations", n)
	}
}

// quiet reads every text and says nothing.
type quiet struct{}

func (quiet) Visit(_ *splice.Path, kind byte) splice.Action { return readStrings(nil, kind) }
func (quiet) Text(*splice.Path, []byte) error               { return nil }
func (quiet) Raw(*splice.Path, []byte) error                { return nil }

func BenchmarkWalk(b *testing.B) {
	for name, turns := range map[string]int{"1KB": 2, "32KB": 64} {
		body := chat(turns)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if err := splice.Walk(body, quiet{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
