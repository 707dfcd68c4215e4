package googleapi

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// conditional is the version of policies that have conditions.
const conditional = 3

// checkPolicy applies IAM's rules for a policy that shall replace the present one. What is there already may stay, also
// when its role or member is gone.
func (a *API) checkPolicy(res policies, next world.Policy, version int) *problem {
	if version != 0 && version != 1 && version != conditional {
		return invalidArgument("Invalid policy version. Valid values are 0, 1 and 3.")
	}
	if version < conditional && (hasConditions(next) || hasConditions(res.policy)) {
		return invalidArgument("Policies with conditional role bindings must specify version 3. See https://cloud.google.com/iam/docs/policies#versions.")
	}
	for _, b := range next.Bindings {
		if p := a.checkRole(res, b.Role); p != nil {
			return p
		}
		if b.Condition != nil && b.Condition.Expression == "" {
			return invalidArgument("The condition of the binding for role " + b.Role + " has no expression.")
		}
		for _, m := range b.Members {
			if p := a.checkMember(res, m); p != nil {
				return p
			}
		}
	}
	return nil
}

// checkRole: a custom role can be granted in its own project only.
func (a *API) checkRole(res policies, role string) *problem {
	if slices.ContainsFunc(res.policy.Bindings, func(b world.Binding) bool { return b.Role == role }) {
		return nil
	}
	if !strings.HasPrefix(role, "projects/") && !strings.HasPrefix(role, "organizations/") {
		if !a.world.HasRole(role) {
			return invalidArgument("Role " + role + " is not supported for this resource.")
		}
		return nil
	}
	if !a.world.HasRole(role) || !strings.HasPrefix(role, "projects/"+res.project+"/") {
		return invalidArgument("Role (" + role + ") does not exist in the resource's hierarchy.")
	}
	return nil
}

// checkMember looks at the form of a member and, as far as this world can know, whether there is such a one.
func (a *API) checkMember(res policies, member string) *problem {
	if slices.ContainsFunc(res.policy.Bindings, func(b world.Binding) bool { return slices.Contains(b.Members, member) }) {
		return nil
	}
	if !validMember(member) {
		return invalidArgument("Invalid member " + member + ".")
	}
	if email, ok := strings.CutPrefix(member, "serviceAccount:"); ok {
		_, domain, _ := strings.Cut(email, "@")
		_, noProject := a.world.Project(strings.TrimSuffix(domain, ".iam.gserviceaccount.com"))
		if _, err := a.world.ServiceAccount(email); err != nil && noProject == nil {
			return invalidArgument("Service account " + email + " does not exist.")
		}
	}
	if _, rest, ok := strings.Cut(member, "://iam.googleapis.com/projects/"); ok {
		name, _ := poolOf("projects/" + rest)
		if pool, err := a.world.Pool(name); err != nil || pool.Deleted {
			return invalidArgument("Identity Pool does not exist (" + name + "). Please check that you specified a valid resource name as returned in the `name` attribute in the configuration API.")
		}
	}
	return nil
}

// poolOf cuts a pool's name out of what follows the host in a principal.
func poolOf(rest string) (string, bool) {
	part := strings.SplitN(rest, "/", 7)
	if len(part) < 6 || part[2] != "locations" || part[4] != "workloadIdentityPools" {
		return rest, false
	}
	return strings.Join(part[:6], "/"), true
}

func hasConditions(p world.Policy) bool {
	return slices.ContainsFunc(p.Bindings, func(b world.Binding) bool { return b.Condition != nil })
}

// policyJSON shows a policy. To a caller that does not ask for version 3, a role with a condition is shown under a name
// that no set accepts (https://cloud.google.com/iam/docs/troubleshoot-withcond).
func policyJSON(p world.Policy, version int) map[string]any {
	out := map[string]any{"version": 1, "etag": p.Etag}
	switch {
	case hasConditions(p) && version >= conditional:
		out["version"] = conditional
	case hasConditions(p):
		for i, b := range p.Bindings {
			if b.Condition != nil {
				sum := sha256.Sum256([]byte(b.Condition.Expression + b.Condition.Title))
				p.Bindings[i].Role, p.Bindings[i].Condition = b.Role+"_withcond_"+hex.EncodeToString(sum[:10]), nil
			}
		}
	}
	if len(p.Bindings) > 0 {
		out["bindings"] = p.Bindings
	}
	return out
}

// validMember checks the form of an IAM member.
func validMember(m string) bool {
	if m == "allUsers" || m == "allAuthenticatedUsers" {
		return true
	}
	kind, rest, ok := strings.Cut(m, ":")
	return ok && rest != "" && slices.Contains([]string{"user", "serviceAccount", "group", "domain", "principal", "principalSet", "deleted"}, kind)
}
