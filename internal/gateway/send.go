package gateway

import (
	"context"
	"net/http"

	"github.com/landbridge/landbridge/internal/prompt"
)

// sentOn are the headers of a request that go on to Vertex AI: what they say is about content, and nothing of who the
// caller is. Everything else stays here: credentials, cookies, and what belongs to one connection.
var sentOn = [...]string{
	"Accept", "Anthropic-Beta", "X-Goog-Api-Client", "X-Server-Timeout",
	"X-Vertex-Ai-Llm-Request-Type", "X-Vertex-Ai-Llm-Shared-Request-Type",
}

// comeBack are the headers of an answer that the caller gets.
var comeBack = [...]string{
	"Content-Type", "Retry-After", "Request-Id", "Server-Timing", "X-Vertex-Ai-Internal-Prediction-Backend",
	"X-Vertex-Ai-Llm-Serving-Mode", "Cache-Control",
}

// send makes the call.
func (c *call) send(ctx context.Context) (*prompt.Answer, error) {
	answer, err := c.g.o.Upstream.Call(ctx, c.outgoing(c.bodies[0]))
	if err != nil {
		return nil, err
	}
	c.log.Location, c.log.Attempts = answer.Location, answer.Attempts
	return answer, nil
}

func (c *call) outgoing(body []byte) prompt.Call {
	target := c.decision.Target
	if target.Endpoint != "" || target.Collection != "" { // the model is named in the body
		target.Publisher, target.Model = "", ""
	}
	return prompt.Call{
		Target: target, Locations: c.decision.Locations, Verb: c.r.Method, Query: c.query, Header: c.header(len(body) > 0),
		Body: body, Lease: c.lease, Stream: c.stream, Retry: c.target.Collection == "" && c.target.Method != "predictLongRunning", // what starts a job starts it once
	}
}

func (c *call) header(hasBody bool) http.Header {
	out := make(http.Header, 8)
	for _, key := range sentOn {
		if values := c.r.Header[key]; len(values) > 0 {
			out[key] = values
		}
	}
	for key, values := range c.mapped.Header {
		out[key] = values
	}
	if hasBody {
		out["Content-Type"] = jsonType
	}
	if c.decision.QuotaProject != "" {
		out["X-Goog-User-Project"] = []string{c.decision.QuotaProject}
	}
	return out
}

var jsonType = []string{"application/json"}
