package app

import (
	"context"
	"net/http"
	"time"

	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/doctor"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/wire"
)

// What package doctor says, for those who print it.
type (
	DoctorReport  = doctor.Report
	DoctorFault   = doctor.Fault
	DoctorFinding = doctor.Finding
)

const (
	oneWord      = "Answer with one word: ready"
	modelTimeout = time.Minute
	// entraForGoogle is what an Entra token is asked for that Google shall take.
	entraForGoogle = azure.TokenExchangeResource + "/.default"
)

// ExplainText names the failure in a pasted error, offline.
func (a *App) ExplainText(text string) (DoctorFinding, bool) { return doctor.Explain(text) }

// Doctor walks the crossing that this process makes: the to_google section, with this machine's own home identity.
func (a *App) Doctor(ctx context.Context, cfg *config.Config, model string) ([]DoctorReport, error) {
	if cfg.ToGoogle == nil {
		return nil, &bridge.Error{
			Kind: bridge.Usage, Code: "way_not_configured", Text: "the configuration has no to_google section whose crossing could be looked at",
			Hint: "name a workload of the setup section: landbridge doctor --workload NAME",
		}
	}
	c, err := a.open(cfg, "doctor")
	if err != nil {
		return nil, err
	}
	defer c.close()
	g := c.toGoogle
	for _, line := range c.describe() {
		a.tell(line)
	}
	x, err := google.NewExchange(google.ExchangeOptions{
		Wire: c.client, Clock: a.host.Clock, Provider: cfg.ToGoogle.Provider, ServiceAccount: cfg.ToGoogle.ServiceAccount, Delegates: cfg.ToGoogle.Delegates,
		Scopes: cfg.ToGoogle.Scopes, QuotaProject: cfg.ToGoogle.QuotaProject, Region: cfg.ToGoogle.STSLocation, UniverseDomain: cfg.ToGoogle.UniverseDomain,
		STSEndpoint: cfg.ToGoogle.Endpoints.STS, IAMEndpoint: cfg.ToGoogle.Endpoints.IAMCredentials,
	})
	if err != nil {
		return nil, err
	}
	var assertion bridge.Assertion
	ports := doctor.Ports{
		Clock: a.host.Clock, Keys: a.published(c.client),
		Home: func(ctx context.Context) (own bridge.Assertion, err error) {
			assertion, err = g.Assertion(ctx)
			return assertion, err
		},
		Exchange: x.Federate,
		Date:     farClock(c.client, cfg.ToGoogle.Endpoints.STS),
		Model: func(ctx context.Context, lease bridge.Lease) error {
			v, err := g.Vertex(modelTimeout)
			if err == nil {
				_, err = v.GenerateContent(ctx, lease, google.Prompt{Project: g.Project, Location: g.Location, Model: model, Text: oneWord})
			}
			return err
		},
	}
	if g.ServiceAccount != "" {
		ports.Impersonate = func(ctx context.Context, federated bridge.Lease) (bridge.Lease, error) {
			return x.Impersonate(ctx, assertion, federated)
		}
	}
	subject := doctor.Subject{
		Workload: "this machine's", Provider: cfg.ToGoogle.Provider, ServiceAccount: g.ServiceAccount, Project: g.Project, Location: g.Location, Model: model,
	}
	if g.Project == "" || g.Location == "" {
		ports.Model = nil // there is no telling where
	}
	return []DoctorReport{doctor.Walk(ctx, subject, ports)}, nil
}

// farClock reads the time of Google's token service from an answer of it, whatever it answers.
func farClock(client *wire.Client, base string) func(context.Context) (time.Time, error) {
	return func(ctx context.Context) (time.Time, error) {
		if base == "" {
			base = "https://sts.googleapis.com"
		}
		resp, err := client.Get(ctx, bridge.HopSTS, base+"/", nil)
		if err != nil {
			return time.Time{}, err
		}
		return http.ParseTime(resp.Header.Get("Date"))
	}
}
