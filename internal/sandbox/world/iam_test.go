package world_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

func TestPermissionsFollowBindings(t *testing.T) {
	t.Parallel()
	w := world.New(time.Now)
	w.AddProject(world.Project{ID: "demo", Number: "1"})
	w.AddServiceAccount(world.ServiceAccount{Email: "a@demo.iam.gserviceaccount.com", UniqueID: "9", ProjectID: "demo"})
	w.AddRole("projects/demo/roles/predictor", "aiplatform.endpoints.predict")
	const predict, use = "aiplatform.endpoints.predict", "iam.serviceAccounts.getAccessToken"
	for _, tc := range []struct {
		name, resource, role, member string
		onProject, onAccount         []string
	}{
		{"a custom role", "demo", "projects/demo/roles/predictor", "principal://p", []string{predict}, nil},
		{"a principal set", "1", "roles/aiplatform.user", "principalSet://s/*", []string{predict}, nil},
		{"everybody signed in", "demo", "roles/aiplatform.user", "allAuthenticatedUsers", []string{predict}, nil},
		{"somebody else", "demo", "roles/aiplatform.user", "principal://q", nil, nil},
		{"on the account", "a@demo.iam.gserviceaccount.com", "roles/iam.workloadIdentityUser", "principal://p", nil, []string{use}},
		{"on its project", "demo", "roles/iam.serviceAccountTokenCreator", "principal://p", []string{use}, []string{use}},
		{"acting as is not a token", "a@demo.iam.gserviceaccount.com", "roles/iam.serviceAccountUser", "principal://p", nil, nil},
		{"an owner makes no tokens", "demo", "roles/owner", "principal://p", []string{predict}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if err := w.Bind(tc.resource, tc.role, tc.member); err != nil {
				t.Fatal(err)
			}
			g := world.Grant{Members: []string{"principal://p", "principalSet://s/*"}}
			if diff := cmp.Diff(tc.onProject, w.ProjectPermissions(g, "demo", predict, use)); diff != "" {
				t.Errorf("on the project (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.onAccount, w.AccountPermissions(g, "9", use)); diff != "" {
				t.Errorf("on the account (-want +got):\n%s", diff)
			}
			if err := w.Unbind(tc.resource, tc.role, tc.member); err != nil {
				t.Fatal(err)
			}
			if left := w.ProjectPermissions(g, "demo", predict, use); left != nil {
				t.Errorf("after unbinding: %v", left)
			}
		})
	}
}

func TestPolicyConflict(t *testing.T) {
	t.Parallel()
	w := world.New(time.Now)
	w.AddProject(world.Project{ID: "demo", Number: "1"})
	read, err := w.Project("demo")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.SetProjectPolicy("demo", read.Policy); err != nil {
		t.Fatal(err)
	}
	_, err = w.SetProjectPolicy("demo", read.Policy)
	if _, ok := errors.AsType[*world.Conflict](err); !ok {
		t.Errorf("%v", err)
	}
}

// TestCopies changes what was returned, and the world must not notice.
func TestCopies(t *testing.T) {
	t.Parallel()
	w := world.New(time.Now)
	w.AddProject(world.Project{ID: "demo", Number: "1", Services: map[string]bool{"a": true}, Policy: world.Policy{Bindings: []world.Binding{{Role: "roles/viewer", Members: []string{"m"}}}}})
	p, _ := w.Project("demo")
	p.Services["b"], p.Policy.Bindings[0].Members[0] = true, "n"
	again, _ := w.Project("1")
	if again.Services["b"] || again.Policy.Bindings[0].Members[0] != "m" {
		t.Errorf("%+v", again)
	}
}

func TestGrantsEnd(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	w := world.New(func() time.Time { return now })
	token := w.Issue(world.Grant{Principal: "p", Expiry: now.Add(time.Minute)})
	if g, ok := w.Grant(token); !ok || g.Principal != "p" {
		t.Errorf("%+v %v", g, ok)
	}
	now = now.Add(time.Minute)
	if _, ok := w.Grant(token); ok {
		t.Error("the token outlived its minute")
	}
}
