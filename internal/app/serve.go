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
}

// Serve runs the doors that the configuration names until ctx ends or one of them fails. Started is called once, when
// all of them listen.
func (a *App) Serve(ctx context.Context, cfg *config.Config, started func(Serving)) error {
	if cfg.Doors.Metadata == nil && cfg.Doors.Admin == nil && cfg.Doors.Webhook == nil {
		return &bridge.Error{Kind: bridge.Usage, Code: "nothing_to_serve", Text: "the configuration names no door", Hint: "add a doors section: doors: {metadata: {listen: 127.0.0.1:8980}}"}
	}
	c, err := a.open(cfg, "serve")
	if err != nil {
		return err
	}
	defer c.close()
	for _, line := range c.describe() {
		a.tell(line)
	}
	run, at, err := a.doors(ctx, c)
	if err != nil {
		return err
	}
	if started != nil {
		started(at)
	}
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
	if door := c.cfg.Doors.Admin; door != nil {
		l, err := listen(ctx, "admin", door.Listen)
		if err != nil {
			return nil, at, err
		}
		opened, at.Admin = append(opened, l), l.Addr().String()
		serve = append(serve, func() error { return serveHTTP(ctx, l, c.adminHandler(registry)) })
	}
	if c.audit != nil {
		serve = append(serve, func() error { return a.rotate(ctx, c) })
	}
	return func() error {
		return c.recording(func() error {
			for _, s := range serve {
				group.Go(s)
			}
			return group.Wait()
		})
	}, at, nil
}

// rotate opens the audit log anew on SIGHUP, after a log rotator has moved the old file away.
func (a *App) rotate(ctx context.Context, c *crossing) error {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hup:
			if err := c.audit.Reopen(); err != nil {
				a.host.Log.ErrorContext(ctx, "the audit log cannot be opened again: leases are refused until it can", slog.Any("error", err))
			} else {
				a.host.Log.InfoContext(ctx, "audit log opened anew")
			}
		}
	}
}

func users(ids []int) []uint32 {
	out := make([]uint32, 0, len(ids))
	for _, id := range ids {
		out = append(out, uint32(id)) // #nosec G115 -- configuration has checked the range
	}
	return out
}
