package provision

import (
	"context"
	"sync"

	"github.com/landbridge/landbridge/internal/estate"
)

var _ estate.Neighbours = (*Keeper)(nil)

// Strangers implements estate.Neighbours: federated credentials of the wanted identities. Whom one names becomes the identity.
func (k *Keeper) Strangers(ctx context.Context, setup string, wanted []estate.Spec) ([]estate.Live, error) {
	holders, known := map[string]holder{}, map[string]bool{}
	for _, spec := range wanted {
		switch s := spec.(type) {
		case *estate.Identity:
			holders[identityKey(s.Subscription, s.ResourceGroup, s.Name)] = holder{s.Subscription, s.ResourceGroup, s.Name}
		case *estate.FederatedCredential:
			known[identityKey(s.Subscription, s.ResourceGroup, s.Identity)+"/"+s.Name] = true
		}
	}
	var mu sync.Mutex
	var out []estate.Live
	err := each(ctx, holders, func(ctx context.Context, h holder) error {
		all, err := k.credentialsOf(ctx, h.subscription, h.group, h.name)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		for _, f := range all {
			if estate.CredentialMarkedBy(f.name) != setup && !known[identityKey(h.subscription, h.group, h.name)+"/"+f.name] {
				out = append(out, f.live(h.subscription, h.group, h.name))
			}
		}
		return nil
	})
	return out, err
}
