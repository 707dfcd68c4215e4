package provision

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	crm "google.golang.org/api/cloudresourcemanager/v3"
	"google.golang.org/api/iam/v1"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// A policy that somebody else changed meanwhile is read and written again this often, after a wait that doubles.
const (
	policyTries = 10
	firstRetry  = 50 * time.Millisecond
)

// conditional is the version of policies that have conditions: asking for less would show them without.
const conditional = 3

func grantsTask(g *estate.Grants, verb, permission string) task {
	if g.Account != "" {
		return task{hopIAM, verb + " the allow policy of the service account " + g.Account, "iam.serviceAccounts." + permission, projectOf(g.Account)}
	}
	return task{hopProjects, verb + " the allow policy of the project " + g.Project, "resourcemanager.projects." + permission, g.Project}
}

// projectOf is the project of a service account, for hints: a word to replace when the e-mail does not say.
func projectOf(email string) string { return cmp.Or(estate.AccountProject(email), "PROJECT") }

func (k *Keeper) readGrants(ctx context.Context, want *estate.Grants) (estate.Live, error) {
	key := cmp.Or(want.Account, want.Project)
	policy, err := k.read.policies.Ask(ctx, key, func(ctx context.Context) (*iam.Policy, error) { return k.policy(ctx, want) })
	if missing(err) {
		return estate.Live{}, nil
	}
	if err != nil {
		if want.Account != "" && hidden(err) && k.unknownAccount(ctx, want.Account) {
			return estate.Live{}, nil
		}
		return estate.Live{}, k.refused(grantsTask(want, "read", "getIamPolicy"), err)
	}
	return grantsLive(want, policy), nil
}

// unknownAccount says whether there is no such account. Google refuses to show the policy of one in the same words as of
// one that may not be seen.
func (k *Keeper) unknownAccount(ctx context.Context, email string) bool {
	project := estate.AccountProject(email)
	if project == "" {
		return false
	}
	accounts, err := k.listAccounts(ctx, project)
	return err == nil && accounts[email] == nil
}

// grantsLive picks out of a policy what is wanted, and what is nobody's but this set-up's.
func grantsLive(want *estate.Grants, policy *iam.Policy) estate.Live {
	out := *want
	out.Grants = []estate.Grant{}
	for _, b := range policy.Bindings {
		if b.Condition != nil {
			continue
		}
		for _, m := range b.Members {
			g := estate.Grant{Role: b.Role, Member: m}
			if ours(want, m) || slices.Contains(want.Grants, g) {
				out.Grants = append(out.Grants, g)
			}
		}
	}
	slices.SortFunc(out.Grants, func(a, b estate.Grant) int {
		return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Member, b.Member))
	})
	out.Grants = slices.Compact(out.Grants)
	return estate.Live{Spec: &out}
}

func ours(g *estate.Grants, member string) bool {
	return slices.ContainsFunc(g.Ours, func(prefix string) bool { return prefix != "" && strings.HasPrefix(member, prefix) })
}

// writeGrants gives what is wanted and takes away what is ours and not wanted.
func (k *Keeper) writeGrants(ctx context.Context, want *estate.Grants) (estate.Live, error) {
	policy, err := k.editPolicy(ctx, want, func(p *iam.Policy) bool {
		changed := dropMembers(p, func(g estate.Grant) bool { return ours(want, g.Member) && !slices.Contains(want.Grants, g) })
		for _, g := range want.Grants {
			changed = addMember(p, g) || changed
		}
		return changed
	})
	if err != nil {
		return estate.Live{}, err
	}
	return grantsLive(want, policy), nil
}

// removeGrants takes away exactly the grants that it is given.
func (k *Keeper) removeGrants(ctx context.Context, now *estate.Grants) error {
	_, err := k.editPolicy(ctx, now, func(p *iam.Policy) bool {
		return dropMembers(p, func(g estate.Grant) bool { return slices.Contains(now.Grants, g) })
	})
	if e, ok := errors.AsType[*bridge.Error](err); ok && (e.Status == 404 || now.Account != "" && e.Status == 403 && k.unknownAccount(ctx, now.Account)) {
		return nil // the account went, and its policy with it
	}
	return err
}

// editPolicy reads a policy, changes it, and writes it if nobody changed it meanwhile; else it begins again.
func (k *Keeper) editPolicy(ctx context.Context, g *estate.Grants, edit func(*iam.Policy) bool) (*iam.Policy, error) {
	defer k.read.policies.Drop(cmp.Or(g.Account, g.Project))
	wait := firstRetry
	for try := 1; ; try++ {
		policy, err := k.policy(ctx, g)
		if err != nil {
			return nil, k.refused(grantsTask(g, "read", "getIamPolicy"), err)
		}
		if !edit(policy) {
			return policy, nil
		}
		policy.Version = conditional
		policy.ForceSendFields = []string{"Bindings"} // also when none is left
		policy, err = k.setPolicy(ctx, g, policy)
		if err == nil {
			return policy, nil
		}
		if statusOf(err) != "ABORTED" || try == policyTries {
			return nil, k.refused(grantsTask(g, "change", "setIamPolicy"), err)
		}
		// Apart from others that met the same conflict.
		spread := time.Duration(rand.Int64N(int64(wait))) //nolint:gosec // spreads load, guards nothing
		if err := bridge.Wait(ctx, wait+spread); err != nil {
			return nil, unreachable(grantsTask(g, "change", ""), err)
		}
		wait = min(2*wait, longLook)
	}
}

func dropMembers(p *iam.Policy, drop func(estate.Grant) bool) bool {
	changed := false
	for _, b := range p.Bindings {
		if b.Condition != nil {
			continue
		}
		kept := slices.DeleteFunc(slices.Clone(b.Members), func(m string) bool { return drop(estate.Grant{Role: b.Role, Member: m}) })
		changed = changed || len(kept) != len(b.Members)
		b.Members = kept
	}
	p.Bindings = slices.DeleteFunc(p.Bindings, func(b *iam.Binding) bool { return len(b.Members) == 0 })
	return changed
}

func addMember(p *iam.Policy, g estate.Grant) bool {
	for _, b := range p.Bindings {
		if b.Role == g.Role && b.Condition == nil {
			if slices.Contains(b.Members, g.Member) {
				return false
			}
			b.Members = append(b.Members, g.Member)
			return true
		}
	}
	p.Bindings = append(p.Bindings, &iam.Binding{Role: g.Role, Members: []string{g.Member}})
	return true
}

// policy reads a policy with its conditions.
func (k *Keeper) policy(ctx context.Context, g *estate.Grants) (*iam.Policy, error) {
	if g.Account != "" {
		return k.iam.Projects.ServiceAccounts.GetIamPolicy("projects/-/serviceAccounts/" + g.Account).OptionsRequestedPolicyVersion(conditional).Context(ctx).Do()
	}
	p, err := k.projects.Projects.GetIamPolicy("projects/"+g.Project, &crm.GetIamPolicyRequest{
		Options: &crm.GetPolicyOptions{RequestedPolicyVersion: conditional},
	}).Context(ctx).Do()
	if err != nil {
		return nil, err
	}
	return recast[iam.Policy](p)
}

func (k *Keeper) setPolicy(ctx context.Context, g *estate.Grants, p *iam.Policy) (*iam.Policy, error) {
	if g.Account != "" {
		return k.iam.Projects.ServiceAccounts.SetIamPolicy("projects/-/serviceAccounts/"+g.Account, &iam.SetIamPolicyRequest{Policy: p}).Context(ctx).Do()
	}
	theirs, err := recast[crm.Policy](p)
	if err != nil {
		return nil, err
	}
	theirs.ForceSendFields = p.ForceSendFields
	after, err := k.projects.Projects.SetIamPolicy("projects/"+g.Project, &crm.SetIamPolicyRequest{Policy: theirs}).Context(ctx).Do()
	if err != nil {
		return nil, err
	}
	return recast[iam.Policy](after)
}

// recast writes a policy of one of Google's clients as another's: they are the same message, generated twice.
func recast[To any](from any) (*To, error) {
	data, err := json.Marshal(from)
	out := new(To)
	if err == nil {
		err = json.Unmarshal(data, out)
	}
	if err != nil {
		return nil, fmt.Errorf("the allow policy: %w", err)
	}
	return out, nil
}
