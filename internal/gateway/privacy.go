package gateway

import (
	"context"
	"strconv"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/inspect"
	"github.com/landbridge/landbridge/internal/prompt"
	"github.com/landbridge/landbridge/internal/splice"
)

// passage is one text of a request, and who wrote it.
type passage struct {
	text   string // as the caller wrote it: a token in place of a name looks like nothing that an inspector has learned
	sent   string // as it leaves, for whoever is elsewhere
	origin inspect.Origin
	turn   int // of the conversation, from 1; 0 outside of it
}

// mask makes the request as it may leave: without personal data, within the limits of policy, with the safety settings of
// the guard. Its texts are kept for the inspection that follows. What nothing must be changed in stays as it is.
func (c *call) mask(ctx context.Context) error {
	g := c.guard
	if g.Masker != nil {
		c.session = g.Masker.Session(c.caller.Name)
	}
	if g.Canary && c.generates() && c.shape.system != nil {
		if err := c.newCanary(); err != nil {
			return err
		}
	}
	e := &edits{c: c, trail: trail{root: c.shape.withPaths(g.PredictPaths)}, plain: c.facts.plain, canary: c.canary != nil, limit: c.generates() && c.decision.MaxOutput > 0 && c.decision.MaxOutput != c.facts.maxOutput}
	e.safety = g.Safety != "" && g.Safety != "OFF" && c.shape.safety != nil && c.generates()
	if !g.reads() && !e.canary && !e.limit && !e.safety {
		return nil
	}
	for i := range c.bodies {
		if len(c.bodies[i]) == 0 {
			continue
		}
		e.next = 0
		found, err := c.secondOpinion(ctx, e, c.bodies[i])
		if err != nil {
			return err
		}
		e.found = found
		if c.bodies[i], err = splice.Rewrite(make([]byte, 0, roomFor(c.bodies[i])), c.bodies[i], e); err != nil {
			return c.maskFailed(err)
		}
	}
	if c.shape.guess && g.reads() && e.texts == 0 && len(c.body) > 0 {
		return oddRequest("text_unknown", "the guard finds no text in this request, and so cannot look at it", "name where its texts stand in predict_paths of the guard profile")
	}
	return nil
}

// roomFor is about how long a body becomes: tokens are longer than what they stand for, and the canary and the safety
// settings are new.
func roomFor(body []byte) int { return len(body) + len(body)/8 + 768 }

// maskFailed makes a block of a type that may not leave.
func (c *call) maskFailed(err error) error {
	if b, ok := err.(*bridge.Error); ok && b.Code == "personal_data_blocked" { //nolint:errorlint // the session returns it bare
		c.note(string(Block), b.Code, 1)
		return &blocked{code: b.Code, reason: "BLOCKLIST", finish: "SPII", message: b.Text}
	}
	return err
}

// generates says whether the call is one that a model writes an answer to.
func (c *call) generates() bool {
	switch c.target.Method {
	case "generateContent", "streamGenerateContent", "rawPredict", "streamRawPredict", chatMethod:
		return true
	}
	return false
}

// edits is a request's body as it leaves.
type edits struct {
	trail
	c     *call
	plain map[string]bool // of facts
	is    field
	found [][]prompt.Finding // of a second opinion, by text
	next  int                // text of the body
	texts int                // of all bodies

	limit, safety, canary bool // what is still to be put in
}

// Visit implements splice.Visitor.
func (e *edits) Visit(at *splice.Path, kind byte) splice.Action {
	is, more, _ := e.find(at)
	e.is = is
	switch {
	case kind == splice.String && (is.text() || e.isPlain(at, is)):
		return splice.Read
	case is == maxOutput && e.limit, is == safety && e.safety:
		return splice.Read
	case more && (kind == splice.Object || kind == splice.Array):
		return splice.Into
	}
	return splice.Skip
}

// isPlain says whether a string is media that are text.
func (e *edits) isPlain(at *splice.Path, is field) bool {
	return len(e.plain) > 0 && (is == mediaBody && at.Last() == "data" && e.plain[around(at)] || is == mediaURL && e.plain[at.String()])
}

// Text implements splice.Visitor.
func (e *edits) Text(at *splice.Path, text string) (string, error) {
	c := e.c
	if e.is == maxOutput {
		return strconv.Itoa(c.decision.MaxOutput), nil
	}
	if err := c.r.Context().Err(); err != nil {
		return "", c.left(err)
	}
	raw := text
	text, as, ok, err := textIn(at, e.is, raw, e.plain)
	if err != nil || !ok {
		return raw, err
	}
	out := text
	if c.session != nil {
		var more []prompt.Finding
		if e.next < len(e.found) {
			more = e.found[e.next]
		}
		if out, err = c.session.MaskWith(text, more); err != nil {
			return "", err
		}
	}
	e.next++
	e.texts++
	if origin, foreign := c.origin(at, e.is); foreign {
		turn := 0
		if isTurn(at) {
			turn = at.Index(1) + 1
		}
		c.passages = append(c.passages, passage{text, out, origin, turn})
	}
	if e.canary && e.is == systemText && at.Index(0) < 0 && at.Name(0) != "tools" {
		e.canary = false
		out += "\n\n" + c.canary.Text()
	}
	if out == text {
		return raw, nil
	}
	return as.write(out), nil
}

// Raw implements splice.Visitor.
func (e *edits) Raw(_ *splice.Path, raw []byte) ([]byte, error) {
	switch e.is {
	case maxOutput:
		return e.number(), nil
	case safety:
		return raised(raw, e.c.guard.Safety)
	}
	return raw, nil
}

// number is the limit of policy.
func (e *edits) number() []byte { return strconv.AppendInt(nil, int64(e.c.decision.MaxOutput), 10) }

// Leave implements splice.Visitor: what the caller has left out is added.
func (e *edits) Leave(at *splice.Path, has func(string) bool) (out []splice.Member) {
	s := e.c.shape
	absent := func(name string) bool { return !has(name) && !has(underscored(name)) }
	add := func(name string, value []byte) { out = append(out, splice.Member{Name: name, Value: value}) }
	root := at.Depth() == 0
	switch in := at.Depth() == 1 && s.limitIn != "" && (at.Last() == s.limitIn || at.Last() == underscored(s.limitIn)); {
	case !e.limit || s.limit == "":
	case root && s.limitIn == "" && absent(s.limit) && (s.limitToo == "" || absent(s.limitToo)), in && absent(s.limit):
		add(s.limit, e.number())
	case root && s.limitIn != "" && absent(s.limitIn):
		add(s.limitIn, append(append([]byte(`{"`+s.limit+`":`), e.number()...), '}'))
	}
	if name := e.unsafe(at); name != "" && absent(name) {
		add(name, s.safest(at.Depth(), e.c.guard.Safety))
	}
	if root && e.canary {
		if name, value := s.system(e.c.canary.Text()); absent(name) {
			add(name, value)
		}
		e.canary = false
	}
	return out
}

// unsafe is the member of the object that is left which leads to settings; "" where none does. Models of others than Google
// have no settings to add.
func (e *edits) unsafe(at *splice.Path) string {
	path, d := e.c.shape.safety, at.Depth()
	if !e.safety || d >= len(path) || !at.Under(path[:d]...) || len(path) > 1 && e.c.decision.Target.Publisher != "google" {
		return ""
	}
	return path[d]
}

// origin is who wrote a text; not foreign is what a model has said itself, which is no attack on it.
func (c *call) origin(at *splice.Path, is field) (o inspect.Origin, foreign bool) {
	switch is {
	case systemText, wordsOfTool:
		return inspect.System, true
	case toolText, sourceData, mediaBody, mediaURL:
		return inspect.Tool, true
	case saidText:
		return 0, false
	}
	if isTurn(at) {
		switch c.facts.roles[at.Index(1)] {
		case "model", "assistant":
			return 0, false
		case "system", "developer":
			return inspect.System, true
		case "tool", "function":
			return inspect.Tool, true
		}
	}
	return inspect.User, true
}

// isTurn says whether a path leads into a turn of the conversation: other lists have no roles.
func isTurn(at *splice.Path) bool {
	return at.Depth() > 1 && at.Index(1) >= 0 && (at.Under("contents") || at.Under("messages") || at.Under("requests"))
}
