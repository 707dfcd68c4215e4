package dialect

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
)

func TestRefusal(t *testing.T) {
	t.Parallel()
	refused := &bridge.Error{Kind: bridge.Refused, Hop: bridge.HopDoor, Code: "policy_denied", Text: "rule ask-flash does not allow the model", Hint: "see policy test", Cause: errors.New("for operators")}
	quota := &bridge.Error{Kind: bridge.Refused, Hop: bridge.HopDoor, Code: "quota_spent", Text: "the minute's tokens are spent", RetryAfter: 1500 * time.Millisecond}
	for _, tc := range []struct {
		dialect Dialect
		err     error
		status  int
		body    string
	}{
		{OpenAI, refused, 403, `{"error":{"message":"rule ask-flash does not allow the model; see policy test","type":"permission_error","param":null,"code":"policy_denied","request_id":"c1"}}`},
		{Anthropic, refused, 403, `{"type":"error","error":{"type":"permission_error","message":"rule ask-flash does not allow the model; see policy test"},"request_id":"c1"}`},
		{Vertex, refused, 403, `{"error":{"code":403,"message":"rule ask-flash does not allow the model; see policy test","status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"POLICY_DENIED","domain":"landbridge"},{"@type":"type.googleapis.com/google.rpc.RequestInfo","requestId":"c1"}]}}`},
		{OpenAI, quota, 429, `{"error":{"message":"the minute's tokens are spent","type":"rate_limit_error","param":null,"code":"quota_spent","request_id":"c1"}}`},
		{Vertex, quota, 429, `{"error":{"code":429,"message":"the minute's tokens are spent","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"QUOTA_SPENT","domain":"landbridge"},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"2s"},{"@type":"type.googleapis.com/google.rpc.RequestInfo","requestId":"c1"}]}}`},
		{Vertex, invalid("contents[0]", "it is empty", ""), 400, `{"error":{"code":400,"message":"contents[0]: it is empty","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"INVALID_REQUEST","domain":"landbridge"},{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"contents[0]","description":"contents[0]: it is empty"}]},{"@type":"type.googleapis.com/google.rpc.RequestInfo","requestId":"c1"}]}}`},
		{OpenAI, errors.New("secret detail"), 500, `{"error":{"message":"the gateway failed","type":"server_error","param":null,"code":"internal","request_id":"c1"}}`},
	} {
		status, body := tc.dialect.Refusal(tc.err, "c1")
		if diff := cmp.Diff(tc.body, string(body)); status != tc.status || diff != "" {
			t.Errorf("%s %v: %d %s", tc.dialect, tc.err, status, diff)
		}
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	for want, err := range map[int]error{
		400: &bridge.Error{Kind: bridge.Usage},
		401: &bridge.Error{Kind: bridge.Denied, Hop: bridge.HopDoor, Status: 401},
		403: &bridge.Error{Kind: bridge.Denied, Hop: bridge.HopSTS, Status: 400}, // another API's status is not the caller's
		429: &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopVertex, Status: 429},
		503: &bridge.Error{Kind: bridge.Unreachable},
		500: &bridge.Error{Kind: bridge.Fault},
	} {
		if got := Status(err); got != want {
			t.Errorf("%v: %d, want %d", err, got, want)
		}
	}
}

// What Vertex AI answers an error in, read in each dialect; what cannot be read is named by its status alone.
func TestErrorsOfVertex(t *testing.T) {
	t.Parallel()
	const quota = `{"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED","details":[]}}`
	for _, tc := range []struct {
		dialect    Dialect
		status     int
		body, want string
	}{
		{OpenAI, 429, quota, `{"error":{"message":"Quota exceeded","type":"rate_limit_error","param":null,"code":"RESOURCE_EXHAUSTED"}}`},
		{OpenAI, 429, `[` + quota + `]`, `{"error":{"message":"Quota exceeded","type":"rate_limit_error","param":null,"code":"RESOURCE_EXHAUSTED"}}`},
		{Anthropic, 429, quota, `{"type":"error","error":{"type":"rate_limit_error","message":"Quota exceeded"}}`},
		{Anthropic, 529, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`},
		{OpenAI, 400, `{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: too many"}}`, `{"error":{"message":"max_tokens: too many","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}`},
		{OpenAI, 502, `<html>nginx</html>`, `{"error":{"message":"Vertex AI answered 502 Bad Gateway","type":"server_error","param":null,"code":"UNAVAILABLE"}}`},
		{Anthropic, 404, ``, `{"type":"error","error":{"type":"not_found_error","message":"Vertex AI answered 404 Not Found"}}`},
		{Vertex, 429, quota, quota},
	} {
		if diff := cmp.Diff(tc.want, string(tc.dialect.Error(tc.status, []byte(tc.body)))); diff != "" {
			t.Errorf("%s %d: %s", tc.dialect, tc.status, diff)
		}
	}
}

// A refusal in the middle of a stream, by the guard for example, is the last event, and nothing follows it.
func TestFail(t *testing.T) {
	t.Parallel()
	cause := &bridge.Error{Kind: bridge.Refused, Hop: bridge.HopDoor, Code: "answer_blocked", Text: "the answer was stopped"}
	for ask, want := range map[string]string{
		`{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"x"}]}`:  "data: {\"error\":{\"message\":\"the answer was stopped\",\"type\":\"permission_error\",\"param\":null,\"code\":\"answer_blocked\",\"request_id\":\"c1\"}}\n\ndata: [DONE]\n\n",
		`{"model":"claude-sonnet-4-5","messages":[{"role":"user","content":"x"}]}`: "data: {\"error\":{\"message\":\"the answer was stopped\",\"type\":\"permission_error\",\"param\":null,\"code\":\"answer_blocked\",\"request_id\":\"c1\"}}\n\ndata: [DONE]\n\n",
		`{"model":"meta/llama","messages":[]}`:                                     "data: {\"error\":{\"message\":\"the answer was stopped\",\"type\":\"permission_error\",\"param\":null,\"code\":\"answer_blocked\",\"request_id\":\"c1\"}}\n\ndata: [DONE]\n\n",
	} {
		fails(t, Chat, ask, cause, want)
	}
	for _, model := range []string{"claude-sonnet-4-5", "gemini-2.5-flash"} {
		fails(t, Messages, `{"model":"`+model+`","messages":[{"role":"user","content":"x"}]}`, cause,
			"event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"permission_error\",\"message\":\"the answer was stopped\"},\"request_id\":\"c1\"}\n\n")
	}
}

func fails(t *testing.T, enter func([]byte, Options) (Request, error), ask string, cause error, want string) {
	t.Helper()
	r, err := enter([]byte(ask), options())
	if err != nil {
		t.Fatal(err)
	}
	s := r.Answer.Stream()
	if diff := cmp.Diff(want, string(s.Fail(nil, cause, "c1"))); diff != "" {
		t.Error(ask, diff)
	}
	if rest := s.End(nil); len(rest) > 0 {
		t.Errorf("%s: after its end: %s", ask, rest)
	}
}

// No key of a caller's is repeated in an error unless it looks like a field's name.
func TestErrorsNameNoContent(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"x"}],"ann@example.com lives here":1}`,
		`{"model":"gemini-2.5-flash","metadata":{"ann@example.com":{}}}`,
		`{"model":"ann@example.com/../x","messages":[]}`,
	} {
		_, err := Chat([]byte(body), options())
		if _, text := OpenAI.Refusal(err, ""); err == nil || strings.Contains(string(text), "example.com") {
			t.Errorf("%s: %s", body, text)
		}
	}
}
