package policy_test

import (
	"testing"

	"github.com/landbridge/landbridge/internal/policy"
)

func TestWorkloads(t *testing.T) {
	t.Parallel()
	set := policy.NewWorkloads([]string{"aks/system:serviceaccount:demo:*", "vertex/train@demo.iam.gserviceaccount.com"})
	for name, want := range map[string]bool{
		"aks/system:serviceaccount:demo:chat":          true,
		"aks/system:serviceaccount:prod:chat":          false,
		"vertex/train@demo.iam.gserviceaccount.com":    true,
		"vertex/train@demo.iam.gserviceaccount.com.eu": false,
		"xvertex/train@demo.iam.gserviceaccount.com":   false,
		"": false,
	} {
		if set.Has(name) != want {
			t.Errorf("Has(%q) is not %v", name, want)
		}
	}
	if (policy.Workloads{}).Has("aks/anybody") {
		t.Error("the empty set holds somebody")
	}
}
