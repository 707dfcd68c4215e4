package transfer_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// listed is a place of which only the list is asked.
type listed struct {
	dataset.Writer
	place   dataset.Place
	objects iter.Seq[dataset.Object]
}

func (l listed) Place() dataset.Place { return l.place }

func (l listed) List(context.Context, dataset.Query) iter.Seq2[dataset.Object, error] {
	return func(yield func(dataset.Object, error) bool) {
		for o := range l.objects {
			if !yield(o, nil) {
				return
			}
		}
	}
}

func (listed) CheckName(name string) error {
	if strings.HasSuffix(name, "\x00") {
		return errors.New("a name that no target holds")
	}
	return nil
}

var blobs = dataset.Place{Store: dataset.Blob, Account: "acct", Name: "c"}

// origin is an object of the source in a state.
func origin(name, etag string) dataset.Object {
	return dataset.Object{Name: name, Size: int64(len(etag)), ETag: etag, Modified: time.Unix(1, 0).UTC()}
}

// copyOf is what a run makes of it.
func copyOf(o dataset.Object, version string) dataset.Object {
	return dataset.Object{
		Name: o.Name, Size: o.Size, Version: version, ETag: version, CRC32C: checksum.Of(uint32(len(o.ETag))),
		Metadata: map[string]string{dataset.Mark: dataset.MarkOf(blobs, o)},
	}
}

func entryOf(from, to dataset.Object) dataset.Entry {
	return dataset.Entry{Name: from.Name, Size: from.Size, Source: dataset.OriginOf(from), Target: dataset.HeldOf(to), CRC32C: to.CRC32C}
}

// plan is the plan of at most one object on each side.
func plan(t testing.TB, source, target []dataset.Object, before []dataset.Entry, change func(*transfer.PlanOptions)) []transfer.Item {
	t.Helper()
	o := transfer.PlanOptions{
		Source: listed{place: blobs, objects: slices.Values(source)}, Target: listed{objects: slices.Values(target)},
		Previous: outcome{entries: before}.previous(),
	}
	if change != nil {
		change(&o)
	}
	var items []transfer.Item
	for i, err := range transfer.Plan(t.Context(), o) {
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, i)
	}
	return items
}

func TestDecisions(t *testing.T) {
	t.Parallel()
	old, now := origin("a", "etag-1"), origin("a", "etag-22")
	mine, newer := copyOf(old, "1"), copyOf(now, "2")
	theirs := dataset.Object{Name: "a", Size: 3, Version: "9", ETag: "9", CRC32C: checksum.Of(9)}
	same := theirs
	same.Size, same.MD5 = now.Size, []byte("0123456789abcdef")
	withMD5 := now
	withMD5.MD5 = same.MD5
	archived, linked, unnamed, versioned := now, now, now, old
	archived.Tier, linked.Unreadable, unnamed.Name, versioned.Version = "Archive", "a symbolic link", "a\x00", "v1"
	entry := entryOf(old, mine)
	mirror := func(o *transfer.PlanOptions) { o.Mirror = true }
	excluding := func(o *transfer.PlanOptions) { o.Filter, _ = transfer.NewFilter(nil, []string{"a"}); o.Mirror = true }
	type objects = []dataset.Object
	for _, c := range []struct {
		what           string
		source, target objects
		before         []dataset.Entry
		change         func(*transfer.PlanOptions)
		want           transfer.Action // "" for none
		reason         string
		held           bool // the item brings the entry of the run before
	}{
		{"new", objects{now}, nil, nil, nil, transfer.Create, "", false},
		{"unchanged", objects{old}, objects{mine}, []dataset.Entry{entry}, nil, transfer.Keep, "", true},
		{"unchanged, versioning switched on since", objects{versioned}, objects{mine}, []dataset.Entry{entry}, nil, transfer.Keep, "", true},
		{"changed", objects{now}, objects{mine}, []dataset.Entry{entry}, nil, transfer.Replace, "", true},
		{"lost in the target", objects{old}, nil, []dataset.Entry{entry}, nil, transfer.Create, "", false},
		{"brought by a run that was killed", objects{now}, objects{newer}, []dataset.Entry{entry}, nil, transfer.Adopt, "an earlier run", false},
		{"brought by the first run, killed", objects{now}, objects{newer}, nil, nil, transfer.Adopt, "an earlier run", false},
		{"an older state, brought by a run that was killed", objects{now}, objects{mine}, nil, nil, transfer.Replace, "", false},
		{"brought by other means", objects{withMD5}, objects{same}, nil, nil, transfer.Adopt, "the same bytes", false},
		{"somebody else's", objects{now}, objects{theirs}, nil, nil, transfer.Conflict, "no run of ours brought", false},
		{"changed by somebody else", objects{old}, objects{theirs}, []dataset.Entry{entry}, nil, transfer.Conflict, "changed by somebody else", false},
		{"archived", objects{archived}, nil, nil, nil, transfer.Skip, "rehydrated", false},
		{"not to be had", objects{linked}, nil, nil, nil, transfer.Skip, "a symbolic link", false},
		{"a name that the target refuses", objects{unnamed}, nil, nil, nil, transfer.Skip, "no target holds", false},
		{"excluded", objects{now}, objects{mine}, []dataset.Entry{entry}, excluding, transfer.Skip, "excluded", true},
		{"excluded, and gone", nil, objects{mine}, []dataset.Entry{entry}, excluding, transfer.Keep, "gone", true},
		{"gone", nil, objects{mine}, []dataset.Entry{entry}, nil, transfer.Keep, "gone from the source", true},
		{"gone, and mirrored", nil, objects{mine}, []dataset.Entry{entry}, mirror, transfer.Delete, "gone from the source", true},
		{"gone, mirrored, and changed by somebody else", nil, objects{theirs}, []dataset.Entry{entry}, mirror, transfer.Conflict, "changed by somebody else", false},
		{"gone from both", nil, nil, []dataset.Entry{entry}, nil, transfer.Skip, "the target too", false},
		{"not ours to speak of", nil, objects{theirs}, nil, mirror, "", "", false},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			items := plan(t, c.source, c.target, c.before, c.change)
			if c.want == "" {
				if len(items) > 0 {
					t.Errorf("%+v", items)
				}
				return
			}
			if len(items) != 1 {
				t.Fatalf("%d items", len(items))
			}
			if i := items[0]; i.Action != c.want || !strings.Contains(i.Reason, c.reason) || c.reason == "" && i.Reason != "" || (i.Entry != nil) != c.held {
				t.Errorf("%s (%s), entry %v; want %s (%s)", i.Action, i.Reason, i.Entry != nil, c.want, c.reason)
			}
		})
	}
}

// A directory holds no object and others below its name.
func TestDirectoryHoldsNotBoth(t *testing.T) {
	t.Parallel()
	var source []dataset.Object
	want := map[string]transfer.Action{
		"a": transfer.Create, "a!": transfer.Create, "a/b": transfer.Skip, "a/b/c": transfer.Skip, "a0": transfer.Create, "ab/c": transfer.Create,
		"d/": transfer.Create, "d/e": transfer.Create, "f": transfer.Create, "f/": transfer.Skip,
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		source = append(source, origin(name, "1"))
	}
	for _, i := range plan(t, source, nil, nil, func(o *transfer.PlanOptions) {
		o.Target = listed{place: dataset.Place{Store: dataset.Folder}, objects: slices.Values([]dataset.Object(nil))}
	}) {
		if i.Action != want[i.Name] || i.Action == transfer.Skip && !strings.Contains(i.Reason, "which is an object itself") {
			t.Errorf("%q: %s %s", i.Name, i.Action, i.Reason)
		}
	}
	for _, i := range plan(t, source, nil, nil, nil) {
		if i.Action != transfer.Create {
			t.Errorf("a bucket holds both, and not %q", i.Name)
		}
	}
}

// A plan of many is the plans of each, in order.
func TestPlanIsOfEach(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var source, target []dataset.Object
		var before []dataset.Entry
		for _, name := range slices.Sorted(maps.Keys(rapid.MapOf(rapid.StringN(1, 3, -1), rapid.Bool()).Draw(rt, "names"))) {
			at := rapid.IntRange(0, 2).Draw(rt, "state")
			o := origin(name, fmt.Sprintf("etag-%d", at))
			if rapid.Bool().Draw(rt, "in source") {
				source = append(source, o)
			}
			c := copyOf(origin(name, fmt.Sprintf("etag-%d", rapid.IntRange(0, 2).Draw(rt, "copied"))), "1")
			if rapid.Bool().Draw(rt, "in target") {
				target = append(target, c)
			}
			if rapid.Bool().Draw(rt, "known") {
				before = append(before, entryOf(o, c))
			}
		}
		all := plan(t, source, target, before, nil)
		if !slices.IsSortedFunc(all, func(a, b transfer.Item) int { return strings.Compare(a.Name, b.Name) }) {
			rt.Fatal("out of order")
		}
		for _, i := range all {
			only := func(o dataset.Object) bool { return o.Name != i.Name }
			one := plan(t, slices.DeleteFunc(slices.Clone(source), only), slices.DeleteFunc(slices.Clone(target), only),
				slices.DeleteFunc(slices.Clone(before), func(e dataset.Entry) bool { return e.Name != i.Name }), nil)
			if len(one) != 1 || one[0].Action != i.Action || one[0].Reason != i.Reason {
				rt.Fatalf("%q: %s among others, alone %v", i.Name, i.Action, one)
			}
		}
		for _, o := range source {
			if !slices.ContainsFunc(all, func(i transfer.Item) bool { return i.Name == o.Name }) {
				rt.Fatalf("%q is not in the plan", o.Name)
			}
		}
	})
}

func TestPlanRefusesDisorder(t *testing.T) {
	t.Parallel()
	o := transfer.PlanOptions{
		Source: listed{place: blobs, objects: slices.Values([]dataset.Object{origin("b", "1"), origin("a", "1")})},
		Target: listed{objects: slices.Values([]dataset.Object(nil))},
	}
	var failed error
	for _, err := range transfer.Plan(t.Context(), o) {
		failed = err
	}
	if e, ok := errors.AsType[*bridge.Error](failed); !ok || e.Code != "list_out_of_order" || e.Text != `the source lists "a" after "b": names must ascend in byte order` {
		t.Error(failed)
	}
}

// Items wait in a database between their planning and their doing.
func TestItemsKeep(t *testing.T) {
	t.Parallel()
	old, now := origin("a", "etag-1"), origin("a", "etag-22")
	now.MD5, now.CRC32C, now.Headers.ContentType, now.Metadata = []byte{1}, checksum.Of(7), "text/plain", map[string]string{"k": "v"}
	for _, i := range plan(t, []dataset.Object{now}, []dataset.Object{copyOf(old, "1")}, []dataset.Entry{entryOf(old, copyOf(old, "1"))}, nil) {
		text, err := json.Marshal(i)
		if err != nil {
			t.Fatal(err)
		}
		var back transfer.Item
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(i, back); diff != "" {
			t.Error(diff)
		}
	}
}

func TestTotals(t *testing.T) {
	t.Parallel()
	var totals transfer.Totals
	for _, i := range plan(t, []dataset.Object{origin("a", "12345"), origin("b", "1")}, []dataset.Object{copyOf(origin("b", "1"), "1")}, nil, nil) {
		totals.Add(i, blobs)
	}
	if got := totals.String(); got != "create 1 (5 bytes), adopt 1 (1 bytes)" || totals.Egress != 5 || totals.Copies() != (transfer.Count{Objects: 1, Bytes: 5}) {
		t.Error(got, totals)
	}
}

func TestFilter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ glob, takes, leaves string }{
		{"*.bin", "a.bin .bin ü.bin", "a/b.bin a.bin.x"},
		{"**/*.bin", "a.bin a/b.bin a/b/c.bin", "a.bi a.bin/x"},
		{"dir/**", "dir/a dir/a/b dir/", "dir xdir/a"},
		{"a/**/z", "a/z a/b/z a/b/c/z", "a/bz az"},
		{"**", "a a/b", ""},
		{"a?c", "abc aüc", "a/c ac abbc"},
		{"a+(b)[c].d", "a+(b)[c].d", "ab"},
		{"x**y", "xy xaby xa/by", "xyz"},
	} {
		f, err := transfer.NewFilter([]string{c.glob}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for name := range strings.FieldsSeq(c.takes) {
			if !f.Takes(name) {
				t.Errorf("%q does not take %q", c.glob, name)
			}
		}
		for name := range strings.FieldsSeq(c.leaves) {
			if f.Takes(name) {
				t.Errorf("%q takes %q", c.glob, name)
			}
		}
	}
	f, err := transfer.NewFilter([]string{"a/**", "b/**"}, []string{"**/*.tmp"})
	if err != nil || !f.Takes("a/x") || !f.Takes("b/x") || f.Takes("c/x") || f.Takes("a/x.tmp") {
		t.Error("include and exclude", err)
	}
	for _, bad := range []string{"", "/a"} {
		if _, err := transfer.NewFilter(nil, []string{bad}); err == nil || bridge.KindOf(err) != bridge.Usage {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzFilter(f *testing.F) {
	f.Add("**/*.bin", "a/b.bin")
	f.Add("a?[c]*", "ab[c]d")
	f.Fuzz(func(t *testing.T, glob, name string) {
		filter, err := transfer.NewFilter([]string{glob}, nil)
		if err != nil {
			return
		}
		if !strings.ContainsAny(glob, "*?") && filter.Takes(name) != (glob == name) {
			t.Errorf("%q without a wildcard, and %q", glob, name)
		}
	})
}

// many are n objects, made as they are asked for.
func many(n int, etag string) iter.Seq[dataset.Object] {
	return func(yield func(dataset.Object) bool) {
		for i := range n {
			if !yield(origin(fmt.Sprintf("shards/%08d", i), etag)) {
				return
			}
		}
	}
}

// BenchmarkPlan plans a million objects, of which some are new, some changed and most known; peak-MiB is the heap beside what was there
// before.
func BenchmarkPlan(b *testing.B) {
	const n = 1_000_000
	target := func(yield func(dataset.Object) bool) {
		for o := range many(n, "e") {
			if !yield(copyOf(o, "1")) {
				return
			}
		}
	}
	previous := func(yield func(dataset.Entry, error) bool) {
		for o := range many(n, "e") {
			if !yield(entryOf(o, dataset.Object{Version: "1", ETag: "1"}), nil) {
				return
			}
		}
	}
	for b.Loop() {
		var before, now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		peak, seen := uint64(0), 0
		o := transfer.PlanOptions{Source: listed{place: blobs, objects: many(n, "e")}, Target: listed{objects: target}, Previous: previous}
		for _, err := range transfer.Plan(b.Context(), o) {
			if err != nil {
				b.Fatal(err)
			}
			if seen++; seen%50_000 == 0 {
				runtime.ReadMemStats(&now)
				peak = max(peak, now.HeapAlloc)
			}
		}
		if seen != n {
			b.Fatal(seen)
		}
		b.ReportMetric(float64(int64(peak-before.HeapAlloc))/(1<<20), "peak-MiB")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/object")
}
