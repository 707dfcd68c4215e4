package dialect

import (
	"encoding/base64"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/landbridge/landbridge/internal/prompt"
)

// anthropicGemini maps Anthropic Messages to generateContent.
func anthropicGemini(body []byte, t prompt.Target, o Options) (Request, error) {
	ask := new(messagesAsk)
	g, err := ask.gemini(body, t.Model)
	if err != nil {
		return Request{}, err
	}
	answer := &geminiAnthropic{options: o, model: ask.Model, oneCall: ask.ToolChoice != nil && ask.ToolChoice.DisableParallel}
	t.Method = "generateContent"
	r := Request{Target: t, Body: g.append(make([]byte, 0, len(body)+128)), Stream: ask.Stream, Answer: answer}
	if ask.Stream {
		r.Target.Method, r.Query = "streamGenerateContent", "alt=sse"
	}
	return r, nil
}

// anthropicCount maps Anthropic's count_tokens to Gemini's countTokens.
func anthropicCount(body []byte, t prompt.Target) (Request, error) {
	g, err := new(messagesAsk).gemini(body, t.Model)
	if err != nil {
		return Request{}, err
	}
	t.Method = "countTokens"
	return Request{Target: t, Answer: geminiCounted{noAnswerStream{Anthropic}}, Body: marshal(struct {
		Contents []content        `json:"contents"`
		System   *content         `json:"systemInstruction,omitzero"`
		Tools    []tool           `json:"tools,omitzero"`
		Config   generationConfig `json:"generationConfig,omitzero"`
	}{g.Contents, g.System, g.Tools, g.Config})}, nil
}

// gemini reads a request and maps it.
func (a *messagesAsk) gemini(body []byte, model string) (*generate, error) {
	if err := read(body, a); err != nil {
		return nil, err
	}
	if name := firstName(a.Unknown); name != "" {
		return nil, invalid(shown(name), "Gemini has nothing for this field", "leave it out, or ask a Claude model")
	}
	t := turns{model: model}
	for i := range a.Messages {
		if err := t.message(index("messages", i), &a.Messages[i]); err != nil {
			return nil, err
		}
	}
	if len(t.contents) == 0 {
		return nil, invalid("messages", "there are none", "add a message with role user")
	}
	g := &generate{Contents: t.contents, settings: settings{Labels: labels(a.Metadata.UserID, nil)}}
	for i := range a.System {
		p, err := geminiPart(index("system", i), &a.System[i])
		if err != nil {
			return nil, err
		}
		if g.System == nil {
			g.System = new(content)
		}
		g.System.Parts = append(g.System.Parts, p)
	}
	if err := a.tools(g); err != nil {
		return nil, err
	}
	return g, a.config(&g.Config, model)
}

// message takes one message; a result of a tool stands in a turn of its own.
func (t *turns) message(at string, m *askMessage) error {
	role := m.Role
	switch role {
	case "user":
	case "assistant":
		role, t.calls = "model", t.calls[:0]
	default:
		return invalid(at+".role", "this role is not known here", "use user or assistant")
	}
	var parts []part
	bare := -1 // the first call, while none is signed
	for i := range m.Content {
		b, at := &m.Content[i], at+"."+index("content", i)
		switch b.Type {
		case "thinking", "redacted_thinking": // Gemini does not take its own thoughts back
		case "tool_use":
			t.call(b.ID, b.Name)
			_, signature := callID(b.ID)
			if signature == "" && bare == -1 {
				bare = len(parts)
			} else if signature != "" {
				bare = -2
			}
			parts = append(parts, part{FunctionCall: &functionCall{Name: b.Name, Args: b.Input}, ThoughtSignature: signature})
		case "tool_result":
			if err := t.toolResult(at, b); err != nil {
				return err
			}
		default:
			p, err := geminiPart(at, b)
			if err != nil {
				return err
			}
			parts = append(parts, p)
		}
	}
	if bare >= 0 {
		t.sign(&parts[bare])
	}
	if len(parts) > 0 {
		t.push(role, parts)
	}
	return nil
}

func (t *turns) toolResult(at string, b *askBlock) error {
	name, place, ok := t.called(b.ToolUseID)
	if !ok {
		return invalid(at+".tool_use_id", "no earlier message has a tool_use with this id", "")
	}
	var parts []part
	for i := range b.Content {
		p, err := geminiPart(at+"."+index("content", i), &b.Content[i])
		if err != nil {
			return err
		}
		parts = append(parts, p)
	}
	text, others := split(parts)
	kind := "output"
	if b.IsError {
		kind = "error"
	}
	t.answer(functionResponse{Name: name, Response: response(kind, text), Parts: others}, place)
	return nil
}

// geminiPart maps a block that is no call, result or thought.
func geminiPart(at string, b *askBlock) (part, error) {
	switch {
	case b.Type == "text":
		return part{Text: &b.Text}, nil
	case b.Type != "image" && b.Type != "document":
		return part{}, invalid(at+".type", "Gemini has nothing for this block", "use text, image, document, tool_use or tool_result")
	}
	switch s := &b.Source; s.Type {
	case "base64":
		return part{InlineData: &blob{s.MediaType, s.Data}}, nil
	case "text":
		return part{InlineData: &blob{"text/plain", base64.StdEncoding.EncodeToString([]byte(s.Data))}}, nil
	case "url":
		p, err := media(at+".source.url", s.URL)
		if err != nil && b.Type == "document" {
			return part{FileData: &file{"application/pdf", s.URL}}, nil // Anthropic's only kind of document by URL
		}
		return p, err
	default:
		return part{}, invalid(at+".source.type", "Gemini has nothing for this source", "use base64, text or url")
	}
}

func (a *messagesAsk) tools(g *generate) error {
	var list []declaration
	strict, named := false, ""
	if c := a.ToolChoice; c != nil && c.Type == "tool" {
		named = c.Name
	}
	for i, t := range a.Tools {
		if t.Type != "" && t.Type != "custom" {
			return invalid(index("tools", i)+".type", "this tool runs at Anthropic only", "describe it by a schema, or ask a Claude model")
		}
		if named == "" || named == t.Name {
			list = append(list, declaration{t.Name, t.Description, t.Schema})
			strict = strict || t.Strict
		}
	}
	if named != "" && len(list) == 0 {
		return invalid("tool_choice.name", "it names a tool that is not among the tools", "")
	}
	if len(list) == 0 {
		return nil
	}
	g.Tools = []tool{{Functions: list}}
	choice := ""
	if a.ToolChoice != nil {
		choice = a.ToolChoice.Type
	}
	switch choice {
	case "any", "tool":
		choice = "required"
	case "", "auto", "none":
	default:
		return invalid("tool_choice.type", "this choice is not known here", "use auto, any, tool or none")
	}
	mode, err := callingMode(choice, strict)
	if mode != "" {
		g.ToolConfig = &toolConfig{functionCalling{Mode: mode}}
	}
	return err
}

// config maps what steers generation. Claude's budget of thoughts is Gemini's, and its effort Gemini's level.
func (a *messagesAsk) config(g *generationConfig, model string) error {
	g.Temperature, g.TopP, g.TopK, g.MaxOutputTokens, g.StopSequences = a.Temperature, a.TopP, a.TopK, a.MaxTokens, a.StopSequences
	if f := a.Output.Format; f != nil {
		if f.Type != "json_schema" || !set(f.Schema) {
			return invalid("output_config.format", "it is no json_schema", "")
		}
		g.ResponseMimeType, g.ResponseJSONSchema = "application/json", f.Schema
	}
	thinking := []member{}
	if a.Output.Effort != "" {
		amount, ok := effort(a.Output.Effort, model)
		if !ok {
			return invalid("output_config.effort", "this effort is not known here", "use low, medium or high")
		}
		thinking = append(thinking, amount)
	}
	if t := a.Thinking; t != nil {
		switch {
		case t.Type == "disabled":
			amount, _ := effort("none", model)
			thinking = []member{amount}
		case t.Type == "enabled" && t.Budget > 0:
			thinking = []member{{"thinkingBudget", jsontext.Value(strconv.Itoa(t.Budget))}, {"includeThoughts", jsontext.Value("true")}}
		default:
			thinking = append(thinking, member{"includeThoughts", jsontext.Value("true")})
		}
	}
	if len(thinking) == 0 {
		return nil
	}
	var err error
	g.ThinkingConfig, err = edit([]byte("{}"), nil, thinking)
	return err
}
