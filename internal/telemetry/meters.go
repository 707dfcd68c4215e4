package telemetry

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

const provider = "gcp.vertex_ai"

// Bucket bounds that the conventions give.
var (
	tokenBounds  = []float64{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864}
	secondBounds = []float64{0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92}
	firstBounds  = []float64{0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0}
)

// meters are the instruments. Their names are the conventions' where these have one, else landbridge's own.
type meters struct {
	tokens   metric.Int64Histogram
	duration metric.Float64Histogram
	first    metric.Float64Histogram
	open     metric.Int64UpDownCounter
	calls    metric.Int64Counter
	cost     metric.Float64Counter
	findings metric.Int64Counter
	verdicts metric.Int64Counter

	sets *sets
}

func newMeters(m metric.Meter) (out meters, err error) {
	var errs [8]error
	out.tokens, errs[0] = m.Int64Histogram("gen_ai.client.token.usage", metric.WithUnit("{token}"), metric.WithDescription("Tokens that a call used."), metric.WithExplicitBucketBoundaries(tokenBounds...))
	out.duration, errs[1] = m.Float64Histogram("gen_ai.server.request.duration", metric.WithUnit("s"), metric.WithDescription("From the request to the last byte of the answer."), metric.WithExplicitBucketBoundaries(secondBounds...))
	out.first, errs[2] = m.Float64Histogram("gen_ai.server.time_to_first_token", metric.WithUnit("s"), metric.WithDescription("From the request to the first byte of the answer."), metric.WithExplicitBucketBoundaries(firstBounds...))
	out.open, errs[3] = m.Int64UpDownCounter("landbridge.gateway.open", metric.WithUnit("{call}"), metric.WithDescription("Calls under way."))
	out.calls, errs[4] = m.Int64Counter("landbridge.gateway.calls", metric.WithUnit("{call}"), metric.WithDescription("Calls, by how they ended."))
	out.cost, errs[5] = m.Float64Counter("landbridge.gateway.cost", metric.WithDescription("Cost of calls, in the price list's currency."))
	out.findings, errs[6] = m.Int64Counter("landbridge.guard.findings", metric.WithUnit("{finding}"), metric.WithDescription("Personal data found, by type."))
	out.verdicts, errs[7] = m.Int64Counter("landbridge.guard.verdicts", metric.WithUnit("{call}"), metric.WithDescription("Calls that the guard flagged or blocked."))
	out.sets = &sets{calls: map[setKey]*set{}, ones: map[one][]metric.AddOption{}}
	return out, errors.Join(errs[:]...)
}

func (m meters) record(ctx context.Context, e End, took, first time.Duration) {
	s := m.sets.of(e)
	m.calls.Add(ctx, 1, s.ended.add...)
	m.duration.Record(ctx, took.Seconds(), s.ended.record...)
	if first > 0 {
		m.first.Record(ctx, first.Seconds(), s.call.record...)
	}
	if e.Usage.Input > 0 {
		m.tokens.Record(ctx, int64(e.Usage.Input), s.input.record...)
	}
	if out := e.Usage.Output + e.Usage.Thoughts; out > 0 {
		m.tokens.Record(ctx, int64(out), s.output.record...)
	}
	if e.Call.Cost > 0 {
		m.cost.Add(ctx, float64(e.Call.Cost)/1e9, s.call.add...)
	}
	if e.Verdict != "" {
		m.verdicts.Add(ctx, 1, m.sets.one(one{"landbridge.guard", e.Verdict, "landbridge.rule", e.Call.Rule})...)
	}
	m.count(ctx, "request", e.Masked)
	m.count(ctx, "answer", e.Found)
}

func (m meters) count(ctx context.Context, where string, found map[string]int) {
	for kind, n := range found {
		m.findings.Add(ctx, int64(n), m.sets.one(one{"landbridge.type", kind, "landbridge.where", where})...)
	}
}

// set is what the metrics of one kind of call carry, made once: sorting attributes costs more than counting.
type set struct{ call, ended, input, output options }

// options are a set of attributes as instruments take it, made once too.
type options struct {
	add    []metric.AddOption
	record []metric.RecordOption
}

type setKey struct{ workload, rule, operation, model, location, code string }

// one is a pair of attributes.
type one struct{ name1, value1, name2, value2 string }

// maxSets bounds what callers can make us remember; beyond it a set is made for the call alone.
const maxSets = 4096

type sets struct {
	mu    sync.RWMutex
	calls map[setKey]*set
	ones  map[one][]metric.AddOption
}

// of is the set of a call.
func (s *sets) of(e End) *set {
	c := e.Call
	k := setKey{c.Workload, c.Rule, operation(c), c.Model, c.Location, e.Code}
	return remembered(s, s.calls, k, newSet)
}

// one is a pair as an option.
func (s *sets) one(o one) []metric.AddOption {
	return remembered(s, s.ones, o, func(o one) []metric.AddOption {
		return []metric.AddOption{metric.WithAttributeSet(attribute.NewSet(attribute.String(o.name1, o.value1), attribute.String(o.name2, o.value2)))}
	})
}

// remembered finds a value, or makes it and keeps it where there is room.
func remembered[K comparable, V any](s *sets, known map[K]V, k K, made func(K) V) V {
	s.mu.RLock()
	v, ok := known[k]
	s.mu.RUnlock()
	if ok {
		return v
	}
	v = made(k)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(known) < maxSets {
		known[k] = v
	}
	return v
}

func newSet(k setKey) *set {
	base := []attribute.KeyValue{
		attribute.String("gen_ai.operation.name", k.operation), attribute.String("gen_ai.provider.name", provider), attribute.String("gen_ai.request.model", k.model),
		attribute.String("landbridge.workload", k.workload), attribute.String("landbridge.rule", k.rule), attribute.String("cloud.region", k.location),
	}
	with := func(more ...attribute.KeyValue) options {
		o := metric.WithAttributeSet(attribute.NewSet(append(base[:len(base):len(base)], more...)...))
		return options{[]metric.AddOption{o}, []metric.RecordOption{o}}
	}
	out := &set{
		call: with(), ended: with(), input: with(attribute.String("gen_ai.token.type", "input")), output: with(attribute.String("gen_ai.token.type", "output")),
	}
	if k.code != "" {
		out.ended = with(attribute.String("error.type", k.code))
	}
	return out
}
