package gateway_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/gateway"
	"github.com/landbridge/landbridge/internal/mask"
	"github.com/landbridge/landbridge/internal/policy"
	"github.com/landbridge/landbridge/internal/prompt"
)

// looksFor is a second opinion that finds a word, or is down.
type looksFor string

func (l looksFor) Find(_ context.Context, _ bridge.Lease, text string) (out []prompt.Finding, err error) {
	if l == "" {
		return nil, io.ErrUnexpectedEOF
	}
	for at := 0; ; {
		i := strings.Index(text[at:], string(l))
		if i < 0 {
			return out, nil
		}
		out = append(out, prompt.Finding{Start: at + i, End: at + i + len(l), Type: "PERSON", Score: 1})
		at += i + len(l)
	}
}

func TestSecondOpinionOnPersonalData(t *testing.T) {
	t.Parallel()
	const ask = `{"systemInstruction":{"parts":[{"text":"for Zoltan"}]},"contents":[{"parts":[{"text":"me@b.test and Zoltan"},{"text":"nobody"},{"text":"Zoltan, Zoltan"}]}]}`
	for _, one := range []struct {
		name   string
		finder looksFor
		open   bool
		status int
		want   string
	}{
		{"found", "Zoltan", false, 200, "EMAIL_ADDRESS:1 PERSON:4"},
		{"down", "", false, 503, ""},
		{"down, and that is well", "", true, 200, "EMAIL_ADDRESS:1"},
	} {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			far := farSide(t, says("application/json", answer))
			d := open(t, far, guarded(&gateway.Guard{Masker: masker(t, mask.Options{}), Finder: one.finder, FinderOpen: one.open}))
			status, body, _ := d.post(t, native+"generateContent", ask)
			if last := d.book.last(t); status != one.status || last.Call.Masked != one.want {
				t.Errorf("%d %s, record %+v", status, body, last.Call)
			}
			if _, asked, _ := far.asked(); one.finder != "" && strings.Contains(asked, "Zoltan") || strings.Contains(asked, "me@b.test") {
				t.Errorf("sent %s", asked)
			}
		})
	}
}

// asked counts how often the screener is asked about a prompt.
type asked struct {
	screens
	n *int
}

func (a asked) ScreenPrompt(_ context.Context, _ bridge.Lease, text string) (prompt.Verdict, error) {
	*a.n++
	return prompt.Verdict{Blocked: strings.Contains(text, "REALLY"), Score: 1}, nil
}

func TestScreenerDecidesWhereTheInspectorIsInDoubt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ status, calls int }{"fine": {200, 0}, "EVIL": {200, 1}, "REALLY EVIL": {400, 1}} {
		n := 0
		d := open(t, farSide(t, says("application/json", answer)), guarded(&gateway.Guard{Injection: gateway.Ask, Inspector: hasWord("EVIL"), Screener: asked{n: &n}, BlockAsError: true}))
		status, body, _ := d.post(t, native+"generateContent", `{"contents":[{"parts":[{"text":"`+text+`"}]}]}`)
		if status != want.status || n != want.calls {
			t.Errorf("%s: %d %s after %d questions", text, status, body, n)
		}
	}
}

// hears keeps what the screener was told.
type hears struct {
	screens
	text *string
}

func (h hears) ScreenPrompt(_ context.Context, _ bridge.Lease, text string) (prompt.Verdict, error) {
	*h.text = text
	return prompt.Verdict{}, nil
}

func TestInspectorReadsWhatWasWrittenAndScreenerWhatLeaves(t *testing.T) {
	t.Parallel()
	var told string
	d := open(t, farSide(t, says("application/json", answer)), guarded(&gateway.Guard{
		Masker: masker(t, mask.Options{}), Injection: gateway.Ask, Inspector: hasWord("me@b.test"), Screener: hears{text: &told},
	}))
	status, body, _ := d.post(t, native+"generateContent", `{"contents":[{"parts":[{"text":"write to me@b.test"}]}]}`)
	if status != 200 || !strings.HasPrefix(told, "write to EMAIL_ADDRESS_") {
		t.Errorf("%d %s; the screener was told %q", status, body, told)
	}
}

func TestQuota(t *testing.T) {
	t.Parallel()
	now := time.Now().Truncate(time.Minute).Add(30 * time.Second) // near the real one: connections have deadlines
	clock := func() time.Time { return now }
	limited := rule()
	limited.Quota = policy.Quota{RequestsPerMinute: 1}
	d := open(t, farSide(t, says("application/json", answer)), func(o *gateway.Options) {
		o.Policy, o.Clock, o.Quotas = rules(t, limited), clock, policy.NewQuotas(policy.QuotasOptions{Clock: clock})
	})
	if status, body, _ := d.post(t, native+"generateContent", hello); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	status, body, h := d.post(t, native+"generateContent", hello)
	if status != 429 || h.Get("Retry-After") != "30" || !strings.Contains(body, "RESOURCE_EXHAUSTED") {
		t.Errorf("%d %s, %v", status, body, h)
	}
}

func TestMediaWithoutTypeIsRefused(t *testing.T) {
	t.Parallel()
	images := rule()
	images.Media = []string{"image/*"}
	d := open(t, farSide(t, says("application/json", answer)), func(o *gateway.Options) { o.Policy = rules(t, images) })
	for part, want := range map[string]int{
		`{"inlineData":{"mimeType":"image/png","data":"AAAA"}}`: 200, `{"inlineData":{"data":"AAAA"}}`: 403,
		`{"file_data":{"mime_type":"application/pdf","file_uri":"gs://a/b"}}`: 403,
	} {
		if status, body, _ := d.post(t, native+"generateContent", `{"contents":[{"parts":[`+part+`]}]}`); status != want {
			t.Errorf("%s: %d %s", part, status, body)
		}
	}
}

// Whoever leaves a stream before its last event, where the usage is, has used what was said until then.
func TestQuotaOfAStreamThatIsLeft(t *testing.T) {
	t.Parallel()
	piece := "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"" + strings.Repeat("word ", 4000) + "\"}]}}]}\n\n"
	far := farSide(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, piece)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	limited := rule()
	limited.Quota = policy.Quota{TokensPerDay: 4000}
	d := open(t, far, func(o *gateway.Options) {
		o.Policy, o.Quotas = rules(t, limited), policy.NewQuotas(policy.QuotasOptions{Clock: time.Now})
	})
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
	_, _ = io.ReadFull(resp.Body, make([]byte, len(piece)))
	leave()
	_ = resp.Body.Close()
	for range 500 {
		if d.book.last(t).Event == bridge.EventAnswered {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if status, body, _ := d.post(t, native+"generateContent", hello); status != 429 {
		t.Errorf("%d %s", status, body)
	}
}

// An attack that is cut into parts of one turn is one to the model.
func TestAttacksAcrossParts(t *testing.T) {
	t.Parallel()
	far := farSide(t, says("application/json", answer))
	d := open(t, far, guarded(&gateway.Guard{Injection: gateway.Block, Inspector: hasWord("EVIL DEED"), BlockAsError: true}))
	for body, want := range map[string]int{
		`{"contents":[{"parts":[{"text":"do an EV"},{"text":"IL DEED"}]}]}`:                            400,
		`{"contents":[{"parts":[{"text":"do an EVIL"},{"text":"DEED"}]}]}`:                             400,
		`{"contents":[{"parts":[{"text":"do an EVIL"}]},{"role":"model","parts":[{"text":" DEED"}]}]}`: 200,
	} {
		if status, answer, _ := d.post(t, native+"generateContent", body); status != want {
			t.Errorf("%s: %d %s", body, status, answer)
		}
	}
}

// A finish reason is a word, whoever has written it.
func TestFinishReasonIsAWord(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{"STOP": "STOP", "end_turn": "end_turn", `a\nb`: "OTHER", strings.Repeat("x", 65): "OTHER"} {
		d := open(t, farSide(t, says("application/json", strings.Replace(answer, "STOP", said, 1))))
		if status, body, _ := d.post(t, native+"generateContent", hello); status != 200 {
			t.Errorf("%d %s", status, body)
		}
		if got := d.book.last(t).Call.Finish; got != want {
			t.Errorf("%q is recorded as %q", said, got)
		}
	}
}

func TestUsageOfSeveralTexts(t *testing.T) {
	t.Parallel()
	d := open(t, farSide(t, says("application/json", `{"predictions":[{"embeddings":{"statistics":{"token_count":7}}},{"embeddings":{"statistics":{"token_count":8.0}}}]}`)))
	if status, body, _ := d.post(t, native+"predict", `{"instances":[{"content":"x"},{"content":"y"}]}`); status != 200 {
		t.Errorf("%d %s", status, body)
	}
	if got := d.book.last(t).Call.Input; got != 15 {
		t.Errorf("%d tokens", got)
	}
}
