package sandbox

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

// stsProvocations are of Google's token service: mostly a provider that somebody has changed.
func stsProvocations() []provocation {
	sts := func(code, what string, do func(*provoker) (func(), error)) provocation {
		return provocation{Provocation{code, "pod", what}, do}
	}
	return []provocation{
		sts("LB4036", "the provider takes an audience that the token has not", editProvider(func(p *trust.Provider) error {
			p.OIDC.AllowedAudiences = []string{"https://somebody-else.example"}
			return nil
		})),
		sts("LB4037", "the provider trusts the issuer of another cluster", editProvider(func(p *trust.Provider) error {
			p.OIDC.IssuerURI = "https://swedencentral.oic.prod-aks.azure.com/" + tenantID + "/00000000-0000-4000-8000-000000000000/"
			return nil
		})),
		sts("LB4038", "the cluster's new tokens have no iss claim", spoil(func(claims map[string]any) { delete(claims, "iss") })),
		sts("LB4039", "the cluster's new tokens expired an hour ago", spoil(func(claims map[string]any) { shift(claims, -3*time.Hour) })),
		sts("LB4040", "the provider has uploaded keys of before the last rotation", editProvider(func(p *trust.Provider) error {
			p.OIDC.JWKSJSON = string(world.NewKeyRing().JWKS())
			return nil
		})),
		sts("LB4041", "the provider has uploaded another cluster's key under the same kid", forgeKey),
		sts("LB4042", "the provider is disabled", editProvider(func(p *trust.Provider) error { p.Disabled = true; return nil })),
		sts("LB4045", "the mapping puts more than 127 bytes into google.subject", editProvider(func(p *trust.Provider) error {
			p.AttributeMapping = map[string]string{"google.subject": "'" + strings.Repeat("cluster-with-a-long-name/", 5) + "' + assertion.sub"}
			p.AttributeCondition = ""
			return nil
		})),
		sts("LB4046", "the provider's condition names another namespace", editProvider(func(p *trust.Provider) error {
			p.AttributeCondition = "assertion['kubernetes.io']['namespace'] == 'somebody-else'"
			return nil
		})),
		sts("LB4047", "the mapping reads a claim that the token has not", editProvider(func(p *trust.Provider) error {
			p.AttributeMapping = map[string]string{"google.subject": "assertion.email"}
			return nil
		})),
		sts("LB4043", "the token service takes the audience for a pool's name", canned("sts", world.Canned{Path: "/v1/token", Status: 400}, oauth("invalid_request", `Invalid value for "audience". This value should be the full resource name of the Identity Provider. See https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token for the list of possible formats.`))),
		sts("LB4044", "the token service sees no scope", canned("sts", world.Canned{Path: "/v1/token", Status: 400}, oauth("invalid_request", "Scope(s) must be provided."))),
		sts("LB4048", "the project's exchanges are throttled", canned("sts", world.Canned{Path: "/v1/token", Status: 429}, oauth("quota_exceeded", "The request was throttled due to rate limit: sts.googleapis.com/requests. Please retry after a few seconds."))),
		sts("LB4049", "the token service fails", canned("sts", world.Canned{Path: "/v1/token", Status: 500}, rpcError(500, "INTERNAL", "Internal error encountered."))),
		sts("LB4076", "the cluster's new tokens are taken for no JWT", canned("sts", world.Canned{Path: "/v1/token", Status: 400}, oauth("invalid_grant", "Unable to parse the ID Token."))),
	}
}

// editProvider changes the default provider; what Google would not have taken is an error.
func editProvider(change func(*trust.Provider) error) func(*provoker) (func(), error) {
	return func(p *provoker) (func(), error) {
		var old trust.Provider
		err := p.world.UpdatePool(poolName, func(pool *world.Pool) error {
			var ok bool
			if old, ok = pool.Providers[p.profile.Google.Provider]; !ok {
				return &world.NotFound{Kind: "provider", Name: p.profile.Google.Provider}
			}
			next := old
			if err := change(&next); err != nil {
				return err
			}
			if _, err := trust.Compile(next); err != nil {
				return err
			}
			pool.Providers[old.Name] = next
			return nil
		})
		return func() {
			_ = p.world.UpdatePool(poolName, func(pool *world.Pool) error { pool.Providers[old.Name] = old; return nil })
		}, err
	}
}

// forgeKey uploads a key of somebody else under the kid that the cluster signs with.
func forgeKey(p *provoker) (func(), error) {
	ring, ok := p.world.IssuerKeys(p.profile.Azure.ClusterIssuer)
	if !ok {
		return nil, &world.NotFound{Kind: "issuer", Name: p.profile.Azure.ClusterIssuer}
	}
	kid, _ := ring.Signer()
	var set struct {
		Keys []map[string]any `json:"keys"`
	}
	if err := json.Unmarshal(world.NewKeyRing().JWKS(), &set); err != nil || len(set.Keys) == 0 {
		return nil, errors.New("the foreign key cannot be read")
	}
	set.Keys[0]["kid"] = kid
	forged, err := json.Marshal(set)
	if err != nil {
		return nil, err
	}
	return editProvider(func(t *trust.Provider) error { t.OIDC.JWKSJSON = string(forged); return nil })(p)
}

// spoil changes the tokens that the clusters sign from now on.
func spoil(change func(claims map[string]any)) func(*provoker) (func(), error) {
	return func(p *provoker) (func(), error) {
		p.world.SpoilTokens(change)
		return func() { p.world.SpoilTokens(nil) }, nil
	}
}

func shift(claims map[string]any, by time.Duration) {
	for _, name := range []string{"iat", "nbf", "exp"} {
		if n, ok := claims[name].(int64); ok {
			claims[name] = n + int64(by.Seconds())
		}
	}
}

// accountProvocations are of the service account that the workload acts as.
func accountProvocations() []provocation {
	account := func(code, what string, do func(*provoker) (func(), error)) provocation {
		return provocation{Provocation{code, "pod", what}, do}
	}
	generate := world.Canned{Path: ":generateAccessToken", Status: 400}
	return []provocation{
		account("LB5053", "nobody may act as the service account any more", func(p *provoker) (func(), error) {
			return without(p, callerEmail, "roles/iam.workloadIdentityUser", func(string) bool { return true })
		}),
		account("LB5054", "the service account is deleted", func(p *provoker) (func(), error) {
			return func() { p.world.UndeleteServiceAccount(callerID) }, p.world.DeleteServiceAccount(callerEmail)
		}),
		account("LB5055", "the IAM Service Account Credentials API is off", switchOff("iamcredentials.googleapis.com")),
		account("LB5056", "the caller seems to ask for more than an hour", canned("iamcredentials", generate, rpcError(400, "INVALID_ARGUMENT", "Access tokens can not have lifetimes of more than 1 hour. Use the Org Policy Constraint constraints/iam.allowServiceAccountCredentialLifetimeExtension to allow up to 12 hours."))),
		account("LB5057", "the caller's clock seems to be ahead", canned("iamcredentials", generate, rpcError(400, "INVALID_ARGUMENT", "The access token lifetime cannot exceed 3600 seconds."))),
		account("LB5058", "the caller's scope seems to be unknown", canned("iamcredentials", generate, rpcError(400, "INVALID_ARGUMENT", "Request contains an invalid argument."))),
		account("LB5077", "the service account is disabled", func(p *provoker) (func(), error) {
			set := func(disabled bool) error {
				return p.world.UpdateServiceAccount(callerEmail, func(a *world.ServiceAccount) { a.Disabled = disabled })
			}
			return func() { _ = set(false) }, set(true)
		}),
	}
}

// without takes a role from some of its members.
func without(p *provoker, resource, role string, from func(member string) bool) (func(), error) {
	var policy world.Policy
	if strings.Contains(resource, "@") {
		a, err := p.world.ServiceAccount(resource)
		if err != nil {
			return nil, err
		}
		policy = a.Policy
	} else {
		project, err := p.world.Project(resource)
		if err != nil {
			return nil, err
		}
		policy = project.Policy
	}
	var taken []string
	for _, b := range policy.Bindings {
		if b.Role == role && b.Condition == nil {
			taken = append(taken, slices.DeleteFunc(slices.Clone(b.Members), func(m string) bool { return !from(m) })...)
		}
	}
	for _, m := range taken {
		if err := p.world.Unbind(resource, role, m); err != nil {
			return nil, err
		}
	}
	return func() {
		for _, m := range taken {
			_ = p.world.Bind(resource, role, m)
		}
	}, nil
}

// switchOff disables an API in the demo project.
func switchOff(api string) func(*provoker) (func(), error) {
	return editProject(func(p *world.Project) func(*world.Project) {
		p.Services[api] = false
		return func(p *world.Project) { p.Services[api] = true }
	})
}

// editProject changes the demo project; what change returns puts it back.
func editProject(change func(*world.Project) func(*world.Project)) func(*provoker) (func(), error) {
	return func(p *provoker) (func(), error) {
		var back func(*world.Project)
		err := p.world.UpdateProject(projectID, func(project *world.Project) { back = change(project) })
		return func() { _ = p.world.UpdateProject(projectID, back) }, err
	}
}
