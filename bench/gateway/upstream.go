package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// upstream answers like Vertex AI, and like an OpenAI server, at once. A model named stream-EVENTS-GAP (stream-20-100ms) streams
// that many events with that pause before each but the first. It answers 501 to what it does not know.
type upstream struct{}

// answered is what it says, about 400 bytes; an event says one piece.
var answered = strings.Repeat("The parcel left the warehouse on Monday and reaches the customer by Thursday noon. ", 5)

// piece is the text of one event of a stream; four make a sentence.
func piece(i int) string {
	if i%4 == 3 {
		return fmt.Sprintf("piece number %d of them. ", i)
	}
	return fmt.Sprintf("piece number %d of them, ", i)
}

const usage = `"usageMetadata":{"promptTokenCount":20,"candidatesTokenCount":60,"totalTokenCount":80,"trafficType":"ON_DEMAND"}`

func (upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	_, call, native := strings.Cut(r.URL.Path, "/models/")
	model, method, _ := strings.Cut(call, ":")
	switch {
	case native && method == "generateContent":
		whole(w, `{"candidates":[{"content":{"role":"model","parts":[{"text":%q}]},"finishReason":"STOP","avgLogprobs":-0.1}],`+usage+`,"modelVersion":"mock-001","createTime":"2026-01-01T00:00:00.000000Z","responseId":"mock"}`)
	case native && method == "streamGenerateContent":
		stream(w, model)
	case strings.HasSuffix(r.URL.Path, "/chat/completions") && json.Valid(body):
		whole(w, `{"id":"mock","object":"chat.completion","created":1767225600,"model":"mock","choices":[{"index":0,"message":{"role":"assistant","content":%q},"finish_reason":"stop"}],"usage":{"prompt_tokens":20,"completion_tokens":60,"total_tokens":80}}`)
	default:
		w.WriteHeader(http.StatusNotImplemented)
	}
}

func whole(w http.ResponseWriter, format string) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	_, _ = fmt.Fprintf(w, format, answered)
}

// stream writes server-sent events, framed as Vertex AI does.
func stream(w http.ResponseWriter, model string) {
	events, gap := paceOf(model)
	w.Header().Set("Content-Type", "text/event-stream")
	for i := range events {
		if i > 0 {
			time.Sleep(gap)
		}
		end := ""
		if i == events-1 {
			end = `,"finishReason":"STOP"`
		}
		if _, err := fmt.Fprintf(w, "data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":%q}]}%s}],%s,\"modelVersion\":\"mock-001\",\"responseId\":\"mock\"}\r\n\r\n", piece(i), end, usage); err != nil {
			return
		}
		if http.NewResponseController(w).Flush() != nil {
			return
		}
	}
}

func paceOf(model string) (events int, gap time.Duration) {
	parts := strings.Split(model, "-")
	if len(parts) == 3 && parts[0] == "stream" {
		events, _ = strconv.Atoi(parts[1])
		gap, _ = time.ParseDuration(parts[2])
	}
	return max(events, 1), gap
}

func serveUpstream(addr string) (net.Listener, http.Handler, error) {
	l, err := net.Listen("tcp", addr)
	return l, upstream{}, err
}
