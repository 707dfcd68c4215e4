package gateway

import (
	"context"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
	"github.com/landbridge/landbridge/internal/splice"
)

// between parts the texts that are sent to a finder together: one call, not one a text.
const between = "\n\n"

// secondOpinion asks the finder about all texts of a body, and returns what it found by text; nil where nobody is asked.
func (c *call) secondOpinion(ctx context.Context, e *edits, body []byte) ([][]prompt.Finding, error) {
	g := c.guard
	if g.Finder == nil || g.Masker == nil {
		return nil, nil
	}
	all := &collector{edits: edits{trail: trail{root: e.root}, plain: e.plain}}
	if err := splice.Walk(body, all); err != nil || len(all.ends) == 0 {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, orElse(g.FinderTimeout, opinionTimeout))
	defer cancel()
	found, err := g.Finder.Find(ctx, c.lease, all.text.String())
	if err != nil && !g.FinderOpen {
		return nil, noOpinion("finder_down", "personal data could not be looked for", err)
	}
	return all.sort(found), nil
}

// collector joins the texts of a body in the order in which edits reads them.
type collector struct {
	edits
	text strings.Builder
	ends []int
}

// Text implements splice.Reader.
func (l *collector) Text(at *splice.Path, raw []byte) error {
	text, _, ok, err := textIn(at, l.is, string(raw), l.plain)
	if err == nil && ok {
		l.text.WriteString(text)
		l.ends = append(l.ends, l.text.Len())
		l.text.WriteString(between)
	}
	return err
}

// Raw implements splice.Reader.
func (*collector) Raw(*splice.Path, []byte) error { return nil }

// sort gives each text its findings, which are in order; one that crosses two texts is cut to the first.
func (l *collector) sort(found []prompt.Finding) [][]prompt.Finding {
	out := make([][]prompt.Finding, len(l.ends))
	begin, i := 0, 0
	for n, end := range l.ends {
		for ; i < len(found) && found[i].Start < end; i++ {
			if f := found[i]; f.Start >= begin {
				f.Start, f.End = f.Start-begin, min(f.End, end)-begin
				out[n] = append(out[n], f)
			}
		}
		begin = end + len(between)
	}
	return out
}

func noOpinion(code, text string, cause error) error {
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopDoor, Code: code, Text: text + ": the second opinion that the guard profile asks for is not there",
		Hint: "ask again; the operator can let calls pass with when_down", Retry: true, Cause: cause,
	}
}
