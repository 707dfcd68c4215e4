package setup_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// step finds one step of a plan.
func step(t *testing.T, p *setup.Plan, addr string) setup.Step {
	t.Helper()
	for _, s := range p.Steps {
		if s.Address == addr {
			return s
		}
	}
	t.Fatalf("the plan has no %s:\n%s", addr, p.Text(true))
	return setup.Step{}
}

const poolAt = "pool 123456789 azure"

// TestDecisions changes one thing in the clouds and looks at one step of the next plan.
func TestDecisions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*fake)
		spec   func(*setup.Spec)
		addr   string
		want   string // action, changes and reason
	}{
		{
			name: "a changed condition",
			change: func(f *fake) {
				f.things["provider 123456789 azure aks-prod"].Spec.(*estate.Provider).Condition = "true"
			},
			addr: "provider/azure/aks-prod",
			want: `update: attribute_condition: true -> assertion.sub in ['system:serviceaccount:team-chat:chat']`,
		},
		{
			name: "a mapped attribute too many",
			change: func(f *fake) {
				f.things["provider 123456789 azure entra"].Spec.(*estate.Provider).Mapping["attribute.x"] = "assertion.x"
			},
			addr: "provider/azure/entra",
			want: `update: attribute_mapping.attribute.x: - assertion.x`,
		},
		{
			name: "keys that somebody uploaded",
			change: func(f *fake) {
				f.things["provider 123456789 azure aks-prod"].Spec.(*estate.Provider).JWKS = `{"keys":[]}`
			},
			addr: "provider/azure/aks-prod",
			want: `update: jwks: - {"keys":[]}`,
		},
		{
			name: "an audience too many",
			change: func(f *fake) {
				p := f.things["provider 123456789 azure aks-prod"].Spec.(*estate.Provider)
				p.Audiences = append(p.Audiences, "api://AzureADTokenExchange")
			},
			addr: "provider/azure/aks-prod",
			want: `update: audiences: - api://AzureADTokenExchange`,
		},
		{
			name:   "a disabled account",
			change: func(f *fake) { account(f, "reports").Spec.(*estate.Account).Disabled = true },
			addr:   "account/reports", want: `update: disabled: true -> false`,
		},
		{
			name: "a role that widened",
			change: func(f *fake) {
				r := f.things["role projects/my-vertex-project/roles/landbridge_landbridge.chat"].Spec.(*estate.Role)
				r.Permissions = append(r.Permissions, "storage.buckets.delete")
			},
			addr: "role/my-vertex-project/landbridge_landbridge.chat", want: `update: permissions: - storage.buckets.delete`,
		},
		{
			name: "a grant that went and one that came",
			change: func(f *fake) {
				policy := f.policies["project my-vertex-project"]
				delete(policy, estate.Grant{Role: "roles/aiplatform.user", Member: "serviceAccount:reports@my-vertex-project.iam.gserviceaccount.com"})
				policy[estate.Grant{Role: "roles/owner", Member: "serviceAccount:reports@my-vertex-project.iam.gserviceaccount.com"}] = true
				policy[estate.Grant{Role: "roles/owner", Member: "user:somebody@example.com"}] = true
			},
			addr: "grants/project/my-vertex-project",
			want: `update: grants: + roles/aiplatform.user to serviceAccount:reports@my-vertex-project.iam.gserviceaccount.com; ` +
				`grants: - roles/owner to serviceAccount:reports@my-vertex-project.iam.gserviceaccount.com`,
		},
		{
			name:   "an issuer that is off",
			change: func(f *fake) { f.things["cluster prod"].Spec.(*estate.Cluster).OIDCIssuer = false },
			addr:   "provider/azure/aks-prod",
			want:   `update: issuer: https://westeurope.oic.prod-aks.azure.com/t/prod/ -> (known after apply)`,
		},
		{
			name:   "a deleted pool",
			change: func(f *fake) { f.things[poolAt].Deleted = true },
			addr:   "pool/azure", want: `undelete`,
		},
		{
			name:   "a deleted pool of somebody else",
			change: func(f *fake) { f.things[poolAt].Deleted, f.things[poolAt].Setup = true, "" },
			addr:   "pool/azure",
			want:   `blocked: is soft-deleted and was not made by this set-up: its id is taken`,
		},
		{
			name:   "a pool of another set-up",
			change: func(f *fake) { f.things[poolAt].Setup = "other" },
			addr:   "pool/azure", want: `blocked: belongs to the set-up other`,
		},
		{
			name: "an account that was there before",
			change: func(f *fake) {
				account(f, "reports").Setup = ""
				account(f, "reports").Spec.(*estate.Account).DisplayName = "Somebody's"
			},
			addr: "account/reports", want: `keep`,
		},
		{
			name: "an account that was there before and differs",
			change: func(f *fake) {
				account(f, "reports").Setup = ""
				account(f, "reports").Spec.(*estate.Account).Disabled = true
			},
			addr: "account/reports", want: `update: disabled: true -> false: was there before: it gets these settings, and destroy leaves it`,
		},
		{
			name:   "a workload that is wanted no more",
			change: func(*fake) {},
			spec:   func(s *setup.Spec) { s.Workloads = s.Workloads[:3] },
			addr:   "identity/training", want: `remove: bears the mark of landbridge and is not wanted any more`,
		},
		{
			name:   "the grants of an account that is wanted no more",
			change: func(*fake) {},
			spec:   func(s *setup.Spec) { s.Workloads = s.Workloads[:2] },
			addr:   "grants/project/my-vertex-project",
			want:   `update: grants: - roles/aiplatform.user to serviceAccount:batch-vm@my-vertex-project.iam.gserviceaccount.com`,
		},
		{
			name:   "a namespace that is not there",
			change: func(f *fake) { delete(f.things, "namespace prod team-chat") },
			addr:   "namespace/prod/team-chat", want: `blocked: there is no such namespace`,
		},
		{
			name:   "a cluster that is not there",
			change: func(f *fake) { delete(f.things, "cluster prod") },
			addr:   "cluster/prod", want: `blocked: there is no such AKS cluster in the resource group platform`,
		},
		{
			name:   "a project that is not there",
			change: func(f *fake) { delete(f.things, "project my-vertex-project") },
			addr:   "project/my-vertex-project", want: `blocked: there is no such project, or you may not see it`,
		},
		{
			name:   "another number",
			change: func(*fake) {},
			spec:   func(s *setup.Spec) { s.Google.Number = "987654321" },
			addr:   "project/my-vertex-project", want: `blocked: has the number 123456789, and the file says 987654321`,
		},
		{
			name:   "a foreign account that is not there",
			change: func(*fake) {},
			spec: func(s *setup.Spec) {
				s.Workloads[1].ToGoogle.ServiceAccount = "shared@other-project.iam.gserviceaccount.com"
			},
			addr: "account/shared@other-project.iam.gserviceaccount.com", want: `blocked: there is no such service account, or you may not see it`,
		},
		{
			name:   "a cluster without a context",
			change: func(*fake) {},
			spec:   func(s *setup.Spec) { s.Clusters[0].Context = "" },
			addr:   "kubernetes-account/prod/team-chat/chat", want: `manual: cluster prod has no context`,
		},
		{
			name: "an annotation of ours too many",
			change: func(f *fake) {
				f.things["ksa prod team-chat chat"].Spec.(*estate.KubernetesAccount).Annotations["landbridge.dev/service-account"] = "x"
			},
			addr: "kubernetes-account/prod/team-chat/chat", want: `update: annotations.landbridge.dev/service-account: - x`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := world(example())
			apply(t, plan(t, f, example()))
			c.change(f)
			s := example()
			if c.spec != nil {
				c.spec(&s)
			}
			got := step(t, plan(t, f, s), c.addr)
			text := string(got.Action)
			var parts []string
			for _, ch := range got.Changes {
				parts = append(parts, ch.String())
			}
			for _, part := range []string{strings.Join(parts, "; "), got.Reason} {
				if part != "" && !strings.HasPrefix(part, "its pods need") {
					text += ": " + part
				}
			}
			if text != c.want {
				t.Errorf("the step is\n%s\nwant\n%s", text, c.want)
			}
			if got.Action == setup.Blocked && got.Hint == "" {
				t.Error("it does not say what to do next")
			}
		})
	}
}

func account(f *fake, id string) *thing {
	return f.things["account "+id+"@my-vertex-project.iam.gserviceaccount.com"]
}

func TestABlockedPlanIsNotApplied(t *testing.T) {
	t.Parallel()
	f := world(example())
	f.put(&estate.Pool{Project: "123456789", ID: "azure"}, "other")
	p := plan(t, f, example())
	_, err := setup.Apply(t.Context(), p, setup.Options{Clock: time.Now})
	if bridge.KindOf(err) != bridge.Usage || err.Error() != "pool/azure: belongs to the set-up other" || bridge.HintOf(err) == "" {
		t.Errorf("%v", err)
	}
	if f.writes > 0 {
		t.Errorf("%d changes", f.writes)
	}
}

func TestReadsThatFail(t *testing.T) {
	t.Parallel()
	f := world(example())
	denied := &bridge.Error{Kind: bridge.Denied, Code: "PERMISSION_DENIED", Text: "Permission 'iam.serviceAccounts.get' denied", Hint: "ask for roles/iam.serviceAccountViewer"}
	f.broken["account reports@my-vertex-project.iam.gserviceaccount.com"] = denied
	f.broken["identity training"] = &bridge.Error{Kind: bridge.Denied, Text: "AuthorizationFailed"}
	p, err := setup.NewPlan(t.Context(), setup.Input{Spec: example(), Keepers: f.keepers()})
	want := "2 things could not be read:\n  identity/training: AuthorizationFailed\n  account/reports: Permission 'iam.serviceAccounts.get' denied"
	if err == nil || err.Error() != want || bridge.KindOf(err) != bridge.Denied {
		t.Fatalf("%v", err)
	}
	if got := step(t, p, "account/reports"); got.Action != setup.Failed {
		t.Errorf("%+v", got)
	}
	if got := step(t, p, "role-assignment/training/storage-blob-data-reader-c1a67b36"); got.Action != setup.Failed || got.Reason != "depends on identity/training, which could not be read" {
		t.Errorf("%+v", got)
	}
	if got := step(t, p, "account/batch-vm"); got.Action != setup.Create {
		t.Errorf("the rest of the plan: %+v", got)
	}
	if _, err := setup.Apply(t.Context(), p, setup.Options{Clock: time.Now}); err == nil || f.writes > 0 {
		t.Errorf("applied all the same: %v", err)
	}
}

// crowd is a large set-up: 100 workloads, each in five clusters.
func crowd() setup.Spec {
	s := example()
	c := s.Clusters[0]
	s.Clusters = nil
	var names []string
	for i := range 5 {
		c.Name = fmt.Sprint("prod-", i)
		c.Provider, c.Pool, c.Context = "aks-"+c.Name, "pool-"+c.Name, c.Name
		s.Clusters = append(s.Clusters, c)
		names = append(names, c.Name)
	}
	w := s.Workloads[0]
	s.Workloads = nil
	for i := range 100 {
		k := *w.Kubernetes
		k.Clusters, k.Namespace = names, fmt.Sprintf("team-%02d", i)
		w.Name, w.Kubernetes = fmt.Sprintf("chat-%02d", i), &k
		w.ToGoogle = &setup.ToGoogle{ServiceAccount: fmt.Sprintf("chat-%02d", i), Projects: []string{"my-vertex-project"}, Roles: []string{"roles/aiplatform.user"}}
		s.Workloads = append(s.Workloads, w)
	}
	return s
}

// TestPlanOfACrowdIsQuick: with 50 ms for each call and no cache in the keepers at all, the plan of 100 workloads in five
// clusters, 1,000 accounts and namespaces, stays within the 3 seconds, read by read.
func TestPlanOfACrowdIsQuick(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := world(crowd())
		f.latency = 50 * time.Millisecond
		began := time.Now()
		p, err := setup.NewPlan(t.Context(), setup.Input{Spec: crowd(), Keepers: f.keepers()})
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("%s for %d reads", took, f.reads)
		}
		t.Logf("%s for %d reads, %d steps", time.Since(began), f.reads, len(p.Steps))
		apply(t, p)
		if again := plan(t, f, crowd()); again.Drift() {
			t.Errorf("the crowd's second plan: %s", again.Sum())
		}
	})
}

func TestPlanStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := setup.NewPlan(ctx, setup.Input{Spec: example(), Keepers: world(example()).keepers()}); err == nil {
		t.Error("no error")
	}
}

// TestTheLastWorkloadGoes: when the file names no workload any more, what was made for the last one is still found.
func TestTheLastWorkloadGoes(t *testing.T) {
	t.Parallel()
	f := world(example())
	before := f.state()
	apply(t, plan(t, f, example()))
	s := example()
	s.Workloads = nil
	apply(t, plan(t, f, s))
	if diff := cmp.Diff(before, withoutLasting(f.state())); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}
