package setup

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/trust"
)

// sharedAccounts: whoever becomes the same account may do what all who become it may.
func (c *checker) sharedAccounts() {
	google, azure, homes := map[string]int{}, map[string]int{}, map[string]int{}
	for i := range c.spec.Workloads {
		w := &c.spec.Workloads[i]
		if w.ToGoogle != nil && w.ToGoogle.ServiceAccount != "" {
			_, _, email := accountOf(w.ToGoogle.ServiceAccount, c.spec.Google.Project)
			c.shares(google, email, i, "to_google.service_account", "what one may do on Google, the other may, and revoke cannot disable it for one alone")
		}
		if w.GoogleAccount != "" {
			_, _, email := accountOf(w.GoogleAccount, c.spec.Google.Project)
			c.shares(homes, email, i, "google_account", "what one may do on Azure, the other may")
		}
		if name := w.identity(); name != "" {
			field := "managed_identity"
			if w.ToAzure != nil {
				field = "to_azure.identity"
			}
			c.shares(azure, strings.ToLower(name), i, field, "to both clouds they are one")
		}
	}
}

func (c *checker) shares(seen map[string]int, who string, i int, field, so string) {
	j, shared := seen[who]
	if !shared {
		seen[who] = i
		return
	}
	c.warn(fmt.Sprintf("workloads[%d].%s", i, field), fmt.Sprintf("%q is that of workloads[%d] (%s) too: %s", who, j, c.spec.Workloads[j].Name, so), "give each workload its own")
}

// maxCredentials is how many federated credentials Azure allows one identity.
const maxCredentials = 20

// credentials counts clusters times accounts that become each identity.
func (c *checker) credentials() {
	count, last := map[string]int{}, map[string]int{}
	spelt := map[string]string{}
	for i := range c.spec.Workloads {
		w := &c.spec.Workloads[i]
		name := strings.ToLower(w.identity())
		if name == "" {
			continue
		}
		spelt[name] = w.identity()
		last[name] = i
		switch {
		case w.Kubernetes != nil:
			count[name] += len(w.Kubernetes.Clusters)
		case w.ToAzure != nil:
			count[name]++
		}
	}
	for _, name := range slices.Sorted(maps.Keys(count)) {
		if n := count[name]; n > maxCredentials {
			c.mistake(fmt.Sprintf("workloads[%d].managed_identity", last[name]), fmt.Sprintf("the identity %s would have %d federated credentials (one for each account in each cluster), Azure allows 20", spelt[name], n),
				"spread the accounts over several identities, or take the route direct")
		}
	}
}

// The longest that a provider's expression may be.
const maxCondition = 4096

// made looks at what the file would make, by the rules that Google has for it.
func (c *checker) made() {
	if Mistakes(c.found) != nil {
		return // what a mistake leads to says nothing more
	}
	all, err := desire(*c.spec)
	if err != nil {
		c.mistake("workloads", err.Error(), "look at the names of clusters and workloads")
		return
	}
	for i := range all {
		if p, ok := estate.Resolve(all[i].Spec, example).(*estate.Provider); ok {
			c.provider(p)
		}
	}
}

// example stands for an output in a provider that is looked at before anything is there: of the same length and form.
func example(r estate.Reference) string {
	switch r.Output {
	case "number":
		return "123456789012"
	case "principal_id", "client_id":
		return "00000000-0000-4000-8000-000000000000"
	case "issuer":
		return "https://westeurope.oic.prod-aks.azure.com/00000000-0000-4000-8000-000000000000/00000000-0000-4000-8000-000000000000/"
	}
	return ""
}

func (c *checker) provider(p *estate.Provider) {
	path := c.providerPath(p)
	if n := len([]rune(p.Condition)); n > maxCondition {
		c.mistake(path, fmt.Sprintf("the condition that pins its %d accounts would have %d characters, Google allows %d", strings.Count(p.Condition, ", ")+1, n, maxCondition), c.split(p))
		return
	}
	_, err := trust.Compile(trust.Provider{
		Name: p.Name(), DisplayName: p.DisplayName, Description: estate.Mark(c.spec.Name),
		AttributeMapping: p.Mapping, AttributeCondition: p.Condition,
		OIDC: trust.OIDC{IssuerURI: p.Issuer, AllowedAudiences: p.Audiences},
	})
	var found trust.Problems
	if errors.As(err, &found) {
		for _, f := range found {
			c.mistake(path, "Google would refuse the provider "+p.ID+": "+f.String(), f.Fix)
		}
	} else if err != nil {
		c.mistake(path, "the provider "+p.ID+" cannot be judged: "+err.Error(), "")
	}
}

func (c *checker) providerPath(p *estate.Provider) string {
	i := slices.IndexFunc(c.spec.Clusters, func(k Cluster) bool { return k.Pool == p.Pool && k.Provider == p.ID })
	if i < 0 {
		return "azure"
	}
	return fmt.Sprintf("clusters[%d].provider", i)
}

func (c *checker) split(p *estate.Provider) string {
	if p.ID == entraProvider {
		return "let accounts that may be told apart less become one identity, or write a second file with a pool of its own"
	}
	return "put some of its workloads into a second file with another name, whose cluster has another provider id and pool; or let them take the route entra, where one identity is one entry"
}
