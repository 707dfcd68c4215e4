package app

import (
	"context"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sync/errgroup"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
)

// Serving is where a running bridge can be found.
type Serving struct {
	Metadata string `json:"metadata,omitempty"` // host:port
	Admin    string `json:"admin,omitempty"`    // host:port
	Webhook  string `json:"webhook,omitempty"`  // https://host:port/mutate
	Gateway  string `json:"gateway,omitempty"`  // http://host:port
}

// ServeOptions say what is served. Config is needed.
type ServeOptions struct {
	Config *config.Config
	// File of the configuration, and what reads it anew; empty and nil where it cannot change.
	File   string
	Reload func() (*config.Config, error)
	// Started is called once, when all doors listen.
	Started func(Serving)
}

// Serve runs the doors that the configuration names until ctx ends or one of them fails.
func (a *App) Serve(ctx context.Context, o ServeOptions) error {
	cfg := o.Config
	if cfg.Doors.Metadata == nil && cfg.Doors.Admin == nil && cfg.Doors.Webhook == nil && cfg.Doors.Gateway == nil && cfg.Backup == nil {
		return &bridge.Error{Kind: bridge.Usage, Code: "nothing_to_serve", Text: "the configuration names no door and no datasets", Hint: "add a doors section: doors: {metadata: {listen: 127.0.0.1:8980}}"}
	}
	c, err := a.open(cfg, "serve")
	if err != nil {
		return err
	}
	defer c.close()
	for _, line := range c.describe() {
		a.tell(line)
	}
	c.file, c.reload = o.File, o.Reload
	if c.sealer, err = a.auditSealer(c); err != nil {
		return err
	}
	run, at, err := a.doors(ctx, c)
	if err != nil {
		return err
	}
	if o.Started != nil {
		o.Started(at)
	}
	dropStart()
	return run()
}

// doors opens every listener before any of them serves: a taken port stops the whole, not half of it.
func (a *App) doors(ctx context.Context, c *crossing) (run func() error, at Serving, err error) {
	group, ctx := errgroup.WithContext(ctx)
	registry := newRegistry()
	var serve []func() error
	var opened []net.Listener
	defer func() {
		if err != nil {
			for _, l := range opened {
				_ = l.Close()
			}
		}
	}()
	if door := c.cfg.Doors.Metadata; door != nil {
		if _, err := c.way(bridge.Google); err != nil {
			return nil, at, err
		}
		server, err := a.metadataDoor(c, *door, users(door.AllowUIDs), registry)
		if err != nil {
			return nil, at, err
		}
		l, err := listen(ctx, "metadata", door.Listen)
		if err != nil {
			return nil, at, err
		}
		opened, at.Metadata = append(opened, l), l.Addr().String()
		serve = append(serve, func() error { return server.Run(ctx, l) })
	}
	if door := c.cfg.Doors.Webhook; door != nil {
		w, err := a.webhookDoor(door, registry)
		if err != nil {
			return nil, at, err
		}
		l, err := listen(ctx, "webhook", door.Listen)
		if err != nil {
			return nil, at, err
		}
		c.webhook = w
		opened, at.Webhook = append(opened, l), asURL(l.Addr().String())
		serve = append(serve, func() error { return w.run(ctx, l) })
	}
	if door := c.cfg.Doors.Gateway; door != nil {
		g, err := a.gatewayDoor(ctx, c, registry)
		if err != nil {
			return nil, at, err
		}
		l, err := listen(ctx, "gateway", door.Listen)
		if err != nil {
			g.close()
			return nil, at, err
		}
		c.gateway = g
		opened, at.Gateway = append(opened, l), g.url(l.Addr().String())
		serve = append(serve, func() error { return g.run(ctx, l) })
	}
	if door := c.cfg.Doors.Admin; door != nil {
		l, err := listen(ctx, "admin", door.Listen)
		if err != nil {
			return nil, at, err
		}
		opened, at.Admin = append(opened, l), l.Addr().String()
		serve = append(serve, func() error { return serveHTTP(ctx, l, c.adminHandler(registry)) })
	}
	if c.cfg.Backup != nil {
		b, err := a.backupOf(ctx, c)
		if err != nil {
			return nil, at, err
		}
		registry.MustRegister(newBackupGauges(b))
		serve = append(serve, func() error {
			defer b.Close()
			return b.serve(ctx)
		})
	}
	serve = append(serve, func() error { return a.hangup(ctx, c) })
	return func() error {
		return c.recording(func() error {
			for _, s := range serve {
				group.Go(s)
			}
			return group.Wait()
		})
	}, at, nil
}

// hangup does what SIGHUP asks for: it opens the audit log anew, after a log rotator has moved the old file away, and reads
// the rules of the gateway anew.
func (a *App) hangup(ctx context.Context, c *crossing) error {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hup:
			if c.audit != nil {
				a.rotate(ctx, c)
			}
			if c.gateway != nil {
				c.gateway.renew(ctx)
			}
		}
	}
}

func (a *App) rotate(ctx context.Context, c *crossing) {
	if err := c.audit.Reopen(); err != nil {
		a.host.Log.ErrorContext(ctx, "the audit log cannot be opened again: leases are refused until it can", slog.Any("error", err))
		return
	}
	a.host.Log.InfoContext(ctx, "audit log opened anew")
}

func users(ids []int) []uint32 {
	out := make([]uint32, 0, len(ids))
	for _, id := range ids {
		out = append(out, uint32(id)) // #nosec G115 -- configuration has checked the range
	}
	return out
}
