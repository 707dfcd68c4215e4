package vertex

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
	"github.com/landbridge/landbridge/internal/wire"
)

const (
	template = "projects/demo/locations/europe-west4/templates/strict"
	parent   = "projects/demo/locations/europe-west4"
)

var lease = bridge.Lease{Token: bridge.NewSecret("the-lease"), Principal: "app@demo.iam.gserviceaccount.com"}

// beside serves one service beside Vertex AI: answer gets the path and the body, and gives status and body.
func beside(t testing.TB, answer func(path, body string) (int, string)) SecondOptions {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body json.RawMessage
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.Header.Get("Authorization") != "Bearer the-lease" || r.Header.Get("X-Goog-User-Project") != "payer" {
			t.Errorf("asked with %v, %v", err, r.Header)
		}
		status, text := answer(r.URL.Path, string(body))
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(text))
	}))
	t.Cleanup(s.Close)
	return SecondOptions{Wire: wire.New(wire.Options{MaxBody: 8 << 20}), Endpoint: s.URL, QuotaProject: "payer"}
}

func TestModelArmor(t *testing.T) {
	t.Parallel()
	match := func(filters string) string {
		return `{"sanitizationResult":{"filterMatchState":"MATCH_FOUND","invocationResult":"SUCCESS","filterResults":{` + filters + `}}}`
	}
	for _, tc := range []struct {
		name, reply string
		status      int
		want        prompt.Verdict
		text        string // of the refusal
	}{
		{"nothing", `{"sanitizationResult":{"filterMatchState":"NO_MATCH_FOUND","invocationResult":"SUCCESS","filterResults":{"csam":{"csamFilterFilterResult":{"executionState":"EXECUTION_SUCCESS","matchState":"NO_MATCH_FOUND"}}}}}`, 200, prompt.Verdict{}, ""},
		{"injection", match(`"pi_and_jailbreak":{"piAndJailbreakFilterResult":{"executionState":"EXECUTION_SUCCESS","matchState":"MATCH_FOUND","confidenceLevel":"MEDIUM_AND_ABOVE"}}`), 200, prompt.Verdict{Score: 0.75, Blocked: true, Reasons: []string{"model_armor/pi_and_jailbreak/medium_and_above"}}, ""},
		{"harm of one kind", match(`"rai":{"raiFilterResult":{"matchState":"MATCH_FOUND","raiFilterTypeResults":{"hate_speech":{"confidenceLevel":"HIGH","matchState":"MATCH_FOUND"},"dangerous":{"matchState":"NO_MATCH_FOUND"}}}}`), 200, prompt.Verdict{Score: 0.95, Blocked: true, Reasons: []string{"model_armor/rai/hate_speech/high"}}, ""},
		{"personal data, inspected", match(`"sdp":{"sdpFilterResult":{"inspectResult":{"executionState":"EXECUTION_SUCCESS","matchState":"MATCH_FOUND","findings":[{"infoType":"US_SOCIAL_SECURITY_NUMBER"},{"infoType":"CREDIT_CARD_NUMBER"},{"infoType":"CREDIT_CARD_NUMBER"}]}}}`), 200, prompt.Verdict{Score: 1, Blocked: true, Reasons: []string{"model_armor/sdp/CREDIT_CARD_NUMBER", "model_armor/sdp/US_SOCIAL_SECURITY_NUMBER"}}, ""},
		{"personal data, taken out", match(`"sdp":{"sdpFilterResult":{"deidentifyResult":{"matchState":"MATCH_FOUND","data":{"text":"x"},"infoTypes":["EMAIL_ADDRESS"]}}}`), 200, prompt.Verdict{Score: 1, Blocked: true, Reasons: []string{"model_armor/sdp/EMAIL_ADDRESS"}}, ""},
		{"the filters say nothing", match(``), 200, prompt.Verdict{Score: 0.5, Blocked: true}, ""},
		{"a part", `{"sanitizationResult":{"filterMatchState":"NO_MATCH_FOUND","invocationResult":"PARTIAL"}}`, 200, prompt.Verdict{Incomplete: true}, ""},
		{"nothing screened", `{"sanitizationResult":{"filterMatchState":"NO_MATCH_FOUND","invocationResult":"FAILURE"}}`, 200, prompt.Verdict{Incomplete: true}, ""},
		{"a filter skipped", `{"sanitizationResult":{"filterMatchState":"NO_MATCH_FOUND","invocationResult":"SUCCESS","filterResults":{"sdp":{"sdpFilterResult":{"inspectResult":{"executionState":"EXECUTION_SKIPPED","matchState":"NO_MATCH_FOUND"}}}}}}`, 200, prompt.Verdict{Incomplete: true}, ""},
		{"no verdict", `{}`, 200, prompt.Verdict{}, "HOST answered for model armor with no verdict"},
		{"HTML", `<html>`, 200, prompt.Verdict{}, "HOST answered for model armor with something that is not its JSON"},
		{"no permission", `{"error":{"code":403,"message":"Permission 'modelarmor.templates.sanitizeUserPrompt' denied","status":"PERMISSION_DENIED","details":[{"reason":"IAM_PERMISSION_DENIED"}]}}`, 403, prompt.Verdict{}, "model armor refused the call: PERMISSION_DENIED: Permission 'modelarmor.templates.sanitizeUserPrompt' denied"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			o := beside(t, func(path, body string) (int, string) {
				if path != "/v1/"+template+":sanitizeUserPrompt" || body != `{"userPromptData":{"text":"a <b> & c"}}` {
					t.Errorf("asked %s %s", path, body)
				}
				return tc.status, tc.reply
			})
			m, err := NewModelArmor(o, template)
			if err != nil {
				t.Fatal(err)
			}
			got, err := m.ScreenPrompt(t.Context(), lease, "a <b> & c")
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			text := ""
			if e, ok := errors.AsType[*bridge.Error](err); ok {
				text = strings.Replace(e.Text, strings.TrimPrefix(o.Endpoint, "http://"), "HOST", 1)
				if tc.status == 403 && !strings.Contains(e.Hint, "--role=roles/modelarmor.user --member=serviceAccount:app@demo") {
					t.Errorf("hint %q", e.Hint)
				}
			}
			if text != tc.text {
				t.Errorf("got %q, want %q", text, tc.text)
			}
		})
	}
}

func TestModelArmorAnswer(t *testing.T) {
	t.Parallel()
	m, err := NewModelArmor(beside(t, func(path, body string) (int, string) {
		if path != "/v1/"+template+":sanitizeModelResponse" || body != `{"modelResponseData":{"text":"the answer"},"userPrompt":"the prompt"}` {
			t.Errorf("asked %s %s", path, body)
		}
		return 200, `{"sanitizationResult":{"filterMatchState":"NO_MATCH_FOUND","invocationResult":"SUCCESS"}}`
	}), template)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := m.ScreenAnswer(t.Context(), lease, "the answer", "the prompt"); err != nil || v.Blocked || v.Incomplete {
		t.Errorf("got %v, %v", v, err)
	}
}

func TestSecondOpinionTakesItsTimeOnly(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hold }))
	t.Cleanup(s.Close)
	t.Cleanup(func() { close(hold) })
	m, err := NewModelArmor(SecondOptions{Wire: wire.New(wire.Options{}), Endpoint: s.URL, Timeout: 50 * time.Millisecond}, template)
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.ScreenPrompt(t.Context(), lease, "x")
	if e, ok := errors.AsType[*bridge.Error](err); !ok || e.Kind != bridge.Unreachable || e.Code != "deadline_exceeded" {
		t.Errorf("got %v", err)
	}
}

func TestHostsOfSecondOpinions(t *testing.T) {
	t.Parallel()
	o := SecondOptions{Wire: wire.New(wire.Options{})}
	m, err := NewModelArmor(o, template)
	if err != nil || m.url != "https://modelarmor.europe-west4.rep.googleapis.com/v1/"+template {
		t.Errorf("model armor: %v, %v", m.second, err)
	}
	d, err := NewDLP(o, parent, nil)
	if err != nil || d.url != "https://dlp.googleapis.com/v2/"+parent {
		t.Errorf("dlp: %v, %v", d.second, err)
	}
	for _, bad := range []string{"", parent, "projects/demo/locations/x/../y/templates/t", template + "/x", "projects/demo/locations/EU/templates/t"} {
		if _, err := NewModelArmor(o, bad); err == nil {
			t.Errorf("template %q is taken", bad)
		}
	}
	if _, err := NewDLP(o, template, nil); err == nil {
		t.Error("a template is taken as a parent")
	}
}

// eyes is DLP that finds every "@", as a person if it is the first; it holds at most so many findings in one answer.
func eyes(t testing.TB, most int) SecondOptions {
	return beside(t, func(path, body string) (int, string) {
		var q struct {
			Item          struct{ Value string }
			InspectConfig struct{ InfoTypes []struct{ Name string } }
		}
		_ = json.Unmarshal([]byte(body), &q)
		if path != "/v2/"+parent+"/content:inspect" || len(body) > 512<<10 {
			t.Errorf("asked %s with %d bytes", path, len(body))
		}
		var found []string
		for i := range len(q.Item.Value) {
			if q.Item.Value[i] == '@' {
				start := fmt.Sprintf(`"start":"%d",`, i)
				if i == 0 {
					start = ""
				}
				found = append(found, fmt.Sprintf(`{"infoType":{"name":"PERSON_NAME"},"likelihood":"LIKELY","location":{"byteRange":{%s"end":"%d"}}}`, start, i+1))
			}
		}
		truncated := len(found) > most
		return 200, fmt.Sprintf(`{"result":{"findings":[%s],"findingsTruncated":%t}}`, strings.Join(found[:min(most, len(found))], ","), truncated)
	})
}

func TestDLP(t *testing.T) {
	t.Parallel()
	d, err := NewDLP(eyes(t, 3), parent, []string{"PERSON_NAME"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.Find(t.Context(), lease, "@ é \xff @")
	want := []prompt.Finding{{Start: 0, End: 1, Type: "PERSON", Score: 0.8}, {Start: 7, End: 8, Type: "PERSON", Score: 0.8}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	// Longer than one request may be, with more than one answer may hold, cut in the middle of characters.
	long := "@" + strings.Repeat("é", 200_000) + "@" + strings.Repeat("x", 100_000) + "@" + strings.Repeat("ö", 1000) + "@@" + strings.Repeat("y", 5000) + "@"
	if got, err = d.Find(t.Context(), lease, long); err != nil || len(got) != strings.Count(long, "@") {
		t.Errorf("%d findings, %v", len(got), err)
	}
	for _, f := range got {
		if long[f.Start:f.End] != "@" {
			t.Errorf("found %q", long[f.Start:f.End])
		}
	}
	if _, err = d.Find(t.Context(), lease, strings.Repeat("@", 10)); err == nil || !strings.Contains(err.Error(), "a part of its findings only") {
		t.Errorf("truncated findings: %v", err)
	}
}

func TestDLPBoundaries(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]string{
		"a finding outside of the text": `{"result":{"findings":[{"infoType":{"name":"X"},"location":{"byteRange":{"start":"2","end":"9"}}}]}}`,
		"no result":                     `{}`,
	} {
		d, err := NewDLP(beside(t, func(string, string) (int, string) { return 200, reply }), parent, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = d.Find(t.Context(), lease, "text"); err == nil || !strings.HasSuffix(err.Error(), name) {
			t.Errorf("got %v", err)
		}
	}
	d, err := NewDLP(beside(t, func(string, string) (int, string) {
		return 200, `{"result":{"findings":[{"infoType":{"name":"CREDIT_CARD_NUMBER"},"likelihood":"VERY_LIKELY","location":{"codepointRange":{"start":"1","end":"3"}}}]}}`
	}), parent, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.Find(t.Context(), lease, "éöü")
	if diff := cmp.Diff([]prompt.Finding{{Start: 2, End: 6, Type: "CREDIT_CARD", Score: 0.95}}, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func TestSameLength(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		if out := sameLength(in); len(out) != len(in) || !utf8.ValidString(out) {
			t.Fatalf("%q became %q", in, out)
		}
	})
}

func TestInOrder(t *testing.T) {
	t.Parallel()
	finding := rapid.Custom(func(t *rapid.T) prompt.Finding {
		start := rapid.IntRange(0, 30).Draw(t, "start")
		return prompt.Finding{Start: start, End: start + rapid.IntRange(1, 9).Draw(t, "length"), Type: rapid.SampledFrom([]string{"A", "B"}).Draw(t, "type")}
	})
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOf(finding).Draw(t, "findings")
		var covered, still [64]bool
		for _, f := range in {
			for i := f.Start; i < f.End; i++ {
				covered[i] = true
			}
		}
		end := 0
		for _, f := range inOrder(in) {
			if f.Start < end || f.End <= f.Start {
				t.Fatalf("%v overlaps what is before it", f)
			}
			end = f.End
			for i := f.Start; i < f.End; i++ {
				still[i] = true
			}
		}
		if covered != still {
			t.Fatal("a place was lost")
		}
	})
}
