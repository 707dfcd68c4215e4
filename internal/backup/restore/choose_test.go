package restore_test

import (
	"context"
	"errors"
	"iter"
	"math/bits"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/backup/restore"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/protect"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// past is a history in lists.
type past struct {
	points []protect.Point
	ranges []protect.Range
}

func (p past) Points(context.Context, protect.Item, protect.Range) iter.Seq2[protect.Point, error] {
	return func(yield func(protect.Point, error) bool) {
		for _, v := range p.points {
			if !yield(v, nil) {
				return
			}
		}
	}
}

func (p past) Ranges(context.Context, protect.Item, protect.Range) iter.Seq2[protect.Range, error] {
	return func(yield func(protect.Range, error) bool) {
		for _, v := range p.ranges {
			if !yield(v, nil) {
				return
			}
		}
	}
}

func point(name string, hours int, tiers ...protect.Tier) protect.Point {
	p := protect.Point{ID: "/points/" + name, Name: name, Time: noon.Add(-time.Duration(hours) * time.Hour)}
	for _, t := range tiers {
		p.Copies = append(p.Copies, protect.Copy{Tier: t})
	}
	return p
}

func TestChoose(t *testing.T) {
	t.Parallel()
	snapshot := point("snap", 5, protect.Operational)
	snapshot.Snapshot = "https://a.file.core.windows.net/s?sharesnapshot=x"
	gone := point("deleted", 3, protect.InVault)
	gone.Deleted = true
	rehydrated := point("thawed", 70, protect.Archive)
	rehydrated.Copies[0].Rehydrated = noon.Add(time.Hour)
	vaulted := []protect.Point{point("new", 10, protect.InVault), point("old", 34, protect.InVault), point("frozen", 60, protect.Archive)}
	for name, tc := range map[string]struct {
		past  past
		wish  restore.Wish
		way   restore.Way
		point string
		code  string
		text  string
		hint  string
	}{
		"the newest":                  {past{points: vaulted}, restore.Wish{}, restore.FromVault, "new", "", "", ""},
		"at a time":                   {past{points: vaulted}, restore.Wish{At: noon.Add(-20 * time.Hour)}, restore.FromVault, "old", "", "", ""},
		"at the very time of a point": {past{points: vaulted}, restore.Wish{At: noon.Add(-10 * time.Hour)}, restore.FromVault, "new", "", "", ""},
		"by name":                     {past{points: vaulted}, restore.Wish{Point: "old"}, restore.FromVault, "old", "", "", ""},
		"by id in another case":       {past{points: vaulted}, restore.Wish{Point: "/POINTS/OLD"}, restore.FromVault, "old", "", "", ""},
		"within a range":              {past{vaulted, []protect.Range{{From: noon.Add(-30 * time.Hour), To: noon}}}, restore.Wish{At: noon.Add(-20 * time.Hour)}, restore.InPlace, "", "", "", ""},
		"before a range":              {past{vaulted, []protect.Range{{From: noon.Add(-30 * time.Hour), To: noon}}}, restore.Wish{At: noon.Add(-40 * time.Hour)}, "", "", protect.CodeArchived, "the recovery point of 2026-11-21T00:00:00Z of models is archived", "rehydrate it in the portal, which takes up to 15 hours; or nearest are --recovery-point old of 2026-11-22T02:00:00Z"},
		"a snapshot":                  {past{points: []protect.Point{snapshot}}, restore.Wish{}, restore.Snapshot, "snap", "", "", ""},
		"brought back from archive":   {past{points: []protect.Point{rehydrated}}, restore.Wish{}, restore.FromVault, "thawed", "", "", ""},
		"no such point":               {past{points: vaulted}, restore.Wish{Point: "x"}, "", "", protect.CodeNoPoint, "models has no recovery point x", "nearest are --recovery-point new of 2026-11-23T02:00:00Z"},
		"archived by name":            {past{points: vaulted}, restore.Wish{Point: "frozen"}, "", "", protect.CodeArchived, "is archived", "rehydrate it"},
		"soft-deleted by name":        {past{points: []protect.Point{gone}}, restore.Wish{Point: "deleted"}, "", "", protect.CodeDeleted, "is soft-deleted", "undelete the item first"},
		"before all points":           {past{points: vaulted[:2]}, restore.Wish{At: noon.Add(-90 * time.Hour)}, "", "", protect.CodeNoPoint, "no recovery point at or before 2026-11-19T18:00:00Z", "nearest are --recovery-point old of"},
		"no point at all":             {past{}, restore.Wish{}, "", "", protect.CodeNoPoint, "models has no recovery point", "wait for its first backup"},
		"the future":                  {past{points: vaulted}, restore.Wish{At: noon.Add(time.Hour)}, "", "", "in_the_future", "it is yet to come", "name a time before"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := restore.Choose(t.Context(), tc.past, protect.Item{Name: "models", Workload: protect.Blobs}, tc.wish, noon)
			if tc.code == "" {
				if err != nil || got.Way != tc.way || got.Point.Name != tc.point {
					t.Errorf("%v: %+v", err, got)
				}
				return
			}
			refused, ok := errors.AsType[*bridge.Error](err)
			if !ok || refused.Code != tc.code || !strings.Contains(refused.Text, tc.text) || !strings.Contains(refused.Hint, tc.hint) {
				t.Errorf("refused with %+v", refused)
			}
		})
	}
}

func TestPlans(t *testing.T) {
	t.Parallel()
	files := dataset.Place{Store: dataset.Files, Account: "models", Name: "share", Prefix: "a/"}
	blobs := dataset.Place{Store: dataset.Blob, Account: "models", Name: "weights", Prefix: "a/"}
	for name, tc := range map[string]struct {
		workload protect.Workload
		source   dataset.Place
		from     string
		target   protect.Target
		take     []protect.Selection
	}{
		"blobs":    {protect.Blobs, blobs, "blob://staging/weights/a/", protect.Target{Account: staging}, []protect.Selection{{Path: "weights", Prefixes: []string{"a/"}}}},
		"a share":  {protect.FileShare, files, "files://staging/share/landbridge-r1/a/", protect.Target{Account: staging, Share: "share", Folder: "landbridge-r1"}, []protect.Selection{{Path: "a/"}}},
		"database": {protect.PostgreSQL, blobs, "blob://staging/landbridge-restores/r1/", protect.Target{Account: staging, Container: "landbridge-restores", Prefix: "r1/"}, nil},
	} {
		j := restore.Job{Dataset: "d", Run: "r1", Source: tc.source, Item: protect.Item{Workload: tc.workload}, Staging: restore.Staging{ID: staging}}
		s, err := restore.Plan(j, restore.Choice{Way: restore.FromVault}, noon)
		if err != nil || s.From.String() != tc.from {
			t.Errorf("%s: %v, from %s", name, err, s.From)
		}
		if diff := cmp.Diff(tc.target, s.Request.Target); diff != "" {
			t.Errorf("%s: target (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(tc.take, s.Request.Select); diff != "" {
			t.Errorf("%s: selection (-want +got):\n%s", name, diff)
		}
	}
	_, err := restore.Plan(restore.Job{Dataset: "d"}, restore.Choice{Way: restore.FromVault, At: noon}, noon)
	if refused, _ := errors.AsType[*bridge.Error](err); refused == nil || refused.Code != "no_staging" || !strings.Contains(refused.Hint, "staging_id") {
		t.Errorf("without a staging: %v", err)
	}
}

// TestLastGood draws points that go bad at some time, some of them out of reach: the last good one is found by as few looks as a
// bisection needs.
func TestLastGood(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 300).Draw(t, "points")
		bad := rapid.IntRange(0, n).Draw(t, "bad from")
		lost := rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), 0, n/4, rapid.ID).Draw(t, "out of reach")
		unreachable := map[int]bool{}
		for _, i := range lost {
			unreachable[i] = true
		}
		points := make([]protect.Point, n)
		for i := range points {
			points[i] = protect.Point{ID: "p", Time: noon.Add(time.Duration(i) * time.Hour)}
		}
		index := func(p protect.Point) int { return int(p.Time.Sub(noon) / time.Hour) }
		shuffled := rapid.Permutation(points).Draw(t, "order")
		looks := 0
		got, err := restore.LastGood(context.Background(), shuffled, func(_ context.Context, p protect.Point) (bool, error) {
			if unreachable[index(p)] {
				return false, &bridge.Error{Code: protect.CodeArchived}
			}
			looks++
			return index(p) < bad, nil
		})
		want := -1
		for i := range bad {
			if !unreachable[i] {
				want = i
			}
		}
		if want < 0 {
			if err == nil {
				t.Fatalf("found %v where nothing is good", got.Good)
			}
			return
		}
		if err != nil || index(got.Good) != want {
			t.Fatalf("%v: point %d, want %d", err, index(got.Good), want)
		}
		if looks != got.Tried || looks > bits.Len(uint(n))+1 {
			t.Fatalf("%d looks at %d points, %d counted", looks, n, got.Tried)
		}
	})
}
