package dialect

import "strings"

// writer turns the parts of one candidate into what its message grows by, over one answer or many events.
type writer struct {
	answer   *geminiOpenAI
	said     places // by the candidate so far
	calls    int
	images   int
	thinking bool // a tag is open
}

// parts maps the parts of one candidate.
func (w *writer) parts(c *candidate) delta {
	var d delta
	var text strings.Builder
	for i := range c.Content.Parts {
		p := &c.Content.Parts[i]
		switch {
		case p.FunctionCall != nil:
			w.call(&d, p)
			continue
		case p.InlineData != nil:
			w.image(&d, "data:"+p.InlineData.MimeType+";base64,"+p.InlineData.Data)
		case p.FileData != nil:
			w.image(&d, p.FileData.FileURI)
		case p.Thought:
			w.thought(&d, &text, *orEmpty(p.Text))
		default:
			w.say(&text, textOf(p))
		}
		if p.ThoughtSignature != "" {
			d.Extra = &extraContent{Google: googleContent{ThoughtSignature: p.ThoughtSignature}}
		}
	}
	if text.Len() > 0 {
		s := text.String()
		d.Content = &s
	}
	return d
}

// textOf is a part as text: what the model has run, and what came of it, is Markdown.
func textOf(p *part) string {
	switch {
	case p.ExecutableCode != nil:
		return "\n```" + strings.ToLower(p.ExecutableCode.Language) + "\n" + p.ExecutableCode.Code + "\n```\n"
	case p.CodeResult != nil:
		return "\n```output\n" + p.CodeResult.Output + "\n```\n"
	default:
		return *orEmpty(p.Text)
	}
}

func (w *writer) say(text *strings.Builder, s string) {
	if s == "" {
		return
	}
	if w.thinking {
		w.thinking = false
		text.WriteString("</" + w.answer.tag + ">")
	}
	text.WriteString(s)
	w.said.add(s)
}

// thought goes into reasoning_content, or between tags into the content where the caller has named one.
func (w *writer) thought(d *delta, text *strings.Builder, s string) {
	switch {
	case w.answer.tag == "":
		d.Reasoning += s
	case s != "":
		if !w.thinking {
			w.thinking = true
			text.WriteString("<" + w.answer.tag + ">")
		}
		text.WriteString(s)
	}
}

// close ends a tag that is still open when the candidate ends.
func (w *writer) close(d *delta) {
	if w.thinking {
		w.thinking = false
		s := *orEmpty(d.Content) + "</" + w.answer.tag + ">"
		d.Content = &s
	}
}

func (w *writer) call(d *delta, p *part) {
	if w.answer.oneCall && w.calls > 0 {
		return
	}
	args := string(p.FunctionCall.Args)
	if args == "" || args == "null" {
		args = "{}"
	}
	called := calledOf{p.FunctionCall.Name, args}
	i := w.calls
	w.calls++
	if w.answer.legacy {
		if i == 0 {
			d.FunctionCall = &called
		}
		return
	}
	id := p.FunctionCall.ID
	if id == "" {
		id = "call_" + w.answer.options.ID()
	}
	t := toolCall{Index: &i, ID: withSignature(id, p.ThoughtSignature), Type: "function", Function: called}
	if p.ThoughtSignature != "" {
		t.Extra = &extraContent{Google: googleContent{ThoughtSignature: p.ThoughtSignature}}
	}
	d.ToolCalls = append(d.ToolCalls, t)
}

func (w *writer) image(d *delta, url string) {
	d.Images = append(d.Images, imagePart{w.images, "image_url", imageURL{url}})
	w.images++
}

// finish is the reason in OpenAI's words.
func (w *writer) finish(gemini string) *string {
	f := finishReason(gemini, w.calls > 0)
	if f == "tool_calls" && w.answer.legacy {
		f = "function_call"
	}
	return &f
}

// annotations maps citations and the sources that an answer is grounded on, each with its place in the text.
func annotations(c *candidate, said *places) []annotation {
	var out []annotation
	cite := func(start, end int, s source) {
		if s.URI != "" {
			out = append(out, annotation{"url_citation", urlCitation{said.characters(start), said.characters(end), s.Title, s.URI}})
		}
	}
	for _, x := range c.Citations.Citations {
		cite(x.Start, x.End, source{x.URI, x.Title})
	}
	if c.Grounding == nil {
		return out
	}
	for _, s := range c.Grounding.Supports {
		for _, i := range s.Chunks {
			if i < 0 || i >= len(c.Grounding.Chunks) {
				continue
			}
			chunk := c.Grounding.Chunks[i]
			for _, from := range []source{chunk.Web, chunk.Retrieved, chunk.Maps} {
				cite(s.Segment.Start, s.Segment.End, from)
			}
		}
	}
	return out
}
