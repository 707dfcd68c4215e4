// Package telemetry turns what a model call was into OpenTelemetry traces and metrics, by the semantic conventions for
// generative AI (semconv 1.41.0, the last that holds gen_ai; they are in development, so the names are kept here).
//
// Names, counts and durations enter; spans and metrics leave, to an OTLP collector and to a Prometheus registry. It must
// never take in content: no prompt, no answer, no token, no value that was masked.
//
// Cache: the attribute sets of metrics with their counts, keyed by who called what and how it ended, and by what was found;
// at most maxSets of each, for good.
package telemetry

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/exemplar"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Options configure New. Clock is needed.
type Options struct {
	Clock bridge.Clock
	// Endpoint of an OTLP collector over HTTP, such as http://127.0.0.1:4318; nothing is sent when empty.
	Endpoint string
	// Sample is the part of traces that is kept, 0 to 1, where the caller's own traceparent has not decided.
	Sample float64
	// Interval at which metrics are sent; 60 s when zero.
	Interval time.Duration
	// Service and Version are service.name and service.version.
	Service, Version string
	// Registry takes the same metrics for Prometheus; none when nil.
	Registry prometheus.Registerer
	// OnError is told what could not be sent. OpenTelemetry has one such handler for the whole process.
	OnError func(error)
}

// Telemetry watches calls. It is safe for use from many goroutines.
type Telemetry struct {
	clock       bridge.Clock
	tracer      trace.Tracer
	traced      bool
	propagation propagation.TraceContext
	meters      *meters
	shutdown    []func(context.Context) error
}

const scope = "github.com/landbridge/landbridge/internal/telemetry"

// New starts the exporters that the options name; they connect when there is something to send.
func New(ctx context.Context, o Options) (*Telemetry, error) {
	t := &Telemetry{clock: o.Clock, tracer: noop.NewTracerProvider().Tracer(scope)}
	if o.OnError != nil {
		otel.SetErrorHandler(otel.ErrorHandlerFunc(o.OnError))
	}
	about := resource.NewSchemaless(attribute.String("service.name", o.Service), attribute.String("service.version", o.Version))
	readers, err := t.readers(ctx, o)
	if err != nil {
		return nil, err
	}
	options := []sdkmetric.Option{sdkmetric.WithResource(about)}
	if o.Endpoint == "" { // no traces: nothing to give as an example
		options = append(options, sdkmetric.WithExemplarFilter(exemplar.AlwaysOffFilter))
	}
	for _, r := range readers {
		options = append(options, sdkmetric.WithReader(r))
	}
	meter := sdkmetric.NewMeterProvider(options...)
	t.shutdown = append(t.shutdown, meter.Shutdown)
	if t.meters, err = newMeters(meter.Meter(scope)); err != nil {
		return nil, err
	}
	if o.Endpoint == "" {
		return t, nil
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(signal(o.Endpoint, "traces")))
	if err != nil {
		return nil, unusable(err)
	}
	tracers := sdktrace.NewTracerProvider(
		sdktrace.WithResource(about), sdktrace.WithBatcher(exporter),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(o.Sample))),
	)
	t.tracer, t.traced = tracers.Tracer(scope), true
	t.shutdown = append(t.shutdown, tracers.Shutdown)
	return t, nil
}

// readers lead the metrics out: to Prometheus, to a collector, or nowhere.
func (t *Telemetry) readers(ctx context.Context, o Options) ([]sdkmetric.Reader, error) {
	var out []sdkmetric.Reader
	if o.Registry != nil {
		r, err := otelprometheus.New(otelprometheus.WithRegisterer(o.Registry), otelprometheus.WithoutScopeInfo(), otelprometheus.WithoutTargetInfo())
		if err != nil {
			return nil, unusable(err)
		}
		out = append(out, r)
	}
	if o.Endpoint != "" {
		exporter, err := otlpmetrichttp.New(ctx, otlpmetrichttp.WithEndpointURL(signal(o.Endpoint, "metrics")))
		if err != nil {
			return nil, unusable(err)
		}
		if o.Interval <= 0 {
			o.Interval = time.Minute
		}
		out = append(out, sdkmetric.NewPeriodicReader(exporter, sdkmetric.WithInterval(o.Interval)))
	}
	return out, nil
}

// signal is the address of one signal below a collector's base (OTLP specification, "Endpoint URLs for OTLP/HTTP").
func signal(base, name string) string { return strings.TrimSuffix(base, "/") + "/v1/" + name }

func unusable(err error) error {
	return &bridge.Error{Kind: bridge.Usage, Code: "telemetry_unusable", Text: "traces and metrics cannot be sent", Hint: "check telemetry.endpoint", Cause: err}
}

// Close sends what waits, and ends the exporters.
func (t *Telemetry) Close(ctx context.Context) error {
	var errs []error
	for _, stop := range t.shutdown {
		errs = append(errs, stop(ctx))
	}
	return errors.Join(errs...)
}

// parent is the caller's own trace, where its request carries a traceparent (W3C Trace Context).
func (t *Telemetry) parent(ctx context.Context, h http.Header) context.Context {
	return t.propagation.Extract(ctx, propagation.HeaderCarrier(h))
}
