package dialect

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// geminiOpenAI answers a chat that a Gemini model was asked.
type geminiOpenAI struct {
	options Options
	model   string // as the caller named it
	tag     string // thought_tag_marker: thoughts stand in the content, between tags
	usage   bool   // the stream ends with one more event that holds the usage
	oneCall bool   // parallel_tool_calls was false: the first call of a turn is all
	legacy  bool   // functions, not tools: the call is function_call
}

// Whole implements Answerer.
func (a *geminiOpenAI) Whole(body []byte, _ ...[]byte) ([]byte, error) {
	g, err := readGenerated(body)
	if err != nil {
		return nil, err
	}
	out := a.head(g, "chat.completion")
	for i := range g.Candidates {
		out.Choices = append(out.Choices, a.choice(&g.Candidates[i]))
	}
	if len(out.Choices) == 0 {
		out.Choices = append(out.Choices, blocked(g))
	}
	out.Usage = openaiUsage(g.Usage)
	return out.append(make([]byte, 0, len(body)+256)), nil
}

// head is what all events of an answer have in common.
func (a *geminiOpenAI) head(g *generated, object string) *completion {
	id := g.ResponseID
	if id == "" {
		id = a.options.ID()
	}
	created := a.options.Clock()
	if t, err := time.Parse(time.RFC3339Nano, g.CreateTime); err == nil {
		created = t
	}
	return &completion{ID: "chatcmpl-" + id, Object: object, Created: created.Unix(), Model: a.model, Fingerprint: g.ModelVersion, Choices: []choice{}}
}

// choice is one candidate, whole.
func (a *geminiOpenAI) choice(c *candidate) choice {
	w := writer{answer: a}
	d := w.parts(c)
	w.close(&d)
	for i := range d.ToolCalls {
		d.ToolCalls[i].Index = nil
	}
	m := &reply{Role: "assistant", Content: d.Content, said: d.said}
	m.Annotations = annotations(c, &w.said)
	if m.Content == nil && len(m.ToolCalls) == 0 && m.FunctionCall == nil {
		m.Content = new(string)
	}
	out := choice{Index: c.Index, Message: m, Logprobs: logprobsOf(c.Logprobs), Extra: finishExtra(c)}
	out.Finish = w.finish(c.FinishReason)
	if *out.Finish == "content_filter" && *orEmpty(m.Content) == "" {
		text := refusalText(c.FinishReason, c.FinishMessage)
		m.Content, m.Refusal = nil, &text
	}
	return out
}

// blocked is the choice of an answer that has no candidate: the prompt was blocked, or the model had nothing to say.
func blocked(g *generated) choice {
	finish := "stop"
	m := &reply{Role: "assistant"}
	if g.Feedback == nil || g.Feedback.BlockReason == "" {
		m.Content = new(string)
		return choice{Message: m, Finish: &finish}
	}
	finish = "content_filter"
	text := "The prompt was blocked by Vertex AI: " + g.Feedback.BlockReason + "."
	if g.Feedback.Message != "" {
		text = g.Feedback.Message
	}
	m.Refusal = &text
	return choice{Message: m, Finish: &finish, Extra: &extraContent{Google: googleContent{FinishReason: g.Feedback.BlockReason}}}
}

// finishExtra carries Gemini's finish reason where OpenAI's word says less.
func finishExtra(c *candidate) *extraContent {
	if plain(c.FinishReason) {
		return nil
	}
	return &extraContent{Google: googleContent{FinishReason: c.FinishReason, FinishMessage: c.FinishMessage}}
}

func orEmpty(s *string) *string {
	if s == nil {
		return new(string)
	}
	return s
}

// openaiUsage counts as OpenAI does: thoughts are output, and what tools brought in is input.
func openaiUsage(u *geminiUsage) jsontext.Value {
	if u == nil {
		u = &geminiUsage{}
	}
	out := usage{Prompt: u.Prompt + u.ToolUse, Completion: u.output(), Total: u.Total}
	if out.Total == 0 {
		out.Total = out.Prompt + out.Completion
	}
	out.PromptDetails.Cached = u.Cached
	for _, d := range u.PromptDetails {
		switch d.Modality {
		case "AUDIO":
			out.PromptDetails.Audio += d.Tokens
		case "IMAGE":
			out.PromptDetails.Image += d.Tokens
		case "TEXT":
			out.PromptDetails.Text += d.Tokens
		}
	}
	out.CompletionDetails.Reasoning = u.Thoughts
	for _, d := range u.CandidateDetails {
		switch d.Modality {
		case "AUDIO":
			out.CompletionDetails.Audio += d.Tokens
		case "IMAGE":
			out.CompletionDetails.Image += d.Tokens
		case "TEXT":
			out.CompletionDetails.Text += d.Tokens
		}
	}
	return out.append(make([]byte, 0, 256))
}

// logprobsOf maps the chosen tokens, each with its rivals.
func logprobsOf(r *logprobsResult) *logprobs {
	if r == nil {
		return nil
	}
	out := &logprobs{Content: make([]chosenToken, 0, len(r.Chosen))}
	for i, chosen := range r.Chosen {
		t := chosenToken{tokenOf(chosen), []candidateToken{}}
		if i < len(r.Top) {
			for _, rival := range r.Top[i].Candidates {
				t.Top = append(t.Top, tokenOf(rival))
			}
		}
		out.Content = append(out.Content, t)
	}
	return out
}

func tokenOf(t tokenLogprob) candidateToken {
	b := make([]int, len(t.Token))
	for i := range b {
		b[i] = int(t.Token[i])
	}
	return candidateToken{t.Token, number(t.Logprob), b}
}
