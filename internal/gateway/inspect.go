package gateway

import (
	"context"
	"crypto/rand"
	"strconv"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/inspect"
	"github.com/landbridge/landbridge/internal/prompt"
)

// opinionTimeout bounds a second opinion where the profile says nothing.
const opinionTimeout = 3 * time.Second

// note keeps what the guard has done, for the record: the gravest.
func (c *call) note(action, reason string, score float32) {
	if c.score <= score || action == string(Block) {
		c.score = max(c.score, score)
		c.log.Guard, c.log.Score = action+": "+reason, strconv.FormatFloat(float64(c.score), 'f', 2, 32)
	}
}

// newCanary makes the word that must not come back.
func (c *call) newCanary() (err error) {
	c.canary, err = inspect.NewCanary(rand.Reader)
	return err
}

// inspectPrompt looks for injection in the texts, and stops the call at the first that is blocked.
func (c *call) inspectPrompt(ctx context.Context) error {
	g := c.guard
	suspicious := false
	if g.inspects() {
		for _, p := range append(c.passages, acrossParts(c.passages)...) {
			if err := c.r.Context().Err(); err != nil {
				return c.left(err)
			}
			v := g.Inspector.Prompt(p.text, p.origin)
			if !v.Blocked {
				continue
			}
			suspicious = true
			if g.Injection == Block {
				c.note(string(Block), firstOf(v.Reasons), v.Score)
				return injection()
			}
			c.note(string(Flag), firstOf(v.Reasons), v.Score)
		}
	}
	if g.Screener == nil || g.Injection == Ask && g.Inspector != nil && !suspicious || len(c.passages) == 0 {
		return nil
	}
	return c.screenPrompt(ctx)
}

// acrossParts are the user's turns of several texts, each as one: a model reads them so, and an attack that is cut in two
// shows in neither part. Whether the cut is in a word or between two, nobody can know.
func acrossParts(passages []passage) (out []passage) {
	for i := 0; i < len(passages); {
		var parts []string
		for first := passages[i]; i < len(passages) && passages[i].turn == first.turn && passages[i].origin == first.origin; i++ {
			parts = append(parts, passages[i].text)
		}
		if last := passages[i-1]; len(parts) > 1 && last.turn != 0 && last.origin == inspect.User {
			out = append(out, passage{text: strings.Join(parts, "")}, passage{text: strings.Join(parts, " ")})
		}
	}
	return out
}

func injection() *blocked {
	return &blocked{
		code: "prompt_injection", reason: "JAILBREAK", finish: "PROHIBITED_CONTENT",
		message: "The prompt was blocked: it looks like an attempt to change what the model was told.",
	}
}

// screenPrompt asks the screener about the whole prompt.
func (c *call) screenPrompt(ctx context.Context) error {
	var all strings.Builder
	for _, p := range c.passages {
		all.WriteString(p.sent + between)
	}
	c.screened = all.String()
	ctx, cancel := context.WithTimeout(ctx, orElse(c.guard.ScreenTimeout, opinionTimeout))
	defer cancel()
	v, err := c.guard.Screener.ScreenPrompt(ctx, c.lease, c.screened)
	return c.screenVerdict(v, err, injection())
}

// screenVerdict is what follows from a screener's opinion. One that has not seen everything has not screened.
func (c *call) screenVerdict(v prompt.Verdict, err error, block *blocked) error {
	switch {
	case err == nil && v.Blocked:
		c.note(string(Block), "screener "+firstOf(v.Reasons), v.Score)
		return block
	case (err != nil || v.Incomplete) && !c.guard.ScreenOpen:
		return noOpinion("screener_down", "the text could not be screened", err)
	}
	return nil
}

func firstOf(reasons []string) string {
	if len(reasons) == 0 {
		return "score"
	}
	return reasons[0]
}
