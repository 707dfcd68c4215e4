package telemetry

import (
	"context"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
)

// Watch is one call as it goes. It is for one goroutine.
type Watch struct {
	t     *Telemetry
	span  trace.Span
	began time.Time
	first time.Duration // until the first byte of the answer; 0 when there was none yet
}

// End is how a call ended. It holds no content.
type End struct {
	Call   *bridge.Call
	Usage  prompt.Usage
	Stream bool
	// Code of the error that ended it; empty for an answer.
	Code string
	// Masked and Found count what was found by type, in the request and in the answer.
	Masked, Found map[string]int
	// Verdict of the guard: "", flag or block.
	Verdict string
}

// Start begins to watch a call. Header may carry the caller's traceparent.
func (t *Telemetry) Start(ctx context.Context, header http.Header) (context.Context, *Watch) {
	w := &Watch{t: t, began: t.clock()}
	if t.traced {
		ctx, w.span = t.tracer.Start(t.parent(ctx, header), "gateway", trace.WithSpanKind(trace.SpanKindServer), trace.WithTimestamp(w.began))
	}
	t.meters.open.Add(1)
	return ctx, w
}

// First is called when the first byte of an answer leaves.
func (w *Watch) First() {
	if w.first == 0 {
		w.first = w.t.clock().Sub(w.began)
	}
}

// End is called once.
func (w *Watch) End(ctx context.Context, e End) {
	took := w.t.clock().Sub(w.began)
	w.t.meters.open.Add(-1)
	w.t.meters.record(ctx, e, took, w.first)
	if w.span == nil {
		return
	}
	w.span.SetName(operation(e.Call) + " " + e.Call.Model)
	w.span.SetAttributes(spanAttributes(e)...)
	if e.Code != "" {
		w.span.SetStatus(codes.Error, e.Code)
	}
	w.span.End(trace.WithTimestamp(w.began.Add(took)))
}

// operation is gen_ai.operation.name of a method of Vertex AI; methods that the conventions do not name keep their own.
func operation(c *bridge.Call) string {
	switch c.Method {
	case "generateContent", "streamGenerateContent":
		if c.Dialect == "openai" {
			return "chat"
		}
		return "generate_content"
	case "rawPredict", "streamRawPredict", "chat/completions":
		return "chat"
	case "embedContent":
		return "embeddings"
	case "":
		return "unknown"
	}
	return c.Method
}

func spanAttributes(e End) []attribute.KeyValue {
	c := e.Call
	out := []attribute.KeyValue{
		attribute.String("gen_ai.operation.name", operation(c)), attribute.String("gen_ai.provider.name", provider),
		attribute.String("gen_ai.request.model", c.Model),
		attribute.Int("gen_ai.usage.input_tokens", e.Usage.Input), attribute.Int("gen_ai.usage.output_tokens", e.Usage.Output+e.Usage.Thoughts),
		attribute.String("cloud.region", c.Location), attribute.Int("http.response.status_code", c.Status),
		attribute.String("landbridge.call.id", c.ID), attribute.String("landbridge.workload", c.Workload), attribute.String("landbridge.rule", c.Rule),
		attribute.Int("landbridge.attempts", c.Attempts), attribute.Bool("landbridge.stream", e.Stream),
	}
	if e.Usage.Cached > 0 {
		out = append(out, attribute.Int("gen_ai.usage.cache_read.input_tokens", e.Usage.Cached))
	}
	if c.Finish != "" {
		out = append(out, attribute.StringSlice("gen_ai.response.finish_reasons", []string{c.Finish}))
	}
	if e.Code != "" {
		out = append(out, attribute.String("error.type", e.Code))
	}
	if e.Verdict != "" {
		out = append(out, attribute.String("landbridge.guard", e.Verdict))
	}
	return out
}
