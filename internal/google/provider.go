package google

import (
	"fmt"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Provider names a workload identity pool provider.
type Provider struct {
	Project string // the number, never the id
	Pool    string
	ID      string
}

var (
	providerForm = bridge.FormOf(`^projects/([^/]+)/locations/([^/]+)/workloadIdentityPools/([^/]+)/providers/([^/]+)$`)
	poolForm     = bridge.FormOf(`^projects/[^/]+/locations/[^/]+/workloadIdentityPools/[^/]+$`)
	digits       = bridge.FormOf(`^[0-9]+$`)
	poolID       = bridge.FormOf(`^[a-z0-9-]{4,32}$`)
)

const (
	providerExample = "//iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER"
	resourceHost    = "//iam.googleapis.com/" // the same in every universe
)

// ParseProvider reads a provider's name: bare (projects/...), as STS wants it (//iam.googleapis.com/projects/...), or as
// an audience (https://iam.googleapis.com/projects/...).
func ParseProvider(name string) (Provider, error) {
	bare := strings.TrimPrefix(strings.TrimPrefix(name, "https:"), resourceHost)
	m := providerForm().FindStringSubmatch(bare)
	switch {
	case name == "":
		return Provider{}, providerRefused("no workload identity pool provider is named", "name it: "+providerExample)
	case poolForm().MatchString(bare):
		return Provider{}, providerRefused(fmt.Sprintf("%q names a pool, not a provider", name), "add /providers/PROVIDER: gcloud iam workload-identity-pools providers list --location=global --workload-identity-pool="+bare[strings.LastIndexByte(bare, '/')+1:])
	case strings.Contains(bare, "/workforcePools/"):
		return Provider{}, providerRefused(fmt.Sprintf("%q is a workforce pool, which is for people", name), "create a workload identity pool provider: "+providerExample)
	case m == nil:
		return Provider{}, providerRefused(fmt.Sprintf("%q is not the name of a workload identity pool provider", name), "write "+providerExample)
	case !digits().MatchString(m[1]):
		return Provider{}, providerRefused(fmt.Sprintf("provider name %q has the project id %q where google wants the project number", name, m[1]),
			fmt.Sprintf("gcloud projects describe %s --format='value(projectNumber)'", m[1]))
	case m[2] != "global":
		return Provider{}, providerRefused(fmt.Sprintf("provider name %q has location %q: workload identity pools are in location global", name, m[2]), "write "+providerExample)
	case !poolID().MatchString(m[3]) || !poolID().MatchString(m[4]):
		return Provider{}, providerRefused(fmt.Sprintf("provider name %q has a pool or provider id that google does not allow", name), "ids have 4 to 32 of a-z, 0-9 and -")
	}
	return Provider{Project: m[1], Pool: m[3], ID: m[4]}, nil
}

func providerRefused(text, hint string) error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopSTS, Code: "provider_name_invalid", Text: text, Hint: hint}
}

// Path is the name without a host.
func (p Provider) Path() string {
	return "projects/" + p.Project + "/locations/global/workloadIdentityPools/" + p.Pool + "/providers/" + p.ID
}

// Name is the audience that STS wants.
func (p Provider) Name() string { return resourceHost + p.Path() }

// Audience is the "aud" that a provider without allowed audiences accepts, as Google's own guides write it.
func (p Provider) Audience() string { return "https:" + p.Name() }

// Principal is who Google says the workload is, if the provider maps google.subject to the assertion's own subject.
func (p Provider) Principal(subject string) bridge.Principal {
	return bridge.Principal("principal://iam.googleapis.com/projects/" + p.Project + "/locations/global/workloadIdentityPools/" + p.Pool + "/subject/" + subject)
}
