package dialect

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Any text that a caller sends reaches the model as it is, in every role and on both shores.
func TestTextGoesThereWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(1, 200, -1).Draw(t, "text")
		ask := marshal(map[string]any{"model": "gemini-2.5-flash", "messages": []any{
			map[string]any{"role": "system", "content": text},
			map[string]any{"role": "user", "content": []any{map[string]any{"type": "text", "text": text}}},
			map[string]any{"role": "assistant", "tool_calls": []any{map[string]any{
				"id": "a", "type": "function",
				"function": map[string]any{"name": "f", "arguments": string(marshal(map[string]any{"x": text}))},
			}}},
			map[string]any{"role": "tool", "tool_call_id": "a", "content": "=" + text},
		}})
		r, err := Chat(ask, options())
		if err != nil {
			t.Fatal(err)
		}
		var g generate
		if err := json.Unmarshal(r.Body, &g); err != nil {
			t.Fatal(err)
		}
		var args, answer map[string]string
		_ = json.Unmarshal(g.Contents[1].Parts[0].FunctionCall.Args, &args)
		_ = json.Unmarshal(g.Contents[2].Parts[0].FunctionResponse.Response, &answer)
		for where, got := range map[string]string{
			"system": *g.System.Parts[0].Text, "user": *g.Contents[0].Parts[0].Text, "arguments": args["x"],
			"result": strings.TrimPrefix(answer["output"], "="),
		} {
			if got != text {
				t.Fatalf("%s: %q became %q", where, text, got)
			}
		}
	})
}

// Any text that a model answers with comes back as it is, however its stream was cut, and a whole answer says the same
// as its stream.
func TestTextComesBackWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOfN(rapid.StringN(1, 20, -1), 1, 8).Draw(t, "pieces")
		r, err := Chat([]byte(`{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"x"}]}`), options())
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Join(pieces, "")
		whole, err := r.Answer.Whole(event(want, "STOP"))
		if err != nil {
			t.Fatal(err)
		}
		var reply struct {
			Choices []struct {
				Message message `json:"message"`
			} `json:"choices"`
		}
		if err := json.Unmarshal(whole, &reply); err != nil {
			t.Fatal(err)
		}
		if got := *reply.Choices[0].Message.Content.Text; got != want {
			t.Fatalf("whole: %q became %q", want, got)
		}
		s, out := r.Answer.Stream(), []byte(nil)
		for i, piece := range pieces {
			finish := ""
			if i == len(pieces)-1 {
				finish = "STOP"
			}
			if out, err = s.Event(out, "", event(piece, finish)); err != nil {
				t.Fatal(err)
			}
		}
		if got := contentOfStream(t, s.End(out)); got != want {
			t.Fatalf("stream: %q became %q", want, got)
		}
	})
}

func event(text, finish string) []byte {
	c := map[string]any{"content": map[string]any{"role": "model", "parts": []any{map[string]any{"text": text}}}}
	if finish != "" {
		c["finishReason"] = finish
	}
	return marshal(map[string]any{"candidates": []any{c}})
}

// contentOfStream joins the content of a stream's chunks.
func contentOfStream(t *rapid.T, stream []byte) string {
	var got strings.Builder
	for e := range strings.SplitSeq(strings.TrimSuffix(string(stream), "\n\n"), "\n\n") {
		data, ok := strings.CutPrefix(e, "data: ")
		if !ok {
			t.Fatalf("no event: %q", e)
		}
		if data == "[DONE]" {
			continue
		}
		var chunk struct {
			Choices []struct {
				Delta struct {
					Content string `json:"content"`
				} `json:"delta"`
			} `json:"choices"`
		}
		if err := json.Unmarshal([]byte(data), &chunk); err != nil {
			t.Fatal(err)
		}
		for _, c := range chunk.Choices {
			got.WriteString(c.Delta.Content)
		}
	}
	return got.String()
}

// Every finish reason of Gemini's (generateContent, v1) has its word, whole and streamed.
func TestFinishReasons(t *testing.T) {
	t.Parallel()
	for gemini, want := range map[string]string{
		"FINISH_REASON_UNSPECIFIED": "stop", "STOP": "stop", "MAX_TOKENS": "length", "OTHER": "stop",
		"SAFETY": "content_filter", "RECITATION": "content_filter", "BLOCKLIST": "content_filter",
		"PROHIBITED_CONTENT": "content_filter", "SPII": "content_filter", "MODEL_ARMOR": "content_filter",
		"IMAGE_SAFETY": "content_filter", "IMAGE_PROHIBITED_CONTENT": "content_filter", "IMAGE_RECITATION": "content_filter",
		"LANGUAGE": "content_filter", "MALFORMED_FUNCTION_CALL": "stop", "UNEXPECTED_TOOL_CALL": "stop", "NO_IMAGE": "stop",
		"A_REASON_TO_COME": "stop",
	} {
		r, err := Chat([]byte(`{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"x"}]}`), options())
		if err != nil {
			t.Fatal(err)
		}
		whole, err := r.Answer.Whole(event("x", gemini))
		if err != nil || !strings.Contains(string(whole), `"finish_reason":"`+want+`"`) {
			t.Errorf("%s: %s, %v", gemini, whole, err)
		}
		s := r.Answer.Stream()
		out, err := s.Event(nil, "", event("x", gemini))
		if err != nil || !strings.Contains(string(s.End(out)), `"finish_reason":"`+want+`"`) {
			t.Errorf("%s: %s, %v", gemini, out, err)
		}
		if plain := want == "length" || gemini == "STOP"; plain == strings.Contains(string(whole), gemini) {
			t.Errorf("%s: whether Gemini's own word stands there: %s", gemini, whole)
		}
	}
}

// mapped runs a request through a mapping: what it refuses must be a 400 that names a field, and what it lets pass must
// be JSON.
func mapped(t *testing.T, enter func([]byte, Options) (Request, error), body []byte) (Request, bool) {
	r, err := enter(body, options())
	if err == nil {
		if !jsontext.Value(r.Body).IsValid() {
			t.Fatalf("%q became no JSON: %q", body, r.Body)
		}
		return r, true
	}
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok || Status(err) != 400 || refusal(err, "").field == "" {
		t.Fatalf("%q is refused with %v", body, e)
	}
	return r, false
}
