package provision

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// Owned implements estate.Keeper: the marked identities of the resource groups of wanted ones, and of wanted clusters as far
// as the operator may look there; the marked credentials of identities that are wanted or marked; and the marked assignments
// of principals that are. In a subscription that no wanted thing lies in nothing is looked for.
func (k *Keeper) Owned(ctx context.Context, setup string, wanted []estate.Spec) ([]estate.Live, error) {
	s := search{k: k, setup: setup, groups: map[string]group{}, holders: map[string]holder{}, scopes: map[string]string{}, principals: map[string]bool{}}
	for _, want := range wanted {
		s.look(want)
	}
	if err := s.findIdentities(ctx); err != nil {
		return nil, err
	}
	errs := make([]error, 2)
	var wg sync.WaitGroup
	wg.Go(func() { errs[0] = s.findCredentials(ctx) })
	wg.Go(func() { errs[1] = s.findAssignments(ctx) })
	wg.Wait()
	return s.found, errors.Join(errs...)
}

// search is one Owned under way.
type search struct {
	k     *Keeper
	setup string

	groups     map[string]group
	holders    map[string]holder // identities whose credentials are looked at
	scopes     map[string]string // where assignments are looked for: a scope, by its subscription
	principals map[string]bool
	wanted     []*estate.RoleAssignment

	mu    sync.Mutex
	found []estate.Live
}

type holder struct{ subscription, group, name string }

// group is a resource group; what may be looked at there is certain only where identities are wanted.
type group struct {
	subscription, name string
	certain            bool
}

// look notes where a wanted thing lies.
func (s *search) look(want estate.Spec) {
	hold := func(subscription, name, identity string) {
		s.groups[place(subscription, name)] = group{subscription, name, true}
		s.holders[identityKey(subscription, name, identity)] = holder{subscription, name, identity}
	}
	switch want := want.(type) {
	case *estate.Cluster: // identities lie beside clusters as a rule
		if at := place(want.Subscription, want.ResourceGroup); !s.groups[at].certain {
			s.groups[at] = group{want.Subscription, want.ResourceGroup, false}
		}
	case *estate.Identity:
		hold(want.Subscription, want.ResourceGroup, want.Name)
	case *estate.FederatedCredential:
		hold(want.Subscription, want.ResourceGroup, want.Identity)
	case *estate.RoleAssignment:
		s.scopes[strings.ToLower(strings.Trim(want.Scope, "/"))] = want.Scope
		s.principals[want.PrincipalID] = true
		s.wanted = append(s.wanted, want)
	}
}

// findIdentities finds the marked ones, and who the wanted and marked ones are.
func (s *search) findIdentities(ctx context.Context) error {
	for at, g := range s.groups {
		all, err := s.k.identitiesIn(ctx, g.subscription, g.name)
		if err != nil {
			if !g.certain && bridge.KindOf(err) == bridge.Denied {
				continue
			}
			return err
		}
		for _, i := range all {
			key := identityKey(g.subscription, g.name, i.name)
			if i.setup == s.setup {
				s.found = append(s.found, i.live(g.subscription, g.name))
				s.holders[key] = holder{g.subscription, g.name, i.name}
			}
			if _, known := s.holders[key]; known {
				s.principals[i.principal] = true
				s.scopes[at] = at
			}
		}
		for key, h := range s.holders { // one that is not there has no credentials to ask for
			if place(h.subscription, h.group) == at && !has(all, h.name) {
				delete(s.holders, key)
			}
		}
	}
	return nil
}

func has(all []identity, name string) bool {
	for _, i := range all {
		if strings.EqualFold(i.name, name) {
			return true
		}
	}
	return false
}

func (s *search) findCredentials(ctx context.Context) error {
	return each(ctx, s.holders, func(ctx context.Context, h holder) error {
		all, err := s.k.credentialsOf(ctx, h.subscription, h.group, h.name)
		if err != nil {
			return err
		}
		for _, f := range all {
			if estate.CredentialMarkedBy(f.name) == s.setup {
				s.add(f.live(h.subscription, h.group, h.name))
			}
		}
		return nil
	})
}

func (s *search) findAssignments(ctx context.Context) error {
	type question struct{ principal, scope string }
	questions := map[string]question{}
	for principal := range s.principals {
		for at, scope := range s.scopes {
			questions[at+"|"+principal] = question{principal, scope}
		}
	}
	seen := map[string]bool{}
	return each(ctx, questions, func(ctx context.Context, q question) error {
		all, err := s.k.assignmentsOf(ctx, q.principal, q.scope)
		if err != nil {
			return err
		}
		for _, a := range all {
			if a.setup != s.setup || !s.first(seen, a.id) {
				continue
			}
			live, err := s.named(ctx, a)
			if err != nil {
				return err
			}
			s.add(live)
		}
		return nil
	})
}

// first says whether a list of answers has a thing for the first time: an assignment above two scopes is in both.
func (s *search) first(seen map[string]bool, id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if seen[id] {
		return false
	}
	seen[id] = true
	return true
}

// named is an assignment in the words in which it is wanted, or with its role's own name.
func (s *search) named(ctx context.Context, a assignment) (estate.Live, error) {
	for _, want := range s.wanted {
		r, err := s.k.roleFor(ctx, want.Role, want.Scope)
		if err == nil && a.gives(r, want.PrincipalID, want.Scope) {
			return a.seen(want), nil
		}
		if e, ok := errors.AsType[*bridge.Error](err); ok && e.Code != "role_unknown" {
			return estate.Live{}, err
		}
	}
	r, err := s.k.roleNamed(ctx, a.role, a.scope)
	return a.live(r.name, a.scope), err
}

func (s *search) add(l estate.Live) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.found = append(s.found, l)
}

// questionsAtOnce bounds how much is asked at a time.
const questionsAtOnce = 32

// each calls for every value, many at a time; the first error is the answer.
func each[V any](ctx context.Context, values map[string]V, call func(context.Context, V) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slots := make(chan struct{}, questionsAtOnce)
	var wg sync.WaitGroup
	for _, v := range values {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := call(ctx, v); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}
