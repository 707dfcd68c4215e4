package setup_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
)

// watched is a side whose neighbourhood somebody else has moved into.
type watched struct {
	*fake
	strangers []estate.Live
	asked     []string
}

func (w *watched) Strangers(_ context.Context, _ string, wanted []estate.Spec) ([]estate.Live, error) {
	for _, s := range wanted {
		w.asked = append(w.asked, string(s.Kind()))
	}
	return w.strangers, nil
}

// Whoever may add a provider to the pool, or a credential to an identity, becomes the workload without touching anything that
// the file names.
func TestStrangersAreWarnedOf(t *testing.T) {
	t.Parallel()
	s := example()
	f := world(s)
	apply(t, plan(t, f, s))
	google := &watched{fake: f, strangers: []estate.Live{
		{Spec: &estate.Provider{Project: "123456789", Pool: "azure", ID: "evil", Issuer: "https://evil.example"}},
		{Spec: &estate.Provider{Project: "123456789", Pool: "azure", ID: "saml"}, Setup: "other"},
	}}
	azure := &watched{fake: f, strangers: []estate.Live{{Spec: &estate.FederatedCredential{
		ResourceGroup: "platform", Identity: "reports", Name: "x", Issuer: "https://token.actions.githubusercontent.com", Subject: "repo:a/b:ref:refs/heads/main",
	}}}}
	p, err := setup.NewPlan(t.Context(), setup.Input{Spec: s, Keepers: map[estate.Side]estate.Keeper{estate.Azure: azure, estate.Google: google, estate.Kubernetes: f}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range p.Warnings {
		got = append(got, w.String())
	}
	want := []string{
		`setup.azure: the identity reports has the federated credential "x" too, which is not of this file: "repo:a/b:ref:refs/heads/main" of "https://token.actions.githubusercontent.com" becomes it as well; ` +
			`az identity federated-credential list --identity-name reports --resource-group platform shows it; give it an identity of its own`,
		`setup.google.pool: the pool azure has the provider evil too, which is not of this file: who has tokens of "https://evil.example" can become every workload of the pool that its mapping names; ` +
			`gcloud iam workload-identity-pools providers describe evil --workload-identity-pool=azure --location=global --project=123456789 shows it; give it a pool of its own`,
		`setup.google.pool: the pool azure has the provider saml too, which is of the set-up "other": who has tokens of whatever it trusts can become every workload of the pool that its mapping names; ` +
			`gcloud iam workload-identity-pools providers describe saml --workload-identity-pool=azure --location=global --project=123456789 shows it; give it a pool of its own`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if p.Differs {
		t.Error("a stranger is no difference: nothing of this file's is to be changed")
	}
	if len(google.asked) == 0 || len(azure.asked) == 0 {
		t.Error("nobody was asked about what is there")
	}
}
