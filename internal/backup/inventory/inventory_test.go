package inventory_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/backup/inventory"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/protect"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const (
	group   = "/subscriptions/s/resourceGroups/ML-Training"
	vaultID = group + "/providers/Microsoft.DataProtection/backupVaults/bv"
	account = group + "/providers/Microsoft.Storage/storageAccounts/Models"
)

func place(container string) dataset.Place {
	return dataset.Place{Store: dataset.Blob, Account: "models", Name: container}
}

func item(change func(*protect.Item)) protect.Item {
	i := protect.Item{
		ID: vaultID + "/backupInstances/models", Name: "models", Vault: strings.ToLower(vaultID), System: protect.BackupVault, Workload: protect.Blobs, Source: account,
		State: protect.Protected, LastPoint: noon.Add(-10 * time.Hour), Containers: []string{"weights"},
	}
	if change != nil {
		change(&i)
	}
	return i
}

func TestFreshness(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	continuous := func(i *protect.Item) {
		i.Continuous = []protect.Range{{From: noon.Add(-30 * day), To: noon.Add(time.Hour)}}
	}
	for name, tc := range map[string]struct {
		dataset inventory.Dataset
		items   []protect.Item
		gap     bool
		cover   inventory.Cover
		missed  bool
		why     string
	}{
		"fresh":                      {inventory.Dataset{Source: place("weights"), RPO: day}, []protect.Item{item(nil)}, false, inventory.Covered, false, ""},
		"too old":                    {inventory.Dataset{Source: place("weights"), RPO: 4 * time.Hour}, []protect.Item{item(nil)}, false, inventory.Covered, true, "the last point is 10h0m0s old, 6h0m0s more than allowed"},
		"any age is well":            {inventory.Dataset{Source: place("weights")}, []protect.Item{item(nil)}, false, inventory.Covered, false, ""},
		"never backed up":            {inventory.Dataset{Source: place("weights"), RPO: day}, []protect.Item{item(func(i *protect.Item) { i.LastPoint = time.Time{} })}, false, inventory.Never, true, "never backed up"},
		"container left out":         {inventory.Dataset{Source: place("raw"), RPO: day}, []protect.Item{item(nil)}, false, inventory.LeftOut, true, "its account is protected, and its container is not among the 1 that are backed up: weights"},
		"operational has it":         {inventory.Dataset{Source: place("raw"), RPO: day}, []protect.Item{item(continuous)}, false, inventory.Partly, false, "operational backup has it; its container is not among those that go into the vault"},
		"not protected":              {inventory.Dataset{Source: dataset.Place{Store: dataset.Blob, Account: "other", Name: "x"}, RPO: day}, []protect.Item{item(nil)}, false, inventory.Unprotected, true, "no vault protects blob://other/x/"},
		"not seen":                   {inventory.Dataset{Source: dataset.Place{Store: dataset.Blob, Account: "other", Name: "x"}, RPO: day}, nil, true, inventory.Unseen, false, "no item was seen, and not everything could be seen"},
		"not in Azure":               {inventory.Dataset{Source: dataset.Place{Store: dataset.Bucket, Name: "b"}, RPO: day}, []protect.Item{item(nil)}, false, inventory.Elsewhere, false, ""},
		"deleted from its vault":     {inventory.Dataset{Source: place("weights"), RPO: day}, []protect.Item{item(func(i *protect.Item) { i.State, i.Purge = protect.SoftDeleted, noon })}, false, inventory.Unprotected, true, "models was deleted from its vault, and is kept until 2026-11-23 12:00"},
		"protection stopped":         {inventory.Dataset{Source: place("weights"), RPO: day}, []protect.Item{item(func(i *protect.Item) { i.State = protect.Stopped })}, false, inventory.Covered, false, "protection is stopped"},
		"the best of two items":      {inventory.Dataset{Source: place("weights"), RPO: day}, []protect.Item{item(func(i *protect.Item) { i.ID += "2"; i.LastPoint = time.Time{} }), item(nil)}, false, inventory.Covered, false, ""},
		"the item that is named":     {inventory.Dataset{Source: place("weights"), RPO: day, Item: strings.ToUpper(vaultID) + "/backupInstances/OTHER"}, []protect.Item{item(nil), item(func(i *protect.Item) { i.ID, i.LastPoint = vaultID+"/backupInstances/other", time.Time{} })}, false, inventory.Never, true, "never backed up"},
		"a share among the accounts": {inventory.Dataset{Source: dataset.Place{Store: dataset.Files, Account: "models", Name: "share"}, RPO: day}, []protect.Item{item(nil), item(func(i *protect.Item) { i.ID, i.Workload, i.Name = "/share", protect.FileShare, "Share" })}, false, inventory.Covered, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen := inventory.Seen{Items: tc.items}
			if tc.gap {
				seen.Gaps = []*protect.Gap{{Where: "subscription x", Err: &bridge.Error{Text: "refused", Hint: "ask"}}}
			}
			r := inventory.Join(seen, []inventory.Dataset{tc.dataset}, nil, noon)
			got := r.Datasets[0]
			if got.Cover != tc.cover || got.Missed != tc.missed || got.Why != tc.why {
				t.Errorf("got %s, missed %v, %q", got.Cover, got.Missed, got.Why)
			}
			if want := map[bool]int{true: 1}[tc.missed]; r.Totals.Missed != want {
				t.Errorf("totals: %+v", r.Totals)
			}
		})
	}
}

func TestEnvironments(t *testing.T) {
	t.Parallel()
	environments := []inventory.Environment{{Name: "training", Groups: []string{"ml-tr*"}}, {Name: "inference", Tags: []string{"env=inference"}}}
	elsewhere := func(i *protect.Item) { i.ID, i.Source = "/subscriptions/s/resourceGroups/x/y", "" }
	for name, tc := range map[string]struct {
		item  protect.Item
		vault protect.Vault
		want  string
	}{
		"by group":           {item(nil), protect.Vault{}, "training"},
		"by its vault's tag": {item(elsewhere), protect.Vault{Tags: map[string]string{"Env": "inference"}}, "inference"},
		"by its own tag":     {item(func(i *protect.Item) { elsewhere(i); i.Tags = map[string]string{"env": "inference"} }), protect.Vault{}, "inference"},
		"by another value":   {item(elsewhere), protect.Vault{Tags: map[string]string{"env": "Inference"}}, ""},
	} {
		tc.vault.ID = vaultID
		r := inventory.Join(inventory.Seen{Items: []protect.Item{tc.item}, Vaults: []protect.Vault{tc.vault}}, nil, environments, noon)
		if got := r.Items[0].Environment; got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// TestFilters draws estates and filters: a part holds exactly what fits, its totals count it, and filtering twice changes nothing.
func TestFilters(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := inventory.Join(drawn(t), []inventory.Dataset{{Name: "d", Source: place("weights"), RPO: time.Hour, Environment: "e1"}}, nil, noon)
		f := inventory.Filter{
			Environment: rapid.SampledFrom([]string{"", "e1", "e2"}).Draw(t, "environment"), Workload: rapid.SampledFrom([]protect.Workload{"", protect.Blobs, protect.VM}).Draw(t, "workload"),
			State: rapid.SampledFrom([]protect.State{"", protect.Protected, protect.SoftDeleted}).Draw(t, "state"), Missed: rapid.Bool().Draw(t, "missed"),
		}
		part := r.Filter(f)
		if diff := cmp.Diff(part, part.Filter(f)); diff != "" {
			t.Fatalf("filtering twice differs:\n%s", diff)
		}
		n := 0
		for _, i := range r.Items {
			fits := (f.Environment == "" || i.Environment == f.Environment) && (f.Workload == "" || i.Workload == f.Workload) && (f.State == "" || i.State == f.State) &&
				(!f.Missed || len(i.Datasets) > 0 && r.Totals.Missed > 0)
			if fits {
				n++
			}
		}
		if len(part.Items) != n || part.Totals.Items != n {
			t.Fatalf("%d items, totals %d, want %d", len(part.Items), part.Totals.Items, n)
		}
		if diff := cmp.Diff(r, r.Filter(inventory.Filter{})); diff != "" {
			t.Fatalf("the empty filter changes the report:\n%s", diff)
		}
	})
}

func drawn(t *rapid.T) inventory.Seen {
	seen := inventory.Seen{Vaults: []protect.Vault{{ID: vaultID, Name: "bv"}}}
	seen.Policies, seen.Jobs = []protect.Policy{}, []protect.Job{}
	for n := range rapid.IntRange(0, 20).Draw(t, "items") {
		seen.Items = append(seen.Items, item(func(i *protect.Item) {
			i.ID += fmt.Sprint(n)
			i.State = rapid.SampledFrom([]protect.State{protect.Protected, protect.SoftDeleted, protect.Stopped}).Draw(t, "state")
			i.Workload = rapid.SampledFrom([]protect.Workload{protect.Blobs, protect.VM, protect.FileShare}).Draw(t, "workload")
			i.LastPoint = noon.Add(-time.Duration(rapid.IntRange(0, 100).Draw(t, "age")) * time.Hour)
		}))
	}
	return seen
}

// estate implements the ports over lists.
type estate struct {
	seen  inventory.Seen
	point protect.Point
	fails error
}

func stream[T any](all []T, gaps []*protect.Gap) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, g := range gaps {
			var none T
			if !yield(none, g) {
				return
			}
		}
		for _, v := range all {
			if !yield(v, nil) {
				return
			}
		}
	}
}

func (e estate) Vaults(context.Context, protect.Scope) iter.Seq2[protect.Vault, error] {
	return stream(e.seen.Vaults, e.seen.Gaps)
}

func (e estate) Items(context.Context, protect.Scope) iter.Seq2[protect.Item, error] {
	return stream(e.seen.Items, e.seen.Gaps)
}

func (e estate) Policies(context.Context, protect.Scope) iter.Seq2[protect.Policy, error] {
	return stream(e.seen.Policies, nil)
}

func (e estate) Jobs(context.Context, protect.Scope) iter.Seq2[protect.Job, error] {
	return stream(e.seen.Jobs, nil)
}

func (e estate) Points(context.Context, protect.Item, protect.Range) iter.Seq2[protect.Point, error] {
	return func(yield func(protect.Point, error) bool) { yield(e.point, e.fails) }
}

func (e estate) Ranges(context.Context, protect.Item, protect.Range) iter.Seq2[protect.Range, error] {
	return stream([]protect.Range{}, nil)
}

func collect(t *testing.T, e estate, datasets ...inventory.Dataset) inventory.Report {
	t.Helper()
	r, err := inventory.Collect(t.Context(), inventory.Options{Inventory: e, History: e, Clock: func() time.Time { return noon }, Datasets: datasets})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCollect(t *testing.T) {
	t.Parallel()
	bare := item(func(i *protect.Item) { i.LastPoint, i.Policy = time.Time{}, vaultID+"/backupPolicies/p" })
	e := estate{
		seen: inventory.Seen{
			Items: []protect.Item{bare}, Vaults: []protect.Vault{{ID: vaultID, Name: "bv"}},
			Policies: []protect.Policy{{ID: strings.ToUpper(bare.Policy), Name: "p", Tiers: []protect.Tier{protect.InVault}}},
			Jobs:     []protect.Job{{Item: bare.ID, Operation: "Backup", State: protect.Succeeded, Started: noon.Add(-3 * time.Hour), Ended: noon.Add(-2 * time.Hour)}},
			Gaps:     []*protect.Gap{{Where: "subscription x", Err: &bridge.Error{Text: "refused", Hint: "ask for a role"}}},
		},
		point: protect.Point{Time: noon.Add(-time.Hour)},
	}
	d := inventory.Dataset{Name: "d", Source: place("weights"), RPO: 90 * time.Minute, Vertex: []string{"projects/p/locations/l/models/1"}}
	r := collect(t, e, d)
	if got := r.Items[0]; got.LastBackup != noon.Add(-2*time.Hour) || got.LastPoint != noon.Add(-time.Hour) || got.PolicyName != "p" || !got.In(protect.InVault) || got.Vertex[0] != d.Vertex[0] {
		t.Errorf("the item: %+v", got)
	}
	if diff := cmp.Diff([]inventory.Gap{{Where: "subscription x", Why: "refused", Hint: "ask for a role"}}, r.Gaps); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
	if f := r.Datasets[0]; f.Missed || f.Age != time.Hour {
		t.Errorf("%+v", f)
	}
	if names := r.Gauges(); !slices.ContainsFunc(names, func(g inventory.Gauge) bool {
		return g.Name == "landbridge_backup_point_age_seconds" && g.Value == 3600
	}) {
		t.Errorf("gauges: %+v", names)
	}

	e.fails = &protect.Gap{Where: bare.ID, Err: &bridge.Error{Text: "refused"}}
	if r = collect(t, e, d); len(r.Gaps) != 2 || r.Datasets[0].Last != noon.Add(-3*time.Hour) {
		t.Errorf("without points: %+v, gaps %v", r.Datasets[0], r.Gaps)
	}
	e.fails = errors.New("the end")
	if _, err := inventory.Collect(t.Context(), inventory.Options{Inventory: e, History: e, Clock: func() time.Time { return noon }, Datasets: []inventory.Dataset{d}}); err == nil {
		t.Error("an error that ends all seeing is lost")
	}
}

// broken is an estate whose Resource Graph answers with an error, from the first or a later question on.
type broken struct {
	estate
	graph error
	asked *[]bool // whether each question was a direct one
}

func (b broken) Items(ctx context.Context, s protect.Scope) iter.Seq2[protect.Item, error] {
	*b.asked = append(*b.asked, s.Direct)
	if !s.Direct {
		return func(yield func(protect.Item, error) bool) {
			_ = yield(b.seen.Items[0], nil) && yield(protect.Item{}, b.graph)
		}
	}
	return b.estate.Items(ctx, s)
}

// TestDetour: where Resource Graph is throttled for too long, fails or is not permitted, each vault is asked, once, and that is said.
func TestDetour(t *testing.T) {
	t.Parallel()
	throttled := &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopARM, Status: 429, Retry: true, Text: "cannot ask Resource Graph: too many"}
	denied := &bridge.Error{Kind: bridge.Denied, Hop: bridge.HopARM, Status: 403, Text: "cannot ask Resource Graph: no right"}
	nobody := &bridge.Error{Kind: bridge.Denied, Hop: bridge.HopEntra, Status: 401, Text: "no token"}
	usage := &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopARM, Text: "no subscription to look at"}
	gap := []*protect.Gap{{Where: "subscription x", Err: &bridge.Error{Text: "refused"}}}
	for name, tc := range map[string]struct {
		graph *bridge.Error
		seen  inventory.Seen
		asked []bool
		fails bool
	}{
		"throttled":           {graph: throttled, seen: inventory.Seen{Vaults: []protect.Vault{{ID: vaultID}}}, asked: []bool{false, true}},
		"not permitted":       {graph: denied, seen: inventory.Seen{Vaults: []protect.Vault{{ID: vaultID}}, Gaps: gap}, asked: []bool{false, true}},
		"nothing either way":  {graph: throttled, seen: inventory.Seen{Gaps: gap}, asked: []bool{false, true}, fails: true},
		"no token":            {graph: nobody, asked: []bool{false}, fails: true},
		"a mistake of asking": {graph: usage, asked: []bool{false}, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tc.seen.Items = []protect.Item{item(func(*protect.Item) {})}
			var asked []bool
			e := broken{estate{seen: tc.seen}, tc.graph, &asked}
			r, err := inventory.Collect(t.Context(), inventory.Options{Inventory: e, History: e, Clock: func() time.Time { return noon }})
			if tc.fails != (err != nil) || tc.fails && !errors.Is(err, tc.graph) || !slices.Equal(asked, tc.asked) {
				t.Fatalf("%v; asked %v", err, asked)
			}
			if err == nil && (len(r.Items) != 1 || r.Detour == nil || r.Detour.Where != "Resource Graph" || !strings.Contains(r.Detour.Why, tc.graph.Text) || len(r.Gaps) != len(tc.seen.Gaps)) {
				t.Errorf("%+v, gaps %v, %d items", r.Detour, r.Gaps, len(r.Items))
			}
		})
	}
}

// BenchmarkJoin joins ten thousand items with a thousand datasets.
func BenchmarkJoin(b *testing.B) {
	var seen inventory.Seen
	var datasets []inventory.Dataset
	for n := range 10_000 {
		name := fmt.Sprintf("account%d", n)
		seen.Items = append(seen.Items, item(func(i *protect.Item) {
			i.ID, i.Source = vaultID+"/backupInstances/"+name, group+"/providers/Microsoft.Storage/storageAccounts/"+name
		}))
		if n%10 == 0 {
			datasets = append(datasets, inventory.Dataset{Name: name, Source: dataset.Place{Store: dataset.Blob, Account: name, Name: "weights"}, RPO: time.Hour})
		}
	}
	environments := []inventory.Environment{{Name: "training", Groups: []string{"ml-*"}}}
	b.ReportAllocs()
	for b.Loop() {
		if r := inventory.Join(seen, datasets, environments, noon); r.Totals.Missed != 1000 {
			b.Fatal(r.Totals)
		}
	}
}
