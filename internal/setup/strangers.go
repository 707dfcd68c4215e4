package setup

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/landbridge/landbridge/internal/estate"
)

// strangers warns of whoever else is trusted where this set-up's things are. They may be wanted by somebody: nothing is
// changed, and nobody is to miss them. What cannot be listed was reported when our own were looked for.
func (r *reader) strangers(ctx context.Context) {
	var found []Problem
	for side, k := range r.in.Keepers {
		neighbours, ok := k.(estate.Neighbours)
		if !ok {
			continue
		}
		var there []estate.Spec
		for _, n := range r.order {
			if n.res.Spec.Kind().Side() == side && n.live.Exists() {
				there = append(there, n.live.Spec)
			}
		}
		all, err := neighbours.Strangers(ctx, r.in.Spec.Name, there)
		if err != nil {
			continue
		}
		for _, live := range all {
			found = append(found, r.stranger(live))
		}
	}
	slices.SortFunc(found, func(a, b Problem) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Text, b.Text)) })
	r.problems = append(r.problems, found...)
}

func (r *reader) stranger(live estate.Live) Problem {
	whose := "is not of this file"
	if live.Setup != "" {
		whose = "is of the set-up " + quoted(live.Setup)
	}
	switch s := live.Spec.(type) {
	case *estate.Provider:
		path := "google.pool"
		if i := slices.IndexFunc(r.in.Spec.Clusters, func(c Cluster) bool { return c.Pool == s.Pool }); s.Pool != r.in.Spec.Google.Pool && i >= 0 {
			path = fmt.Sprintf("clusters[%d].pool", i)
		}
		who := "whatever it trusts"
		if s.Issuer != "" {
			who = quoted(s.Issuer)
		}
		return Problem{
			Path: path, Severity: Warning,
			Text: fmt.Sprintf("the pool %s has the provider %s too, which %s: who has tokens of %s can become every workload of the pool that its mapping names", s.Pool, s.ID, whose, who),
			Fix:  fmt.Sprintf("gcloud iam workload-identity-pools providers describe %s --workload-identity-pool=%s --location=global --project=%s shows it; give it a pool of its own", s.ID, s.Pool, s.Project),
		}
	case *estate.FederatedCredential:
		return Problem{
			Path: "azure", Severity: Warning,
			Text: fmt.Sprintf("the identity %s has the federated credential %s too, which %s: %s of %s becomes it as well", s.Identity, quoted(s.Name), whose, quoted(s.Subject), quoted(s.Issuer)),
			Fix:  "az identity federated-credential list --identity-name " + s.Identity + " --resource-group " + s.ResourceGroup + " shows it; give it an identity of its own",
		}
	}
	return Problem{Severity: Warning, Text: ownedAddress(live.Spec, r.in.Spec.Name) + " " + whose}
}
