package googleapi

import "github.com/landbridge/landbridge/internal/sandbox/answer"

// streamGenerateContent cuts the same answer in pieces: several candidates take turns, each one's last piece has its finish
// reason, and the last of all has the counts.
func (a *API) streamGenerateContent(c *vertexCall) ([]any, *problem) {
	req, p := a.parseGenerate(c)
	if p != nil {
		return nil, p
	}
	whole := a.generate(c, req)
	if len(whole.Candidates) == 0 {
		return []any{whole}, nil
	}
	size := a.world.Pace().Piece
	queues := make([][]candidate, len(whole.Candidates))
	for i, said := range whole.Candidates {
		queues[i] = said.pieces(size)
	}
	chunk := whole
	chunk.Usage = usage{Traffic: whole.Usage.Traffic}
	var out []any
	for left := true; left; {
		left = false
		for i := range queues {
			if len(queues[i]) == 0 {
				continue
			}
			chunk.Candidates = queues[i][:1:1]
			queues[i] = queues[i][1:]
			left = true
			out = append(out, chunk)
		}
	}
	last := out[len(out)-1].(generateResponse)
	last.Usage = whole.Usage
	out[len(out)-1] = last
	return out, nil
}

// pieces are a candidate's parts one by one, texts in pieces of so many characters. A signature comes with a part's end.
func (c candidate) pieces(size int) []candidate {
	piece := func(p part) candidate {
		return candidate{Index: c.Index, Content: &content{Role: "model", Parts: []part{p}}}
	}
	var out []candidate
	for _, p := range c.Content.Parts {
		texts := answer.Pieces(p.Text, size)
		for i, text := range texts {
			one := part{Text: text, Thought: p.Thought}
			if i == len(texts)-1 {
				one.Signature = p.Signature
			}
			out = append(out, piece(one))
		}
		if len(texts) == 0 {
			out = append(out, piece(p))
		}
	}
	if len(out) == 0 {
		out = []candidate{{Index: c.Index, Content: c.Content}}
	}
	last := &out[len(out)-1]
	last.FinishReason, last.Ratings = c.FinishReason, c.Ratings
	return out
}
