package app

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/landbridge/landbridge/internal/azure/keyvault"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/gateway"
	"github.com/landbridge/landbridge/internal/policy"
)

const (
	// secretFor is how long the gateway gives out a version without asking the vault again: Key Vault takes 4,000 calls in ten seconds from all of its
	// clients (https://learn.microsoft.com/azure/key-vault/general/service-limits). A new version is seen after it at the latest, and a vault that is
	// away is noticed after it.
	secretFor = 30 * time.Second
	// secretSettled is after which no gateway gives out the version before a rotation, however its clock and the vault's differ: it is disabled no
	// earlier, so that a disabled version is never given out.
	secretSettled = time.Minute
	// secretPatience bounds one call of a vault, whose callers wait.
	secretPatience = 15 * time.Second
)

// secretDoor gives out secrets at the gateway.
//
// Cache: versions of secrets, by reference, for 30 seconds.
type secretDoor struct {
	vault func() (*keyvault.Client, error)
	clock bridge.Clock
	asked singleflight.Group

	mu   sync.Mutex
	read map[string]seenSecret
}

type seenSecret struct {
	gateway.Secret
	at time.Time
}

// secretRule is an entry of the configuration as the gateway goes by it.
type secretRule struct {
	entry     gateway.SecretEntry
	workloads policy.Workloads
}

func (a *App) secretDoor(d *depot) *secretDoor {
	return &secretDoor{vault: d.keyVault, clock: a.host.Clock, read: map[string]seenSecret{}}
}

// rules are the secrets of a configuration that list anybody, by name.
func (s *secretDoor) rules(b *config.Backup) map[string]*secretRule {
	out := map[string]*secretRule{}
	if b == nil {
		return out
	}
	for _, c := range b.Secrets {
		if len(c.Workloads) == 0 {
			continue
		}
		out[c.Name] = &secretRule{workloads: policy.NewWorkloads(c.Workloads), entry: gateway.SecretEntry{
			Name: c.Name, Reference: c.Reference, Quota: policy.Quota{RequestsPerMinute: c.RequestsPerMinute},
			Read: func(ctx context.Context) (gateway.Secret, error) { return s.current(ctx, c.Reference) },
		}}
	}
	return out
}

// current is the version that was the current one at most secretFor ago. Callers who ask at the same time wait for one call, which goes on when one of
// them leaves.
func (s *secretDoor) current(ctx context.Context, reference string) (gateway.Secret, error) {
	s.mu.Lock()
	seen := s.read[reference]
	s.mu.Unlock()
	if now := s.clock(); !seen.at.IsZero() && now.Sub(seen.at) < secretFor && (seen.Expires.IsZero() || now.Before(seen.Expires)) {
		return seen.Secret, nil
	}
	answer := s.asked.DoChan(reference, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), secretPatience)
		defer cancel()
		return s.ask(ctx, reference)
	})
	select {
	case <-ctx.Done():
		return gateway.Secret{}, &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopKeys, Code: "gave_up", Text: "the caller left before key vault had answered", Retry: true, Cause: ctx.Err()}
	case got := <-answer:
		out, _ := got.Val.(gateway.Secret)
		return out, got.Err
	}
}

func (s *secretDoor) ask(ctx context.Context, reference string) (gateway.Secret, error) {
	vault, err := s.vault()
	if err != nil {
		return gateway.Secret{}, err
	}
	began := s.clock() // not when it came: the answer may be as old
	got, err := vault.Secret(ctx, reference)
	if err != nil {
		return gateway.Secret{}, err
	}
	out := gateway.Secret{Value: got.Value, Version: got.ID, Expires: got.Expires}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read[reference] = seenSecret{out, began}
	return out, nil
}

// secret implements gateway.Options.Secret by the rules in force.
func (d *gatewayDoor) secret(workload, name string) *gateway.SecretEntry {
	if rule := d.rules.Load().secrets[name]; rule != nil && rule.workloads.Has(workload) {
		return &rule.entry
	}
	return nil
}
