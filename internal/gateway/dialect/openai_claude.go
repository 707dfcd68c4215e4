package dialect

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/landbridge/landbridge/internal/prompt"
)

// claudeMaxTokens is asked for when the caller has set no limit: Claude wants one, OpenAI does not.
const claudeMaxTokens = 8192

// openaiClaude maps a chat to rawPredict of a Claude model.
func openaiClaude(c *chat, t prompt.Target, o Options) (Request, error) {
	if err := c.refuseClaude(); err != nil {
		return Request{}, err
	}
	ask := claudeAsk{
		Version: anthropicVersion, Stream: c.Stream, StopSequences: c.Stop,
		Temperature: c.Temperature, TopP: c.TopP, TopK: c.TopK,
	}
	if c.Temperature != nil && *c.Temperature > 1 { // OpenAI's scale ends at 2, Claude's at 1
		ask.Temperature = new(float64)
		*ask.Temperature = 1
	}
	if c.User != "" {
		ask.Metadata = &claudeMetadata{c.User}
	}
	for i := range c.Messages {
		if err := ask.add(i, &c.Messages[i]); err != nil {
			return Request{}, err
		}
	}
	if err := ask.tools(c); err != nil {
		return Request{}, err
	}
	if err := ask.limits(c, t.Model); err != nil {
		return Request{}, err
	}
	r := Request{Target: t, Body: marshal(&ask), Stream: c.Stream}
	r.Target.Method = "rawPredict"
	if c.Stream {
		r.Target.Method = "streamRawPredict"
	}
	r.Answer = &claudeOpenAI{options: o, model: c.Model, usage: c.StreamOptions.IncludeUsage, legacy: len(c.Functions) > 0}
	return r, nil
}

// refuseClaude names the first field that Claude has no word for and that the answer would be another without.
func (c *chat) refuseClaude() error {
	const instead = "leave it out, or ask a model that has it"
	switch {
	case c.N != nil && *c.N != 1:
		return invalid("n", "Claude gives one answer", instead)
	case c.Logprobs:
		return invalid("logprobs", "Claude does not tell them", instead)
	case c.PresencePenalty != nil && *c.PresencePenalty != 0:
		return invalid("presence_penalty", "Claude has none", instead)
	case c.FrequencyPenalty != nil && *c.FrequencyPenalty != 0:
		return invalid("frequency_penalty", "Claude has none", instead)
	case c.WebSearch != nil:
		return invalid("web_search_options", "web search is not mapped for Claude", "use /v1/messages with its web search tool")
	case c.Google != nil || c.ExtraBody != nil:
		return invalid("google", "these are fields of Gemini's", "leave it out")
	}
	for i, m := range c.Modalities {
		if m != "text" {
			return invalid(index("modalities", i), "Claude answers text alone", instead)
		}
	}
	return c.refuse()
}

// limits maps how long to answer, how much to think, and in which form.
func (a *claudeAsk) limits(c *chat, model string) error {
	if c.Format != nil {
		switch {
		case c.Format.Type == "text":
		case c.Format.Type == "json_schema" && c.Format.Schema != nil && set(c.Format.Schema.Schema):
			a.Output = &outputConfig{Format: &outputFormat{"json_schema", c.Format.Schema.Schema}}
		default:
			return invalid("response_format", "Claude keeps to a schema or to none", "use json_schema with a schema")
		}
	}
	budget, err := a.think(c.ReasoningEffort, model)
	if err != nil {
		return err
	}
	limit := c.MaxTokens
	if c.MaxCompletion != nil {
		limit = c.MaxCompletion
	}
	switch {
	case limit == nil:
		a.MaxTokens = claudeMaxTokens + budget
	case budget > 0 && *limit <= budget:
		return invalid("reasoning_effort", "it lets the model think for "+strconv.Itoa(budget)+" tokens, which max_completion_tokens does not", "ask for more tokens or less effort")
	default:
		a.MaxTokens = *limit
	}
	return nil
}

// think maps reasoning_effort: to a budget of tokens, which it returns, for models before 4.6, and to an effort for
// those since, which take no budget.
func (a *claudeAsk) think(effort, model string) (budget int, err error) {
	adaptive := adaptive(model)
	switch effort {
	case "":
		return 0, nil
	case "none":
		if adaptive {
			a.Thinking = &claudeThinking{Type: "disabled"}
		}
		return 0, nil
	case "minimal", "low":
		effort, budget = "low", 1024
	case "medium":
		budget = 8192
	case "high", "xhigh", "max":
		budget = 24576
	default:
		return 0, invalid("reasoning_effort", "this effort is not known here", "use none, minimal, low, medium or high")
	}
	if !adaptive && a.forgot() {
		return 0, nil
	}
	if !adaptive {
		a.Thinking = &claudeThinking{"enabled", budget}
		return budget, nil
	}
	a.Thinking = &claudeThinking{Type: "adaptive"}
	if a.Output == nil {
		a.Output = new(outputConfig)
	}
	a.Output.Effort = effort
	return 0, nil
}

// forgot says whether the last turn of calls came back without its thoughts. Claude would refuse to go on thinking; it
// goes on without.
func (a *claudeAsk) forgot() bool {
	for i := len(a.Messages) - 1; i >= 0; i-- {
		m := a.Messages[i]
		if m.Role != "assistant" {
			continue
		}
		last := m.Content[len(m.Content)-1]
		return last.Type == "tool_use" && m.Content[0].Type != "thinking" && m.Content[0].Type != "redacted_thinking"
	}
	return false
}

// adaptive says whether a model decides itself how much to think: those from 4.6 on. Names are claude-FAMILY-MAJOR-MINOR
// or, before 4, claude-MAJOR-MINOR-FAMILY; a date may follow.
func adaptive(model string) bool {
	name, _, _ := strings.Cut(model, "@")
	var version []int
	for word := range strings.SplitSeq(name, "-") {
		if n, err := strconv.Atoi(word); err == nil && n < 100 {
			version = append(version, n)
		}
	}
	switch {
	case len(version) == 0:
		return true // a name without a number is of a family to come
	case version[0] != 4:
		return version[0] > 4
	default:
		return len(version) > 1 && version[1] >= 6
	}
}

// tools maps tools and their choice.
func (a *claudeAsk) tools(c *chat) error {
	list, choice, err := c.functions()
	if err != nil || len(list) == 0 {
		return err
	}
	for _, f := range list {
		schema := f.Parameters
		if !set(schema) {
			schema = jsontext.Value(`{"type":"object"}`)
		}
		a.Tools = append(a.Tools, claudeTool{f.Name, f.Description, schema, f.Strict})
	}
	alone := c.ParallelCalls != nil && !*c.ParallelCalls || len(c.Functions) > 0
	mode, err := callingMode(choice.Mode, false)
	switch {
	case err != nil:
		return err
	case choice.Named != "":
		a.ToolChoice = &claudeToolChoice{"tool", choice.Named, alone}
	case mode == "ANY":
		a.ToolChoice = &claudeToolChoice{"any", "", alone}
	case mode == "NONE":
		a.ToolChoice = &claudeToolChoice{Type: "none"}
	case alone:
		a.ToolChoice = &claudeToolChoice{"auto", "", true}
	}
	return nil
}
