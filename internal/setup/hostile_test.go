package setup_test

import (
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/setup"
)

// nasty is what a shell, CEL, an OData filter or a reference's reader takes for more than a name.
var nasty = []string{
	`$(touch x)`, "`touch x`", `a'b`, `a"b`, `a\b`, "a\nb", `a;b`, `a|b`, `a&b'`, `a?b`, `a#b`, `a%27b`, `'] || true || ['`, `{{project/shop-prod.number}}`, "a\x1b[2Jb",
}

// A file that somebody else wrote, in a pull request for one: each name in it stands in commands, conditions and addresses.
func TestHostileNamesAreRefused(t *testing.T) {
	t.Parallel()
	const subscription = "/subscriptions/12345678-1234-4234-8234-123456789012"
	fields := map[string]func(s *setup.Spec, text string){
		"setup name":      func(s *setup.Spec, x string) { s.Name = x },
		"project":         func(s *setup.Spec, x string) { s.Google.Project = x },
		"project number":  func(s *setup.Spec, x string) { s.Google.Number = x },
		"pool":            func(s *setup.Spec, x string) { s.Google.Pool = x },
		"tenant":          func(s *setup.Spec, x string) { s.Azure.Tenant = x },
		"subscription":    func(s *setup.Spec, x string) { s.Azure.Subscription = x },
		"resource group":  func(s *setup.Spec, x string) { s.Azure.ResourceGroup = x },
		"azure location":  func(s *setup.Spec, x string) { s.Azure.Location = x },
		"cluster":         func(s *setup.Spec, x string) { s.Clusters[0].Name = x },
		"cluster's group": func(s *setup.Spec, x string) { s.Clusters[0].ResourceGroup = x },
		"cluster's sub":   func(s *setup.Spec, x string) { s.Clusters[0].Subscription = x },
		"cluster's pool":  func(s *setup.Spec, x string) { s.Clusters[0].Pool = x },
		"provider":        func(s *setup.Spec, x string) { s.Clusters[0].Provider = x },
		"subject prefix":  func(s *setup.Spec, x string) { s.Clusters[0].SubjectPrefix = x },
		"issuer":          func(s *setup.Spec, x string) { s.Clusters[0].Issuer = "https://issuer.example/" + x },
		"workload":        func(s *setup.Spec, x string) { s.Workloads[0].Name = x },
		"namespace":       func(s *setup.Spec, x string) { s.Workloads[0].Kubernetes.Namespace = x },
		"account":         func(s *setup.Spec, x string) { s.Workloads[0].Kubernetes.ServiceAccount = x },
		"role":            func(s *setup.Spec, x string) { s.Workloads[0].ToGoogle.Roles = []string{"roles/" + x} },
		"permission":      func(s *setup.Spec, x string) { s.Workloads[0].ToGoogle.Permissions = []string{"a.b." + x} },
		"far project":     func(s *setup.Spec, x string) { s.Workloads[0].ToGoogle.Projects = []string{x} },
		"google account":  func(s *setup.Spec, x string) { s.Workloads[0].ToGoogle.ServiceAccount = x },
		"account's e-mail": func(s *setup.Spec, x string) {
			s.Workloads[0].ToGoogle.ServiceAccount = x + "@p.iam.gserviceaccount.com"
		},
		"azure role": func(s *setup.Spec, x string) {
			s.Workloads = append(s.Workloads, setup.Workload{Name: "back", GoogleAccount: "nightly-job", ToAzure: &setup.ToAzure{Identity: "reader", Roles: []string{"R " + x + " on " + subscription}}})
		},
		"azure scope": func(s *setup.Spec, x string) {
			s.Workloads = append(s.Workloads, setup.Workload{Name: "back", GoogleAccount: "nightly-job", ToAzure: &setup.ToAzure{Identity: "reader", Roles: []string{"Reader on " + subscription + "/" + x}}})
		},
		"azure identity": func(s *setup.Spec, x string) {
			s.Workloads = append(s.Workloads, setup.Workload{Name: "back", GoogleAccount: "nightly-job", ToAzure: &setup.ToAzure{Identity: x, Roles: []string{"Reader on " + subscription}}})
		},
	}
	if err := setup.Mistakes(setup.Check(example())); err != nil {
		t.Fatal(err)
	}
	for name, put := range fields {
		for _, text := range nasty {
			if text == `a%27b` && name == "issuer" {
				continue // an address may have it, and every reader keeps it as it is
			}
			s := example()
			put(&s, text)
			if err := setup.Mistakes(setup.Check(s)); err == nil {
				t.Errorf("%s: %q is taken", name, text)
			} else if strings.ContainsRune(err.Error(), '\x1b') {
				t.Errorf("%s: the refusal of %q would steer a terminal", name, text)
			}
		}
	}
}

// A role is as wide by the GUID of its definition as by its name.
func TestWideRolesByTheirID(t *testing.T) {
	t.Parallel()
	for id, refused := range map[string]bool{
		"8e3af657-a8ff-443c-a75c-2fe8c4bcb635": true, "18D7D88D-D35E-4FB5-A5C3-7773C20A72D9": true, "f1a07417-d97a-45cb-824c-7a7467783830": true,
		"b24988ac-6180-42a0-ab88-20f7382dd24c": false, "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": false,
	} {
		s := example()
		s.Workloads = append(s.Workloads, setup.Workload{Name: "back", GoogleAccount: "nightly-job", ToAzure: &setup.ToAzure{
			Identity: "reader", Roles: []string{id + " on /subscriptions/12345678-1234-4234-8234-123456789012/resourceGroups/data"},
		}})
		if err := setup.Mistakes(setup.Check(s)); (err != nil) != refused {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// What a workload could widen its own bridge by is no permission of a model call.
func TestPermissionsThatWiden(t *testing.T) {
	t.Parallel()
	for _, p := range []string{"iam.roles.update", "iam.workloadIdentityPoolProviders.update", "iam.workloadIdentityPoolProviders.create", "storage.buckets.setIamPolicy"} {
		s := example()
		s.Workloads[0].ToGoogle.Permissions = []string{p}
		if err := setup.Mistakes(setup.Check(s)); err == nil || !strings.Contains(err.Error(), "lets its holder give itself more") {
			t.Errorf("%s: %v", p, err)
		}
	}
}
