package app

import (
	"context"
	"errors"

	"github.com/landbridge/landbridge/internal/audit"
	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/route"
	"github.com/landbridge/landbridge/internal/tokenfile"
	"github.com/landbridge/landbridge/internal/wire"
)

// Direction is a way over the bridge, named by its far shore.
type Direction = bridge.Shore

// crossing is what a configuration assembles to: the ways that it names, and the log of what crosses.
type crossing struct {
	cfg      *config.Config
	world    route.World
	client   *wire.Client
	audit    *audit.Log // nil when nothing is recorded
	toGoogle *route.Google
	toAzure  *route.Azure
	webhook  *webhookDoor  // nil when the configuration has none
	gateway  *gatewayDoor  // the same
	sealer   *audit.Sealer // of the audit log; nil when nothing signs it, or another process does
	closers  []func()
	file     string // of the configuration; empty where it cannot change
	reload   func() (*config.Config, error)
}

// open assembles what the configuration names. Door names who will ask, in the audit log. It calls no cloud.
func (a *App) open(cfg *config.Config, door string) (*crossing, error) {
	roots, err := a.roots(cfg)
	if err != nil {
		return nil, err
	}
	c := &crossing{cfg: cfg, client: wire.New(wire.Options{UserAgent: a.agent(), RootCAs: roots}), world: route.World{Clock: a.host.Clock, Env: a.host.Env, RootCAs: roots, UserAgent: a.agent(), Door: door}}
	if cfg.Audit != nil {
		o := audit.Options{Path: cfg.Audit.File}
		if o.Path == "-" {
			o = audit.Options{Writer: a.host.Stderr}
		}
		c.audit = audit.New(o)
		if err := c.audit.Open(); err != nil {
			return nil, err
		}
		c.world.Recorder = c.audit
	}
	if err := c.ways(cfg); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *crossing) ways(cfg *config.Config) (err error) {
	if g := cfg.ToGoogle; g != nil && crosses(cfg) {
		if c.toGoogle, err = route.ToGoogle(googleOptions(c.world, g)); err != nil {
			return err
		}
	}
	if z := cfg.ToAzure; z != nil {
		if c.toAzure, err = route.ToAzure(azureOptions(c.world, z)); err != nil {
			return err
		}
	}
	return nil
}

// crosses says whether anything crosses to Google as this process itself: a gateway of callers with tokens of their own needs
// no identity, and finds none where it has none.
func crosses(cfg *config.Config) bool {
	g := cfg.Doors.Gateway
	return keysInKMS(cfg) || g == nil || g.Identity != "caller" || g.Loopback != "" || cfg.Doors.Metadata != nil || cfg.Backup != nil
}

func googleOptions(w route.World, g *config.ToGoogle) route.GoogleOptions {
	return route.GoogleOptions{
		World: w,
		Source: route.AzureSource{
			Kind: azure.Kind(g.Source.Kind), File: g.Source.File, Format: tokenfile.Format(g.Source.Format), Field: g.Source.Field,
			ClientID: g.Source.ClientID, ObjectID: g.Source.ObjectID, ResourceID: g.Source.ResourceID, TenantID: g.Source.TenantID,
			Resource: g.Source.Resource, AuthorityHost: g.Source.AuthorityHost, Endpoint: g.Source.Endpoint,
		},
		Provider: g.Provider, ServiceAccount: g.ServiceAccount, Delegates: g.Delegates, Scopes: g.Scopes,
		Lifetime: g.Lifetime, AllowLongLifetime: g.AllowLongLifetime,
		Project: g.Project, ProjectNumber: g.ProjectNumber, Location: g.Location, QuotaProject: g.QuotaProject,
		UniverseDomain: g.UniverseDomain, STSLocation: g.STSLocation,
		STSEndpoint: g.Endpoints.STS, IAMEndpoint: g.Endpoints.IAMCredentials, VertexEndpoint: g.Endpoints.AIPlatform,
	}
}

func azureOptions(w route.World, z *config.ToAzure) route.AzureOptions {
	o := route.AzureOptions{
		World: w, Source: route.GoogleSource{Kind: google.SourceKind(z.Source.Kind), File: z.Source.File, MetadataHost: z.Source.MetadataHost},
		TenantID: z.TenantID, ClientID: z.ClientID, AuthorityHost: z.AuthorityHost,
		ResourceManager: z.Endpoints.ResourceManager, StorageAccount: z.StorageAccountURL,
	}
	if len(z.Scopes) > 0 {
		o.Scope = z.Scopes[0]
	}
	return o
}

// way is the way to a far shore; a mistake of usage when the configuration does not name it.
func (c *crossing) way(to Direction) (*route.Route, error) {
	switch {
	case to == bridge.Google && c.toGoogle != nil:
		return c.toGoogle.Route, nil
	case to == bridge.Azure && c.toAzure != nil:
		return c.toAzure.Route, nil
	}
	return nil, &bridge.Error{
		Kind: bridge.Usage, Code: "way_not_configured", Text: "the configuration has no way to " + string(to),
		Hint: "add a to_" + string(to) + " section to landbridge.yaml, or try it with --sandbox",
	}
}

// describe says what was chosen, and why, for both ways.
func (c *crossing) describe() []string {
	var lines []string
	if c.toGoogle != nil {
		lines = append(lines, c.toGoogle.Describe()...)
	}
	if c.toAzure != nil {
		lines = append(lines, c.toAzure.Describe()...)
	}
	return lines
}

// recording runs serve with the audit log's writer behind it. The writer ends last: what a door hands out while it shuts
// down is recorded too.
func (c *crossing) recording(serve func() error) error {
	if c.audit == nil {
		return serve()
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	written := make(chan error, 1)
	go func() { written <- c.audit.Run(ctx) }()
	sealed := c.sealing()
	err := serve()
	sealed()
	stop()
	return errors.Join(err, <-written)
}

// sealing seals the audit log as it grows. What it returns does so for the last time, before the log is closed.
func (c *crossing) sealing() (end func()) {
	if c.sealer == nil {
		return func() {}
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.sealer.Run(ctx)
	}()
	return func() {
		stop()
		<-ended
	}
}

// close ends the ways and writes what the log still holds.
func (c *crossing) close() {
	if c.gateway != nil {
		c.gateway.close()
	}
	if c.toGoogle != nil {
		c.toGoogle.Close()
	}
	if c.toAzure != nil {
		c.toAzure.Close()
	}
	if c.audit != nil {
		_ = c.audit.Close()
	}
	for _, end := range c.closers {
		end()
	}
}
