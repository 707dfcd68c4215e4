package app

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/landbridge/landbridge/internal/backup/inventory"
)

// seeEvery is how often a serving process looks at what is protected, for its gauges.
const seeEvery = 5 * time.Minute

// serve works on jobs and keeps the schedules until ctx ends.
func (b *Backup) serve(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := b.Work(ctx); ctx.Err() == nil || !errors.Is(err, context.Canceled) {
			return err
		}
		return nil // told to end before the engine had begun
	})
	group.Go(func() error {
		b.gauges.keep(ctx)
		return nil
	})
	group.Go(func() error {
		b.tendSecrets(ctx)
		return nil
	})
	return group.Wait()
}

// backupGauges are how protected and how fresh the datasets are, as Prometheus is told. A look at Azure takes seconds, so it is made now and then,
// and not when somebody asks.
type backupGauges struct {
	b      *Backup
	seen   prometheus.Gauge
	mu     sync.Mutex
	gauges []inventory.Gauge
}

func newBackupGauges(b *Backup) *backupGauges {
	g := &backupGauges{b: b, seen: prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "landbridge_backup_seen_timestamp_seconds", Help: "When Azure Backup was last looked at; 0 when it never could be.",
	})}
	b.gauges = g
	return g
}

// Describe implements prometheus.Collector; the gauges are known when they are there.
func (g *backupGauges) Describe(to chan<- *prometheus.Desc) { g.seen.Describe(to) }

// Collect implements prometheus.Collector.
func (g *backupGauges) Collect(to chan<- prometheus.Metric) {
	g.seen.Collect(to)
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, one := range g.gauges {
		names := slices.Sorted(maps.Keys(one.Labels))
		values := make([]string, len(names))
		for i, n := range names {
			values[i] = one.Labels[n]
		}
		m, err := prometheus.NewConstMetric(prometheus.NewDesc(one.Name, one.Help, names, nil), prometheus.GaugeValue, one.Value, values...)
		if err == nil {
			to <- m
		}
	}
}

// keep looks until ctx ends. A configuration that protects nothing in Azure is not looked at.
func (g *backupGauges) keep(ctx context.Context) {
	if !g.b.inAzure() {
		return
	}
	for {
		report, err := g.b.inventory(ctx, false)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			g.b.a.host.Log.WarnContext(ctx, "azure backup cannot be looked at", slog.Any("error", err))
		default:
			g.seen.Set(float64(report.At.Unix()))
			g.mu.Lock()
			g.gauges = report.Gauges()
			g.mu.Unlock()
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(seeEvery):
		}
	}
}

// inAzure says whether anything of the configuration is in Azure.
func (b *Backup) inAzure() bool {
	if len(b.cfg.Subscriptions) > 0 {
		return true
	}
	for _, d := range b.protectedSets() {
		if d.Source.Account != "" {
			return true
		}
	}
	return false
}
