package telemetry_test

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/goleak"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
	"github.com/landbridge/landbridge/internal/telemetry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// collector takes in OTLP over HTTP and keeps the bodies, by path.
func collector(t *testing.T) (url string, got func(path string) string) {
	t.Helper()
	var mu sync.Mutex
	bodies := map[string]string{}
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var body io.Reader = r.Body
		if r.Header.Get("Content-Encoding") == "gzip" {
			body, _ = gzip.NewReader(r.Body)
		}
		data, _ := io.ReadAll(body)
		mu.Lock()
		bodies[r.URL.Path] += string(data)
		mu.Unlock()
	}))
	t.Cleanup(s.Close)
	return s.URL, func(path string) string { mu.Lock(); defer mu.Unlock(); return bodies[path] }
}

func ended() telemetry.End {
	return telemetry.End{
		Call: &bridge.Call{
			ID: "c1", Workload: "aks/system:serviceaccount:demo:chat", Rule: "chat", Dialect: "vertex", Method: "streamGenerateContent", Model: "google/gemini-2.5-flash",
			Location: "europe-west4", Attempts: 1, Status: 200, Finish: "STOP", Cost: 1_500_000_000,
		},
		Usage: prompt.Usage{Input: 100, Output: 20, Thoughts: 5, Cached: 7}, Stream: true, Masked: map[string]int{"EMAIL_ADDRESS": 2}, Verdict: "flag",
	}
}

func TestPrometheus(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	tel, err := telemetry.New(t.Context(), telemetry.Options{Clock: func() time.Time { now = now.Add(10 * time.Millisecond); return now }, Service: "landbridge", Registry: registry})
	if err != nil {
		t.Fatal(err)
	}
	defer tel.Close(context.Background())
	for range 3 {
		ctx, w := tel.Start(t.Context(), nil)
		w.First()
		w.First()
		w.End(ctx, ended())
	}
	refused := ended()
	refused.Code, refused.Usage, refused.Masked, refused.Verdict = "policy_denied", prompt.Usage{}, nil, ""
	ctx, w := tel.Start(t.Context(), nil)
	w.End(ctx, refused)
	const labels = `cloud_region="europe-west4",gen_ai_operation_name="generate_content",gen_ai_provider_name="gcp.vertex_ai",gen_ai_request_model="google/gemini-2.5-flash",landbridge_rule="chat",landbridge_workload="aks/system:serviceaccount:demo:chat"`
	want := `
# HELP landbridge_gateway_calls_total Calls, by how they ended.
# TYPE landbridge_gateway_calls_total counter
landbridge_gateway_calls_total{` + labels + `} 3
landbridge_gateway_calls_total{cloud_region="europe-west4",error_type="policy_denied",` + strings.TrimPrefix(labels, `cloud_region="europe-west4",`) + `} 1
# HELP landbridge_gateway_cost_total Cost of calls, in the price list's currency.
# TYPE landbridge_gateway_cost_total counter
landbridge_gateway_cost_total{` + labels + `} 6
# HELP landbridge_gateway_open Calls under way.
# TYPE landbridge_gateway_open gauge
landbridge_gateway_open 0
# HELP landbridge_guard_findings_total Personal data found, by type.
# TYPE landbridge_guard_findings_total counter
landbridge_guard_findings_total{landbridge_type="EMAIL_ADDRESS",landbridge_where="request"} 6
# HELP landbridge_guard_verdicts_total Calls that the guard flagged or blocked.
# TYPE landbridge_guard_verdicts_total counter
landbridge_guard_verdicts_total{landbridge_guard="flag",landbridge_rule="chat"} 3
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "landbridge_gateway_calls_total", "landbridge_gateway_cost_total", "landbridge_gateway_open",
		"landbridge_guard_findings_total", "landbridge_guard_verdicts_total"); err != nil {
		t.Error(err)
	}
	for name, series := range map[string]int{"gen_ai_client_token_usage": 2, "gen_ai_server_request_duration_seconds": 2, "gen_ai_server_time_to_first_token_seconds": 1} {
		if n, err := testutil.GatherAndCount(registry, name); err != nil || n != series {
			t.Errorf("%s: %d series, %v", name, n, err)
		}
	}
}

// Callers that are too many to be told apart are counted together.
func TestManyCallers(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	tel, err := telemetry.New(t.Context(), telemetry.Options{Clock: time.Now, Registry: registry})
	if err != nil {
		t.Fatal(err)
	}
	defer tel.Close(context.Background())
	e := ended()
	for i := range 2000 {
		e.Call.Workload = strconv.Itoa(i)
		ctx, w := tel.Start(t.Context(), nil)
		w.End(ctx, e)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "landbridge_gateway_calls_total" {
			continue
		}
		n, together := 0.0, 0.0
		for _, m := range f.GetMetric() {
			n += m.GetCounter().GetValue()
			for _, l := range m.GetLabel() {
				if l.GetName() == "landbridge_workload" && l.GetValue() == "" {
					together = m.GetCounter().GetValue()
				}
			}
		}
		if n != 2000 || together != 100 {
			t.Errorf("%v calls, %v of them together", n, together)
		}
	}
}

func TestCollector(t *testing.T) {
	t.Parallel()
	url, got := collector(t)
	tel, err := telemetry.New(t.Context(), telemetry.Options{Clock: time.Now, Endpoint: url, Sample: 1, Service: "bridge-7", Version: "v1"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, w := tel.Start(t.Context(), http.Header{"Traceparent": {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}})
	w.First()
	w.End(ctx, ended())
	if err := tel.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	traces := got("/v1/traces")
	for _, want := range []string{
		"bridge-7", "generate_content google/gemini-2.5-flash", "gen_ai.usage.input_tokens", "gen_ai.response.finish_reasons", "landbridge.call.id",
		"\x0a\xf7\x65\x19\x16\xcd\x43\xdd\x84\x48\xeb\x21\x1c\x80\x31\x9c", // the caller's trace
	} {
		if !strings.Contains(traces, want) {
			t.Errorf("the trace does not hold %q", want)
		}
	}
	if !strings.Contains(got("/v1/metrics"), "gen_ai.client.token.usage") {
		t.Error("no metrics came")
	}
}

// An endpoint that nobody listens on costs the callers nothing but the telemetry.
func TestCollectorDown(t *testing.T) {
	t.Parallel()
	tel, err := telemetry.New(t.Context(), telemetry.Options{Clock: time.Now, Endpoint: "http://127.0.0.1:1", Sample: 1})
	if err != nil {
		t.Fatal(err)
	}
	ctx, w := tel.Start(t.Context(), nil)
	w.End(ctx, ended())
	ended, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := tel.Close(ended); err == nil {
		t.Error("what was lost is not said")
	}
}

func BenchmarkWatch(b *testing.B) {
	tel, err := telemetry.New(b.Context(), telemetry.Options{Clock: time.Now, Registry: prometheus.NewRegistry()})
	if err != nil {
		b.Fatal(err)
	}
	e := ended()
	b.ReportAllocs()
	for b.Loop() {
		ctx, w := tel.Start(b.Context(), nil)
		w.First()
		w.End(ctx, e)
	}
}
