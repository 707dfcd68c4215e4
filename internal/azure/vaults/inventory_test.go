package vaults_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/protect"
	"github.com/landbridge/landbridge/internal/sandbox/vaultapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// TestBothWaysSeeTheSame holds Resource Graph and the vaults' own lists against each other.
func TestBothWaysSeeTheSame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEstate(t)
		e.api.SetPage(2)
		v := e.as(reader)
		direct := scope
		direct.Direct = true
		same(t, whole(t, v.Vaults(t.Context(), scope)), whole(t, v.Vaults(t.Context(), direct)), func(v protect.Vault) string { return v.ID })
		items := whole(t, v.Items(t.Context(), scope))
		same(t, items, whole(t, v.Items(t.Context(), direct)), func(i protect.Item) string { return i.ID })
		same(t, whole(t, v.Policies(t.Context(), scope)), whole(t, v.Policies(t.Context(), direct)), func(p protect.Policy) string { return p.ID })
		jobs := whole(t, v.Jobs(t.Context(), scope))
		same(t, jobs, whole(t, v.Jobs(t.Context(), direct)), func(j protect.Job) string { return j.ID })

		states := map[string]protect.State{}
		for _, i := range items {
			states[i.Name+" "+string(i.Workload)] = i.State
		}
		want := map[string]protect.State{
			"models blobs": protect.Protected, "landbridge-features postgresql": protect.Protected, "scratch disk": protect.SoftDeleted,
			"vm-0 vm": protect.Protected, "models file-share": protect.Protected, "features sql": protect.Failing,
		}
		if diff := gocmp.Diff(want, states); diff != "" {
			t.Errorf("items (-want +got):\n%s", diff)
		}
		var failed []string
		for _, j := range jobs {
			if j.State == protect.Failed {
				failed = append(failed, j.Entity+": "+j.Failure.Text)
			}
		}
		slices.Sort(failed)
		if len(failed) != 2 || !strings.HasPrefix(failed[0], "features: UserErrorSQLNoSysAdminMembership: ") || !strings.HasPrefix(failed[1], "landbridge-features: Appropriate permissions") {
			t.Errorf("failed jobs: %q", failed)
		}
		since := scope
		since.Since = time.Now().Add(-3 * time.Hour)
		if recent := whole(t, v.Jobs(t.Context(), since)); len(recent) != 1 {
			t.Errorf("%d jobs of the last three hours", len(recent))
		}
	})
}

func same[T any](t *testing.T, graph, direct []T, key func(T) string) {
	t.Helper()
	for _, list := range [][]T{graph, direct} {
		slices.SortFunc(list, func(a, b T) int { return cmp.Compare(strings.ToLower(key(a)), strings.ToLower(key(b))) })
	}
	if len(graph) == 0 {
		t.Error("nothing was seen")
	}
	if diff := gocmp.Diff(graph, direct); diff != "" {
		t.Errorf("Resource Graph and the vaults differ (-graph +vault):\n%s", diff)
	}
}

func TestDetailsOfItems(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEstate(t)
		v := e.as(reader)
		blobs := e.itemNamed(v, "models")
		for _, i := range whole(t, v.Items(t.Context(), scope)) {
			switch i.Workload {
			case protect.Blobs:
				blobs = i
			case protect.Disk:
				if time.Until(i.Purge) != 10*24*time.Hour {
					t.Errorf("the disk is purged at %v", i.Purge)
				}
			case protect.SQL:
				if !strings.Contains(i.Problem, "sysadmin") || i.LastStatus != protect.Failed {
					t.Errorf("the database: %q, %s", i.Problem, i.LastStatus)
				}
			}
		}
		if !blobs.Covers("WEIGHTS") || blobs.Covers("other") || !protect.Same(blobs.Source, strings.ToUpper(account)) {
			t.Errorf("the account: %+v", blobs)
		}
		points := whole(t, v.Points(t.Context(), blobs, protect.Range{From: time.Now().AddDate(0, 0, -3)}))
		if len(points) != 3 || points[0].Copies[0].Tier != protect.InVault {
			t.Errorf("points of three days: %+v", points)
		}
		window := protect.Range{From: time.Now().AddDate(0, 0, -40), To: time.Now().AddDate(0, 0, -1)}
		ranges := whole(t, v.Ranges(t.Context(), blobs, window))
		if len(ranges) != 1 || !ranges[0].To.Equal(window.To) || ranges[0].To.Sub(ranges[0].From) != 29*24*time.Hour {
			t.Errorf("ranges: %v", ranges)
		}
	})
}

func TestPartsThatAreNotSeen(t *testing.T) {
	t.Parallel()
	const other = "99992222-3333-4444-8555-666677778888"
	for _, direct := range []bool{false, true} {
		t.Run(fmt.Sprintf("direct=%v", direct), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				e := newEstate(t)
				e.world.AddSubscription(world.Subscription{ID: other, Name: "other", TenantID: tenant})
				s := protect.Scope{Subscriptions: []string{other, subscription}, Direct: direct}
				items, gaps := all(t, e.as(reader).Items(t.Context(), s))
				if len(items) != 6 || len(gaps) != 1 {
					t.Fatalf("%d items, gaps %v", len(items), gaps)
				}
				gap, ok := errors.AsType[*protect.Gap](gaps[0])
				if !ok || gap.Where != "subscription "+other || bridge.KindOf(gaps[0]) != bridge.Denied || !strings.Contains(bridge.HintOf(gap.Err), "Backup Reader") {
					t.Errorf("gap: %v, %s", gaps[0], bridge.HintOf(gaps[0]))
				}
			})
		})
	}
}

// TestDirectIsReadAbreast asks many vaults, of which each takes a second to answer: some at once, never more, and in their order.
func TestDirectIsReadAbreast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEstate(t)
		for i := range 40 {
			vault := fmt.Sprintf("%s/providers/Microsoft.DataProtection/backupVaults/vault-%02d", group, i)
			e.api.Put(vaultapi.Vault(vault, "westeurope", "", nil))
			e.api.Put(vaultapi.Instance{Vault: vault, Name: "i", Kind: "Microsoft.Compute/disks", Source: fmt.Sprintf("%s/providers/Microsoft.Compute/disks/d%02d", group, i)}.Resource())
		}
		direct := scope
		direct.Direct = true
		var order []string
		for _, v := range whole(t, e.as(reader).Vaults(t.Context(), direct)) {
			order = append(order, v.ID)
		}
		e.takes, e.most = time.Second, 0
		start := time.Now()
		var got []string
		for _, i := range whole(t, e.as(reader).Items(t.Context(), direct)) {
			if !slices.Contains(got, i.Vault) {
				got = append(got, i.Vault)
			}
		}
		if len(got) != 42 || !slices.Equal(got, order) {
			t.Errorf("the vaults of %d items are not in their order:\n%s", len(got), gocmp.Diff(order, got))
		}
		// Two calls for the vaults, two for each of 42: in turn 86 s.
		if took := time.Since(start); took > 16*time.Second || e.most > 8 {
			t.Errorf("%v, with up to %d calls at once", took, e.most)
		}
	})
}

func TestDirectThatIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEstate(t)
		e.takes = time.Second
		direct := scope
		direct.Direct = true
		for range e.as(reader).Items(t.Context(), direct) {
			break // nothing goes on behind it: the bubble would not end
		}
	})
}

func TestThrottlingIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEstate(t)
		e.world.SetFault("graph", world.Fault{Status: 429, RetryAfter: 20 * time.Second, Times: 2})
		start := time.Now()
		if items := whole(t, e.as(reader).Items(t.Context(), scope)); len(items) != 6 {
			t.Errorf("%d items", len(items))
		}
		if took := time.Since(start); took != 40*time.Second {
			t.Errorf("waited %v", took)
		}
		e.world.SetFault("graph", world.Fault{Status: 429, RetryAfter: 90 * time.Second})
		start = time.Now()
		_, gaps := all(t, e.as(reader).Items(t.Context(), scope))
		if took := time.Since(start); len(gaps) != 1 || took != 90*time.Second {
			t.Fatalf("after %v: %v", took, gaps)
		}
		refused, _ := errors.AsType[*bridge.Error](gaps[0])
		if refused == nil || !refused.Retry || refused.RetryAfter != 90*time.Second || refused.Code != "TooManyRequests" {
			t.Errorf("%+v", refused)
		}
	})
}

// TestTenThousandItems pages through many, in ten pages of Resource Graph.
func TestTenThousandItems(t *testing.T) {
	t.Parallel()
	began := time.Now()
	synctest.Test(t, func(t *testing.T) {
		e := newEstate(t)
		vault := group + "/providers/Microsoft.DataProtection/backupVaults/" + vaultapi.SceneBackupVault
		for i := range 10_000 {
			e.api.Put(vaultapi.Instance{Vault: vault, Name: fmt.Sprintf("i%05d", i), Kind: "Microsoft.Compute/disks", Source: fmt.Sprintf("%s/providers/Microsoft.Compute/disks/d%d", group, i)}.Resource())
		}
		items := whole(t, e.as(reader).Items(t.Context(), scope))
		seen := map[string]bool{}
		for _, i := range items {
			seen[i.ID] = true
		}
		if len(items) != 10_006 || len(seen) != 10_006 {
			t.Errorf("%d items, %d of them different", len(items), len(seen))
		}
		if len(e.asked) != 11 {
			t.Errorf("%d calls", len(e.asked))
		}
	})
	t.Logf("10,006 items in %v", time.Since(began))
}
