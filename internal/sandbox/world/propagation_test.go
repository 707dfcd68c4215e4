package world_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// TestPolicyChangesSpread reads a policy at once, and sees its grants come and go a pace later.
func TestPolicyChangesSpread(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	w := world.New(func() time.Time { return now })
	w.AddProject(world.Project{ID: "demo", Number: "1"})
	w.SetPace(world.Pace{IAM: time.Minute})
	set := func(role string) {
		t.Helper()
		p := world.Policy{}
		if role != "" {
			p.Bindings = []world.Binding{{Role: role, Members: []string{"principal://p"}}}
		}
		if _, err := w.SetProjectPolicy("demo", p); err != nil {
			t.Fatal(err)
		}
	}
	const predict, get = "aiplatform.endpoints.predict", "resourcemanager.projects.get"
	held := func(want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, w.ProjectPermissions(world.Grant{Members: []string{"principal://p"}}, "demo", predict, get)); diff != "" {
			t.Errorf("at %s (-want +got):\n%s", now.Format(time.TimeOnly), diff)
		}
	}
	set("roles/aiplatform.user")
	if p, _ := w.Project("demo"); len(p.Policy.Bindings) != 1 {
		t.Error("the policy does not show the change")
	}
	held()
	now = now.Add(30 * time.Second)
	set("roles/browser")
	held()
	now = now.Add(30 * time.Second)
	held(predict, get)
	now = now.Add(30 * time.Second)
	held(get)
	set("")
	held(get)
	now = now.Add(time.Minute)
	held()
}

func TestRoleChangesSpread(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	w := world.New(func() time.Time { return now })
	const role, predict = "projects/demo/roles/predictor", "aiplatform.endpoints.predict"
	w.AddProject(world.Project{ID: "demo", Number: "1", Policy: world.Policy{Bindings: []world.Binding{{Role: role, Members: []string{"principal://p"}}}}})
	w.SetPace(world.Pace{IAM: time.Minute})
	if _, err := w.EditRole(role, func(r *world.Role, exists bool) error {
		if exists {
			t.Error("the role is there already")
		}
		r.Permissions = []string{predict}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	g := world.Grant{Members: []string{"principal://p"}}
	if held := w.ProjectPermissions(g, "demo", predict); held != nil {
		t.Errorf("at once: %v", held)
	}
	now = now.Add(time.Minute)
	if held := w.ProjectPermissions(g, "demo", predict); len(held) != 1 {
		t.Error("a minute later: nothing")
	}
	if _, err := w.EditRole(role, func(r *world.Role, _ bool) error { r.Deleted = now; return nil }); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Minute)
	if held := w.ProjectPermissions(g, "demo", predict); held != nil || w.HasRole(role) {
		t.Errorf("after its deletion: %v", held)
	}
	now = now.Add(world.RolePurge)
	if _, err := w.Role(role); err == nil {
		t.Error("the id is not free again")
	}
}

// TestConditionsGiveNothing keeps a conditional binding, and grants nothing by it.
func TestConditionsGiveNothing(t *testing.T) {
	t.Parallel()
	w := world.New(time.Now)
	w.AddProject(world.Project{ID: "demo", Number: "1"})
	set, err := w.SetProjectPolicy("demo", world.Policy{Bindings: []world.Binding{{
		Role: "roles/viewer", Members: []string{"user:a"}, Condition: &world.Condition{Expression: "true"},
	}}})
	if err != nil || set.Bindings[0].Condition == nil {
		t.Fatalf("%+v %v", set, err)
	}
	if held := w.ProjectPermissions(world.Grant{Members: []string{"user:a"}}, "demo", "resourcemanager.projects.get"); held != nil {
		t.Errorf("%v", held)
	}
}

func TestAccountsAreDeletedSoftly(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	w := world.New(func() time.Time { return now })
	const email = "a@demo.iam.gserviceaccount.com"
	made, ok := w.CreateServiceAccount(world.ServiceAccount{Email: email, ProjectID: "demo"})
	if !ok || len(made.UniqueID) != 21 {
		t.Fatalf("%+v", made)
	}
	w.AddProject(world.Project{ID: "demo", Number: "1", Policy: world.Policy{Bindings: []world.Binding{{Role: "roles/viewer", Members: []string{"serviceAccount:" + email}}}}})
	token := w.Issue(world.Grant{Principal: email, Expiry: now.Add(time.Hour)})
	if err := w.DeleteServiceAccount(email); err != nil {
		t.Fatal(err)
	}
	if _, ok := w.Grant(token); ok {
		t.Error("its token lives")
	}
	p, _ := w.Project("demo")
	if got := p.Policy.Bindings[0].Members[0]; got != "deleted:serviceAccount:"+email+"?uid="+made.UniqueID {
		t.Errorf("the policy names %s", got)
	}
	if back, ok := w.UndeleteServiceAccount(made.UniqueID); !ok || back.Email != email {
		t.Errorf("%+v %v", back, ok)
	}
	if err := w.DeleteServiceAccount(made.UniqueID); err != nil {
		t.Fatal(err)
	}
	now = now.Add(world.AccountPurge)
	if _, ok := w.UndeleteServiceAccount(made.UniqueID); ok {
		t.Error("undeleted after its days were over")
	}
}
