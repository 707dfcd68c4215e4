package provision_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

func TestProject(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	live := c.read(&estate.Project{ID: project})
	if !live.Exists() || live.Outputs["number"] != number {
		t.Errorf("%+v", live)
	}
	none := &estate.Project{ID: "no-such-project"}
	if live := c.read(none); live.Exists() {
		t.Errorf("%+v", live)
	}
	_, err := c.Write(t.Context(), setup, none, estate.Live{})
	if e := refused(t, err, "project_missing"); e.Hint == "" {
		t.Error("no next step")
	}
}

func TestService(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.world.SetPace(world.Pace{Operation: 150 * time.Millisecond})
	vertex := &estate.Service{Project: project, Name: "aiplatform.googleapis.com", Enabled: true}
	if live := c.read(vertex); live.Spec.(*estate.Service).Enabled {
		t.Error("it is on before")
	}
	c.write(vertex)
	c.remove(vertex)
	if live := c.read(vertex); !live.Spec.(*estate.Service).Enabled {
		t.Error("it was switched off")
	}
}

func TestPool(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.world.SetPace(world.Pace{Operation: 150 * time.Millisecond})
	p := c.pool()
	if live := c.read(p); live.Setup != setup {
		t.Errorf("the mark is %q", live.Setup)
	}
	c.write(&estate.Pool{Project: number, ID: p.ID, DisplayName: "", Disabled: true}) // zero values are sent
	c.remove(p)
	if live := c.read(p); !live.Deleted || live.Exists() {
		t.Errorf("%+v", live)
	}
	if live := c.write(p); live.Deleted || live.Setup != setup {
		t.Errorf("after undeleting: %+v", live)
	}
}

func TestProvider(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	want := provider()
	if live := c.read(want); live.Exists() {
		t.Error("in a pool that does not exist")
	}
	c.pool()
	c.world.SetPace(world.Pace{Operation: 150 * time.Millisecond})
	c.write(want)
	changed := *want
	changed.Condition, changed.Audiences, changed.DisplayName = "assertion.sub != ''", []string{"api://b", "api://a"}, ""
	changed.Mapping = map[string]string{"google.subject": "assertion.sub", "attribute.ns": "assertion['kubernetes.io']['namespace']"}
	cluster := c.world.Clusters()[0]
	keys, err := estate.PublicKeys(cluster.Keys.JWKS())
	if err != nil {
		t.Fatal(err)
	}
	changed.JWKS = keys
	c.write(&changed)
	c.remove(want)
	if live := c.read(want); !live.Deleted {
		t.Errorf("%+v", live)
	}
	if live := c.write(want); live.Setup != setup || live.Spec.(*estate.Provider).JWKS != "" {
		t.Errorf("%+v", live)
	}
}

// TestProviderMask changes one field and looks at what was sent: nothing else.
func TestProviderMask(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.pool()
	want := provider()
	c.write(want)
	// Somebody else changes what set-up does not know of, and one thing that it does.
	name := "projects/" + number + "/locations/global/workloadIdentityPools/azure"
	err := c.world.UpdatePool(name, func(p *world.Pool) error {
		q := p.Providers[name+"/providers/aks-prod"]
		q.Description += "\nsee the wiki"
		q.AttributeCondition = "true"
		p.Providers[q.Name] = q
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if live := c.read(want); live.Setup != setup || live.Spec.(*estate.Provider).Condition != "true" {
		t.Errorf("%+v", live)
	}
	c.write(want)
	pool, _ := c.world.Pool(name)
	if got := pool.Providers[name+"/providers/aks-prod"].Description; got != estate.Mark(setup)+"\nsee the wiki" {
		t.Errorf("the description is %q", got)
	}
}

func TestAccount(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	a := &estate.Account{Project: project, ID: "vertex-caller", DisplayName: "Caller"}
	live := c.write(a)
	if live.Outputs["email"] != a.Email() || live.Outputs["unique_id"] == "" || live.Setup != setup {
		t.Errorf("%+v", live)
	}
	c.write(&estate.Account{Project: project, ID: a.ID, Disabled: true})
	c.write(a)
	c.remove(a)
	if live := c.read(a); live.Exists() || live.Deleted {
		t.Errorf("%+v", live)
	}
	again := c.write(a)
	if again.Outputs["unique_id"] == live.Outputs["unique_id"] {
		t.Error("a new account has the old id")
	}
}

func TestRole(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	r := &estate.Role{Project: project, ID: "landbridge.caller", Title: "Caller", Permissions: []string{"aiplatform.endpoints.predict"}}
	c.write(r)
	wider := *r
	wider.Permissions = []string{"aiplatform.endpoints.explain", "aiplatform.endpoints.predict"}
	c.write(&wider)
	c.remove(r)
	if live := c.read(r); !live.Deleted {
		t.Errorf("%+v", live)
	}
	if live := c.write(r); live.Setup != setup {
		t.Errorf("%+v", live)
	}
}

func TestGrants(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.pool()
	ours := "principal://iam.googleapis.com/projects/" + number + "/locations/global/workloadIdentityPools/azure/"
	member := func(s string) string { return ours + "subject/" + s }
	policy := mustProject(t, c).Policy
	seeded := policy.Bindings
	policy.Bindings = append(slices.Clone(seeded),
		world.Binding{Role: "roles/viewer", Members: []string{member("stray"), "user:somebody@else.example"}},
		world.Binding{Role: "roles/editor", Members: []string{member("a")}, Condition: &world.Condition{Expression: "request.time < timestamp('2030-01-01T00:00:00Z')", Title: "until"}},
	)
	if _, err := c.world.SetProjectPolicy(project, policy); err != nil {
		t.Fatal(err)
	}
	want := &estate.Grants{Project: project, Ours: []string{ours}, Grants: []estate.Grant{
		{Role: "roles/aiplatform.user", Member: member("a")}, {Role: "roles/aiplatform.user", Member: member("b")},
	}}
	live := c.read(want)
	stray := []estate.Grant{{Role: "roles/viewer", Member: member("stray")}}
	if diff := cmp.Diff(stray, live.Spec.(*estate.Grants).Grants); diff != "" {
		t.Errorf("before (-want +got):\n%s", diff)
	}
	c.write(want)
	c.remove(&estate.Grants{Project: project, Grants: want.Grants[:1]})
	if got := c.read(want).Spec.(*estate.Grants).Grants; !slices.Equal(got, want.Grants[1:]) {
		t.Errorf("after removing one: %v", got)
	}
	after := mustProject(t, c).Policy.Bindings
	kept := append(slices.Clone(seeded), []world.Binding{
		{Role: "roles/viewer", Members: []string{"user:somebody@else.example"}},
		{Role: "roles/editor", Members: []string{member("a")}, Condition: &world.Condition{Expression: "request.time < timestamp('2030-01-01T00:00:00Z')", Title: "until"}},
		{Role: "roles/aiplatform.user", Members: []string{member("b")}},
	}...)
	if diff := cmp.Diff(kept, after); diff != "" {
		t.Errorf("the policy (-want +got):\n%s", diff)
	}
}

func TestGrantsOnAccount(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.pool()
	a := &estate.Account{Project: project, ID: "vertex-caller"}
	want := &estate.Grants{Account: a.Email(), Grants: []estate.Grant{{
		Role: "roles/iam.workloadIdentityUser", Member: "principal://iam.googleapis.com/projects/" + number + "/locations/global/workloadIdentityPools/azure/subject/s",
	}}}
	if live := c.read(want); live.Exists() {
		t.Errorf("of an account that does not exist: %+v", live)
	}
	c.write(a)
	c.write(want)
	c.remove(want)
	c.remove(a)
	c.remove(want)
}

func mustProject(t *testing.T, c *cloud) world.Project {
	t.Helper()
	p, err := c.world.Project(project)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestTakenMeanwhile: what another set-up made since the plan is neither adopted nor changed.
func TestTakenMeanwhile(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	pool := c.pool()
	for _, spec := range []estate.Spec{
		pool,
		&estate.Provider{Project: number, Pool: pool.ID, ID: "theirs", Issuer: "https://issuer.example/", Mapping: map[string]string{"google.subject": "assertion.sub"}, Condition: "assertion.sub == 'x'"},
		&estate.Account{Project: project, ID: "their-account"},
		&estate.Role{Project: project, ID: "theirs", Title: "Theirs", Permissions: []string{"aiplatform.endpoints.predict"}},
	} {
		if spec != estate.Spec(pool) {
			c.write(spec)
		}
		_, err := c.Write(t.Context(), "somebody-else", spec, estate.Live{})
		if e := refused(t, err, "owned_by_another_setup"); e.Hint == "" {
			t.Errorf("%s: no next step", spec.Kind())
		}
	}
}
