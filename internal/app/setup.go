package app

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
	"github.com/landbridge/landbridge/internal/setup/render"
)

// What package setup says, for those who print it.
type (
	SetupPlan    = setup.Plan
	SetupEvent   = setup.Event
	SetupOutcome = setup.Outcome
)

// Setup is the setup section of a configuration, ready to be compared with both clouds. Opening it calls nobody.
type Setup struct {
	app       *App
	spec      setup.Spec
	traveller *traveller
}

// CheckSetup applies every rule of set-up that needs no call; problems stand where the file says what they are about.
func (a *App) CheckSetup(cfg *config.Config) (config.Problems, error) {
	if cfg.Setup == nil {
		return nil, &bridge.Error{
			Kind: bridge.Usage, Code: "setup_missing", Text: "the configuration has no setup section",
			Hint: "docs/setup.md shows one; name the file with --config",
		}
	}
	var out config.Problems
	for _, p := range setup.Check(setupSpec(cfg.Setup)) {
		severity := config.Mistake
		if p.Severity == setup.Warning {
			severity = config.Warning
		}
		out = append(out, cfg.Problem(severity, "setup."+p.Path, p.Text, p.Fix))
	}
	return out, nil
}

// OpenSetup assembles the keepers of the three sides.
func (a *App) OpenSetup(cfg *config.Config) (*Setup, error) {
	t, err := a.traveller(cfg)
	if err != nil {
		return nil, err
	}
	return &Setup{app: a, spec: t.spec, traveller: t}, nil
}

func (s *Setup) input() setup.Input {
	return setup.Input{Spec: s.spec, Keepers: s.traveller.keepers}
}

// Plan reads what is there and says what differs. With an error there may be a plan too: it shows what could be read.
func (s *Setup) Plan(ctx context.Context) (*SetupPlan, error) { return setup.NewPlan(ctx, s.input()) }

// Destruction is the plan that takes away what this set-up made.
func (s *Setup) Destruction(ctx context.Context) (*SetupPlan, error) {
	return setup.NewDestroy(ctx, s.input())
}

// ApplyOptions say how a plan is carried out.
type ApplyOptions struct {
	// Wait bounds the wait for the clouds to spread what was changed; negative does not wait.
	Wait time.Duration
	// Progress hears of every event, one at a time.
	Progress func(SetupEvent)
}

// Apply carries a plan out, and waits until every workload that can be tried from here crosses.
func (s *Setup) Apply(ctx context.Context, p *SetupPlan, o ApplyOptions) (SetupOutcome, error) {
	options := setup.Options{Clock: s.app.host.Clock, Progress: o.Progress, Patience: o.Wait}
	if o.Wait >= 0 {
		options.Prober = s.traveller
	}
	return setup.Apply(ctx, p, options)
}

// RenderOptions say what is written.
type RenderOptions struct {
	Format string
	// Cluster, when not empty, leaves the other clusters' manifests and values out.
	Cluster string
	// Known are values that only the clouds know, by ADDRESS.OUTPUT: project/shop-prod.number.
	Known map[string]string
	// Look asks the clouds for what is not among them.
	Look bool
}

// Render writes the set-up for teams that do not let a tool act.
func (s *Setup) Render(ctx context.Context, w io.Writer, o RenderOptions) error {
	resources, err := setup.Desire(s.spec)
	if err != nil {
		return err
	}
	known := maps.Clone(o.Known)
	if known == nil {
		known = map[string]string{}
	}
	if err := named(known, resources); err != nil {
		return err
	}
	if o.Look {
		for _, r := range resources {
			for _, ref := range estate.AllReferences(r.Spec) {
				if known[ref.Address+"."+ref.Output] != "" {
					continue
				}
				value, err := s.traveller.output(ctx, ref)
				if bridge.KindOf(err) == bridge.Drifted {
					continue // it is not made yet: the text says so where it matters
				}
				if err != nil {
					return err
				}
				known[ref.Address+"."+ref.Output] = value
			}
		}
	}
	return render.Write(w, o.Format, render.Input{Setup: s.spec.Name, Spec: s.spec, Resources: resources, Known: known, Cluster: o.Cluster})
}

// named refuses a known value of nothing: its name is mistyped, and it would be missing where it was meant.
func named(known map[string]string, resources []setup.Resource) error {
	for _, name := range slices.Sorted(maps.Keys(known)) {
		dot := strings.LastIndexByte(name, '.')
		if dot < 0 || !slices.ContainsFunc(resources, func(r setup.Resource) bool { return r.Address == name[:dot] }) {
			return &bridge.Error{
				Kind: bridge.Usage, Code: "known_unknown", Text: "--known " + name + " names nothing of this set-up",
				Hint: "write ADDRESS.OUTPUT=VALUE, with an address of landbridge setup plan --all, such as project/ID.number=123456789",
			}
		}
	}
	return nil
}

// Verification is what Verify found.
type Verification = setup.Verification

// Verify compares, and lets each workload cross.
func (s *Setup) Verify(ctx context.Context) (*Verification, error) {
	return setup.Verify(ctx, s.input(), s.traveller)
}

// Watched is one look at the uploaded keys of a private issuer.
type Watched = setup.Watched

// WatchKeys keeps the uploaded keys of private issuers true, until ctx ends; with every 0 it looks once.
func (s *Setup) WatchKeys(ctx context.Context, every time.Duration, seen func(Watched)) error {
	return setup.WatchKeys(ctx, s.input(), setup.WatchOptions{Every: every, Seen: seen})
}

// Revocation is what Revoke would do.
type Revocation = setup.Revocation

// Revocation says how one workload is stopped, and how long what was stolen still works. Apply carries its plan out.
func (s *Setup) Revocation(ctx context.Context, workload string) (*Revocation, error) {
	return setup.NewRevoke(ctx, s.input(), workload)
}
