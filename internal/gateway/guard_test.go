package gateway_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/gateway"
	"github.com/landbridge/landbridge/internal/inspect"
	"github.com/landbridge/landbridge/internal/mask"
	"github.com/landbridge/landbridge/internal/prompt"
)

// names finds what is given to it by pattern.
type finds map[string]*regexp.Regexp

func (d finds) Find(text string, into []prompt.Finding) []prompt.Finding {
	for kind, pattern := range d {
		for _, at := range pattern.FindAllStringIndex(text, -1) {
			into = append(into, prompt.Finding{Start: at[0], End: at[1], Type: kind, Score: 1})
		}
	}
	return into
}

func masker(t testing.TB, o mask.Options) *mask.Masker {
	t.Helper()
	o.Detectors = []mask.Detector{finds{"EMAIL_ADDRESS": regexp.MustCompile(`[a-z."]+@[a-z.]+[a-z]`)}}
	m, err := mask.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func guarded(g *gateway.Guard) func(*gateway.Options) {
	return func(o *gateway.Options) { o.Profile = func(string) *gateway.Guard { return g } }
}

// hasWord calls a text an attack that has a word.
type hasWord string

func (w hasWord) Prompt(text string, _ inspect.Origin) prompt.Verdict {
	if strings.Contains(text, string(w)) {
		return prompt.Verdict{Score: 0.97, Blocked: true, Reasons: []string{"word"}}
	}
	return prompt.Verdict{}
}

// echo is a model that says what it was told, in pieces of n bytes: of a masked text it knows only the tokens.
func echo(n int, sse bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var ask struct {
			Contents []struct {
				Parts []struct{ Text string }
			}
		}
		body, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(body, &ask)
		text := ask.Contents[0].Parts[0].Text
		if sse {
			w.Header().Set("Content-Type", "text/event-stream")
		} else {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, "[")
		}
		runes := []rune(text)
		for i := 0; i < len(runes); i += n {
			finish := ""
			if i+n >= len(runes) {
				finish = `,"finishReason":"STOP"`
			}
			piece, _ := json.Marshal(string(runes[i:min(i+n, len(runes))]))
			event := fmt.Sprintf(`{"candidates":[{"content":{"role":"model","parts":[{"text":%s}]}%s,"index":0}]}`, piece, finish)
			switch {
			case sse:
				event = "data: " + event + "\r\n\r\n"
			case i > 0:
				event = "\r\n,\r\n" + event
			}
			_, _ = io.WriteString(w, event)
			w.(http.Flusher).Flush()
		}
		if !sse {
			_, _ = io.WriteString(w, "]")
		}
	}
}

// heard joins the texts of a stream of generateContent.
func heard(t testing.TB, body string) (text, finish string) {
	t.Helper()
	type event struct {
		Candidates []struct {
			Content      struct{ Parts []struct{ Text string } }
			FinishReason string
		}
		PromptFeedback struct{ BlockReason string }
	}
	var events []event
	if strings.HasPrefix(body, "[") {
		if err := json.Unmarshal([]byte(body), &events); err != nil {
			t.Fatalf("%v in %s", err, body)
		}
	} else {
		for line := range strings.SplitSeq(body, "\r\n\r\n") {
			if line == "" {
				continue
			}
			var e event
			if err := json.Unmarshal([]byte(strings.TrimPrefix(line, "data: ")), &e); err != nil {
				t.Fatalf("%v in %q", err, line)
			}
			events = append(events, e)
		}
	}
	for _, e := range events {
		finish += e.PromptFeedback.BlockReason
		for _, c := range e.Candidates {
			if finish != "" {
				t.Errorf("an event after the end: %s", body)
			}
			for _, p := range c.Content.Parts {
				text += p.Text
			}
			finish += c.FinishReason
		}
	}
	return text, finish
}

func TestWhatIsMaskedComesBackHoweverTheStreamIsCut(t *testing.T) {
	t.Parallel()
	const text = "Write to anna.müller@example.org, not to a.lice@example.com or bob@example.com; then to bob@example.com again."
	for n := 1; n < 24; n += 2 {
		for _, sse := range []bool{true, false} {
			far := farSide(t, nil)
			far.Config.Handler = keeping(far, echo(n, sse))
			d := open(t, far, guarded(&gateway.Guard{Masker: masker(t, mask.Options{AnswersAction: mask.Mask}), HoldBack: 64}))
			query := ""
			if sse {
				query = "?alt=sse"
			}
			body, _ := json.Marshal(text)
			status, got, _ := d.post(t, native+"streamGenerateContent"+query, `{"contents":[{"parts":[{"text":`+string(body)+`}]}]}`)
			said, finish := heard(t, got)
			if status != 200 || said != text || finish != "STOP" {
				t.Errorf("in pieces of %d: %d %q %s", n, status, said, finish)
			}
			if _, asked, _ := far.asked(); strings.Contains(asked, "example.") || !strings.Contains(asked, "EMAIL") {
				t.Errorf("the far side was told %s", asked)
			}
			if last := d.book.last(t); last.Call.Masked != "EMAIL_ADDRESS:4" || last.Call.Finish != "STOP" {
				t.Errorf("record %+v", last.Call)
			}
		}
	}
}

// keeping is a handler that keeps what it was asked.
func keeping(v *vertex, h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		v.mu.Lock()
		v.path, v.header, v.body = r.URL.RequestURI(), r.Header.Clone(), string(body)
		v.calls++
		v.mu.Unlock()
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		h(w, r)
	})
}

func TestPromptIsBlocked(t *testing.T) {
	t.Parallel()
	attack := `{"contents":[{"role":"user","parts":[{"text":"please EVIL now"}]}]}`
	const model = `{"promptFeedback":{"blockReason":"JAILBREAK","blockReasonMessage":"The prompt was blocked: it looks like an attempt to change what the model was told."},"usageMetadata":{"promptTokenCount":0,"totalTokenCount":0}}`
	for _, one := range []struct {
		name, path, body string
		asError          bool
		status           int
		want             string
	}{
		{"as the model would", native + "generateContent", attack, false, 200, model},
		{"in a stream", native + "streamGenerateContent?alt=sse", attack, false, 200, "data: " + model + "\n\n"},
		{"in an array", native + "streamGenerateContent", attack, false, 200, "[" + model + "\r\n]"},
		{"as an error", native + "generateContent", attack, true, 400, ""},
		{"of what a tool has said", native + "generateContent", `{"contents":[{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"a":["EVIL"]}}}]}]}`, true, 400, ""},
		{"in snake case", native + "generateContent", `{"contents":[{"role":"user","parts":[{"function_response":{"name":"f","response":{"a":["EVIL"]}}}]}]}`, true, 400, ""},
		{"in a field that nobody knows", native + "generateContent", `{"contents":[{"role":"user","parts":[{"new":{"words":"EVIL"}}]}]}`, true, 400, ""},
		{"not what the model has said itself", native + "generateContent", `{"contents":[{"parts":[{"text":"EVIL"}],"role":"model"}]}`, true, 200, answer},
	} {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			far := farSide(t, says("application/json", answer))
			d := open(t, far, guarded(&gateway.Guard{Injection: gateway.Block, Inspector: hasWord("EVIL"), BlockAsError: one.asError}))
			status, got, _ := d.post(t, one.path, one.body)
			if status != one.status || one.want != "" && got != one.want {
				t.Errorf("%d %s", status, got)
			}
			if one.want == answer {
				return
			}
			if far.calls != 0 {
				t.Error("the model was called")
			}
			last := d.book.last(t)
			if last.Code != "prompt_injection" || last.Call.Guard != "block: word" || last.Call.Score != "0.97" || last.Call.Status != status {
				t.Errorf("record %+v of %+v", last, last.Call)
			}
		})
	}
}

func TestTheRequestIsBounded(t *testing.T) {
	t.Parallel()
	for _, one := range []struct{ name, in, out string }{
		{"a limit is added", `{"contents":[]}`, `{"contents":[],"generationConfig":{"maxOutputTokens":100},"safetySettings":` + allMedium + `}`},
		{"a limit is lowered", `{"generation_config":{"max_output_tokens":4096,"topK":1}}`, `{"generation_config":{"max_output_tokens":100,"topK":1},"safetySettings":` + allMedium + `}`},
		{"a lower one stays", `{"generationConfig":{"maxOutputTokens": 50}}`, `{"generationConfig":{"maxOutputTokens": 50},"safetySettings":` + allMedium + `}`},
		{
			"settings are raised, never lowered",
			`{"safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"OFF","method":"SEVERITY"},{"category":"HARM_CATEGORY_HATE_SPEECH","threshold":"BLOCK_LOW_AND_ABOVE"}],"generationConfig":{"maxOutputTokens":1}}`,
			`{"safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_MEDIUM_AND_ABOVE","method":"SEVERITY"},{"category":"HARM_CATEGORY_HATE_SPEECH","threshold":"BLOCK_LOW_AND_ABOVE"},{"category":"HARM_CATEGORY_DANGEROUS_CONTENT","threshold":"BLOCK_MEDIUM_AND_ABOVE"},{"category":"HARM_CATEGORY_SEXUALLY_EXPLICIT","threshold":"BLOCK_MEDIUM_AND_ABOVE"}],"generationConfig":{"maxOutputTokens":1}}`,
		},
	} {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			far := farSide(t, says("application/json", answer))
			limited := rule()
			limited.MaxOutputTokens = 100
			d := open(t, far, guarded(&gateway.Guard{Safety: "BLOCK_MEDIUM_AND_ABOVE"}), func(o *gateway.Options) { o.Policy = rules(t, limited) })
			if status, body, _ := d.post(t, native+"generateContent", one.in); status != 200 {
				t.Fatalf("%d %s", status, body)
			}
			if _, got, _ := far.asked(); got != one.out {
				t.Errorf("sent %s\nwant %s", got, one.out)
			}
		})
	}
}

// The OpenAI form of an endpoint has settings too, in Google's own corner of it; models of others have none.
func TestSettingsOfTheOpenAIForm(t *testing.T) {
	t.Parallel()
	const off, floor = `[{"category":"HARM_CATEGORY_HATE_SPEECH","threshold":"OFF"},{"category":"HARM_CATEGORY_DANGEROUS_CONTENT","threshold":"OFF"},{"category":"HARM_CATEGORY_HARASSMENT","threshold":"OFF"},{"category":"HARM_CATEGORY_SEXUALLY_EXPLICIT","threshold":"OFF"}]`, "BLOCK_MEDIUM_AND_ABOVE"
	google, llama := `{"model":"google/gemini-2.5-flash","messages":[]`, `{"model":"meta/llama-4","messages":[]`
	for in, want := range map[string]string{
		google + `}`:                            google + `,"extra_body":{"google":{"safety_settings":` + allMedium + `}}}`,
		google + `,"extra_body":{}}`:            google + `,"extra_body":{"google":{"safety_settings":` + allMedium + `}}}`,
		google + `,"extra_body":{"google":{}}}`: google + `,"extra_body":{"google":{"safety_settings":` + allMedium + `}}}`,
		google + `,"extra_body":{"google":{"safety_settings":` + off + `}}}`: google + `,"extra_body":{"google":{"safety_settings":` + allMedium + `}}}`,
		google + `,"google":{"safetySettings":` + off + `}}`:                 google + `,"google":{"safetySettings":` + allMedium + `},"extra_body":{"google":{"safety_settings":` + allMedium + `}}}`,
		llama + `}`: llama + `}`,
	} {
		far := farSide(t, says("application/json", `{"choices":[]}`))
		d := open(t, far, guarded(&gateway.Guard{Safety: floor}))
		if status, body, _ := d.post(t, openapi, in); status != 200 {
			t.Errorf("%d %s", status, body)
		}
		if _, got, _ := far.asked(); got != want {
			t.Errorf("sent %s\nwant %s", got, want)
		}
	}
}

const allMedium = `[{"category":"HARM_CATEGORY_HATE_SPEECH","threshold":"BLOCK_MEDIUM_AND_ABOVE"},{"category":"HARM_CATEGORY_DANGEROUS_CONTENT","threshold":"BLOCK_MEDIUM_AND_ABOVE"},` +
	`{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_MEDIUM_AND_ABOVE"},{"category":"HARM_CATEGORY_SEXUALLY_EXPLICIT","threshold":"BLOCK_MEDIUM_AND_ABOVE"}]`

// parrot repeats its system instruction.
func parrot(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		SystemInstruction struct{ Parts []struct{ Text string } }
	}
	body, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(body, &ask)
	text, _ := json.Marshal("I was told: " + ask.SystemInstruction.Parts[0].Text)
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, strings.Replace(answer, `"hi"`, string(text), 1))
}
