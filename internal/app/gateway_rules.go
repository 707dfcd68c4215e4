package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/discovery"
	"github.com/landbridge/landbridge/internal/gateway"
	"github.com/landbridge/landbridge/internal/policy"
	"github.com/landbridge/landbridge/internal/trust"
)

// reloadEvery is how often the file of configuration is looked at.
const reloadEvery = 2 * time.Second

// gatewayRules are what a reload exchanges, all at once.
type gatewayRules struct {
	cfg      *config.Config
	policy   *policy.Policy
	guards   map[string]*gateway.Guard
	verifier gateway.Verifier
	models   []string // that clients can list
	secrets  map[string]*secretRule
}

// load makes the rules of a configuration, and puts them in the place of those before.
func (d *gatewayDoor) load(cfg *config.Config) error {
	p, err := compilePolicy(cfg)
	if err != nil {
		return err
	}
	made, err := guards{d.app, cfg, d.c.client, d.rings}.all()
	if err != nil {
		return err
	}
	issuers, err := gatewayIssuers(cfg)
	if err != nil {
		return err
	}
	// Keys are fetched anew: an issuer that has other ones now shall be believed by no others.
	keys := discovery.NewCache(d.app.host.Clock, func(ctx context.Context, issuer string) (*trust.KeySet, error) { return d.issuerKeys(ctx, cfg, issuer) })
	d.rules.Store(&gatewayRules{cfg, p, made, gateway.NewIssuers(issuers, keys, d.app.host.Clock), modelsOf(cfg.Policy), d.secrets.rules(cfg.Backup)})
	if d.server != nil {
		d.server.Forget()
	}
	return nil
}

// modelsOf are the models that rules and prices name without a pattern.
func modelsOf(p *config.Policy) []string {
	var out []string
	for _, r := range p.Rules {
		out = append(out, r.Models...)
	}
	for _, price := range p.Prices {
		out = append(out, price.Model)
	}
	out = slices.DeleteFunc(out, func(m string) bool { return strings.Contains(m, "*") || strings.HasPrefix(m, "endpoints/") })
	slices.Sort(out)
	return slices.Compact(out)
}

// gatewayIssuers are the callers of a configuration, by the rules by which Google will judge their tokens.
func gatewayIssuers(cfg *config.Config) ([]gateway.Issuer, error) {
	var out []gateway.Issuer
	for i, caller := range cfg.Doors.Gateway.Callers {
		rules, err := trust.Compile(trust.Provider{
			Name: providerOf(cfg, caller), AttributeMapping: map[string]string{"google.subject": "assertion.sub"},
			OIDC: trust.OIDC{IssuerURI: caller.Issuer, AllowedAudiences: caller.Audiences},
		})
		if problems, ok := errors.AsType[trust.Problems](err); ok {
			at := fmt.Sprintf("doors.gateway.callers[%d]", i)
			return nil, config.Problems{cfg.Problem(config.Mistake, at, problems[0].String(), problems[0].Fix)}.Err()
		}
		if err != nil {
			return nil, err
		}
		out = append(out, gateway.Issuer{Name: caller.Name, SubjectClaim: caller.SubjectClaim, Rules: rules})
	}
	return out, nil
}

func providerOf(cfg *config.Config, caller config.GatewayCaller) string {
	return strings.TrimPrefix(cmp.Or(caller.Provider, cfg.ToGoogle.Provider), "//iam.googleapis.com/")
}

// issuerKeys reads an issuer's keys: from its file, or as it publishes them.
func (d *gatewayDoor) issuerKeys(ctx context.Context, cfg *config.Config, issuer string) (*trust.KeySet, error) {
	for _, caller := range cfg.Doors.Gateway.Callers {
		if caller.JWKSFile == "" || strings.TrimSuffix(caller.Issuer, "/") != strings.TrimSuffix(issuer, "/") {
			continue
		}
		data, err := d.app.host.ReadFile(caller.JWKSFile)
		if err != nil {
			return nil, unreadable(caller.JWKSFile, err)
		}
		return trust.ParseKeys(data)
	}
	return discovery.FetchFrom(ctx, d.c.client, issuer, pretended(d.app.host.Issuers, issuer))
}

// renew reads the configuration again and takes over its policy, guard and callers. Calls under way end by the rules by which
// they began. A configuration with a mistake changes nothing.
func (d *gatewayDoor) renew(ctx context.Context) {
	if d.c.reload == nil {
		return
	}
	d.rings.refresh(ctx)
	cfg, err := d.c.reload()
	if err == nil && (cfg.Policy == nil || cfg.Doors.Gateway == nil || cfg.ToGoogle == nil) {
		err = errors.New("policy, doors.gateway or to_google is gone")
	}
	if err == nil {
		err = d.load(cfg)
	}
	if err != nil {
		d.stale.Set(1)
		d.app.host.Log.ErrorContext(ctx, "the configuration cannot be taken over: the rules from before hold", slog.Any("error", err))
		return
	}
	d.stale.Set(0)
	d.app.host.Log.InfoContext(ctx, "policy, guard and callers taken over; what listens and where is read at the start only")
}

// watch takes over a file of configuration that has changed: a mounted ConfigMap does so without a signal.
func (d *gatewayDoor) watch(ctx context.Context) error {
	tick := time.NewTicker(reloadEvery)
	defer tick.Stop()
	last := stampOf(d.c.file)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if now := stampOf(d.c.file); now != last && now != (stamp{}) {
				last = now
				d.renew(ctx)
			}
		}
	}
}
