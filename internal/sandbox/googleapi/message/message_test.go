package message_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi/message"
)

func TestFromJSON(t *testing.T) {
	t.Parallel()
	set := message.Load()
	for _, tc := range []struct{ name, in, want, refusal string }{
		{
			"snake case and a lone value", `{"contents":{"role":"user","parts":{"text":"hi"}},"generation_config":{"max_output_tokens":5}}`,
			`{"contents":[{"parts":[{"text":"hi"}],"role":"user"}],"generationConfig":{"maxOutputTokens":5}}`, "",
		},
		{"enum by number", `{"safetySettings":[{"category":1,"threshold":"OFF"}]}`, `{"safetySettings":[{"category":"HARM_CATEGORY_HATE_SPEECH","threshold":"OFF"}]}`, ""},
		{"null is absent", `{"contents":null}`, `{}`, ""},
		{"empty body", ``, `{}`, ""},
		{"unknown at the root", `{"prompt":"x"}`, "", `Invalid JSON payload received. Unknown name "prompt": Cannot find field.`},
		{"unknown below", `{"generationConfig":{"foo":1}}`, "", `Invalid JSON payload received. Unknown name "foo" at 'generation_config': Cannot find field.`},
		{"unknown in a list", `{"contents":[{"parts":[{"txt":"x"}]}]}`, "", `Invalid JSON payload received. Unknown name "txt" at 'contents[0].parts[0]': Cannot find field.`},
		{"two at once", `{"a":1,"b":2}`, "", "Invalid JSON payload received. Unknown name \"a\": Cannot find field.\nInvalid JSON payload received. Unknown name \"b\": Cannot find field."},
		{"not a number", `{"generationConfig":{"temperature":"hot"}}`, "", `Invalid value at 'generation_config.temperature' (TYPE_FLOAT), "hot"`},
		{"not an enum", `{"safetySettings":[{"category":"RUDE"}]}`, "", `Invalid value at 'safety_settings[0].category' (type.googleapis.com/google.cloud.aiplatform.v1beta1.HarmCategory), "RUDE"`},
		{"not a message", `{"contents":["x"]}`, "", `Invalid value at 'contents[0]' (type.googleapis.com/google.cloud.aiplatform.v1beta1.Content), "x"`},
		{"a list too many", `{"systemInstruction":[{"parts":[]}]}`, "", `Invalid JSON payload received. Unknown name "system_instruction": Proto field is not repeating, cannot start list.`},
		{"not base64", `{"contents":[{"parts":[{"inlineData":{"data":"%%%"}}]}]}`, "", `Invalid value at 'contents[0].parts[0].inline_data.data' (TYPE_BYTES), "%%%"`},
		{"not an object", `[]`, "", `Invalid JSON payload received. Root element must be a message.`},
		{"cut short", `{"contents":`, "", `Invalid JSON payload received. Unexpected end of string.`},
		{"a stray token", `{"contents": oops}`, "", "Invalid JSON payload received. Unexpected token.\n{\"contents\": oops}\n             ^"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := set.FromJSON("GenerateContentRequest", []byte(tc.in))
			text := ""
			if err != nil {
				text = err.Error()
			}
			if diff := cmp.Diff(tc.refusal, text); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.want, string(got)); diff != "" {
				t.Errorf("canonical (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWireAndBack(t *testing.T) {
	t.Parallel()
	set := message.Load()
	in := `{"endpoint":"projects/p/locations/l/endpoints/1","instances":[{"content":"Summarize"}],"labels":{"a":"b"}}`
	wire, err := set.ToWire("PredictRequest", []byte(in))
	if err != nil {
		t.Fatal(err)
	}
	// Field 1 is the endpoint: a tag of 0x0a, its length, its text.
	if want := "\x0a\x22projects/p/locations/l/endpoints/1"; !strings.HasPrefix(string(wire), want) {
		t.Errorf("wire starts with %q, want %q", wire[:10], want)
	}
	back, err := set.FromWire("PredictRequest", wire)
	if err != nil {
		t.Fatal(err)
	}
	canonical, err := set.FromJSON("PredictRequest", back)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(in, string(canonical)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEnumsAsNumbers(t *testing.T) {
	t.Parallel()
	out, err := message.Load().EnumsAsNumbers("GenerateContentResponse", []byte(`{"candidates":[{"finishReason":"STOP"}],"notInTheMessage":1}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.ReplaceAll(string(out), " ", ""); got != `{"candidates":[{"finishReason":1}]}` {
		t.Errorf("got %s", got)
	}
}
