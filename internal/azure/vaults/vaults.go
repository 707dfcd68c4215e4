// Package vaults sees and restores what Azure Backup protects, over both of its APIs: Recovery Services vaults and Backup vaults.
//
// A scope enters and vaults, items, policies and jobs leave, by one query of Resource Graph or from each vault; an item enters and its
// points leave; a request enters and an operation leaves that any process can follow. It must never write to what is protected: every
// restore goes to a staging account. Reads are repeated after the time that a throttled service asks for, within bounds; a restore
// is asked for once.
package vaults

import (
	"context"
	"encoding/json"
	"iter"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/landbridge/landbridge/internal/azure/rest"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/protect"
)

// Options configure New. Manager and Clock are required.
type Options struct {
	Manager *rest.Manager
	Clock   bridge.Clock
	// Patience is how long one read waits in all when Azure throttles it; 2 minutes when 0.
	Patience time.Duration
	// Poll is how long to wait between two looks at a job, when the vault does not say; 30 s when 0.
	Poll time.Duration
}

// Vaults implements protect.Inventory, protect.History and protect.Restorer.
type Vaults struct{ o Options }

var (
	_ protect.Inventory = (*Vaults)(nil)
	_ protect.History   = (*Vaults)(nil)
)

// New makes no call.
func New(o Options) (*Vaults, error) {
	if o.Manager == nil || o.Clock == nil {
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopARM, Code: "incomplete", Text: "vaults need a manager and a clock"}
	}
	if o.Patience == 0 {
		o.Patience = 2 * time.Minute
	}
	if o.Poll == 0 {
		o.Poll = 30 * time.Second
	}
	return &Vaults{o}, nil
}

// Roles that the calls need, as refusals name them.
const (
	reader   = "Backup Reader"
	operator = "Backup Operator"
)

// patiently makes a read, again after a wait while Azure throttles it and patience lasts.
func patiently[T any](ctx context.Context, v *Vaults, a rest.Attempt, call func(context.Context) (T, error)) (T, error) {
	a.Hop = bridge.HopARM
	left := v.o.Patience
	for backoff := time.Second; ; backoff *= 2 {
		out, err := call(ctx)
		if err == nil {
			return out, nil
		}
		refused := rest.Refusal(ctx, a, err)
		wait := max(refused.RetryAfter, backoff)
		if left -= wait; !refused.Retry || left < 0 {
			return out, refused
		}
		if err := bridge.Wait(ctx, wait); err != nil {
			return out, rest.Refusal(ctx, a, err)
		}
	}
}

// pages reads a list of the SDK's page by page; an error ends it.
func pages[P any](ctx context.Context, v *Vaults, a rest.Attempt, pager *runtime.Pager[P]) iter.Seq2[P, error] {
	return func(yield func(P, error) bool) {
		for pager.More() {
			page, err := patiently(ctx, v, a, pager.NextPage)
			if !yield(page, err) || err != nil {
				return
			}
		}
	}
}

// again reads one of the SDK's values in our own form, by way of its JSON. The same decoders then read the rows of Resource Graph,
// which have the same members.
func again[T any](from json.Marshaler) (T, error) {
	var out T
	text, err := from.MarshalJSON()
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		return out, &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopARM, Code: "bad_answer", Text: "a vault answered in a form that is not known", Cause: err}
	}
	return out, nil
}
