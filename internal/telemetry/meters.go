package telemetry

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
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

// meters are the instruments. Their names are the conventions' where these have one, else landbridge's own. What is only
// counted is counted here, and told when somebody collects: an instrument goes through all attributes at each count.
type meters struct {
	tokens   metric.Int64Histogram
	duration metric.Float64Histogram
	first    metric.Float64Histogram

	open     atomic.Int64
	mu       sync.RWMutex // of the maps
	calls    map[setKey]*set
	findings map[finding]*tally
	verdicts map[verdict]*tally
}

func newMeters(m metric.Meter) (*meters, error) {
	out := &meters{calls: map[setKey]*set{}, findings: map[finding]*tally{}, verdicts: map[verdict]*tally{}}
	var errs [9]error
	out.tokens, errs[0] = m.Int64Histogram("gen_ai.client.token.usage", metric.WithUnit("{token}"), metric.WithDescription("Tokens that a call used."), metric.WithExplicitBucketBoundaries(tokenBounds...))
	out.duration, errs[1] = m.Float64Histogram("gen_ai.server.request.duration", metric.WithUnit("s"), metric.WithDescription("From the request to the last byte of the answer."), metric.WithExplicitBucketBoundaries(secondBounds...))
	out.first, errs[2] = m.Float64Histogram("gen_ai.server.time_to_first_token", metric.WithUnit("s"), metric.WithDescription("From the request to the first byte of the answer."), metric.WithExplicitBucketBoundaries(firstBounds...))
	open, err := m.Int64ObservableUpDownCounter("landbridge.gateway.open", metric.WithUnit("{call}"), metric.WithDescription("Calls under way."))
	errs[3] = err
	calls, err := m.Int64ObservableCounter("landbridge.gateway.calls", metric.WithUnit("{call}"), metric.WithDescription("Calls, by how they ended."))
	errs[4] = err
	cost, err := m.Float64ObservableCounter("landbridge.gateway.cost", metric.WithDescription("Cost of calls, in the price list's currency."))
	errs[5] = err
	findings, err := m.Int64ObservableCounter("landbridge.guard.findings", metric.WithUnit("{finding}"), metric.WithDescription("Personal data found, by type."))
	errs[6] = err
	verdicts, err := m.Int64ObservableCounter("landbridge.guard.verdicts", metric.WithUnit("{call}"), metric.WithDescription("Calls that the guard flagged or blocked."))
	errs[7] = err
	_, errs[8] = m.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		out.mu.RLock()
		defer out.mu.RUnlock()
		o.ObserveInt64(open, out.open.Load())
		for _, s := range out.calls {
			o.ObserveInt64(calls, s.calls.Load(), s.ended)
			if n := s.cost.Load(); n > 0 {
				o.ObserveFloat64(cost, float64(n)/1e9, s.call)
			}
		}
		for _, t := range out.findings {
			o.ObserveInt64(findings, t.n.Load(), t.set)
		}
		for _, t := range out.verdicts {
			o.ObserveInt64(verdicts, t.n.Load(), t.set)
		}
		return nil
	}, open, calls, cost, findings, verdicts)
	return out, errors.Join(errs[:]...)
}

func (m *meters) record(ctx context.Context, e End, took, first time.Duration) {
	c := e.Call
	s := remembered(&m.mu, m.calls, setKey{c.Workload, c.Rule, operation(c), c.Model, c.Location, e.Code}, setKey.set)
	s.calls.Add(1)
	s.cost.Add(c.Cost)
	m.duration.Record(ctx, took.Seconds(), s.took...)
	if first > 0 {
		m.first.Record(ctx, first.Seconds(), s.first...)
	}
	if e.Usage.Input > 0 {
		m.tokens.Record(ctx, int64(e.Usage.Input), s.input...)
	}
	if out := e.Usage.Output + e.Usage.Thoughts; out > 0 {
		m.tokens.Record(ctx, int64(out), s.output...)
	}
	if e.Verdict != "" {
		remembered(&m.mu, m.verdicts, verdict{e.Verdict, c.Rule}, verdict.tally).n.Add(1)
	}
	for kind, n := range e.Masked {
		remembered(&m.mu, m.findings, finding{kind, "request"}, finding.tally).n.Add(int64(n))
	}
	for kind, n := range e.Found {
		remembered(&m.mu, m.findings, finding{kind, "answer"}, finding.tally).n.Add(int64(n))
	}
}

// set is what the metrics of one kind of call carry, and what is counted of it.
type set struct {
	calls, cost                atomic.Int64 // cost in billionths
	call, ended                metric.MeasurementOption
	took, first, input, output []metric.RecordOption
}

type setKey struct{ workload, rule, operation, model, location, code string }

type (
	finding struct{ kind, where string }
	verdict struct{ guard, rule string }
)

// tally is a count under a set of attributes.
type tally struct {
	n   atomic.Int64
	set metric.MeasurementOption
}

func (f finding) tally() *tally {
	return &tally{set: metric.WithAttributes(attribute.String("landbridge.type", f.kind), attribute.String("landbridge.where", f.where))}
}

func (v verdict) tally() *tally {
	return &tally{set: metric.WithAttributes(attribute.String("landbridge.guard", v.guard), attribute.String("landbridge.rule", v.rule))}
}

// maxSets bounds what callers can make us remember, below the number that an instrument keeps apart. What is beyond it
// counts together, under empty names.
const maxSets = 1900

// remembered finds a value, or makes and keeps it.
func remembered[K comparable, V any](mu *sync.RWMutex, known map[K]V, k K, made func(K) V) V {
	mu.RLock()
	v, ok := known[k]
	mu.RUnlock()
	if ok {
		return v
	}
	mu.Lock()
	defer mu.Unlock()
	if len(known) >= maxSets {
		k = *new(K)
	}
	if v, ok = known[k]; !ok {
		v = made(k)
		known[k] = v
	}
	return v
}

func (k setKey) set() *set {
	base := []attribute.KeyValue{
		attribute.String("gen_ai.operation.name", k.operation), attribute.String("gen_ai.provider.name", provider), attribute.String("gen_ai.request.model", k.model),
		attribute.String("landbridge.workload", k.workload), attribute.String("landbridge.rule", k.rule), attribute.String("cloud.region", k.location),
	}
	with := func(more ...attribute.KeyValue) metric.MeasurementOption {
		return metric.WithAttributeSet(attribute.NewSet(append(base[:len(base):len(base)], more...)...))
	}
	out := &set{call: with()}
	out.ended = out.call
	if k.code != "" {
		out.ended = with(attribute.String("error.type", k.code))
	}
	out.took, out.first = []metric.RecordOption{out.ended}, []metric.RecordOption{out.call}
	out.input = []metric.RecordOption{with(attribute.String("gen_ai.token.type", "input"))}
	out.output = []metric.RecordOption{with(attribute.String("gen_ai.token.type", "output"))}
	return out
}
