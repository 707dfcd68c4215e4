package gateway_test

import (
	"slices"
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
)

const (
	hello  = `{"contents":[{"role":"user","parts":[{"text":"hello"}]}],  "unknown" : {"a":1.50}}`
	answer = `{"candidates":[{"content":{"role":"model","parts":[{"text":"hi"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":2,"totalTokenCount":7}}`
)

func TestNativeCallPassesByteForByte(t *testing.T) {
	t.Parallel()
	far := farSide(t, says("application/json; charset=UTF-8", answer))
	d := open(t, far)
	status, body, h := d.post(t, native+"generateContent", hello, "Cookie", "a=b", "X-Goog-User-Project", "theirs", "Proxy-Authorization", "Basic x")
	if status != 200 || body != answer {
		t.Errorf("%d %s", status, body)
	}
	path, asked, sent := far.asked()
	if path != native+"generateContent" || asked != hello {
		t.Errorf("asked %s with %s", path, asked)
	}
	if sent.Get("Authorization") != "Bearer "+leased || sent.Get("Cookie") != "" || sent.Get("X-Goog-User-Project") != "" || sent.Get("Proxy-Authorization") != "" {
		t.Errorf("headers %v", sent)
	}
	if got := d.book.events(); !slices.Equal(got, []bridge.Event{bridge.EventAsked, bridge.EventAnswered}) {
		t.Errorf("records %v", got)
	}
	last := d.book.last(t)
	if last.Call.ID == "" || last.Call.ID != h.Get("X-Landbridge-Call-Id") || last.Call.Workload != workload || last.Call.Model != "google/gemini-2.5-flash" {
		t.Errorf("record %+v", last.Call)
	}
}

func TestShortPathIsFilledIn(t *testing.T) {
	t.Parallel()
	far := farSide(t, says("application/json", answer))
	d := open(t, far)
	if status, body, _ := d.post(t, "/v1/publishers/google/models/gemini-2.5-flash%3AgenerateContent?alt=json&key=theirs", hello); status != 200 {
		t.Errorf("%d %s", status, body)
	}
	if path, _, _ := far.asked(); path != native+"generateContent?alt=json" {
		t.Errorf("asked %s", path)
	}
}

// Google's generated REST clients ask for numbers in place of the names of enums, and read both.
func TestGeneratedClientsAreAnsweredWithNames(t *testing.T) {
	t.Parallel()
	far := farSide(t, says("application/json", answer))
	d := open(t, far)
	if status, body, _ := d.post(t, native+"generateContent?$alt=json%3Benum-encoding%3Dint", hello); status != 200 {
		t.Errorf("%d %s", status, body)
	}
	if path, _, _ := far.asked(); path != native+"generateContent?alt=json" {
		t.Errorf("asked %s", path)
	}
}

func TestStreamsPassByteForByte(t *testing.T) {
	t.Parallel()
	for _, one := range []struct{ name, query, kind, body string }{
		{"events", "?alt=sse", "text/event-stream", "data: " + answer + "\r\n\r\ndata: " + answer + "\r\n\r\n"},
		{"array", "", "application/json", "[" + answer + "\r\n,\r\n" + answer + "]"},
		{"empty array", "", "application/json", "[]"},
	} {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			d := open(t, farSide(t, says(one.kind, one.body)))
			if status, body, _ := d.post(t, native+"streamGenerateContent"+one.query, hello); status != 200 || body != one.body {
				t.Errorf("%d %q", status, body)
			}
		})
	}
}

// What a model of one's own takes is free: parameters may be a list.
func TestFreeBodiesAreFree(t *testing.T) {
	t.Parallel()
	far := farSide(t, says("application/json", `{}`))
	d := open(t, far)
	const body = `{"instances":[[1,2],"x"],"parameters":[1]}`
	if status, answer, _ := d.post(t, endpoint+"predict", body); status != 200 {
		t.Errorf("%d %s", status, answer)
	}
	if _, asked, _ := far.asked(); asked != body {
		t.Errorf("sent %s", asked)
	}
}
