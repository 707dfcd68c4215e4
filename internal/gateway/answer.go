package gateway

import (
	"context"
	"slices"

	"github.com/landbridge/landbridge/internal/inspect"
)

// inspectAnswer sets up what the texts of the answer pass before the caller has them, all of it on masked text.
func (c *call) inspectAnswer(ctx context.Context) {
	g, t := c.guard, &c.texts
	t.canary, t.holdBack, t.note, t.links = c.canary, g.holdBack(), c.note, Off
	if g.Links != "" && c.generates() {
		t.links, t.linkHosts = g.Links, g.LinkHosts
	}
	c.keepSaid()
	harm := g.Toxicity != "" && g.Toxicity != Off && c.decision.Target.Publisher != "google" && c.generates()
	screen := g.Screener != nil && g.ScreenAnswers && c.generates()
	if !harm && !screen {
		return
	}
	t.gates = func() (out []*gate) {
		if harm {
			out = append(out, &gate{size: g.holdBack(), check: c.harmless})
		}
		if screen {
			out = append(out, &gate{size: screenSize, check: func(text string) error { return c.screenAnswer(ctx, text) }})
		}
		return out
	}
}

// screenSize is how much of an answer is screened at once: each call takes time, and costs.
const screenSize = 2048

// harmThreshold is where a text is harmful, when the profile says nothing.
const harmThreshold = 0.8

// harmless scores a piece of the answer.
func (c *call) harmless(text string) error {
	v := inspect.Harm(text, orElse(c.guard.HarmThreshold, harmThreshold))
	switch {
	case !v.Blocked:
		return nil
	case c.guard.Toxicity == Block:
		c.note(string(Block), firstOf(v.Reasons), v.Score)
		return &blocked{code: "toxicity", finish: "SAFETY", message: "The answer was cut: it is harmful."}
	}
	c.note(string(Flag), firstOf(v.Reasons), v.Score)
	return nil
}

// screenAnswer asks the screener about a piece of the answer.
func (c *call) screenAnswer(ctx context.Context, text string) error {
	ctx, cancel := context.WithTimeout(ctx, orElse(c.guard.ScreenTimeout, opinionTimeout))
	defer cancel()
	v, err := c.guard.Screener.ScreenAnswer(ctx, c.lease, text, c.screened)
	return c.screenVerdict(v, err, &blocked{code: "answer_screened", finish: "MODEL_ARMOR", message: "The answer was cut by the screener."})
}

// unmask lets the caller's own data come back, last of all, and takes out personal data that the prompt did not hold.
func (c *call) unmask() {
	c.texts.session = c.session
	c.texts.strange = c.session != nil && c.generates()
}

// placesDropped names what an answer loses when its text changes: places in the masked text.
const placesDropped = "citationMetadata, groundingSupports, logprobsResult"

// droppedHeader says so.
const droppedHeader = "X-Landbridge-Dropped"

// dropsPlaces says whether the places in an answer are dropped from the start: its prompt was masked.
func (c *call) dropsPlaces() bool { return c.session != nil && len(c.session.Counts()) > 0 }

// said takes over what an event has said beside its text.
func (c *call) said(r *reading) {
	t := &c.texts
	for _, candidate := range r.ends {
		if !slices.Contains(t.finished, candidate) {
			t.finished = append(t.finished, candidate)
		}
	}
	if r.kind == "content_block_stop" {
		t.finished = append(t.finished, r.number(0, noPart, 0))
	}
	c.log.Finish = t.finish
}
