package protect

import (
	"context"
	"iter"
	"time"
)

// Scope says of which subscriptions, and of which kinds, the inventory is wanted.
type Scope struct {
	Subscriptions []string
	// Direct asks each vault instead of Resource Graph, which is minutes behind.
	Direct bool
	// Since leaves out jobs that were started before.
	Since time.Time
}

// Inventory sees what is protected. A stream yields a *Gap for a subscription or a vault that could not be seen, and goes on with the
// others; any other error ends it. Calls that Azure throttles are repeated after the time that it asks for, within bounds.
type Inventory interface {
	Vaults(ctx context.Context, s Scope) iter.Seq2[Vault, error]
	Items(ctx context.Context, s Scope) iter.Seq2[Item, error]
	Policies(ctx context.Context, s Scope) iter.Seq2[Policy, error]
	Jobs(ctx context.Context, s Scope) iter.Seq2[Job, error]
}

// History tells the states of an item that can be had back, from its vault. An open end of the window is a zero time.
type History interface {
	// Points yields the recovery points in the window, in no particular order.
	Points(ctx context.Context, i Item, window Range) iter.Seq2[Point, error]
	// Ranges yields the continuous ranges of operational backup that meet the window; none for an item that has no such.
	Ranges(ctx context.Context, i Item, window Range) iter.Seq2[Range, error]
}

// Gap is a part of the inventory that could not be seen.
type Gap struct {
	Where string // "subscription 0000…", or a vault's id
	Err   error  // why; a *bridge.Error
}

func (g *Gap) Error() string { return g.Where + " was not seen: " + g.Err.Error() }

// Unwrap gives the reason to errors.Is and errors.As.
func (g *Gap) Unwrap() error { return g.Err }
