package gateway

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/gateway/dialect"
	"github.com/landbridge/landbridge/internal/policy"
)

// decide reads what is asked in full, lets policy say whether it may be, and gets hold of what the call needs: its guard,
// its part of the quota, and a lease.
func (c *call) decide(ctx context.Context) error {
	if err := c.read(); err != nil {
		return err
	}
	var err error
	c.policy = c.g.o.Policy()
	if c.decision, err = c.policy.Decide(ctx, c.ask()); err != nil {
		c.log.Rule = c.decision.Rule
		return err
	}
	c.log.Rule, c.log.Project, c.log.Location = c.decision.Rule, c.decision.Target.Project, c.decision.Target.Location
	if c.guard = c.g.o.Profile(c.decision.Profile); c.guard == nil {
		return &bridge.Error{
			Kind: bridge.Fault, Hop: bridge.HopDoor, Code: "profile_unknown", Text: "rule " + c.decision.Rule + " names a guard profile that does not exist",
			Hint: "define it under guard.profiles",
		}
	}
	if q := c.g.o.Quotas; q != nil {
		if c.quota, err = q.Reserve(ctx, policy.QuotaKey(c.decision.Rule, c.caller.Name), c.decision.Quota, c.guessed+c.decision.MaxOutput*max(c.facts.answers, 1)); err != nil {
			return tooMany(err)
		}
		if c.quota.Exceeded != "" { // in shadow
			c.note(string(Flag), c.quota.Exceeded, 0)
		}
	}
	c.lease, err = c.g.o.Leases.Lease(ctx, c.caller, c.decision.ServiceAccount)
	return err
}

// read takes the request's body in, in Vertex's words, with the facts that policy goes by.
func (c *call) read() error {
	var err error
	if c.body, err = c.readBody(); err != nil {
		return err
	}
	if c.route.enter != nil {
		if err := c.enter(); err != nil {
			return err
		}
	}
	c.shape = shapeOf(&c.target)
	c.bodies = append([][]byte{c.body}, c.mapped.More...)
	for _, body := range c.bodies {
		if len(body) == 0 {
			continue
		}
		c.guessed += len(body) / 4
		if err := readFacts(&c.facts, c.shape, body); err != nil {
			return err
		}
	}
	m := c.target.Method
	c.stream = c.mapped.Stream || c.facts.stream || strings.HasPrefix(m, "stream") || m == "serverStreamingPredict"
	return c.named()
}

// enter maps a request of another dialect to a native one.
func (c *call) enter() error {
	var err error
	c.mapped, err = c.route.enter(c.body, dialect.Options{
		Clock: c.g.o.Clock, ID: rand.Text, Beta: strings.Join(c.r.Header.Values("Anthropic-Beta"), ","),
	})
	if err != nil {
		return err
	}
	c.body, c.target, c.query = c.mapped.Body, c.mapped.Target, c.mapped.Query
	c.name()
	return nil
}

func (c *call) ask() policy.Ask {
	f := &c.facts
	return policy.Ask{
		Caller: c.caller, Target: c.target, Stream: c.stream, Tools: f.tools, BuiltIns: f.builtIns, Media: f.media, Cached: f.cached,
		MaxOutput: f.maxOutput, Labels: f.labels, Now: c.began,
	}
}

// tooMany gives a spent quota the status that clients wait at; one that no waiting helps is a refusal.
func tooMany(err error) error {
	if e, ok := err.(*bridge.Error); ok && e.RetryAfter > 0 { //nolint:errorlint // policy returns it bare
		e.Status = http.StatusTooManyRequests
	}
	return err
}
