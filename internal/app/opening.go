package app

import (
	"context"
	"net"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/landbridge/landbridge/internal/bridge"
)

// opening is the doors of a process while they are opened. Every one listens before any serves: a taken port stops the whole, not half
// of it.
type opening struct {
	app       *App
	c         *crossing
	ctx       context.Context // of what serves, which ends when any of it fails
	group     *errgroup.Group
	registry  *prometheus.Registry
	listeners []net.Listener
	serve     []func() error
	at        Serving
}

// doors opens what the configuration names. Run serves until ctx ends or one of them fails.
func (a *App) doors(ctx context.Context, c *crossing) (run func() error, at Serving, err error) {
	o := &opening{app: a, c: c, registry: newRegistry()}
	o.group, o.ctx = errgroup.WithContext(ctx)
	for _, open := range []func() error{o.metadata, o.webhook, o.gateway, o.admin, o.backup} {
		if err := open(); err != nil {
			for _, l := range o.listeners {
				_ = l.Close()
			}
			return nil, Serving{}, err
		}
	}
	o.serve = append(o.serve, func() error { return a.hangup(o.ctx, c) })
	return o.run, o.at, nil
}

func (o *opening) run() error {
	return o.c.recording(func() error {
		for _, s := range o.serve {
			o.group.Go(s)
		}
		return o.group.Wait()
	})
}

// listen opens a listener, which serve will have.
func (o *opening) listen(door, addr string, serve func(context.Context, net.Listener) error) (string, error) {
	l, err := listen(o.ctx, door, addr)
	if err != nil {
		return "", err
	}
	o.listeners = append(o.listeners, l)
	o.serve = append(o.serve, func() error { return serve(o.ctx, l) })
	return l.Addr().String(), nil
}

func (o *opening) metadata() error {
	door := o.c.cfg.Doors.Metadata
	if door == nil {
		return nil
	}
	if _, err := o.c.way(bridge.Google); err != nil {
		return err
	}
	server, err := o.app.metadataDoor(o.c, *door, users(door.AllowUIDs), o.registry)
	if err != nil {
		return err
	}
	o.at.Metadata, err = o.listen("metadata", door.Listen, server.Run)
	return err
}

func (o *opening) webhook() error {
	door := o.c.cfg.Doors.Webhook
	if door == nil {
		return nil
	}
	w, err := o.app.webhookDoor(door, o.registry)
	if err != nil {
		return err
	}
	addr, err := o.listen("webhook", door.Listen, w.run)
	if err != nil {
		return err
	}
	o.c.webhook, o.at.Webhook = w, asURL(addr)
	return nil
}

func (o *opening) gateway() error {
	door := o.c.cfg.Doors.Gateway
	if door == nil {
		return nil
	}
	g, err := o.app.gatewayDoor(o.ctx, o.c, o.registry)
	if err != nil {
		return err
	}
	addr, err := o.listen("gateway", door.Listen, g.run)
	if err != nil {
		g.close()
		return err
	}
	o.c.gateway, o.at.Gateway = g, g.url(addr)
	return nil
}

func (o *opening) admin() error {
	door := o.c.cfg.Doors.Admin
	if door == nil {
		return nil
	}
	handler := o.c.adminHandler(o.registry)
	var err error
	o.at.Admin, err = o.listen("admin", door.Listen, func(ctx context.Context, l net.Listener) error { return serveHTTP(ctx, l, handler) })
	return err
}

func (o *opening) backup() error {
	if o.c.cfg.Backup == nil {
		return nil
	}
	b, err := o.app.backupOf(o.ctx, o.c)
	if err != nil {
		return err
	}
	o.registry.MustRegister(newBackupGauges(b))
	o.serve = append(o.serve, func() error {
		defer b.Close()
		return b.serve(o.ctx)
	})
	return nil
}
