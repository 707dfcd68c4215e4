package dialect

import (
	"encoding/base64"
	"strings"
)

// add takes one message; its errors name it by its place.
func (a *claudeAsk) add(i int, m *message) error {
	at := index("messages", i)
	blocks, err := claudeBlocks(at, m)
	if err != nil {
		return err
	}
	switch m.Role {
	case "system", "developer":
		a.System = append(a.System, blocks...)
		return nil
	case "user":
		a.say("user", blocks)
		return nil
	case "assistant":
		return a.assistant(at, m, blocks)
	case "tool":
		if m.ToolCallID == "" {
			return invalid(at+".tool_call_id", "the id of the call is missing", "")
		}
		id, _ := callID(m.ToolCallID)
		a.result(block{Type: "tool_result", ToolUseID: id, Content: blocks})
		return nil
	case "function":
		return invalid(at+".role", "Claude matches results to calls by id, which this role has not", "use tool_calls and role tool")
	default:
		return invalid(at+".role", "this role is not known here", "use system, developer, user, assistant or tool")
	}
}

func (a *claudeAsk) say(role string, blocks []block) {
	if len(blocks) > 0 {
		a.Messages = append(a.Messages, claudeMessage{role, blocks})
	}
}

// result puts a result beside those before it: Claude wants all results of a turn in one message.
func (a *claudeAsk) result(b block) {
	if n := len(a.Messages); n > 0 {
		if last := &a.Messages[n-1]; last.Role == "user" && last.Content[0].Type == "tool_result" {
			last.Content = append(last.Content, b)
			return
		}
	}
	a.say("user", []block{b})
}

// assistant is a turn of Claude's: its thoughts, its words, its calls.
func (a *claudeAsk) assistant(at string, m *message, words []block) error {
	var blocks []block
	if m.Extra != nil {
		for _, t := range m.Extra.Anthropic.Thinking {
			if t.Type == "thinking" || t.Type == "redacted_thinking" {
				blocks = append(blocks, block{Type: t.Type, thought: t.thought})
			}
		}
	}
	blocks = append(blocks, words...)
	if m.Refusal != "" {
		blocks = append(blocks, block{Type: "text", Text: m.Refusal})
	}
	if m.FunctionCall != nil {
		return invalid(at+".function_call", "Claude matches results to calls by id, which this call has not", "use tool_calls")
	}
	for i, call := range m.ToolCalls {
		input, err := object(at+"."+index("tool_calls", i)+".function.arguments", call.Function.Arguments)
		if err != nil {
			return err
		}
		id, _ := callID(call.ID) // of an earlier turn, by Gemini
		blocks = append(blocks, block{Type: "tool_use", ID: id, Name: call.Function.Name, Input: input})
	}
	a.say("assistant", blocks)
	return nil
}

// claudeBlocks maps a message's content. Claude takes no empty text.
func claudeBlocks(at string, m *message) ([]block, error) {
	if m.Content.Text != nil {
		if *m.Content.Text == "" {
			return nil, nil
		}
		return []block{{Type: "text", Text: *m.Content.Text}}, nil
	}
	var out []block
	for i := range m.Content.Parts {
		at := at + "." + index("content", i)
		p, err := contentOf(at, &m.Content.Parts[i])
		if err != nil {
			return nil, err
		}
		b, err := claudeBlock(at, p)
		if err != nil {
			return nil, err
		}
		if b.Type != "text" || b.Text != "" {
			out = append(out, b)
		}
	}
	return out, nil
}

// claudeBlock writes a part as Claude does: text, an image, a PDF or a plain text.
func claudeBlock(at string, p part) (block, error) {
	var mime string
	var from mediaSource
	switch {
	case p.Text != nil:
		return block{Type: "text", Text: *p.Text}, nil
	case p.InlineData != nil:
		mime = p.InlineData.MimeType
		from = mediaSource{Type: "base64", MediaType: mime, Data: p.InlineData.Data}
	case strings.HasPrefix(p.FileData.FileURI, "gs://"):
		return block{}, invalid(at, "Claude does not read Cloud Storage", "send a data URL")
	default:
		mime = p.FileData.MimeType
		from = mediaSource{Type: "url", URL: p.FileData.FileURI}
	}
	switch {
	case strings.HasPrefix(mime, "image/"):
		return block{Type: "image", Source: &from}, nil
	case mime == "application/pdf":
		return block{Type: "document", Source: &from}, nil
	case strings.HasPrefix(mime, "text/") && from.Type == "base64":
		text, err := base64.StdEncoding.DecodeString(from.Data)
		if err != nil {
			return block{}, invalid(at, "the data is no base64", "")
		}
		return block{Type: "document", Source: &mediaSource{Type: "text", MediaType: "text/plain", Data: string(text)}}, nil
	default:
		return block{}, invalid(at, "Claude reads images, PDF and plain text only", "")
	}
}
