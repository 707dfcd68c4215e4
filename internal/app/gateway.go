package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/gateway"
	"github.com/landbridge/landbridge/internal/google/vertex"
	"github.com/landbridge/landbridge/internal/ledger"
	"github.com/landbridge/landbridge/internal/metadata"
	"github.com/landbridge/landbridge/internal/policy"
	"github.com/landbridge/landbridge/internal/prompt"
	"github.com/landbridge/landbridge/internal/route"
	"github.com/landbridge/landbridge/internal/telemetry"
	"github.com/landbridge/landbridge/internal/webhook/certificate"
)

// gatewayDoor is the gateway with what it lives on.
type gatewayDoor struct {
	server    *gateway.Gateway
	app       *App
	c         *crossing
	callers   *route.Callers
	depot     *depot
	secrets   *secretDoor
	rings     *rings
	ledger    *ledger.Ledger // nil: quotas are counted in this process
	telemetry *telemetry.Telemetry
	serving   *certificate.Files // nil: plain HTTP
	rules     atomic.Pointer[gatewayRules]
	stale     prometheus.Gauge // 1 while the rules in force are not those of the file
}

// gatewayDoor builds the door; it calls nobody yet.
func (a *App) gatewayDoor(ctx context.Context, c *crossing, registry prometheus.Registerer) (*gatewayDoor, error) {
	door, g := c.cfg.Doors.Gateway, c.cfg.ToGoogle
	d := &gatewayDoor{app: a, c: c, stale: prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "landbridge_gateway_rules_stale", Help: "1 while the file of configuration has a mistake, so that the rules from before hold.",
	})}
	d.depot = a.depot(c)
	d.secrets, d.rings = a.secretDoor(d.depot), a.rings(d.depot)
	registry.MustRegister(d.stale)
	if err := d.load(c.cfg); err != nil {
		return nil, err
	}
	upstream, err := vertex.New(vertex.Options{
		Clock: a.host.Clock, Endpoint: g.Endpoints.AIPlatform, UniverseDomain: g.UniverseDomain, RootCAs: c.world.RootCAs,
		UserAgent: a.agent(), FirstByteTimeout: door.FirstByteTimeout, IdleTimeout: door.IdleTimeout, RetryBudget: door.RetryBudget,
	})
	if err != nil {
		return nil, err
	}
	world := c.world
	world.Door = "gateway"
	d.callers = route.NewCallers(route.CallersOptions{
		World: world, Scopes: g.Scopes, UniverseDomain: g.UniverseDomain, STSLocation: g.STSLocation, STSEndpoint: g.Endpoints.STS, IAMEndpoint: g.Endpoints.IAMCredentials,
	})
	if d.telemetry, err = a.telemetry(ctx, c.cfg.Telemetry, registry); err != nil {
		return nil, err
	}
	o := gateway.Options{
		Verifier: d, Leases: d, Upstream: upstream, Policy: func() *policy.Policy { return d.rules.Load().policy },
		Models:  func() []string { return d.rules.Load().models },
		Quotas:  policy.NewQuotas(policy.QuotasOptions{Clock: a.host.Clock, Bank: d.bank(c.cfg.Policy.Quotas)}),
		Profile: func(name string) *gateway.Guard { return d.rules.Load().guards[name] }, Recorder: c.recorder(), Clock: a.host.Clock,
		Observer: observer{d.telemetry}, Tokens: gateway.Tokens{Lifetime: door.Tokens.Lifetime},
		Loopback: door.Loopback, LoopbackUIDs: users(door.LoopbackUIDs), PeerUID: metadata.PeerUID,
		Projects: []gateway.Project{{ID: g.Project, Number: g.ProjectNumber}}, MaxBody: door.MaxBody, Grace: door.Drain, Logger: a.host.Log,
		Secret: d.secret,
	}
	if o.Tokens.Keys, err = d.ticketKeys(door.Tokens); err != nil {
		return nil, err
	}
	if o.Revoked, err = a.revoked(door.RevokedFile); err != nil {
		return nil, err
	}
	if o.TLS, err = d.tls(door); err != nil {
		return nil, err
	}
	d.server, err = gateway.New(o)
	return d, err
}

// Verify implements gateway.Verifier.
func (d *gatewayDoor) Verify(ctx context.Context, token bridge.Secret) (prompt.Caller, error) {
	return d.rules.Load().verifier.Verify(ctx, token)
}

// Lease implements gateway.Leaser: the caller's own assertion crosses, unless the configuration has the gateway cross for
// all, or the caller has none.
func (d *gatewayDoor) Lease(ctx context.Context, caller prompt.Caller, account string) (bridge.Lease, error) {
	cfg := d.rules.Load().cfg
	if cfg.Doors.Gateway.Identity == "caller" && !caller.Assertion.Token.Empty() {
		issuer, _, _ := strings.Cut(caller.Name, "/")
		for _, known := range cfg.Doors.Gateway.Callers {
			if known.Name == issuer {
				return d.callers.Lease(ctx, providerOf(cfg, known), account, caller.Assertion)
			}
		}
		return bridge.Lease{}, &bridge.Error{
			Kind: bridge.Denied, Hop: bridge.HopDoor, Code: "issuer_unknown", Text: "the caller's issuer has been taken out of the configuration while it called", Status: http.StatusUnauthorized,
		}
	}
	if account != "" && account != cfg.ToGoogle.ServiceAccount {
		return bridge.Lease{}, &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "account_unreachable", Text: "the rule wants service account " + account + ", and this caller crosses as to_google",
			Hint: "name it as to_google.service_account, or take it out of the rule",
		}
	}
	way, err := d.c.way(bridge.Google)
	if err != nil {
		return bridge.Lease{}, err
	}
	return way.Lease(ctx, bridge.LeaseRequest{})
}

// bank is where quotas are counted: nil for this process.
func (d *gatewayDoor) bank(q config.PolicyQuotas) policy.Bank {
	if q.Store != "postgres" {
		return nil
	}
	d.ledger = ledger.New(ledger.Options{DSNFile: q.DSNFile, SlicePercent: q.SlicePercent, WhenDown: ledger.WhenDown(q.WhenDown), Clock: d.app.host.Clock, Log: d.app.host.Log})
	return d.ledger
}

// tls is what the door serves with; nil for plain HTTP.
func (d *gatewayDoor) tls(door *config.GatewayDoor) (*tls.Config, error) {
	if door.CertFile == "" {
		return nil, nil
	}
	files, err := certificate.NewFiles(certificate.FilesOptions{CertFile: door.CertFile, KeyFile: door.KeyFile, Logger: d.app.host.Log})
	if err != nil {
		return nil, err
	}
	d.serving = files
	out := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return files.Certificate() }}
	if door.ClientCAFile == "" {
		return out, nil
	}
	pem, err := d.app.host.ReadFile(door.ClientCAFile)
	if err != nil {
		return nil, unreadable(door.ClientCAFile, err)
	}
	out.ClientCAs, out.ClientAuth = x509.NewCertPool(), tls.VerifyClientCertIfGiven
	if !out.ClientCAs.AppendCertsFromPEM(pem) {
		return nil, &bridge.Error{Kind: bridge.Usage, Code: "ca_file_empty", Text: door.ClientCAFile + " holds no certificate", Hint: "doors.gateway.client_ca_file is a PEM file of certificate authorities"}
	}
	return out, nil
}

// ballast is memory that is held and never touched, so that none of it is resident. A gateway at rest holds 5 MiB; a collector that runs
// whenever as much again has been asked for would take a tenth of its CPU. With ballast it waits for that much more, and no more
// than that under thousands of streams, where a higher GOGC would multiply.
const ballast = 10 << 20

// run serves until ctx ends. What calls under way still need (the database, the certificate) ends after them.
func (d *gatewayDoor) run(ctx context.Context, l net.Listener) error {
	held := make([]byte, ballast)
	defer runtime.KeepAlive(held)
	rest, stop := context.WithCancel(context.WithoutCancel(ctx))
	group, rest := errgroup.WithContext(rest)
	if d.ledger != nil {
		group.Go(func() error { return d.ledger.Run(rest) })
	}
	if d.serving != nil {
		group.Go(func() error { return d.serving.Run(rest) })
	}
	group.Go(func() error {
		d.rings.run(rest)
		return nil
	})
	if d.c.file != "" && d.c.reload != nil {
		group.Go(func() error { return d.watch(rest) })
	}
	group.Go(func() error {
		defer stop()
		ctx, end := context.WithCancel(ctx)
		defer end()
		context.AfterFunc(rest, end) // what fails beside the door ends the door
		return d.server.Run(ctx, l)
	})
	return group.Wait()
}

// url is the door's address as programs are told it.
func (d *gatewayDoor) url(addr string) string {
	scheme := "http://"
	if d.serving != nil {
		scheme = "https://"
	}
	return scheme + strings.Replace(addr, "0.0.0.0:", "127.0.0.1:", 1)
}

// close ends what outlives run.
func (d *gatewayDoor) close() {
	d.callers.Close()
	d.depot.Close()
	ctx, cancel := context.WithTimeout(context.Background(), telemetryGrace)
	defer cancel()
	if err := d.telemetry.Close(ctx); err != nil {
		d.app.host.Log.WarnContext(ctx, "the last traces and metrics could not be sent", slog.Any("error", err))
	}
}

// revoked asks the file of what is revoked; nil when there is none.
func (a *App) revoked(path string) (func(caller, token string) bool, error) {
	if path == "" {
		return nil, nil
	}
	file := a.revokedFile(path)
	if _, err := file.get(); err != nil {
		return nil, err
	}
	return func(caller, token string) bool {
		list, _ := file.get()
		return list[caller] || token != "" && list["token:"+token]
	}, nil
}
