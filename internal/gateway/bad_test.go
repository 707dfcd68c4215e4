package gateway_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/gateway"
	"github.com/landbridge/landbridge/internal/mask"
)

// Each is refused with a clear text, leaves a record, and reaches nobody.
func TestBadRequests(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		name, path, body string
		header           []string
		status           int
		text             string
	}{
		{"truncated", native + "generateContent", `{"contents":[`, nil, 400, "the JSON text ends too early, at byte 13"},
		{"trailing data", native + "generateContent", `{} {}`, nil, 400, "more follows after the end of the JSON text"},
		{"deep nesting", native + "generateContent", strings.Repeat(`[`, 300) + strings.Repeat(`]`, 300), nil, 400, "the JSON text is nested deeper than 200"},
		{"invalid UTF-8", native + "generateContent", "{\"a\":\"\xff\"}", nil, 400, "UTF-8"},
		{"a name twice", native + "generateContent", `{"contents":[],"contents":[]}`, nil, 400, "twice"},
		{"a body in another", native + "rawPredict", `{"httpBody":{"contentType":"application/json","data":"e30="}}`, nil, 400, "a body inside of httpBody is none that the gateway reads"},
		{"a list that is none", native + "generateContent", `{"contents":{"parts":[{"text":"x"}]}}`, nil, 400, "a member of the request that is a list is none here"},
		{"a list in a list", native + "generateContent", `{"contents":[[{"parts":[{"text":"me@b.test"}]}]]}`, nil, 400, "a member of the request that is an object is none here"},
		{"parts in a list", native + "generateContent", `{"contents":[{"parts":[[{"inlineData":{"mimeType":"video/mp4","data":"x"}}]]}]}`, nil, 400, "a member of the request that is an object is none here"},
		{"another model in the body", native + "generateContent", `{"generation_config":{"routing_config":{"manual_mode":{"model_name":"gemini-2.5-pro"}}}}`, nil, 400, "the body names another model than the path"},
		{"a resource of another model", native + "countTokens", `{"model":"projects/demo/locations/europe-west4/publishers/google/models/gemini-2.5-pro"}`, nil, 400, "the body names another model than the path"},
		{"a model that is none", openapi, `{"model":"google/a\nb","messages":[]}`, nil, 400, "the body's model is not one that Vertex AI can have"},
		{"a long model", openapi, `{"model":"google/` + strings.Repeat("x", 5000) + `","messages":[]}`, nil, 400, "the body's model is not one that Vertex AI can have"},
		{"too many answers", native + "generateContent", `{"generationConfig":{"candidateCount":-1}}`, nil, 400, "is no whole number"},
		{"too long an answer", native + "generateContent", `{"generationConfig":{"maxOutputTokens":1e309}}`, nil, 400, "is no whole number"},
		{"settings twice", native + "generateContent", `{"safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"OFF","Threshold":"BLOCK_LOW_AND_ABOVE"}]}`, nil, 400, "the safety settings are no list of category, threshold and method"},
		{"too large", native + "generateContent", `{"a":"` + strings.Repeat("x", 3<<20) + `"}`, nil, 413, "the request body is longer than the gateway takes"},
		{"another type", native + "generateContent", `{}`, []string{"Content-Type", "application/x-protobuf"}, 415, "the request body is not of type application/json"},
		{"compressed", native + "generateContent", `{}`, []string{"Content-Encoding", "gzip"}, 400, "the request body is compressed"},
		{"an overridden verb", native + "generateContent", `{}`, []string{"X-Http-Method-Override", "DELETE"}, 400, "a header overrides the request's method"},
		{"an upgrade", native + "generateContent", `{}`, []string{"Upgrade", "websocket"}, 400, "the gateway changes to no other protocol"},
		{"an unknown parameter", native + "generateContent?callback=x", `{}`, nil, 400, "the URL has a query parameter that the gateway does not know"},
		{"another form of answer", native + "generateContent?alt=proto", `{}`, nil, 400, "alt is neither sse nor json"},
		{"another form twice", native + "generateContent?alt=sse&$alt=json", `{}`, nil, 400, "alt is neither sse nor json"},
		{"dots", "/v1/publishers/google/models/%2e%2e:generateContent", `{}`, nil, 400, "a part of the path has a character"},
		{"an encoded slash", "/v1/publishers/google/models/a%2fb:generateContent", `{}`, nil, 400, "a part of the path has a character"},
		{"a line break", "/v1/publishers/google/models/a%0d%0ab:generateContent", `{}`, nil, 400, "a part of the path has a character"},
		{"another region than the host", native + "generateContent", `{}`, []string{"Host", "us-central1-aiplatform.googleapis.com"}, 400, "the host is for location us-central1 and the path for europe-west4"},
		{"another service of Google's", native + "generateContent", `{}`, []string{"Host", "storage.googleapis.com"}, 400, "the host is a Google service other than vertex ai"},
		{"a region that policy has not", strings.Replace(native, "europe-west4", "us-central1", 1) + "generateContent", `{}`, nil, 403, "rule demo allows europe-west4 and global, not us-central1"},
		{"another project", strings.Replace(native, "demo", "other", 1) + "generateContent", `{}`, nil, 403, "rule demo is for project demo, not other"},
		{"a collection", "/v1/tuningJobs", `{}`, nil, 403, "not tuningJobs.create"},
		{"a built-in tool", native + "generateContent", `{"tools":[{"googleSearch":{}}]}`, nil, 403, "googleSearch"},
		{"a built-in tool in the OpenAI form", openapi, `{"model":"google/gemini-2.5-flash","tools":[{"google_search":{}}]}`, nil, 403, "googleSearch"},
		{"a cached content", native + "generateContent", `{"cachedContent":"projects/p/locations/l/cachedContents/1"}`, nil, 403, "cachedContent"},
		{"settings by number", native + "generateContent", `{"safetySettings":[{"category":1,"threshold":4}]}`, nil, 400, "the safety settings are no list of category, threshold and method"},
		{"personal data that is blocked", native + "generateContent", `{"contents":[{"parts":[{"text":"me@b.test"}]}]}`, nil, 400, "the text holds personal data of the type EMAIL_ADDRESS, which the guard profile blocks"},
		{"OpenAI's, without a model", "/v1/chat/completions", `{"messages":[]}`, nil, 400, "no model is named"},
		{"a body that is a list", native + "generateContent", `[]`, nil, 400, "the request body is no JSON object"},
		{"another type in OpenAI's words", "/v1/chat/completions", `{}`, []string{"Content-Type", "text/plain"}, 415, `"code":"body_type"`},
		{"compressed, in OpenAI's words", "/v1/chat/completions", `{}`, []string{"Content-Encoding", "gzip"}, 400, `"code":"body_encoded"`},
		{"an upgrade in Anthropic's words", "/v1/messages", `{}`, []string{"Upgrade", "websocket"}, 400, `{"type":"error","error":{"type":"invalid_request_error","message":"the gateway changes to no other protocol"`},
		{"OpenAI's Responses", "/v1/responses", `{}`, nil, 404, `"code":"route_unknown"`},
		{"an unknown route of OpenAI's", "/openai/v1/images", `{}`, nil, 404, "the gateway has no such route"},
	} {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			far := farSide(t, says("application/json", answer))
			g := &gateway.Guard{Masker: masker(t, mask.Options{Action: mask.Block}), Safety: "BLOCK_ONLY_HIGH", BlockAsError: true}
			d := open(t, far, guarded(g), func(o *gateway.Options) { o.MaxBody = 2 << 20 })
			status, body, h := d.post(t, one.path, one.body, one.header...)
			if status != one.status || !strings.Contains(body, one.text) {
				t.Errorf("%d %s", status, body)
			}
			if h.Get("X-Landbridge-Call-Id") == "" || h.Get("Content-Type") != "application/json; charset=UTF-8" {
				t.Errorf("headers %v", h)
			}
			if far.calls != 0 {
				t.Error("the far side was called")
			}
			if last := d.book.last(t); last.Reason == "" || last.Event == bridge.EventAsked || last.Call == nil || last.Call.ID != h.Get("X-Landbridge-Call-Id") {
				t.Errorf("record %+v", last)
			}
		})
	}
}

// Each is what the far side may do wrong; the caller gets an error or a stream that ends with one, in good form.
func TestBadAnswers(t *testing.T) {
	t.Parallel()
	const first = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]}}]}\r\n\r\n"
	cut := func(kind, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = io.WriteString(w, text)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
	}
	for _, one := range []struct {
		name   string
		path   string
		far    http.HandlerFunc
		status int
		text   string
		code   string
	}{
		{"a page", "generateContent", says("text/html", "<html>secret"), 502, "the answer is neither JSON nor a stream of events", "answer_type"},
		{"no JSON", "generateContent", says("application/json", `{"candidates":[`), 502, "vertex ai's answer is damaged: it is no JSON", "answer_damaged"},
		{"a reset", "generateContent", cut("application/json", `{"candidates":[`), 500, "the gateway failed", "internal"},
		{"a stream that is reset", "streamGenerateContent?alt=sse", cut("text/event-stream", first), 200, first + "data: {\"error\":{\"code\":", "internal"},
		{"a stream that is no JSON", "streamGenerateContent?alt=sse", says("text/event-stream", first+"data: <html>\r\n\r\n"), 502, `{"error":{"code":502,"message":"vertex ai's answer is damaged: it is no JSON"`, "answer_damaged"},
		{"an array that is reset", "streamGenerateContent", cut("application/json", `[{"candidates":[]}`), 200, `[{"candidates":[]}` + "\r\n,\r\n" + `{"error":`, "internal"},
		{"an array that does not end", "streamGenerateContent", says("application/json", `[{"candidates":[]}`), 503, "the answer's JSON array ended before its closing bracket", "stream_truncated"},
		{"an error in the stream", "streamGenerateContent?alt=sse", says("text/event-stream", first+"data: {\"error\":{\"code\":429,\"message\":\"x\",\"status\":\"RESOURCE_EXHAUSTED\"}}\r\n\r\n"), 200, first + `data: {"error":{"code":429,`, "vertex_429"},
		{"an error in the answer", "generateContent", says("application/json", `{"error":{"code":500,"message":"x"}}`), 200, `{"error":{"code":500,"message":"x"}}`, "vertex_500"},
		{"not found", "generateContent", status(404, `{"error":{"code":404,"message":"Publisher Model was not found","status":"NOT_FOUND","details":[]}}`), 404, `{"error":{"code":404,"message":"Publisher Model was not found; the gateway asked for it in location europe-west4: is the model served there, spelled so, and not retired? docs/gateway.md lists where to look","status":"NOT_FOUND","details":[]}}`, "vertex_404"},
		{"a page for an error", "generateContent", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(503)
			_, _ = io.WriteString(w, "<html>secret")
		}, 503, `{"error":{"code":503,"message":"vertex ai answered with status 503"`, "vertex_503"},
		{"out of quota", "generateContent", status(429, `{"error":{"code":429}}`), 429, `{"error":{"code":429}}`, "vertex_429"},
	} {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			d := open(t, farSide(t, one.far))
			status, body, _ := d.post(t, native+one.path, hello)
			if status != one.status || !strings.HasPrefix(body, one.text) && !strings.Contains(body, one.text) || strings.Contains(body, "secret") {
				t.Errorf("%d %q", status, body)
			}
			if last := d.book.last(t); last.Event != bridge.EventAnswered || !strings.HasPrefix(last.Code, one.code) {
				t.Errorf("record %+v of %+v", last, last.Call)
			}
		})
	}
}

func status(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Set-Cookie", "a=b")
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

func TestSmuggling(t *testing.T) {
	t.Parallel()
	far := farSide(t, says("application/json", answer))
	d := open(t, far)
	auth := "Authorization: Bearer " + secret + "\r\nHost: gw\r\nContent-Type: application/json\r\n"
	for name, raw := range map[string]string{
		"two lengths":           "POST " + native + "generateContent HTTP/1.1\r\n" + auth + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
		"length and chunks":     "POST " + native + "generateContent HTTP/1.1\r\n" + auth + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"another encoding":      "POST " + native + "generateContent HTTP/1.1\r\n" + auth + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		"a request for a proxy": "POST http://evil.test" + native + "generateContent HTTP/1.1\r\n" + auth + "Content-Length: 2\r\n\r\n{}",
		"two tokens":            "POST " + native + "generateContent HTTP/1.1\r\n" + auth + "Authorization: Bearer other\r\nContent-Length: 2\r\n\r\n{}",
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(d.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, raw)
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		b := make([]byte, 4096)
		n, _ := conn.Read(b)
		line, _, _ := strings.Cut(string(b[:n]), "\r\n")
		if !strings.HasPrefix(line, "HTTP/1.1 40") && !strings.HasPrefix(line, "HTTP/1.1 501") && name != "length and chunks" {
			t.Errorf("%s: %q", name, b[:n])
		}
		_ = conn.Close()
	}
}

func TestCallerLeaves(t *testing.T) {
	t.Parallel()
	cancelled := make(chan struct{})
	far := farSide(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: {\"candidates\":[]}\n\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		close(cancelled)
	})
	d := open(t, far)
	ctx, leave := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url+native+"streamGenerateContent?alt=sse", strings.NewReader(hello))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+secret)
	resp, err := d.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = resp.Body.Read(make([]byte, 16))
	leave()
	_ = resp.Body.Close()
	<-cancelled
	for range 500 {
		if d.book.last(t).Event == bridge.EventAnswered {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if last := d.book.last(t); last.Event != bridge.EventAnswered || !last.Call.Left {
		t.Errorf("record %+v of %+v", last, last.Call)
	}
}

func TestWhatIsNotRecordedIsNotDone(t *testing.T) {
	t.Parallel()
	const text = "the audit log cannot be written, so nothing is done"
	for _, event := range []bridge.Event{bridge.EventAsked, bridge.EventAnswered} {
		for _, method := range []string{"generateContent", "streamGenerateContent?alt=sse"} {
			kind, said := "application/json", answer
			if strings.Contains(method, "sse") {
				kind, said = "text/event-stream", "data: "+answer+"\n\n"
			}
			far := farSide(t, says(kind, said))
			d := open(t, far)
			d.book.fails = event
			status, body, _ := d.post(t, native+method, hello)
			if status != 503 || !strings.Contains(body, text) {
				t.Errorf("%s of %s: %d %s", event, method, status, body)
			}
			if event == bridge.EventAsked && far.calls != 0 {
				t.Error("the far side was called")
			}
		}
	}
}

func TestTenThousandDetections(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&text, "u%sx@b.test ", strings.Repeat("a", i%7)+string(rune('a'+i%26))+string(rune('a'+i/26%26))+string(rune('a'+i/676)))
	}
	d := open(t, farSide(t, says("application/json", answer)), guarded(&gateway.Guard{Masker: masker(t, mask.Options{})}))
	if status, body, _ := d.post(t, native+"generateContent", `{"contents":[{"parts":[{"text":"`+text.String()+`"}]}]}`); status != 200 {
		t.Errorf("%d %s", status, body)
	}
	if last := d.book.last(t); last.Call.Masked != "EMAIL_ADDRESS:10000" {
		t.Errorf("record %+v", last.Call)
	}
}

// Who sends its body slowly is let go in time, before it is known who it is and where a token is asked for, too.
func TestSlowBodies(t *testing.T) {
	t.Parallel()
	d := open(t, farSide(t, says("application/json", answer)), func(o *gateway.Options) { o.BodyTimeout = 50 * time.Millisecond })
	for _, head := range []string{
		"POST " + native + "generateContent HTTP/1.1\r\nContent-Type: application/json\r\n", // and no token
		"POST " + native + "generateContent HTTP/1.1\r\nContent-Type: application/json\r\nAuthorization: Bearer " + secret + "\r\n",
		"POST /v1/token HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n",
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(d.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, head+"Host: gw.test\r\nContent-Length: 100000\r\n\r\n{")
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := io.ReadAll(conn); err != nil {
			t.Errorf("%s: still open: %v", head, err)
		}
	}
}

// Who sends a body that is too long, and reads nothing before all of it is sent, sees why it is refused.
func TestTooLongABodyIsTold(t *testing.T) {
	t.Parallel()
	d := open(t, farSide(t, says("application/json", answer)), func(o *gateway.Options) { o.MaxBody = 8 << 20 }) // more than sockets hold
	body := strings.Repeat(" ", 16<<20)
	for name, rest := range map[string]string{
		"a length":            fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body),
		"chunks":              fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(body), body),
		"asked before":        fmt.Sprintf("Content-Length: %d\r\nExpect: 100-continue\r\n\r\n", len(body)),
		"longer than is read": "Content-Length: 9000000000\r\n\r\n" + body,
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(d.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
		head := "POST " + native + "generateContent HTTP/1.1\r\nHost: gw.test\r\nContent-Type: application/json\r\nAuthorization: Bearer " + secret + "\r\n"
		if _, err := io.WriteString(conn, head+rest); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if said, err := io.ReadAll(resp.Body); resp.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(string(said), "longer than the gateway takes") {
			t.Errorf("%s: %d %s %v", name, resp.StatusCode, said, err)
		}
		_ = resp.Body.Close()
	}
}
