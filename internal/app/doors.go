package app

import (
	"context"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/metadata"
	"github.com/landbridge/landbridge/internal/wire"
)

// listen opens a listener, with an error that says which door wanted it.
func listen(ctx context.Context, door, addr string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "cannot_listen", Text: "the " + door + " door cannot listen on " + addr, Cause: err,
			Hint: "stop what listens there, or set doors." + door + ".listen; port 0 takes a free one",
		}
	}
	return l, nil
}

// metadataDoor builds the metadata server of a crossing. Uids are the only users that may ask; empty allows all.
func (a *App) metadataDoor(c *crossing, door config.MetadataDoor, uids []uint32, registry prometheus.Registerer) (*metadata.Server, error) {
	g := c.toGoogle
	o := metadata.Options{
		Leaser: g.Route, Recorder: c.recorder(), Clock: a.host.Clock,
		Identity: metadata.Identity{
			ProjectID: g.Project, NumericProjectID: g.ProjectNumber, Universe: g.UniverseDomain, Zone: door.Zone,
			InstanceID: door.InstanceID, InstanceName: door.InstanceName, Hostname: door.Hostname, ClusterName: door.ClusterName, ClusterLocation: door.ClusterLocation,
			ServiceAccount: g.ServiceAccount, Scopes: g.Scopes,
		},
		Hosts: door.Hosts, PeerUIDs: uids, IMDS: door.AzureIMDS, Registry: registry, Logger: a.host.Log,
	}
	if o.IMDS != "" {
		o.Client = wire.New(wire.Options{NoProxy: true})
	}
	return metadata.New(o)
}

// recorder is the audit log, or one that keeps nothing.
func (c *crossing) recorder() bridge.Recorder {
	if c.audit == nil {
		return unrecorded{}
	}
	return c.audit
}

type unrecorded struct{}

func (unrecorded) Record(context.Context, bridge.Record) error { return nil }

// newRegistry holds the process's own metrics; doors add theirs.
func newRegistry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// readyTimeout bounds one look at whether the bridge carries.
const readyTimeout = 5 * time.Second

// adminHandler serves what operators look at. /healthz says that the process runs; /readyz that a lease can be had on
// every way, that the webhook can answer, and that the audit log can be written. Profiles hold names of functions and no
// values; the process's arguments are not among what is served.
func (c *crossing) adminHandler(registry *prometheus.Registry) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
		defer cancel()
		if err := c.ready(ctx); err != nil {
			http.Error(w, "not ready: "+err.Error(), http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ready\n"))
	})
	if c.cfg.Doors.Admin.Profiling {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/cmdline", http.NotFound)
	}
	return mux
}

func (c *crossing) ready(ctx context.Context) error {
	if c.toGoogle != nil {
		if _, err := c.toGoogle.Lease(ctx, bridge.LeaseRequest{}); err != nil {
			return err
		}
	}
	if c.toAzure != nil {
		if _, err := c.toAzure.Lease(ctx, bridge.LeaseRequest{}); err != nil {
			return err
		}
	}
	if c.webhook != nil {
		if err := c.webhook.ready(); err != nil {
			return err
		}
	}
	if c.audit != nil {
		return c.audit.Err()
	}
	return nil
}

// serveHTTP runs a plain server until ctx ends, then lets requests under way finish.
func serveHTTP(ctx context.Context, l net.Listener, h http.Handler) error {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		return &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopDoor, Code: "listener_failed", Text: "a listener failed", Cause: err}
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if srv.Shutdown(grace) != nil {
		_ = srv.Close()
	}
	<-failed
	return nil
}
