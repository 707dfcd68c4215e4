package app

import (
	"context"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
)

// TokenOptions say which token is wanted.
type TokenOptions struct {
	To       Direction
	Scopes   []string
	Audience string // of an ID token, in place of an access token
}

// Token gets one lease and records it as handed out.
func (a *App) Token(ctx context.Context, cfg *config.Config, o TokenOptions) (bridge.Lease, error) {
	c, err := a.open(cfg, "token")
	if err != nil {
		return bridge.Lease{}, err
	}
	defer c.close()
	way, err := c.way(o.To)
	if err != nil {
		return bridge.Lease{}, err
	}
	for _, line := range way.Describe() {
		a.tell(line)
	}
	lease, err := way.Lease(ctx, bridge.LeaseRequest{Scopes: o.Scopes, Audience: o.Audience})
	if err != nil {
		return bridge.Lease{}, err
	}
	return lease, a.handOut(ctx, c, "token", lease)
}

// handOut records that a program got the lease; without the record it does not.
func (a *App) handOut(ctx context.Context, c *crossing, door string, l bridge.Lease) error {
	if c.audit == nil {
		return nil
	}
	return c.audit.Record(ctx, bridge.Record{
		Time: a.host.Clock(), Event: bridge.EventCrossing, Door: door, Principal: l.Principal,
		Scopes: l.Scopes, Audience: l.Audience, Token: l.Token.Name(), Expiry: l.Expiry,
	})
}

// Lives is how long a lease still is good for.
func (a *App) Lives(l bridge.Lease) time.Duration {
	return l.Expiry.Sub(a.host.Clock()).Truncate(time.Second)
}
