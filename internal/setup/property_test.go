package setup_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
)

// specs draws set-ups without mistakes: some clusters, with pools of their own or prefixes in one, and workloads of all homes.
func specs(t *rapid.T) setup.Spec {
	s := example()
	s.Workloads = nil
	base := s.Clusters[0]
	s.Clusters = nil
	var names []string
	prefixed := rapid.Bool().Draw(t, "prefixed")
	for i := range rapid.IntRange(1, 3).Draw(t, "clusters") {
		c := base
		c.Name = fmt.Sprint("c", i)
		c.Provider, c.Context = "aks-"+c.Name, c.Name
		switch {
		case prefixed:
			c.SubjectPrefix = c.Name
		case i > 0:
			c.Pool = "pool-" + c.Name
		}
		if rapid.IntRange(0, 3).Draw(t, "context") == 0 {
			c.Context = ""
		} else {
			c.UploadKeys = rapid.Bool().Draw(t, "upload")
		}
		if rapid.IntRange(0, 3).Draw(t, "aks") == 0 {
			c.Issuer = "https://k8s.example/" + c.Name
		}
		s.Clusters = append(s.Clusters, c)
		names = append(names, c.Name)
	}
	if rapid.Bool().Draw(t, "number") {
		s.Google.Number = "123456789"
	}
	s.Google.Settings = rapid.Bool().Draw(t, "settings")
	for i := range rapid.IntRange(0, 5).Draw(t, "workloads") {
		s.Workloads = append(s.Workloads, workloads(t, fmt.Sprint("work-", i), names))
	}
	return s
}

func workloads(t *rapid.T, name string, clusters []string) setup.Workload {
	w := setup.Workload{Name: name, Route: setup.Direct}
	to := &setup.ToGoogle{Projects: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"my-vertex-project", "other-project"}), 1, 2, rapid.ID).Draw(t, "projects")}
	if rapid.Bool().Draw(t, "impersonate") {
		to.ServiceAccount = name + "-sa"
	}
	if rapid.Bool().Draw(t, "custom") {
		to.Permissions = []string{"aiplatform.endpoints.predict"}
	} else {
		to.Roles = []string{"roles/aiplatform.user"}
	}
	home := rapid.SampledFrom([]string{"direct", "entra", "vm", "google"}).Draw(t, "home")
	if home == "direct" || home == "entra" {
		w.Kubernetes = &setup.Kubernetes{
			Clusters:  rapid.SliceOfNDistinct(rapid.SampledFrom(clusters), 1, len(clusters), rapid.ID).Draw(t, "in"),
			Namespace: "team", ServiceAccount: name, Mode: estate.ModeMetadata, TokenSeconds: 7200,
		}
	}
	switch home {
	case "direct":
		w.ToGoogle = to
		if rapid.Bool().Draw(t, "file") {
			w.Kubernetes.Mode = estate.ModeCredentials
		}
	case "entra":
		w.Route, w.ManagedIdentity, w.ToGoogle = setup.Entra, name+"-id", to
	case "vm":
		w.ManagedIdentity, w.ToGoogle = name+"-id", to
	case "google":
		w.GoogleAccount = name + "-sa"
		w.ToAzure = &setup.ToAzure{Identity: name + "-id", Roles: []string{"Storage Blob Data Reader on " + storage}}
	}
	return w
}

// strangers is what other people have in the same clouds, which nothing may touch.
func strangers(t *rapid.T, f *fake, s setup.Spec) {
	if rapid.Bool().Draw(t, "foreign pool") {
		f.put(&estate.Pool{Project: "123456789", ID: "somebody-elses"}, "other-setup")
	}
	if rapid.Bool().Draw(t, "foreign grants") {
		f.policies["project my-vertex-project"] = map[estate.Grant]bool{
			{Role: "roles/owner", Member: "user:admin@example.com"}:                                                                         true,
			{Role: "roles/aiplatform.user", Member: "serviceAccount:old@my-vertex-project.iam.gserviceaccount.com"}:                         true,
			{Role: "roles/viewer", Member: "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/azure-2/*"}: true,
		}
		f.put(&estate.Account{Project: "my-vertex-project", ID: "old"}, "")
	}
	for _, w := range s.Workloads {
		k := w.Kubernetes
		if k == nil || !rapid.Bool().Draw(t, "account was there") {
			continue
		}
		f.put(&estate.KubernetesAccount{Reach: estate.Reach{Cluster: k.Clusters[0]}, Namespace: k.Namespace, Name: k.ServiceAccount, Annotations: map[string]string{}}, "")
	}
	for _, w := range s.Workloads {
		if w.ManagedIdentity != "" && rapid.Bool().Draw(t, "identity was there") {
			f.put(&estate.Identity{Subscription: subscription, ResourceGroup: "platform", Name: w.ManagedIdentity, Location: "northeurope"}, "")
		}
	}
}

// TestAnySetup: for any set-up, an apply that is cut off anywhere, and then applied again, ends where one that nothing
// happened to ends; then there is nothing to do; and destroy, cut off anywhere too, leaves what was there before.
func TestAnySetup(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := specs(t)
		if err := setup.Mistakes(setup.Check(s)); err != nil {
			t.Fatal(err)
		}
		whole, cut := world(s), world(s)
		strangers(t, whole, s)
		for key, th := range whole.things {
			copied := *th
			copied.Spec = clone(th.Spec)
			cut.things[key] = &copied
		}
		for key, policy := range whole.policies {
			cut.policies[key] = map[estate.Grant]bool{}
			for g := range policy {
				cut.policies[key][g] = true
			}
		}
		before := whole.state()

		run(t, whole, s, setup.NewPlan, 0)
		total := whole.writes
		if p := mustPlan(t, whole, s, setup.NewPlan); p.Drift() {
			t.Fatalf("after apply there is still\n%s", p.Text(false))
		}
		at := rapid.IntRange(1, total+1).Draw(t, "cut apply at")
		run(t, cut, s, setup.NewPlan, at)
		run(t, cut, s, setup.NewPlan, 0)
		if diff := cmp.Diff(whole.state(), cut.state()); diff != "" {
			t.Fatalf("cut at change %d of %d (-whole +cut):\n%s", at, total, diff)
		}

		cut.writes = 0
		at = rapid.IntRange(1, total+1).Draw(t, "cut destroy at")
		run(t, cut, s, setup.NewDestroy, at)
		run(t, cut, s, setup.NewDestroy, 0)
		if diff := cmp.Diff(before, withoutLasting(cut.state())); diff != "" {
			t.Fatalf("destroy, cut at change %d (-before +after):\n%s", at, diff)
		}
		if p := mustPlan(t, cut, s, setup.NewDestroy); p.Drift() {
			t.Fatalf("after destroy there is still\n%s", p.Text(false))
		}
	})
}

type planner func(context.Context, setup.Input) (*setup.Plan, error)

func mustPlan(t *rapid.T, f *fake, s setup.Spec, make planner) *setup.Plan {
	p, err := make(context.Background(), setup.Input{Spec: s, Keepers: f.keepers()})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// run plans and applies; with at, the run is killed around that change: before it, or after it is made and before its answer.
func run(t *rapid.T, f *fake, s setup.Spec, make planner, at int) {
	p := mustPlan(t, f, s, make)
	ctx, kill := context.WithCancel(context.Background())
	defer kill()
	f.writes, f.before, f.after = 0, nil, nil
	if at > 0 {
		hook := func(n int) error {
			if n < at {
				return nil
			}
			kill()
			return errors.New("killed")
		}
		if rapid.Bool().Draw(t, "after the change") {
			f.after = hook
		} else {
			f.before = hook
		}
	}
	_, err := setup.Apply(ctx, p, setup.Options{Clock: time.Now})
	f.before, f.after = nil, nil
	switch {
	case at == 0 && err != nil:
		t.Fatal(err)
	case at > 0 && ctx.Err() != nil && (err == nil || !strings.Contains(err.Error(), "interrupted after") || bridge.HintOf(err) == ""):
		t.Fatalf("killed, and the error is %v", err)
	}
}
