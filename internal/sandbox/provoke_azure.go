package sandbox

import (
	"fmt"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

// unreachableIssuer is an issuer that answers nobody.
const unreachableIssuer = "https://127.0.0.1:1/" + tenantID + "/"

// entraProvocations are of Entra's token endpoint, for the identity that the cluster's workload becomes.
func entraProvocations() []provocation {
	entra := func(code, what string, do func(*provoker) (func(), error)) provocation {
		return provocation{Provocation{code, "entra", what}, do}
	}
	return []provocation{
		entra("LB2013", "the identity has no federated credential", editIdentity(func(i *world.Identity) { i.Credentials = nil })),
		entra("LB2014", "the federated credentials name another issuer", editCredentials(func(c *trust.FederatedCredential) {
			c.Issuer = "https://swedencentral.oic.prod-aks.azure.com/" + tenantID + "/00000000-0000-4000-8000-000000000000/"
		})),
		entra("LB2015", "the federated credentials take another audience", editCredentials(func(c *trust.FederatedCredential) { c.Audiences = []string{"api://somebody-else"} })),
		entra("LB2016", "the federated credentials name another account", editCredentials(func(c *trust.FederatedCredential) {
			c.Subject = "system:serviceaccount:" + namespace + ":somebody-else"
		})),
		entra("LB2017", "the federated credentials have an expression in place of the subject", editCredentials(func(c *trust.FederatedCredential) {
			c.Subject, c.ClaimsMatchingExpression = "", &trust.ClaimsMatch{Value: "claims['sub'] matches 'repo:somebody-else/*'", LanguageVersion: 1}
		})),
		entra("LB2018", "the federated credentials have the audience as a GUID", editCredentials(func(c *trust.FederatedCredential) { c.Audiences = []string{exchangeAppID} })),
		entra("LB2019", "the identity lives in another tenant", editIdentity(func(i *world.Identity) { i.TenantID = "00000000-0000-4000-8000-000000000000" })),
		entra("LB2020", "the cluster's new tokens expired an hour ago", spoil(func(claims map[string]any) { shift(claims, -3*time.Hour) })),
		entra("LB2021", "the cluster's new tokens live for a year", spoil(func(claims map[string]any) {
			if iat, ok := claims["iat"].(int64); ok {
				claims["exp"] = iat + int64((365 * 24 * time.Hour).Seconds())
			}
		})),
		entra("LB2022", "the cluster's issuer cannot be reached", func(p *provoker) (func(), error) {
			restore, err := editCredentials(func(c *trust.FederatedCredential) { c.Issuer = unreachableIssuer })(p)
			if err != nil {
				return nil, err
			}
			p.world.SpoilTokens(func(claims map[string]any) { claims["iss"] = unreachableIssuer })
			return func() { p.world.SpoilTokens(nil); restore() }, nil
		}),
		entra("LB2023", "the cluster's new tokens claim to be Entra's", spoil(func(claims map[string]any) { claims["iss"] = "https://login.microsoftonline.com/" + tenantID + "/v2.0" })),
		entra("LB2024", "the resource has no service principal", cannedEntra(500011, "invalid_resource", 400, "The resource principal named api://landbridge was not found in the tenant named Landbridge demo. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.")),
		entra("LB2025", "the resource's application demands an assignment", cannedEntra(501051, "invalid_grant", 400, "Application '"+workloadClient+"'(landbridge-workload) is not assigned to a role for the application 'api://landbridge'(landbridge).")),
		entra("LB2074", "the tenant is not known", cannedEntra(90002, "invalid_request", 400, "Tenant '"+tenantID+"' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.")),
		entra("LB2075", "Entra does not find the key that signed the assertion", cannedEntra(50013, "invalid_client", 401, "Assertion failed signature validation. [Reason - The key was not found.]")),
	}
}

// editIdentity changes the workload's identity and keeps the old one to put back.
func editIdentity(change func(*world.Identity)) func(*provoker) (func(), error) {
	return func(p *provoker) (func(), error) {
		var old world.Identity
		err := p.world.UpdateIdentity(workloadClient, func(i *world.Identity) error {
			old = *i
			change(i)
			return nil
		})
		return func() {
			_ = p.world.UpdateIdentity(workloadClient, func(i *world.Identity) error {
				i.TenantID, i.Credentials = old.TenantID, old.Credentials
				return nil
			})
		}, err
	}
}

func editCredentials(change func(*trust.FederatedCredential)) func(*provoker) (func(), error) {
	return editIdentity(func(i *world.Identity) {
		fresh := make([]trust.FederatedCredential, len(i.Credentials))
		for n, c := range i.Credentials {
			change(&c)
			fresh[n] = c
		}
		i.Credentials = fresh
	})
}

// cannedEntra is a refusal of the token endpoint, and of nothing else on Entra's hosts.
func cannedEntra(number int, name string, status int, text string) func(*provoker) (func(), error) {
	return func(p *provoker) (func(), error) {
		stamp := p.world.Now().UTC().Format("2006-01-02 15:04:05Z")
		body := encoded(map[string]any{
			"error":             name,
			"error_description": fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s", number, text, world.GUID(), world.GUID(), stamp),
			"error_codes":       []int{number}, "timestamp": stamp, "error_uri": fmt.Sprintf("https://login.microsoftonline.com/error?code=%d", number),
		})
		return canned("entra", world.Canned{Path: "/token", Status: status}, body)(p)
	}
}

// homeProvocations are of the managed identity endpoints.
func homeProvocations() []provocation {
	on := func(code, route, what string, do func(*provoker) (func(), error)) provocation {
		return provocation{Provocation{code, route, what}, do}
	}
	host := func(change func(*world.Host)) func(*provoker) (func(), error) {
		return func(p *provoker) (func(), error) {
			old := p.world.Host(world.HostVM)
			next := old
			change(&next)
			p.world.SetHost(world.HostVM, next)
			return func() { p.world.SetHost(world.HostVM, old) }, nil
		}
	}
	const token = "/metadata/identity/oauth2/token"
	return []provocation{
		on("LB3030", "imds", "the machine has no managed identity", host(func(h *world.Host) { h.SystemAssigned, h.UserAssigned = "", nil })),
		on("LB3031", "imds", "the machine has two user-assigned identities; ask without client_id", host(func(h *world.Host) {
			h.SystemAssigned, h.UserAssigned = "", []string{workloadClient, vmClient}
		})),
		on("LB3032", "imds", "a proxy has dropped the header Metadata", canned("imds", world.Canned{Path: token, Status: 400}, oauth("invalid_request", "Required metadata header not specified"))),
		on("LB3033", "appservice", "the platform knows api-version 2017-09-01 only", canned("appservice", world.Canned{Status: 400}, encoded(map[string]any{"error": map[string]any{
			"code": "UnsupportedApiVersion", "message": "The HTTP resource that matches the request URI 'http://localhost:8081/msi/token' does not support the API version '2019-08-01'.", "innerError": nil,
		}}))),
		on("LB3034", "appservice", "IDENTITY_HEADER has changed", canned("appservice", world.Canned{Status: 401}, `{"statusCode":401,"message":"Unauthorized","correlationId":"7d0c6a34-2f0f-4e3e-9a53-e6cb9ee51d00"}`)),
		on("LB3035", "arc", "the agent answers without a challenge", canned("arc", world.Canned{Path: "/oauth2/token", Status: 401}, oauth("unauthorized_client", "Missing Basic Authorization header"))),
	}
}

// setupProvocations are of the calls that change the clouds.
func setupProvocations() []provocation {
	setup := func(code, what string, do func(*provoker) (func(), error)) provocation {
		return provocation{Provocation{code, "setup", what}, do}
	}
	add := func(more ...trust.FederatedCredential) func(*provoker) (func(), error) {
		return editIdentity(func(i *world.Identity) {
			i.Credentials = append(append([]trust.FederatedCredential{}, i.Credentials...), more...)
		})
	}
	full := make([]trust.FederatedCredential, 18) // beside the two that are there
	for n := range full {
		full[n] = trust.FederatedCredential{Name: fmt.Sprintf("filler-%d", n), Issuer: productionIssuer, Subject: fmt.Sprintf("system:serviceaccount:%s:filler-%d", namespace, n), Audiences: []string{exchangeAudience}}
	}
	return []provocation{
		setup("LB2026", "somebody else is writing the identity's federated credentials", func(p *provoker) (func(), error) {
			done, ok := p.world.WriteCredentials(workloadClient)
			if !ok {
				return nil, &world.NotFound{Kind: "identity without a writer", Name: workloadClient}
			}
			return done, nil
		}),
		setup("LB2027", "the identity has a credential of another name for system:serviceaccount:"+namespace+":other", func(p *provoker) (func(), error) {
			return add(trust.FederatedCredential{Name: "by-hand", Issuer: p.profile.Azure.ClusterIssuer, Subject: "system:serviceaccount:" + namespace + ":other", Audiences: []string{exchangeAudience}})(p)
		}),
		setup("LB2028", "the identity has 20 federated credentials", add(full...)),
		setup("LB2029", "Azure takes the credential to have two audiences", canned("arm", world.Canned{Method: "PUT", Path: "/federatedIdentityCredentials/", Status: 400}, `{"error":{"code":"BadRequest","message":"Federated identity credentials must have exactly one audience."}}`)),
		setup("LB4050", "the organisation allows one issuer, and it is not the cluster's", editProject(func(p *world.Project) func(*world.Project) {
			old := p.Issuers
			p.Issuers = []string{"https://allowed.example"}
			return func(p *world.Project) { p.Issuers = old }
		})),
		setup("LB4051", "Google takes the uploaded keys for neither RSA nor EC", canned("iam", world.Canned{Path: "/providers", Status: 400}, rpcError(400, "INVALID_ARGUMENT", "Invalid JWKs provided. Error: Only RSA, EC key types are supported."))),
		setup("LB4052", "the provider aks-production is deleted, and its id is taken for 30 days", func(p *provoker) (func(), error) {
			set := func(state string) error {
				return p.world.UpdatePool(poolName, func(pool *world.Pool) error {
					provider, ok := pool.Providers[p.profile.Google.ProductionProvider]
					if !ok {
						return &world.NotFound{Kind: "provider", Name: p.profile.Google.ProductionProvider}
					}
					provider.State = state
					pool.Providers[provider.Name] = provider
					return nil
				})
			}
			return func() { _ = set("") }, set("DELETED")
		}),
	}
}
