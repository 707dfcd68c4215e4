package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/gateway"
	"github.com/landbridge/landbridge/internal/mask"
	"github.com/landbridge/landbridge/internal/prompt"
)

// scripted answers with bytes that are cut as it is told to, without a network.
type scripted struct {
	kind   string
	answer func(asked []byte) []byte
	cut    func(left int) int
}

func (u scripted) Call(_ context.Context, c prompt.Call) (*prompt.Answer, error) {
	body := &pieces{left: u.answer(c.Body), cut: u.cut}
	return &prompt.Answer{Status: 200, Header: http.Header{"Content-Type": {u.kind}}, Body: body, Location: "europe-west4", Attempts: 1}, nil
}

type pieces struct {
	left []byte
	cut  func(left int) int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.left) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.left[:min(len(p.left), max(1, p.cut(len(p.left))))])
	p.left = p.left[n:]
	return n, nil
}

func (*pieces) Close() error { return nil }

// ask puts a call through a gateway with a scripted far side.
func ask(t testing.TB, u scripted, g *gateway.Guard, path, body string) (*httptest.ResponseRecorder, *book) {
	b := &book{}
	gw, err := gateway.New(gateway.Options{
		Verifier: knows{}, Leases: leases{}, Upstream: u, Policy: everything, Recorder: b, Clock: time.Now,
		Profile: func(string) *gateway.Guard { return g },
	})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+secret)
	w := httptest.NewRecorder()
	gw.ServeHTTP(w, r)
	return w, b
}

// For any text and any cut, in the text and in the bytes, a model that echoes gives the caller its own text back.
func TestEchoComesBack(t *testing.T) {
	t.Parallel()
	m := masker(t, mask.Options{AnswersAction: mask.Redact})
	word := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"me@b.test", "you@c.test", "PERSON_", "EMAIL_ADDRESS_", "é", "\"", "\\n"}))
	rapid.Check(t, func(rt *rapid.T) {
		text := strings.Join(rapid.SliceOfN(word, 1, 20).Draw(rt, "words"), " ")
		sse := rapid.Bool().Draw(rt, "sse")
		u := scripted{kind: "application/json", cut: func(left int) int { return rapid.IntRange(1, min(left, 40)).Draw(rt, "read") }}
		path := native + "streamGenerateContent"
		if sse {
			path, u.kind = path+"?alt=sse", "text/event-stream"
		}
		u.answer = func(asked []byte) []byte {
			var body struct {
				Contents []struct{ Parts []struct{ Text string } }
			}
			if err := json.Unmarshal(asked, &body); err != nil {
				rt.Fatal(err)
			}
			var out bytes.Buffer
			w := httptest.NewRecorder()
			r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/", bytes.NewReader(asked))
			echo(rapid.IntRange(1, 30).Draw(rt, "piece"), sse)(w, r)
			_, _ = out.ReadFrom(w.Body)
			return out.Bytes()
		}
		quoted, _ := json.Marshal(text)
		if text == "" {
			return
		}
		w, _ := ask(t, u, &gateway.Guard{Masker: m, HoldBack: 32}, path, `{"contents":[{"parts":[{"text":`+string(quoted)+`}]}]}`)
		var want string
		_ = json.Unmarshal(quoted, &want)
		if said, _ := heard(t, w.Body.String()); said != want {
			rt.Fatalf("%q came back as %q", want, said)
		}
	})
}

// Whatever the far side sends, the caller gets an end, and the log a record of it.
func FuzzAnswer(f *testing.F) {
	for _, body := range []string{
		answer, "data: " + answer + "\r\n\r\n", "[" + answer + "\r\n,\r\n" + answer + "]", `{"error":{"code":429}}`, `{"candidates":[{"index":-1,"content":{"parts":[{"text":"x"}]}}]}`,
		`{"candidates":[{"index":99999999999999999999}]}`, "data: [DONE]\n\n", "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":7}\n\n",
	} {
		f.Add([]byte(body), uint8(3))
	}
	m := masker(f, mask.Options{AnswersAction: mask.Mask})
	f.Fuzz(func(t *testing.T, body []byte, cut uint8) {
		u := scripted{answer: func([]byte) []byte { return body }, cut: func(int) int { return int(cut) }}
		for kind, paths := range map[string][]string{
			"text/event-stream": {native + "streamGenerateContent?alt=sse", claude + "streamRawPredict", "/v1/chat/completions"},
			"application/json":  {native + "streamGenerateContent", native + "generateContent", claude + "rawPredict", "/v1/chat/completions"},
		} {
			u.kind = kind
			for _, path := range paths {
				w, b := ask(t, u, &gateway.Guard{Masker: m, Links: gateway.Neutralise}, path, `{"model":"google/gemini-2.5-flash","messages":[{"role":"user","content":"me@b.test"}],"contents":[{"parts":[{"text":"me@b.test"}]}]}`)
				if w.Code == 0 || b.last(t).Event != bridge.EventAnswered {
					t.Errorf("%s: %d, %+v", path, w.Code, b.last(t))
				}
			}
		}
	})
}
