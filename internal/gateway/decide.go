package gateway

import (
	"context"
	"crypto/rand"
	"strings"

	"github.com/landbridge/landbridge/internal/gateway/dialect"
	"github.com/landbridge/landbridge/internal/policy"
)

// decide reads what is asked in full, lets policy say whether it may be, and gets hold of what the call needs: its part
// of the quota and a lease.
func (c *call) decide(ctx context.Context) error {
	var err error
	if c.body, err = c.readBody(); err != nil {
		return err
	}
	if c.route.enter != nil {
		if err := c.enter(); err != nil {
			return err
		}
	}
	c.policy = c.g.o.Policy()
	if c.decision, err = c.policy.Decide(ctx, c.ask()); err != nil {
		c.log.Rule = c.decision.Rule
		return err
	}
	c.log.Rule, c.log.Project, c.log.Location = c.decision.Rule, c.decision.Target.Project, c.decision.Target.Location
	if q := c.g.o.Quotas; q != nil {
		c.quota, err = q.Reserve(ctx, policy.QuotaKey(c.decision.Rule, c.caller.Name), c.decision.Quota, len(c.body)/4+c.decision.MaxOutput)
		if err != nil {
			return err
		}
	}
	c.lease, err = c.g.o.Leases.Lease(ctx, c.caller, c.decision.ServiceAccount)
	return err
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
	return policy.Ask{Caller: c.caller, Target: c.target, Stream: c.stream, Now: c.began}
}
