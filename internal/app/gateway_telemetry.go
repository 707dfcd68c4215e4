package app

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/gateway"
	"github.com/landbridge/landbridge/internal/telemetry"
)

// telemetryGrace is how long the last traces and metrics may take to leave.
const telemetryGrace = 3 * time.Second

// telemetry sends to where the configuration says, or the environment by OpenTelemetry's own variable.
func (a *App) telemetry(ctx context.Context, t *config.Telemetry, registry prometheus.Registerer) (*telemetry.Telemetry, error) {
	o := telemetry.Options{
		Clock: a.host.Clock, Endpoint: a.host.Env("OTEL_EXPORTER_OTLP_ENDPOINT"), Sample: 1, Service: "landbridge", Version: a.host.Version, Registry: registry,
		OnError: func(err error) {
			a.host.Log.WarnContext(ctx, "traces or metrics could not be sent", slog.Any("error", err))
		},
	}
	if t != nil {
		o.Endpoint, o.Sample, o.Service, o.Interval = cmp.Or(t.Endpoint, o.Endpoint), float64(t.SamplePercent)/100, t.ServiceName, t.Interval
	}
	return telemetry.New(ctx, o)
}

// observer tells telemetry what the gateway sees.
type observer struct{ t *telemetry.Telemetry }

// Start implements gateway.Observer.
func (o observer) Start(ctx context.Context, h http.Header) (context.Context, gateway.Watch) {
	ctx, w := o.t.Start(ctx, h)
	return ctx, watchOf{w}
}

type watchOf struct{ *telemetry.Watch }

// End implements gateway.Watch.
func (w watchOf) End(ctx context.Context, e gateway.Ended) { w.Watch.End(ctx, telemetry.End(e)) }
