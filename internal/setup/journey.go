package setup

import (
	"slices"

	"github.com/landbridge/landbridge/internal/estate"
)

// Journey is how one workload crosses from one home: what a verifying crossing, a probe and a doctor follow. Its texts may
// hold estate.Ref references until Resolve.
type Journey struct {
	Workload *Workload
	// Cluster is the home of a pod; nil for the other homes.
	Cluster *Cluster
	// Audience of the assertion at home.
	Audience string
	// Tenant and ClientID are the Entra identity that the workload becomes on its way; empty on the direct route.
	Tenant, ClientID string
	// Provider is the workload identity pool provider, projects/NUMBER/…; empty on the way back.
	Provider string
	// Address of the provider among the set-up's things.
	Address string
	// Account is the e-mail of the Google service account: the one to impersonate, empty for direct access; on the way back
	// the home.
	Account string
	// Projects are where the roles hold; model calls are made in the first.
	Projects []string
}

// Home names where the journey begins.
func (j *Journey) Home() string {
	switch w := j.Workload; {
	case j.Cluster != nil:
		return "cluster " + j.Cluster.Name + ", account " + w.Kubernetes.Namespace + "/" + w.Kubernetes.ServiceAccount
	case w.ManagedIdentity != "":
		return "managed identity " + w.ManagedIdentity
	default:
		return "Google service account " + j.Account
	}
}

// Reach says how the cluster's API is reached.
func (j *Journey) Reach() estate.Reach { return j.Cluster.Reach() }

// Back says whether the way is from Google to Azure.
func (j *Journey) Back() bool { return j.Provider == "" }

// Resolve returns the journey with every reference replaced.
func (j Journey) Resolve(with func(estate.Reference) string) Journey {
	j.Audience, j.ClientID, j.Provider = estate.Replace(j.Audience, with), estate.Replace(j.ClientID, with), estate.Replace(j.Provider, with)
	return j
}

// Find returns the workload of that name; nil when there is none.
func (s *Spec) Find(workload string) *Workload {
	i := slices.IndexFunc(s.Workloads, func(w Workload) bool { return w.Name == workload })
	if i < 0 {
		return nil
	}
	return &s.Workloads[i]
}

// Journeys are a workload's ways across, one for each of its homes: a Kubernetes account has one in each cluster.
func (s *Spec) Journeys(w *Workload) []Journey {
	b := newBuilder(*s)
	j := Journey{Workload: w}
	if to := w.ToGoogle; to != nil {
		j.Projects = b.targets(to)
		if to.ServiceAccount != "" {
			_, _, j.Account = accountOf(to.ServiceAccount, s.Google.Project)
		}
	}
	entra := func(identity string) {
		j.Audience, j.Tenant, j.ClientID = estate.EntraTokenAudience, s.Azure.Tenant, estate.Ref(address(estate.KindIdentity, identity), "client_id")
		if w.ToGoogle != nil {
			j.Provider = providerName(b.number, s.Google.Pool, entraProvider)
			j.Address = address(estate.KindProvider, s.Google.Pool, entraProvider)
		}
	}
	switch {
	case w.Kubernetes == nil && w.ManagedIdentity != "":
		entra(w.ManagedIdentity)
	case w.Kubernetes == nil:
		_, _, j.Account = accountOf(w.GoogleAccount, s.Google.Project)
		if w.ToAzure != nil {
			entra(w.ToAzure.Identity)
		}
	default:
		if w.Route == Entra {
			entra(w.ManagedIdentity)
		}
		var out []Journey
		for _, c := range b.clusters(w.Kubernetes) {
			one := j
			one.Cluster = c
			if w.Route != Entra {
				one.Provider = providerName(b.number, c.Pool, c.Provider)
				one.Address = address(estate.KindProvider, c.Pool, c.Provider)
				one.Audience = estate.TokenAudience(one.Provider)
			}
			out = append(out, one)
		}
		return out
	}
	return []Journey{j}
}
