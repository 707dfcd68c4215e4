package googleadmin

import (
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

type poolBody struct {
	DisplayName, Description, Mode  string
	Disabled                        bool
	InlineTrustConfig               any
	InlineCertificateIssuanceConfig any
}

func (a *admin) listPools(c *call) (any, *problem) {
	deleted := c.URL.Query().Get("showDeleted") == "true"
	pools := slices.DeleteFunc(a.world.Pools(c.project.Number), func(p world.Pool) bool { return p.Deleted && !deleted })
	cut, next, p := page(c.URL.Query(), pools, 50, 1000)
	out := make([]map[string]any, len(cut))
	for i, pool := range cut {
		out[i] = poolJSON(pool)
	}
	return listed("workloadIdentityPools", out, next), p
}

func (a *admin) getPool(c *call) (any, *problem) {
	pool, err := a.world.Pool(c.poolName())
	if err != nil {
		return nil, googleapi.Absent("Requested entity was not found.")
	}
	return poolJSON(pool), nil
}

func (a *admin) createPool(c *call) (any, *problem) {
	body, p := a.readPool(c)
	if p != nil {
		return nil, p
	}
	id := c.URL.Query().Get("workloadIdentityPoolId")
	c.id = id
	// The rule for ids is package trust's: it looks at a pool's id wherever a provider is named.
	_, err := trust.Compile(trust.Provider{Name: c.poolName() + "/providers/none"})
	for _, problem := range problems(err) {
		if problem.Code == "pool_id" || id == "" {
			return nil, googleapi.Invalid(problem.Text)
		}
	}
	pool := world.Pool{Name: c.poolName(), DisplayName: body.DisplayName, Description: body.Description, Disabled: body.Disabled}
	if !a.world.CreatePool(pool) {
		return nil, taken("Requested entity already exists")
	}
	return a.begin(pool.Name, "WorkloadIdentityPool", poolJSON(pool)), nil
}

func (a *admin) readPool(c *call) (poolBody, *problem) {
	var body poolBody
	if p := a.google.Read(c.Request, "WorkloadIdentityPool", &body); p != nil {
		return body, p
	}
	if body.InlineTrustConfig != nil || body.InlineCertificateIssuanceConfig != nil || body.Mode != "" && body.Mode != "FEDERATION_ONLY" {
		return body, &problem{Code: http.StatusNotImplemented, Status: "UNIMPLEMENTED", Message: "the sandbox knows pools for federation only"}
	}
	return body, checkTexts(body.DisplayName, body.Description)
}

// checkTexts is the rule for the texts of pools and providers.
func checkTexts(displayName, description string) *problem {
	switch {
	case utf8.RuneCountInString(displayName) > 32:
		return googleapi.Invalid("The display name cannot exceed 32 characters.")
	case utf8.RuneCountInString(description) > 256:
		return googleapi.Invalid("The description cannot exceed 256 characters.")
	}
	return nil
}

func (a *admin) patchPool(c *call) (any, *problem) {
	body, p := a.readPool(c)
	if p != nil {
		return nil, p
	}
	paths, p := mask(c.URL.Query().Get("updateMask"), "displayName", "description", "disabled")
	if p != nil {
		return nil, p
	}
	return a.changePool(c, func(pool *world.Pool) *problem {
		if pool.Deleted {
			return precondition("Precondition check failed.")
		}
		for _, path := range paths {
			switch path {
			case "displayName":
				pool.DisplayName = body.DisplayName
			case "description":
				pool.Description = body.Description
			case "disabled":
				pool.Disabled = body.Disabled
			}
		}
		return nil
	})
}

func (a *admin) deletePool(c *call) (any, *problem) {
	return a.changePool(c, func(pool *world.Pool) *problem {
		if pool.Deleted {
			return precondition("Precondition check failed.")
		}
		pool.Deleted, pool.Purge = true, a.world.Now().Add(world.FederationPurge)
		return nil
	})
}

func (a *admin) undeletePool(c *call) (any, *problem) {
	if p := a.google.Read(c.Request, "UndeleteRequest", &struct{}{}); p != nil {
		return nil, p
	}
	return a.changePool(c, func(pool *world.Pool) *problem {
		if !pool.Deleted {
			return precondition("Precondition check failed.")
		}
		pool.Deleted, pool.Purge = false, time.Time{}
		return nil
	})
}

func (a *admin) changePool(c *call, change func(*world.Pool) *problem) (any, *problem) {
	var after world.Pool
	err := a.world.UpdatePool(c.poolName(), func(p *world.Pool) error {
		if refused := change(p); refused != nil {
			return refusal{refused}
		}
		after = *p
		return nil
	})
	if p := settled(err); p != nil {
		return nil, p
	}
	return a.begin(after.Name, "WorkloadIdentityPool", poolJSON(after)), nil
}

func poolJSON(p world.Pool) map[string]any {
	out := map[string]any{"name": p.Name, "state": "ACTIVE"}
	put(out, "displayName", p.DisplayName)
	put(out, "description", p.Description)
	if p.Disabled {
		out["disabled"] = true
	}
	if p.Deleted {
		out["state"] = "DELETED"
		out["expireTime"] = p.Purge.UTC().Format(time.RFC3339Nano)
	}
	return out
}

// put leaves out what is empty, as Google's JSON does.
func put(out map[string]any, name, value string) {
	if value != "" {
		out[name] = value
	}
}

// mask reads an update mask, whose paths may be in either case, and refuses what cannot be changed.
func mask(text string, allowed ...string) ([]string, *problem) {
	if text == "" {
		return nil, googleapi.Invalid("The update_mask is required.")
	}
	var out []string
	for path := range strings.SplitSeq(text, ",") {
		path = camel(strings.TrimSpace(path))
		if !slices.Contains(allowed, path) {
			return nil, googleapi.Invalid("Invalid field mask: the field '" + path + "' cannot be updated.")
		}
		out = append(out, path)
	}
	return out, nil
}

func camel(snake string) string {
	words := strings.Split(snake, "_")
	for i, w := range words {
		if i > 0 && w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}
