package dialect

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// config maps what steers generation.
func (c *chat) config(g *generationConfig, model string) error {
	g.Temperature, g.TopP, g.TopK = c.Temperature, c.TopP, c.TopK
	g.PresencePenalty, g.FrequencyPenalty = c.PresencePenalty, c.FrequencyPenalty
	g.CandidateCount, g.StopSequences = c.N, c.Stop
	g.ResponseLogprobs, g.Logprobs = c.Logprobs, c.TopLogprobs
	g.MaxOutputTokens = c.MaxTokens
	if c.MaxCompletion != nil {
		g.MaxOutputTokens = c.MaxCompletion
	}
	if c.Seed != nil {
		seed := int32(*c.Seed) // Gemini's has 32 bits: the same seed still gives the same answer
		g.Seed = &seed
	}
	if err := c.modalities(g); err != nil {
		return err
	}
	if err := c.format(g); err != nil {
		return err
	}
	return c.thinking(g, model)
}

// modalities maps the kinds of answer that are wanted: text alone is Gemini's own default.
func (c *chat) modalities(g *generationConfig) error {
	for i, m := range c.Modalities {
		switch m {
		case "text", "image":
			g.ResponseModalities = append(g.ResponseModalities, strings.ToUpper(m))
		default:
			return invalid(index("modalities", i), "only text and image can be answered here", "")
		}
	}
	if len(g.ResponseModalities) == 1 && g.ResponseModalities[0] == "TEXT" {
		g.ResponseModalities = nil
	}
	return nil
}

// format maps response_format. A schema crosses byte for byte.
func (c *chat) format(g *generationConfig) error {
	if c.Format == nil {
		return nil
	}
	switch c.Format.Type {
	case "text":
	case "json_object":
		g.ResponseMimeType = "application/json"
	case "json_schema":
		if c.Format.Schema == nil || !set(c.Format.Schema.Schema) {
			return invalid("response_format.json_schema.schema", "the schema is missing", "")
		}
		g.ResponseMimeType, g.ResponseJSONSchema = "application/json", c.Format.Schema.Schema
	default:
		return invalid("response_format.type", "this type is not known here", "use text, json_object or json_schema")
	}
	return nil
}

// thinking maps reasoning_effort, beside what google.thinking_config says itself. Both may not say how much.
func (c *chat) thinking(g *generationConfig, model string) error {
	g.ThinkingConfig = c.extra().ThinkingConfig
	if c.ReasoningEffort == "" {
		return nil
	}
	amount, ok := effort(c.ReasoningEffort, model)
	if !ok {
		return invalid("reasoning_effort", "this effort is not known here", "use none, minimal, low, medium or high")
	}
	if !set(g.ThinkingConfig) {
		g.ThinkingConfig = append(append(appendJSON(jsontext.Value{'{'}, amount.name), ':'), append(amount.value, '}')...)
		return nil
	}
	twice := false
	if err := members(g.ThinkingConfig, func(name string, _ jsontext.Value) {
		switch name {
		case "thinking_budget", "thinkingBudget", "thinking_level", "thinkingLevel":
			twice = true
		}
	}); err != nil {
		return invalid("google.thinking_config", "this is no object", "")
	}
	if twice {
		return invalid("reasoning_effort", "google.thinking_config says how much to think, too", "keep one of them")
	}
	both, err := edit(g.ThinkingConfig, nil, []member{amount})
	g.ThinkingConfig = both
	return err
}

// effort is what Google's own OpenAI form makes of reasoning_effort: a budget of tokens for models before Gemini 3, a
// level for those since. Where a model cannot do without thinking, none is the least that it has.
func effort(word, model string) (member, bool) {
	levels := strings.HasPrefix(model, "gemini-") && !strings.HasPrefix(model, "gemini-1") && !strings.HasPrefix(model, "gemini-2")
	pro := strings.Contains(model, "-pro")
	var budget, level string
	switch word {
	case "none":
		budget, level = "0", "MINIMAL"
		if pro {
			budget = "128"
		}
	case "minimal":
		budget, level = "1024", "MINIMAL"
	case "low":
		budget, level = "1024", "LOW"
	case "medium":
		budget, level = "8192", "MEDIUM"
	case "high", "xhigh", "max":
		budget, level = "24576", "HIGH"
	default:
		return member{}, false
	}
	if level == "MINIMAL" && pro {
		level = "LOW"
	}
	if levels {
		return member{"thinkingLevel", jsontext.Value(`"` + level + `"`)}, true
	}
	return member{"thinkingBudget", jsontext.Value(budget)}, true
}
