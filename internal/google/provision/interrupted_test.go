package provision_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// TestInterrupted loses the answer of every call of a Write in turn, and writes again with what was known before: the end is
// the same, nothing is doubled.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	for _, spec := range []estate.Spec{
		&estate.Pool{Project: number, ID: "fresh", DisplayName: "d", Disabled: true},
		provider(),
		&estate.Account{Project: project, ID: "vertex-caller", DisplayName: "d", Disabled: true},
		&estate.Role{Project: project, ID: "caller", Title: "t", Permissions: []string{"aiplatform.endpoints.predict"}},
		&estate.Grants{Project: project, Grants: []estate.Grant{{Role: "roles/viewer", Member: "user:a@b.example"}}},
		&estate.Service{Project: project, Name: "aiplatform.googleapis.com", Enabled: true},
	} {
		t.Run(string(spec.Kind()), func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			c.pool()
			c.world.SetPace(world.Pace{Operation: 50 * time.Millisecond})
			for at := 1; ; at++ {
				now := c.read(spec)
				count := 0
				c.calls.mu.Lock()
				c.calls.after = func(*http.Request) error {
					if count++; count == at {
						return errors.New("killed")
					}
					return nil
				}
				c.calls.mu.Unlock()
				_, err := c.Write(t.Context(), setup, spec, now)
				c.calls.mu.Lock()
				c.calls.after = nil
				c.calls.mu.Unlock()
				if err == nil {
					if at == 1 {
						t.Fatal("nothing was called")
					}
					return
				}
				live, err := c.Write(t.Context(), setup, spec, now) // as if nothing had been seen since
				if err != nil {
					t.Fatalf("after losing answer %d: %v", at, err)
				}
				if diff := cmp.Diff(spec, live.Spec); diff != "" {
					t.Errorf("after losing answer %d (-want +got):\n%s", at, diff)
				}
				if err := c.Remove(t.Context(), spec); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestConflicts lets many change one policy at the same time: no grant is lost.
func TestConflicts(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	const many = 6
	seeded := len(mustProject(t, c).Policy.Bindings)
	var wg sync.WaitGroup
	for i := range many {
		wg.Go(func() {
			_, err := c.Write(t.Context(), setup, &estate.Grants{Project: project, Grants: []estate.Grant{{Role: "roles/viewer", Member: fmt.Sprintf("user:%d@b.example", i)}}}, estate.Live{})
			if err != nil {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	wg.Wait()
	if got := mustProject(t, c).Policy.Bindings; len(got) != seeded+1 || len(got[seeded].Members) != many {
		t.Errorf("%+v", got)
	}
}

// TestSettling: what was switched on a moment ago may still be refused, and is worth another try.
func TestSettling(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	_ = c.world.UpdateProject(project, func(p *world.Project) { p.Services["iam.googleapis.com"] = false })
	c.write(&estate.Service{Project: project, Name: "iam.googleapis.com", Enabled: true})
	_ = c.world.UpdateProject(project, func(p *world.Project) { p.Services["iam.googleapis.com"] = false })
	_, err := c.Read(t.Context(), &estate.Account{Project: project, ID: "vertex-caller"})
	if e := refused(t, err, "SERVICE_DISABLED"); !e.Retry || e.Kind != bridge.Unreachable {
		t.Errorf("%+v", e)
	}
}

// TestReadsAreShared reads a hundred workloads' things at once: one list each, and quick although every call takes long.
func TestReadsAreShared(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.pool()
	c.Forget()
	c.calls.taken()
	c.world.SetPace(world.Pace{Latency: 50 * time.Millisecond})
	start := time.Now()
	var wg sync.WaitGroup
	for i := range 100 {
		for _, spec := range []estate.Spec{
			&estate.Project{ID: project}, &estate.Service{Project: project, Name: "sts.googleapis.com"},
			&estate.Pool{Project: number, ID: "azure"}, &estate.Provider{Project: number, Pool: "azure", ID: fmt.Sprintf("aks-%d", i%5)},
			&estate.Account{Project: project, ID: fmt.Sprintf("workload-%d", i)}, &estate.Role{Project: project, ID: fmt.Sprintf("role%d", i)},
			&estate.Grants{Project: project},
		} {
			wg.Go(func() {
				if _, err := c.Read(t.Context(), spec); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	if got := c.calls.taken(); len(got) != 7 {
		t.Errorf("%d calls: %s", len(got), strings.Join(got, ", "))
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestOwned(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	pool, kept := c.pool(), provider()
	c.write(kept)
	old := provider()
	old.ID = "aks-old"
	c.write(old)
	gone := provider()
	gone.ID = "aks-gone"
	c.write(gone)
	c.remove(gone)
	account := &estate.Account{Project: project, ID: "vertex-caller"}
	c.write(account)
	role := &estate.Role{Project: project, ID: "caller", Title: "t", Permissions: []string{"aiplatform.endpoints.predict"}}
	c.write(role)
	c.Forget()
	if _, err := c.Write(t.Context(), "another", &estate.Account{Project: project, ID: "anothers"}, estate.Live{}); err != nil {
		t.Fatal(err)
	}
	found, err := c.Owned(t.Context(), setup, []estate.Spec{&estate.Project{ID: project}, &estate.Project{ID: "no-such-project"}, pool, kept})
	if err != nil {
		t.Fatal(err)
	}
	var got []estate.Spec
	for _, l := range found {
		got = append(got, l.Spec)
	}
	if diff := cmp.Diff([]estate.Spec{pool, old, kept, account, role}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestKeysAndPermissions(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	a := &estate.Account{Project: project, ID: "vertex-caller"}
	c.write(a)
	made := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	err := c.world.UpdateServiceAccount(a.Email(), func(s *world.ServiceAccount) {
		s.Keys = []world.AccountKey{{ID: "bb", Created: made.Add(time.Hour), Expires: made.Add(2 * time.Hour), Disabled: true}, {ID: "aa", Created: made, Uploaded: true}}
	})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := c.UserManagedKeys(t.Context(), project)
	if err != nil {
		t.Fatal(err)
	}
	if len(keys) != 2 || keys[0].ID != "aa" || !keys[0].Uploaded || !keys[0].Expires.IsZero() || keys[1].Expires.IsZero() || !keys[1].Disabled {
		t.Errorf("%+v", keys)
	}
	ask := []string{"aiplatform.endpoints.predict", "iam.serviceAccounts.getAccessToken"}
	held, err := c.TestPermissions(t.Context(), project, ask, c.sandbox.GoogleOperator())
	if err != nil || len(held) != 1 {
		t.Errorf("%v %v", held, err)
	}
	held, err = c.TestAccountPermissions(t.Context(), a.Email(), ask, c.sandbox.GoogleOperator())
	if err != nil || len(held) != 1 {
		t.Errorf("%v %v", held, err)
	}
	_, err = c.TestPermissions(t.Context(), project, ask, bridge.NewSecret("ya29.nobody"))
	refused(t, err, "ACCESS_TOKEN_EXPIRED")
}
