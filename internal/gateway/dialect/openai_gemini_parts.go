package dialect

import "strings"

// parts maps a message's content.
func (t *turns) parts(at string, m *message) ([]part, error) {
	if m.Content.Text != nil {
		if m.Role == "assistant" {
			return t.untag(m.Content.Text), nil
		}
		return []part{{Text: m.Content.Text}}, nil
	}
	out := make([]part, 0, len(m.Content.Parts)+len(m.ToolCalls))
	for i := range m.Content.Parts {
		p, err := contentOf(at+"."+index("content", i), &m.Content.Parts[i])
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// contentOf maps one part of a message's content.
func contentOf(at string, p *contentPart) (part, error) {
	switch p.Type {
	case "text":
		return part{Text: &p.Text}, nil
	case "refusal":
		return part{Text: &p.Refusal}, nil
	case "image_url":
		return media(at+".image_url.url", p.ImageURL.URL)
	case "video_url":
		return media(at+".video_url.url", p.VideoURL.URL)
	case "input_audio":
		mime := mimeOf("." + p.Audio.Format)
		if !strings.HasPrefix(mime, "audio/") {
			return part{}, invalid(at+".input_audio.format", "this format is not known here", "use wav or mp3")
		}
		return part{InlineData: &blob{mime, p.Audio.Data}}, nil
	case "file":
		return fileOf(at+".file", p)
	default:
		return part{}, invalid(at+".type", "this type is not known here", "use text, image_url, input_audio or file")
	}
}

// fileOf maps a file: its bytes as a data URL, or as base64 with a name that says the MIME type, or where it lies.
func fileOf(at string, p *contentPart) (part, error) {
	f := &p.File
	switch {
	case strings.HasPrefix(f.Data, "data:"):
		return media(at+".file_data", f.Data)
	case f.Data != "":
		mime := mimeOf(f.Name)
		if mime == "" {
			return part{}, invalid(at+".file_data", "neither the data nor filename says the MIME type", "write data:MIME;base64,DATA")
		}
		return part{InlineData: &blob{mime, f.Data}}, nil
	case strings.HasPrefix(f.ID, "gs://") || strings.HasPrefix(f.ID, "https://"):
		return media(at+".file_id", f.ID)
	default:
		return part{}, invalid(at+".file_id", "there is no store of uploaded files here", "send file_data, or a gs:// URL as file_id")
	}
}

// untag gives an assistant's text back in the parts that it came in: with thought_tag_marker its thoughts stood between
// <marker> and </marker>.
func (t *turns) untag(text *string) []part {
	if *text == "" {
		return nil
	}
	if t.tag == "" {
		return []part{{Text: text}}
	}
	open, shut := "<"+t.tag+">", "</"+t.tag+">"
	var out []part
	rest := *text
	for {
		before, after, ok := strings.Cut(rest, open)
		if before != "" {
			out = append(out, part{Text: &before})
		}
		if !ok {
			return out
		}
		thought, after, _ := strings.Cut(after, shut)
		if thought != "" {
			out = append(out, part{Text: &thought, Thought: true})
		}
		rest = after
	}
}
