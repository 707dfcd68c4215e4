package route

import (
	"fmt"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
)

// AzureSource says which source on Azure proves who the workload is; the zero value finds one.
type AzureSource = azure.Settings

// GoogleOptions say how to get from Azure to Google. Provider is needed.
type GoogleOptions struct {
	World
	Source AzureSource
	// Provider is the workload identity pool provider, bare or with //iam.googleapis.com/ in front.
	Provider string
	// AssertionAudience, where the provider lists allowed audiences; its own name when empty.
	AssertionAudience string
	// ServiceAccount to impersonate; direct access when empty.
	ServiceAccount    string
	Delegates         []string
	Scopes            []string
	Lifetime          time.Duration
	AllowLongLifetime bool
	// Project and Location of model calls. ProjectNumber is the provider's when empty.
	Project, ProjectNumber, Location string
	QuotaProject                     string
	UniverseDomain                   string
	STSLocation                      string
	// Base URLs in place of Google's own: https, or http on loopback.
	STSEndpoint, IAMEndpoint, VertexEndpoint string
}

// Google is the way from Azure to Google.
type Google struct {
	*Route
	// Source is the kind that was chosen, Reason why.
	Source, Reason string
	// TokenFile is the file that the source reads as it is; empty for any other source.
	TokenFile string
	// Identity is who Google will say the workload is: the service account, or the provider's pool for direct access.
	Identity       string
	ServiceAccount string // empty for direct access
	Provider       google.Provider
	Scopes         []string // of a lease whose request names none
	Project        string
	ProjectNumber  string
	Location       string
	QuotaProject   string
	UniverseDomain string

	world  World
	vertex string
}

// ToGoogle assembles the way from Azure to Google. It makes no call.
func ToGoogle(o GoogleOptions) (*Google, error) {
	client := o.wire()
	if o.ServiceAccount == "" && o.Lifetime == google.DefaultLifetime {
		o.Lifetime = 0 // a default written out is not a wish
	}
	x, err := google.NewExchange(google.ExchangeOptions{
		Wire: client, Clock: o.Clock, Provider: o.Provider, AssertionAudience: o.AssertionAudience,
		ServiceAccount: o.ServiceAccount, Delegates: o.Delegates, Scopes: o.Scopes,
		Lifetime: o.Lifetime, AllowLongLifetime: o.AllowLongLifetime,
		QuotaProject: o.QuotaProject, Region: o.STSLocation, UniverseDomain: o.UniverseDomain,
		STSEndpoint: o.STSEndpoint, IAMEndpoint: o.IAMEndpoint,
	})
	if err != nil {
		return nil, err
	}
	choice, err := azure.Detect(azure.Deps{HTTP: client, Clock: o.Clock, Env: o.Env}, o.Source)
	if err != nil {
		return nil, err
	}
	g := &Google{
		Source: string(choice.Kind), Reason: choice.Reason, TokenFile: choice.File, Provider: x.Provider(), ServiceAccount: o.ServiceAccount,
		Scopes: o.Scopes, Project: o.Project, ProjectNumber: o.ProjectNumber, Location: o.Location,
		QuotaProject: o.QuotaProject, UniverseDomain: o.UniverseDomain, world: o.World, vertex: o.VertexEndpoint,
	}
	g.fillIn()
	g.Route, err = assemble(o.World, client, chosen{choice.Source, g.describe(choice, o)}, x)
	if err != nil {
		return nil, err
	}
	return g, nil
}

func (g *Google) fillIn() {
	if g.ProjectNumber == "" {
		g.ProjectNumber = g.Provider.Project
	}
	if g.UniverseDomain == "" {
		g.UniverseDomain = google.DefaultUniverse
	}
	if len(g.Scopes) == 0 {
		g.Scopes = []string{google.CloudPlatform}
	}
	g.Identity = g.ServiceAccount
	if g.Identity == "" {
		g.Identity = strings.TrimSuffix(string(g.Provider.Principal("")), "/subject/")
	}
}

func (g *Google) describe(c azure.Choice, o GoogleOptions) []string {
	lines := []string{"source: " + describe(c.Source)}
	for _, r := range c.Rejected {
		lines = append(lines, fmt.Sprintf("  not %s: %s", r.Kind, r.Reason))
	}
	lines = append(lines, "provider: "+g.Provider.Path())
	switch {
	case o.ServiceAccount == "":
		lines = append(lines, "access: direct, as a principal of the pool")
	case len(o.Delegates) > 0:
		lines = append(lines, "access: as "+o.ServiceAccount+" through "+strings.Join(o.Delegates, ", "))
	default:
		lines = append(lines, "access: as "+o.ServiceAccount)
	}
	return lines
}

// Vertex makes model calls with this way's endpoints and quota project. A model may need longer than a token does.
func (g *Google) Vertex(timeout time.Duration) (*google.Vertex, error) {
	w := g.world
	w.Timeout = timeout
	return google.NewVertex(google.VertexOptions{
		Wire: w.wire(), Clock: w.Clock, QuotaProject: g.QuotaProject, UniverseDomain: g.UniverseDomain, Endpoint: g.vertex,
	})
}

func describe(s bridge.Source) string {
	if d, ok := s.(bridge.Describer); ok {
		return d.Describe()
	}
	return "unnamed"
}
