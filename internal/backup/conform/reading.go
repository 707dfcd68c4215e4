package conform

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/landbridge/landbridge/internal/dataset"
)

func reading() []Case {
	return []Case{
		{"stat and read", nil, statAndRead},
		{"read ranges", nil, readRanges},
		{"a range past the end", nil, readPastEnd},
		{"an empty object", nil, emptyObject},
		{"nothing there", nil, nothingThere},
		{"order of a list", nil, listInOrder},
		{"list by prefix and after", nil, listByPrefix},
		{"a list that is left", nil, leaveList},
		{"a cancelled call", nil, cancelled},
		{"read what was replaced", []Need{NeedWriter}, readReplaced},
		{"read what was deleted", []Need{NeedWriter}, readDeleted},
	}
}

func statAndRead(ctx context.Context, s *scratch) error {
	body := sample(1, 70_001)
	if _, err := s.Seed(ctx, s.dir+"a", body); err != nil {
		return wrong("an object to be written", err)
	}
	o, err := s.Reader.Stat(ctx, s.dir+"a")
	if err != nil {
		return wrong("Stat of an object that is there", err)
	}
	if o.Name != s.dir+"a" || o.Modified.IsZero() || o.ETag == "" && o.Version == "" {
		return wrong("Stat to tell name, time, and an ETag or a version", o)
	}
	listed, err := s.list(ctx, dataset.Query{Prefix: s.dir})
	if err != nil || len(listed) != 1 {
		return wrong("a list of the one object", fmt.Sprint(names(listed), err))
	}
	if l := listed[0]; l.ETag != o.ETag || l.Version != o.Version || l.Size != o.Size || !l.Modified.Equal(o.Modified) {
		return wrong("List to tell what Stat tells: "+fmt.Sprint(o), l)
	}
	if err := s.holds(ctx, listed[0], body); err != nil {
		return err
	}
	return s.holds(ctx, o, body)
}

func readRanges(ctx context.Context, s *scratch) error {
	body := sample(2, 100_000)
	o, err := s.Seed(ctx, s.dir+"a", body)
	if err != nil {
		return wrong("an object to be written", err)
	}
	for _, r := range [][2]int64{{0, 1}, {0, 100_000}, {99_999, 1}, {1, 65_536}, {65_535, 2}, {50_000, 0}} {
		got, err := read(ctx, s.Reader, o, r[0], r[1])
		if err != nil || !bytes.Equal(got, body[r[0]:r[0]+r[1]]) {
			return wrong(fmt.Sprintf("%d bytes from %d", r[1], r[0]), fmt.Sprintf("%d bytes, %v", len(got), err))
		}
	}
	return nil
}

func readPastEnd(ctx context.Context, s *scratch) error {
	o, err := s.Seed(ctx, s.dir+"a", sample(3, 100))
	if err != nil {
		return wrong("an object to be written", err)
	}
	if got, err := read(ctx, s.Reader, o, 90, 20); err == nil {
		return wrong("an error for 20 bytes of which 10 are there", fmt.Sprintf("%d bytes and io.EOF", len(got)))
	}
	return nil
}

func emptyObject(ctx context.Context, s *scratch) error {
	o, err := s.Seed(ctx, s.dir+"empty", nil)
	if err != nil {
		return wrong("an empty object to be written", err)
	}
	if err := s.holds(ctx, o, nil); err != nil {
		return err
	}
	return s.isNow(ctx, s.dir+"empty", nil)
}

func nothingThere(ctx context.Context, s *scratch) error {
	if err := s.isGone(ctx, s.dir+"nothing"); err != nil {
		return err
	}
	_, err := read(ctx, s.Reader, dataset.Object{Name: s.dir + "nothing", Size: 1, ETag: `"0"`}, 0, 1)
	return refused("reading what is not there", err, dataset.CodeNotFound, dataset.CodeChanged)
}

// inOrder are names whose byte order is not the one of their folders, nor of their letters.
var inOrder = []string{"a", "a!", "a-b", "a.txt", "a/b", "a0", "aB", "ab", "b/c/d", "b/c0", "é", "日本"}

func listInOrder(ctx context.Context, s *scratch) error {
	var want []string
	for _, i := range []int{4, 0, 11, 2, 9, 1, 8, 5, 10, 3, 7, 6} {
		name := s.dir + "x" + inOrder[i]
		if i == 0 { // a folder cannot hold "a" and "a/b"
			name = s.dir + "x"
		}
		if _, err := s.Seed(ctx, name, []byte(name)); err != nil {
			return wrong(fmt.Sprintf("%q to be written", name), err)
		}
		want = append(want, name)
	}
	slices.Sort(want)
	got, err := s.list(ctx, dataset.Query{Prefix: s.dir})
	if err != nil || !slices.Equal(names(got), want) {
		return wrong(fmt.Sprintf("the list in byte order %q", want), fmt.Sprintf("%q, %v", names(got), err))
	}
	return nil
}

func listByPrefix(ctx context.Context, s *scratch) error {
	for _, n := range []string{"a/1", "a/2", "ab", "b/1", "c"} {
		if _, err := s.Seed(ctx, s.dir+n, []byte(n)); err != nil {
			return wrong(fmt.Sprintf("%q to be written", n), err)
		}
	}
	for _, c := range []struct {
		prefix, after string
		want          []string
	}{
		{"a", "", []string{"a/1", "a/2", "ab"}},
		{"a/", "", []string{"a/1", "a/2"}},
		{"a/1", "", []string{"a/1"}},
		{"nothing", "", nil},
		{"", "a/2", []string{"ab", "b/1", "c"}},
		{"", "a/", []string{"a/1", "a/2", "ab", "b/1", "c"}},
		{"", "a/1x", []string{"a/2", "ab", "b/1", "c"}},
		{"a", "a/1", []string{"a/2", "ab"}},
		{"a", "b", nil},
		{"", "c", nil},
	} {
		q := dataset.Query{Prefix: s.dir + c.prefix}
		if c.after != "" {
			q.After = s.dir + c.after
		}
		var want []string
		for _, n := range c.want {
			want = append(want, s.dir+n)
		}
		got, err := s.list(ctx, q)
		if err != nil || !slices.Equal(names(got), want) {
			return wrong(fmt.Sprintf("prefix %q after %q to list %q", q.Prefix, q.After, want), fmt.Sprintf("%q, %v", names(got), err))
		}
	}
	return nil
}

func leaveList(ctx context.Context, s *scratch) error {
	for _, n := range []string{"a", "b", "c"} {
		if _, err := s.Seed(ctx, s.dir+n, []byte(n)); err != nil {
			return wrong(fmt.Sprintf("%q to be written", n), err)
		}
	}
	for range 2 {
		for o, err := range s.Reader.List(ctx, dataset.Query{Prefix: s.dir}) {
			if err != nil || o.Name != s.dir+"a" {
				return wrong("the first object, each time", fmt.Sprint(o.Name, err))
			}
			break
		}
	}
	return nil
}

func cancelled(ctx context.Context, s *scratch) error {
	o, err := s.Seed(ctx, s.dir+"a", []byte("a"))
	if err != nil {
		return wrong("an object to be written", err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, statErr := s.Reader.Stat(ended, o.Name)
	_, listErr := s.list(ended, dataset.Query{Prefix: s.dir})
	_, readErr := read(ended, s.Reader, o, 0, 1)
	for what, err := range map[string]error{"Stat": statErr, "List": listErr, "Open": readErr} {
		if !errors.Is(err, context.Canceled) {
			return wrong(what+" to end with context.Canceled", err)
		}
	}
	return nil
}

// readReplaced wants the old bytes or a refusal, and never the new ones.
func readReplaced(ctx context.Context, s *scratch) error {
	before, after := sample(4, 5_000), sample(5, 5_000)
	o, err := put(ctx, s.Writer, dataset.Write{Name: s.dir + "a"}, before)
	if err != nil {
		return wrong("an object to be written", err)
	}
	if _, err := put(ctx, s.Writer, dataset.Write{Name: s.dir + "a", If: dataset.Replaces(o)}, after); err != nil {
		return wrong("an object to be replaced", err)
	}
	got, err := read(ctx, s.Reader, o, 0, o.Size)
	if err == nil && bytes.Equal(got, before) {
		return nil
	}
	if err == nil {
		return wrong("the old bytes, or a refusal", "other bytes")
	}
	if s.Past {
		return wrong("the old bytes, by their version", err)
	}
	return refused("reading what was replaced", err, dataset.CodeChanged)
}

func readDeleted(ctx context.Context, s *scratch) error {
	o, err := put(ctx, s.Writer, dataset.Write{Name: s.dir + "a"}, sample(6, 100))
	if err != nil {
		return wrong("an object to be written", err)
	}
	if err := s.Writer.Delete(ctx, o); err != nil {
		return wrong("an object to be deleted", err)
	}
	if err := s.isGone(ctx, o.Name); err != nil {
		return err
	}
	if _, err = read(ctx, s.Reader, o, 0, o.Size); err == nil && s.Past {
		return nil
	}
	if errors.Is(err, io.EOF) || s.Past {
		return wrong("the deleted bytes, by their version", err)
	}
	return refused("reading what was deleted", err, dataset.CodeNotFound, dataset.CodeChanged)
}
