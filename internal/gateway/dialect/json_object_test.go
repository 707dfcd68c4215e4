package dialect

import (
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"
)

// What is written member by member is what the types' tags say.
func TestAppendIsMarshal(t *testing.T) {
	t.Parallel()
	text := rapid.Custom(func(t *rapid.T) string {
		return rapid.SampledFrom([]string{"", "x", "a \"b\"\n<&>\u2028", "\xff", "Æ"}).Draw(t, "text")
	})
	maybe := rapid.Ptr(text, true)
	number := rapid.IntRange(-1, 3)
	yes := rapid.Bool()
	signed := rapid.Ptr(rapid.Custom(func(t *rapid.T) extraContent {
		return extraContent{Google: googleContent{ThoughtSignature: text.Draw(t, "signature")}}
	}), true)
	parts := rapid.Custom(func(t *rapid.T) part {
		p := part{Text: maybe.Draw(t, "text"), Thought: yes.Draw(t, "thought"), ThoughtSignature: text.Draw(t, "signature")}
		if yes.Draw(t, "media") {
			p.InlineData = &blob{text.Draw(t, "mime"), text.Draw(t, "data")}
		}
		if yes.Draw(t, "call") {
			p.FunctionCall = &functionCall{Name: text.Draw(t, "name"), Args: jsontext.Value(`{"a":1}`)}
		}
		return p
	})
	contents := rapid.Custom(func(t *rapid.T) content {
		return content{Role: text.Draw(t, "role"), Parts: rapid.SliceOfN(parts, 0, 3).Draw(t, "parts")}
	})
	says := rapid.Custom(func(t *rapid.T) said {
		s := said{Reasoning: text.Draw(t, "reasoning"), Extra: signed.Draw(t, "extra")}
		if yes.Draw(t, "calls") {
			s.FunctionCall = &calledOf{Name: text.Draw(t, "name")}
			s.ToolCalls = []toolCall{{ID: text.Draw(t, "id"), Function: *s.FunctionCall}}
			s.Images, s.Annotations = []imagePart{{}}, []annotation{{}}
		}
		return s
	})
	choices := rapid.Custom(func(t *rapid.T) choice {
		c := choice{Index: number.Draw(t, "index"), Finish: maybe.Draw(t, "finish"), Extra: signed.Draw(t, "extra")}
		switch number.Draw(t, "of") {
		case 0:
			c.Message = &reply{Role: text.Draw(t, "role"), Content: maybe.Draw(t, "content"), Refusal: maybe.Draw(t, "refusal"), said: says.Draw(t, "said")}
		case 1:
			c.Delta = &delta{Role: text.Draw(t, "role"), Content: maybe.Draw(t, "content"), Refusal: maybe.Draw(t, "refusal"), said: says.Draw(t, "said")}
		case 2:
			c.Logprobs = &logprobs{Content: []chosenToken{}}
		}
		return c
	})
	rapid.Check(t, func(t *rapid.T) {
		g := generate{Contents: rapid.SliceOfN(contents, 0, 3).Draw(t, "contents")}
		if yes.Draw(t, "system") {
			g.System = &content{Parts: []part{parts.Draw(t, "part")}}
		}
		if yes.Draw(t, "settings") {
			g.CachedContent, g.Config.StopSequences = text.Draw(t, "cached"), []string{text.Draw(t, "stop")}
		}
		asTagged(t, &g, g.append)
		u := usage{Prompt: number.Draw(t, "prompt"), PromptDetails: promptDetails{Image: number.Draw(t, "image")}, CompletionDetails: completionDetails{Text: number.Draw(t, "text")}}
		asTagged(t, &u, u.append)
		c := completion{ID: text.Draw(t, "id"), Created: 7, Fingerprint: text.Draw(t, "version"), Choices: rapid.SliceOfN(choices, 0, 2).Draw(t, "choices")}
		if yes.Draw(t, "counted") {
			c.Usage = u.append(nil)
		}
		asTagged(t, &c, c.append)
	})
}

func asTagged(t *rapid.T, v any, write func([]byte) []byte) {
	if got, want := string(write([]byte("data: "))), "data: "+string(marshal(v)); got != want {
		t.Fatalf("got %s\nwant %s", got, want)
	}
}
