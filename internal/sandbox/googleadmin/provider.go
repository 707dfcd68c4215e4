package googleadmin

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

type providerBody struct {
	DisplayName, Description string
	Disabled                 bool
	AttributeMapping         map[string]string
	AttributeCondition       string
	OIDC                     struct {
		IssuerURI        string
		AllowedAudiences []string
		JWKSJSON         string
		DiscoveryURI     string
	}
	AWS, SAML, X509 any
	ActorProviders  []string
}

func (a *admin) listProviders(c *call) (any, *problem) {
	pool, err := a.world.Pool(c.poolName())
	if err != nil {
		return nil, googleapi.Absent("Requested entity was not found.")
	}
	deleted := c.URL.Query().Get("showDeleted") == "true"
	var names []string
	for _, name := range slices.Sorted(maps.Keys(pool.Providers)) {
		if deleted || pool.Providers[name].State != "DELETED" {
			names = append(names, name)
		}
	}
	cut, next, p := page(c.URL.Query(), names, 50, 100)
	out := make([]map[string]any, len(cut))
	for i, name := range cut {
		out[i] = providerJSON(&pool, name)
	}
	return listed("workloadIdentityPoolProviders", out, next), p
}

func (a *admin) getProvider(c *call) (any, *problem) {
	pool, err := a.world.Pool(c.poolName())
	if _, ok := pool.Providers[c.providerName()]; err != nil || !ok {
		return nil, googleapi.Absent("Requested entity was not found.")
	}
	return providerJSON(&pool, c.providerName()), nil
}

func (a *admin) createProvider(c *call) (any, *problem) {
	body, p := a.readProvider(c)
	if p != nil {
		return nil, p
	}
	c.inner = c.URL.Query().Get("workloadIdentityPoolProviderId")
	next := trust.Provider{
		Name: c.providerName(), DisplayName: body.DisplayName, Description: body.Description, Disabled: body.Disabled,
		AttributeMapping: body.AttributeMapping, AttributeCondition: body.AttributeCondition,
		OIDC: trust.OIDC{IssuerURI: body.OIDC.IssuerURI, AllowedAudiences: body.OIDC.AllowedAudiences, JWKSJSON: body.OIDC.JWKSJSON},
	}
	if p := a.checkProvider(c, next); p != nil {
		return nil, p
	}
	return a.changeProvider(c, func(pool *world.Pool, _ trust.Provider, exists bool) (trust.Provider, *problem) {
		if exists { // also when it is deleted
			return next, taken("Requested entity already exists")
		}
		return next, nil
	})
}

func (a *admin) readProvider(c *call) (providerBody, *problem) {
	var body providerBody
	if p := a.google.Read(c.Request, "WorkloadIdentityPoolProvider", &body); p != nil {
		return body, p
	}
	if body.AWS != nil || body.SAML != nil || body.X509 != nil || body.OIDC.DiscoveryURI != "" || len(body.ActorProviders) > 0 {
		return body, &problem{Code: http.StatusNotImplemented, Status: "UNIMPLEMENTED", Message: "the sandbox knows OIDC providers without a discovery URI or actors"}
	}
	return body, checkTexts(body.DisplayName, body.Description)
}

// checkProvider applies the rules that Google has for a provider before it is kept, and the organisation's policy.
func (a *admin) checkProvider(c *call, p trust.Provider) *problem {
	_, err := trust.Compile(p)
	if found := problems(err); len(found) > 0 {
		text := found[0].Text
		if strings.HasPrefix(found[0].Field, "oidc.jwksJson.") {
			text = "Invalid JWKs: " + text + "."
		}
		return googleapi.Invalid(text)
	}
	if allowed := c.project.Issuers; allowed != nil && !slices.Contains(allowed, p.OIDC.IssuerURI) {
		out := precondition("Precondition check failed.")
		out.Details = []map[string]any{{"@type": mediaType + "google.rpc.PreconditionFailure", "violations": []map[string]any{{
			"type":        "constraints/iam.workloadIdentityPoolProviders",
			"subject":     "orgpolicy:projects/" + c.project.ID + "/locations/global/workloadIdentityPools/" + c.id,
			"description": "Org Policy violated for value: '" + p.OIDC.IssuerURI + "'.",
		}}}}
		return out
	}
	return nil
}

func problems(err error) trust.Problems {
	found, _ := errors.AsType[trust.Problems](err)
	return found
}

func (a *admin) patchProvider(c *call) (any, *problem) {
	body, p := a.readProvider(c)
	if p != nil {
		return nil, p
	}
	paths, p := mask(c.URL.Query().Get("updateMask"), "displayName", "description", "disabled", "attributeMapping", "attributeCondition",
		"oidc", "oidc.issuerUri", "oidc.allowedAudiences", "oidc.jwksJson")
	if p != nil {
		return nil, p
	}
	return a.changeProvider(c, func(pool *world.Pool, old trust.Provider, exists bool) (trust.Provider, *problem) {
		switch {
		case !exists:
			return old, googleapi.Absent("Requested entity was not found.")
		case old.State == "DELETED":
			return old, precondition("Precondition check failed.")
		}
		next := patched(old, body, paths)
		return next, a.checkProvider(c, next)
	})
}

func patched(p trust.Provider, body providerBody, paths []string) trust.Provider {
	for _, path := range paths {
		switch path {
		case "displayName":
			p.DisplayName = body.DisplayName
		case "description":
			p.Description = body.Description
		case "disabled":
			p.Disabled = body.Disabled
		case "attributeMapping":
			p.AttributeMapping = body.AttributeMapping
		case "attributeCondition":
			p.AttributeCondition = body.AttributeCondition
		}
		whole := path == "oidc"
		if whole || path == "oidc.issuerUri" {
			p.OIDC.IssuerURI = body.OIDC.IssuerURI
		}
		if whole || path == "oidc.allowedAudiences" {
			p.OIDC.AllowedAudiences = body.OIDC.AllowedAudiences
		}
		if whole || path == "oidc.jwksJson" {
			p.OIDC.JWKSJSON = body.OIDC.JWKSJSON
		}
	}
	return p
}

func (a *admin) deleteProvider(c *call) (any, *problem) {
	return a.changeProvider(c, func(pool *world.Pool, p trust.Provider, exists bool) (trust.Provider, *problem) {
		switch {
		case !exists:
			return p, googleapi.Absent("Requested entity was not found.")
		case p.State == "DELETED":
			return p, precondition("Precondition check failed.")
		}
		p.State = "DELETED"
		pool.Purges[p.Name] = a.world.Now().Add(world.FederationPurge)
		return p, nil
	})
}

func (a *admin) undeleteProvider(c *call) (any, *problem) {
	if p := a.google.Read(c.Request, "UndeleteRequest", &struct{}{}); p != nil {
		return nil, p
	}
	return a.changeProvider(c, func(pool *world.Pool, p trust.Provider, exists bool) (trust.Provider, *problem) {
		switch {
		case !exists:
			return p, googleapi.Absent("Requested entity was not found.")
		case p.State != "DELETED":
			return p, precondition("Precondition check failed.")
		}
		p.State = ""
		delete(pool.Purges, p.Name)
		return p, nil
	})
}

// changeProvider makes or changes the provider that a call names. A deleted pool takes none.
func (a *admin) changeProvider(c *call, change func(pool *world.Pool, old trust.Provider, exists bool) (trust.Provider, *problem)) (any, *problem) {
	var shown map[string]any
	err := a.world.UpdatePool(c.poolName(), func(pool *world.Pool) error {
		if pool.Deleted {
			return refusal{precondition("Precondition check failed.")}
		}
		old, exists := pool.Providers[c.providerName()]
		next, p := change(pool, old, exists)
		if p != nil {
			return refusal{p}
		}
		pool.Providers[next.Name] = next
		shown = providerJSON(pool, next.Name)
		return nil
	})
	if p := settled(err); p != nil {
		return nil, p
	}
	return a.begin(c.providerName(), "WorkloadIdentityPoolProvider", shown), nil
}

func providerJSON(pool *world.Pool, name string) map[string]any {
	p := pool.Providers[name]
	oidc := map[string]any{"issuerUri": p.OIDC.IssuerURI}
	put(oidc, "jwksJson", p.OIDC.JWKSJSON)
	if len(p.OIDC.AllowedAudiences) > 0 {
		oidc["allowedAudiences"] = slices.Clone(p.OIDC.AllowedAudiences)
	}
	out := map[string]any{"name": p.Name, "state": "ACTIVE", "oidc": oidc}
	put(out, "displayName", p.DisplayName)
	put(out, "description", p.Description)
	put(out, "attributeCondition", p.AttributeCondition)
	if len(p.AttributeMapping) > 0 {
		out["attributeMapping"] = maps.Clone(p.AttributeMapping)
	}
	if p.Disabled {
		out["disabled"] = true
	}
	if p.State == "DELETED" {
		out["state"] = "DELETED"
		if at := pool.Purges[name]; !at.IsZero() {
			out["expireTime"] = at.UTC().Format(time.RFC3339Nano)
		}
	}
	return out
}
