package setup

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/estate"
)

// Check applies every rule that needs no call, and returns what is wrong: mistakes and warnings, in the order of the file.
func Check(s Spec) []Problem {
	c := &checker{spec: &s}
	c.base()
	for i := range s.Clusters {
		c.cluster(i)
	}
	for i := range s.Workloads {
		c.workload(i)
	}
	c.sharedPools()
	c.sameAccount()
	c.samePrincipal()
	c.sharedAccounts()
	c.credentials()
	c.made()
	slices.SortStableFunc(c.found, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(section(a.Path), section(b.Path)), cmp.Compare(index(a.Path), index(b.Path)))
	})
	return c.found
}

type checker struct {
	spec  *Spec
	found []Problem
}

func (c *checker) mistake(path, text, fix string) {
	c.found = append(c.found, Problem{Path: path, Severity: Mistake, Text: text, Fix: fix})
}

func (c *checker) warn(path, text, fix string) {
	c.found = append(c.found, Problem{Path: path, Severity: Warning, Text: text, Fix: fix})
}

// section is a path's place in the file: name, google, azure, clusters, workloads.
func section(path string) int {
	return slices.IndexFunc([]string{"name", "google", "azure", "clusters", "workloads", ""}, func(s string) bool { return strings.HasPrefix(path, s) })
}

func index(path string) int {
	var i int
	if _, rest, ok := strings.Cut(path, "["); ok {
		if _, err := fmt.Sscanf(rest, "%d]", &i); err != nil {
			return 0
		}
	}
	return i
}

// base looks at the set-up's name and at what holds for all.
func (c *checker) base() {
	g, a := &c.spec.Google, &c.spec.Azure
	if !matches(setupNames, c.spec.Name) {
		c.mistake("name", quoted(c.spec.Name)+" is no name for a set-up", "write 1 to 32 of a-z, 0-9 and -, beginning with a letter")
	}
	switch {
	case g.Project == "":
		c.mistake("google.project", "is missing", "write the project's id; gcloud projects list shows it")
	case onlyDigits(g.Project):
		c.mistake("google.project", quoted(g.Project)+" is a project number, the id is needed here", "gcloud projects describe "+g.Project+" --format='value(projectId)'; the number goes into project_number")
	case !matches(projectIDs, g.Project):
		c.mistake("google.project", quoted(g.Project)+" is not a project id: 6 to 30 of a-z, 0-9 and -, beginning with a letter", "gcloud projects list shows PROJECT_ID")
	}
	if g.Number != "" && !onlyDigits(g.Number) {
		fix := "gcloud projects describe PROJECT_ID --format='value(projectNumber)'; or leave it out: it is read"
		c.mistake("google.project_number", quoted(g.Number)+" is not a number; principals and providers are named by the project's number, never its id", fix)
	}
	c.poolID("google.pool", "pool", g.Pool)
	if slices.ContainsFunc(c.spec.Workloads, func(w Workload) bool { return w.identity() != "" }) {
		need := func(path, value, fix string) {
			if value == "" {
				c.mistake("azure."+path, "is missing, and a managed identity is to be made", fix)
			}
		}
		need("subscription", a.Subscription, "az account show --query id -o tsv")
		need("resource_group", a.ResourceGroup, "az group list --query '[].name' -o tsv")
		need("location", a.Location, "write the region of the identities, such as westeurope")
		need("tenant_id", a.Tenant, "az account show --query tenantId -o tsv")
	}
	if a.Tenant != "" && !estate.IsGUID(a.Tenant) {
		c.mistake("azure.tenant_id", quoted(a.Tenant)+" is not a tenant's id, which is a GUID; Entra's tokens name it in iss and tid", "az account show --query tenantId -o tsv")
	}
	if a.Subscription != "" && !estate.IsGUID(a.Subscription) {
		c.mistake("azure.subscription", quoted(a.Subscription)+" is not a subscription's id, which is a GUID", "az account show --query id -o tsv")
	}
	if a.ResourceGroup != "" && !matches(resourceGroups, a.ResourceGroup) {
		c.mistake("azure.resource_group", quoted(a.ResourceGroup)+" is no name of a resource group", "az group list --query '[].name' -o tsv")
	}
	if a.Location != "" && !matches(azureLocations, a.Location) {
		c.mistake("azure.location", quoted(a.Location)+" is no region of Azure", "az account list-locations --query '[].name' -o tsv")
	}
	if len(c.spec.Workloads) == 0 {
		c.warn("workloads", "is empty: apply removes all that this set-up made for workloads", "write at least one, or run landbridge setup destroy")
	}
}

// identity is the managed identity that the workload needs; empty when it needs none.
func (w *Workload) identity() string {
	switch {
	case w.ToAzure != nil:
		return w.ToAzure.Identity
	case w.Kubernetes == nil || w.Route == Entra:
		return w.ManagedIdentity
	}
	return ""
}

// poolID applies the rule for pool and provider ids.
func (c *checker) poolID(path, what, id string) {
	fix := "write 4 to 32 of a-z, 0-9 and -"
	switch {
	case len(id) < 4 || len(id) > 32:
		c.mistake(path, fmt.Sprintf("the %s id %q has %d characters, 4 to 32 are allowed", what, id, len(id)), fix)
	case strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
		c.mistake(path, fmt.Sprintf("the %s id %q may hold a-z, 0-9 and - only", what, id), fix)
	case strings.HasPrefix(id, "gcp-"):
		c.mistake(path, fmt.Sprintf(`the %s id %q starts with "gcp-", which Google keeps for itself`, what, id), "choose another beginning")
	}
}

// quoted is a value as a message shows it, cut where it is long.
func quoted(s string) string { return fmt.Sprintf("%q", truncate(s, 80)) }
