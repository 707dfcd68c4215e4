package app

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

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
