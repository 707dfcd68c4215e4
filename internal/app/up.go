package app

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
)

// UpOptions say how the bridge is shown.
type UpOptions struct {
	Once   bool // end after the tour
	Faults []Fault
	// Config is what reads the configuration of the sandbox's clouds; its doors are opened.
	Config func(*Sandbox) func() (*config.Config, error)
	// Leg is called for each hop of the tour, Standing once when it is over and the bridge stays up.
	Leg      func(Leg)
	Standing func(*Sandbox, Serving)
}

// Up runs the sandbox and the bridge with its doors, and takes the tour. It ends with the tour's error, if it has one.
func (a *App) Up(ctx context.Context, o UpOptions) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	group, ctx := errgroup.WithContext(ctx)
	ready := make(chan *Sandbox, 1)
	group.Go(func() error {
		return a.RunSandbox(ctx, SandboxOptions{Faults: o.Faults}, func(s *Sandbox) { ready <- s })
	})
	group.Go(func() error {
		select {
		case s := <-ready:
			defer stop() // whatever ends the bridge ends the clouds
			return a.stand(ctx, s, o)
		case <-ctx.Done():
			return nil
		}
	})
	return group.Wait()
}

func (a *App) stand(ctx context.Context, s *Sandbox, o UpOptions) error {
	load := o.Config(s)
	cfg, err := load()
	if err != nil {
		return err
	}
	c, err := a.open(cfg, "up")
	if err != nil {
		return err
	}
	defer c.close()
	c.file, c.reload = s.GatewayFile(), load
	run, at, err := a.doors(ctx, c)
	if err != nil {
		return err
	}
	doors := make(chan error, 1)
	go func() { doors <- run() }()
	err = tour{c: c, clock: a.host.Clock, profile: s.Profile, door: at.Metadata, agent: a.agent(), report: o.Leg}.run(ctx)
	if err == nil && !o.Once {
		o.Standing(s, at)
		return <-doors
	}
	if ctx.Err() != nil && !o.Once {
		return nil // Ctrl-C is how it ends, in the middle of the tour as well
	}
	return err
}

// hopOf is the hop at which an error arose.
func hopOf(err error) bridge.Hop {
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		return e.Hop
	}
	return ""
}
