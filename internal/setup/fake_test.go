package setup_test

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// thing is what the fake clouds have in one place.
type thing struct {
	Spec    estate.Spec
	Setup   string
	Deleted bool
	Joined  bool // was there before: a removal leaves it
	Serial  int  // of an issuer: its keys' generation
}

// fake is both clouds and the clusters in memory. It refuses what they refuse for want of something else, and what would
// be done twice at a time.
type fake struct {
	mu       sync.Mutex
	things   map[string]*thing
	policies map[string]map[estate.Grant]bool // by "project P" or "account E"
	reads    int
	writes   int
	writing  map[string]bool // identities whose credentials are being written
	latency  time.Duration
	// before and after are asked around every change, with its number from 1; an error is the call's answer.
	before, after func(n int) error
	// broken are addresses by place whose reads fail.
	broken map[string]error
	// gated says that Google's APIs must be on to be called.
	gated bool
	// refuse are places whose changes fail.
	refuse map[string]error
	log    []string
}

// number is an id that does not depend on the order in which things are made.
func number(s estate.Spec) uint32 {
	h := fnv.New32a()
	h.Write([]byte(place(s)))
	return h.Sum32()
}

func newFake() *fake {
	return &fake{things: map[string]*thing{}, policies: map[string]map[estate.Grant]bool{}, writing: map[string]bool{}, broken: map[string]error{}}
}

func (f *fake) keepers() map[estate.Side]estate.Keeper {
	return map[estate.Side]estate.Keeper{estate.Azure: f, estate.Google: f, estate.Kubernetes: f}
}

// put is what was there before.
func (f *fake) put(s estate.Spec, setup string) *thing {
	t := &thing{Spec: s, Setup: setup}
	f.things[place(s)] = t
	return t
}

func clone[S estate.Spec](s S) estate.Spec {
	return estate.Resolve(s, func(r estate.Reference) string { return estate.Ref(r.Address, r.Output) })
}

func (f *fake) outputs(s estate.Spec, t *thing) map[string]string {
	switch s := s.(type) {
	case *estate.Project:
		return map[string]string{"number": "123456789"}
	case *estate.Cluster:
		if !t.Spec.(*estate.Cluster).OIDCIssuer {
			return nil
		}
		return map[string]string{"issuer": "https://westeurope.oic.prod-aks.azure.com/t/" + s.Name + "/"}
	case *estate.Identity:
		id := fmt.Sprintf("00000000-0000-4000-8000-%012d", number(s))
		return map[string]string{"principal_id": id, "client_id": "c" + id[1:], "tenant_id": "t"}
	case *estate.Account:
		return map[string]string{"email": s.Email(), "unique_id": fmt.Sprint(100000000000000000 + int(number(s)))}
	case *estate.Issuer:
		return map[string]string{"issuer": "https://private/" + s.Cluster, "jwks": `{"keys":[{"kty":"RSA","kid":"` + s.Cluster + fmt.Sprint(t.Serial) + `"}]}`}
	}
	return nil
}

func (f *fake) wait(ctx context.Context) error {
	if f.latency > 0 {
		select {
		case <-time.After(f.latency):
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}

func (f *fake) Read(ctx context.Context, want estate.Spec) (estate.Live, error) {
	if err := f.wait(ctx); err != nil {
		return estate.Live{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reads++
	if err := f.apiOff(want); err != nil {
		return estate.Live{}, err
	}
	if err := f.broken[place(want)]; err != nil {
		return estate.Live{}, err
	}
	return f.live(want), nil
}

// apiOff is Google's refusal of everything but its project and services while the IAM API is off.
func (f *fake) apiOff(want estate.Spec) error {
	k := want.Kind()
	if !f.gated || k.Side() != estate.Google || k == estate.KindProject || k == estate.KindService || f.things["service my-vertex-project iam.googleapis.com"] != nil {
		return nil
	}
	return &bridge.Error{Kind: bridge.Denied, Status: 403, Code: "SERVICE_DISABLED", Text: "Identity and Access Management (IAM) API has not been used in project 123456789 before or it is disabled.", Hint: "gcloud services enable iam.googleapis.com --project my-vertex-project"}
}

func (f *fake) live(want estate.Spec) estate.Live {
	if g, ok := want.(*estate.Grants); ok {
		policy := f.policies[policyOf(g)]
		if g.Account != "" && f.things["account "+g.Account] == nil {
			return estate.Live{}
		}
		out := *g
		out.Grants = []estate.Grant{}
		for grant := range policy {
			if slices.Contains(g.Grants, grant) || begins(grant.Member, g.Ours) {
				out.Grants = append(out.Grants, grant)
			}
		}
		slices.SortFunc(out.Grants, func(a, b estate.Grant) int {
			return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Member, b.Member))
		})
		return estate.Live{Spec: &out}
	}
	t := f.things[place(want)]
	if t == nil {
		return estate.Live{}
	}
	return estate.Live{Spec: clone(t.Spec), Deleted: t.Deleted, Setup: t.Setup, Outputs: f.outputs(want, t)}
}

func begins(member string, starts []string) bool {
	return slices.ContainsFunc(starts, func(s string) bool { return strings.HasPrefix(member, s) })
}

// change runs one change between the hooks.
func (f *fake) change(ctx context.Context, what string, do func() error) error {
	if err := f.wait(ctx); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writes++
	n := f.writes
	if f.before != nil {
		if err := f.before(n); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	f.log = append(f.log, what)
	if err := do(); err != nil {
		return err
	}
	if f.after != nil {
		return f.after(n)
	}
	return nil
}

func (f *fake) Write(ctx context.Context, setup string, want estate.Spec, now estate.Live) (estate.Live, error) {
	if open := estate.AllReferences(want); len(open) > 0 {
		return estate.Live{}, fmt.Errorf("%s written with %v", place(want), open)
	}
	if c, ok := want.(*estate.FederatedCredential); ok {
		f.mu.Lock()
		busy := f.writing[c.Identity]
		f.writing[c.Identity] = true
		f.mu.Unlock()
		if busy {
			return estate.Live{}, fmt.Errorf("two writes at a time on %s", c.Identity)
		}
		defer func() { f.mu.Lock(); f.writing[c.Identity] = false; f.mu.Unlock() }()
	}
	var live estate.Live
	err := f.change(ctx, "write "+place(want), func() error {
		if err := f.apiOff(want); err != nil {
			return err
		}
		if err := f.refuse[place(want)]; err != nil {
			return err
		}
		if err := f.lacks(want); err != nil {
			return err
		}
		f.write(setup, want)
		live = f.live(want)
		return nil
	})
	return live, err
}

func (f *fake) write(setup string, want estate.Spec) {
	if g, ok := want.(*estate.Grants); ok {
		policy := f.policies[policyOf(g)]
		if policy == nil {
			policy = map[estate.Grant]bool{}
			f.policies[policyOf(g)] = policy
		}
		for grant := range policy {
			if begins(grant.Member, g.Ours) && !slices.Contains(g.Grants, grant) {
				delete(policy, grant)
			}
		}
		for _, grant := range g.Grants {
			policy[grant] = true
		}
		return
	}
	t := f.things[place(want)]
	switch want.(type) {
	case *estate.Namespace, *estate.KubernetesAccount:
		if t != nil && t.Setup == "" {
			t.Setup, t.Joined = setup, true
		}
	}
	if t == nil {
		t = f.put(want, setup)
		if want.Kind() == estate.KindService { // has nowhere to bear a mark
			t.Setup = ""
		}
	}
	t.Spec, t.Deleted = clone(want), false
}

// lacks is a cloud's refusal for want of something else.
func (f *fake) lacks(want estate.Spec) error {
	need := func(place string) error {
		if t := f.things[place]; t == nil || t.Deleted {
			return &bridge.Error{Kind: bridge.Fault, Code: "not_found", Status: 404, Text: "there is no " + place}
		}
		return nil
	}
	switch s := want.(type) {
	case *estate.Provider:
		return need("pool " + s.Project + " " + s.Pool)
	case *estate.FederatedCredential:
		twenty := 0
		for key, t := range f.things {
			c, ok := t.Spec.(*estate.FederatedCredential)
			if !ok || c.Identity != s.Identity || key == place(s) {
				continue
			}
			if twenty++; twenty >= 20 || c.Issuer == s.Issuer && c.Subject == s.Subject {
				return fmt.Errorf("%s: the twenty-first, or the same issuer and subject as %s", s.Name, c.Name)
			}
		}
		return need("identity " + s.Identity)
	case *estate.Grants:
		if s.Account != "" {
			if err := need("account " + s.Account); err != nil {
				return err
			}
		}
		for _, g := range s.Grants {
			if email, ok := strings.CutPrefix(g.Member, "serviceAccount:"); ok {
				if err := need("account " + email); err != nil {
					return err
				}
			}
			if strings.HasPrefix(g.Role, "projects/") && strings.Contains(g.Role, "landbridge_") {
				if err := need("role " + g.Role); err != nil {
					return err
				}
			}
		}
	case *estate.KubernetesAccount:
		return need("namespace " + s.Cluster + " " + s.Namespace)
	case *estate.Namespace:
		return need(place(s))
	case *estate.Cluster:
		return need(place(s))
	}
	return nil
}

func (f *fake) Remove(ctx context.Context, now estate.Spec) error {
	return f.change(ctx, "remove "+place(now), func() error {
		if g, ok := now.(*estate.Grants); ok {
			for _, grant := range g.Grants {
				delete(f.policies[policyOf(g)], grant)
			}
			return nil
		}
		t := f.things[place(now)]
		if t == nil {
			return nil
		}
		if t.Setup == "" {
			return fmt.Errorf("removes %s, which bears no mark", place(now))
		}
		switch s := t.Spec.(type) {
		case *estate.Pool, *estate.Provider, *estate.Role:
			t.Deleted = true
		case *estate.Namespace:
			s.Labels, t.Setup, t.Joined = map[string]string{}, "", false
		case *estate.KubernetesAccount:
			if t.Joined {
				s.Annotations, t.Setup, t.Joined = map[string]string{}, "", false
			} else {
				delete(f.things, place(now))
			}
		case *estate.Account:
			delete(f.things, place(now))
			delete(f.policies, place(now))
		default:
			delete(f.things, place(now))
		}
		return nil
	})
}

func (f *fake) Owned(ctx context.Context, setup string, wanted []estate.Spec) ([]estate.Live, error) {
	if err := f.wait(ctx); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	side := wanted[0].Kind().Side()
	if err := f.apiOff(&estate.Pool{}); side == estate.Google && err != nil {
		return nil, err
	}
	var out []estate.Live
	for _, key := range slices.Sorted(maps.Keys(f.things)) {
		if t := f.things[key]; t.Setup == setup && t.Spec.Kind().Side() == side {
			out = append(out, f.live(t.Spec))
		}
	}
	return out, nil
}

func (f *fake) Forget() {}
