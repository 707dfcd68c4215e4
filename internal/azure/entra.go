package azure

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/tokenfile"
	"github.com/landbridge/landbridge/internal/wire"
)

// EntraOptions configure an Entra exchanger.
type EntraOptions struct {
	HTTP  *wire.Client
	Clock bridge.Clock
	// TenantID is a GUID or a domain.
	TenantID string
	// ClientID of the app registration or user-assigned identity that trusts the assertion's issuer and subject.
	ClientID string
	// AuthorityHost is Entra's address; DefaultAuthority when empty.
	AuthorityHost string
	// Scope of a lease when the request names none.
	Scope string
	// Audience that the assertion must have; TokenExchangeResource when empty.
	Audience string
}

// Entra exchanges an assertion for an access token at Entra's token endpoint: a federated identity credential on the
// identity says which assertions it takes. It is the way from Google to Azure, and one leg of WorkloadIdentity's.
type Entra struct {
	http     *wire.Client
	clock    bridge.Clock
	tenant   string
	client   string
	base     string
	scope    string
	audience string
}

// NewEntra returns an exchanger. It makes no call.
func NewEntra(o EntraOptions) (*Entra, error) {
	if o.HTTP == nil || o.Clock == nil {
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopEntra, Code: "incomplete", Text: "an Entra exchanger needs an HTTP client and a clock"}
	}
	base, err := checkAuthority(o.AuthorityHost)
	if err != nil {
		return nil, err
	}
	if err := checkTenant(o.TenantID); err != nil {
		return nil, err
	}
	if !isGUID(o.ClientID) {
		return nil, entraUsage("client_id_malformed", fmt.Sprintf("client id %q is not a GUID", o.ClientID), "copy it from: az identity show --query clientId, or from the app registration's overview")
	}
	if o.Scope != "" {
		if err := checkScope(o.Scope); err != nil {
			return nil, err
		}
	}
	if o.Audience == "" {
		o.Audience = TokenExchangeResource
	}
	return &Entra{http: o.HTTP, clock: o.Clock, tenant: o.TenantID, client: o.ClientID, base: base, scope: o.Scope, audience: o.Audience}, nil
}

// AssertionAudience implements bridge.Exchanger.
func (e *Entra) AssertionAudience() string { return e.audience }

// Exchange implements bridge.Exchanger.
func (e *Entra) Exchange(ctx context.Context, assertion bridge.Assertion, req bridge.LeaseRequest) (bridge.Lease, error) {
	scope, err := e.scopeOf(req)
	if err != nil {
		return bridge.Lease{}, err
	}
	if assertion.Token.Empty() {
		return bridge.Lease{}, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopEntra, Code: "no_assertion", Text: "there is no assertion to exchange"}
	}
	start := e.clock()
	resp, err := e.http.PostForm(ctx, bridge.HopEntra, e.base+"/"+e.tenant+"/oauth2/v2.0/token", http.Header{"Accept": {"application/json"}}, url.Values{
		"grant_type":            {"client_credentials"},
		"client_id":             {e.client},
		"scope":                 {scope},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {assertion.Token.Reveal()},
	})
	if err != nil {
		return bridge.Lease{}, err
	}
	a := answer{resp, bridge.HopEntra, hostOf(e.base)}
	if resp.Status != http.StatusOK {
		return bridge.Lease{}, e.refusal(a, assertion)
	}
	lease, err := e.lease(a, scope, start)
	if err != nil {
		return bridge.Lease{}, err
	}
	lease.Trace = slices.Concat(assertion.Trace, []bridge.Step{{
		Hop: bridge.HopEntra, Who: string(lease.Principal), What: fmt.Sprintf("asked %s/%s for %s", a.host, e.tenant, scope),
		Expiry: lease.Expiry, Took: e.clock().Sub(start),
	}})
	return lease, nil
}

// Reassert exchanges an assertion for an Entra token that is itself an assertion: what Google's providers for Entra take. The
// exchanger's own scope says what it is for, as a rule TokenExchangeResource/.default.
func (e *Entra) Reassert(ctx context.Context, own bridge.Assertion) (bridge.Assertion, error) {
	lease, err := e.Exchange(ctx, own, bridge.LeaseRequest{})
	if err != nil {
		return bridge.Assertion{}, err
	}
	out, err := tokenfile.Peek(lease.Token)
	if err != nil || out.Expiry.IsZero() || !e.clock().Before(out.Expiry) {
		return bridge.Assertion{}, &bridge.Error{
			Kind: bridge.Unreachable, Hop: bridge.HopEntra, Code: "bad_answer", Text: hostOf(e.base) + " gave a token that is not a living JWT",
			Hint: "check this machine's clock (timedatectl), and that resource is one whose tokens are JWTs, such as " + TokenExchangeResource,
		}
	}
	out.Trace = lease.Trace
	return out, nil
}

// scopeOf is the one scope that is asked for: Entra takes every permission that the identity has on one resource.
func (e *Entra) scopeOf(req bridge.LeaseRequest) (string, error) {
	if req.Audience != "" {
		return "", entraUsage("no_id_token", "Entra gives no ID token to a workload", "ask for an access token: name a scope such as https://storage.azure.com/.default")
	}
	switch {
	case len(req.Scopes) > 1:
		return "", entraUsage("too_many_scopes", fmt.Sprintf("Entra takes one scope at a time, not %d", len(req.Scopes)), "make one request for each resource")
	case len(req.Scopes) == 1:
		return req.Scopes[0], checkScope(req.Scopes[0])
	case e.scope == "":
		return "", entraUsage("no_scope", "no scope is named for the Azure token", "name one such as https://storage.azure.com/.default")
	}
	return e.scope, nil
}

func (e *Entra) lease(a answer, scope string, asked time.Time) (bridge.Lease, error) {
	var body struct {
		AccessToken string  `json:"access_token"`
		TokenType   string  `json:"token_type"`
		ExpiresIn   seconds `json:"expires_in"`
	}
	if err := a.decode(&body); err != nil {
		return bridge.Lease{}, err
	}
	const longest = 7 * 24 * 60 * 60 // far over the 28 hours that Entra gives at most
	switch {
	case body.AccessToken == "":
		return bridge.Lease{}, a.bad("without an access_token")
	case !strings.EqualFold(body.TokenType, "Bearer"):
		return bridge.Lease{}, a.bad("with a token that is not a bearer token")
	case body.ExpiresIn <= 0 || body.ExpiresIn > longest:
		return bridge.Lease{}, a.bad("without a usable expires_in")
	}
	token := bridge.NewSecret(body.AccessToken)
	return bridge.Lease{
		Token: token, Type: bridge.AccessToken, Principal: e.principal(token), Scopes: []string{scope},
		// Counted from before the question: the answer's way here must not lengthen the token's life.
		Expiry: asked.Add(time.Duration(body.ExpiresIn) * time.Second),
	}, nil
}

// principal is the service principal's object id, which role assignments name; the client id when the token does not say.
func (e *Entra) principal(token bridge.Secret) bridge.Principal {
	var claims struct {
		ObjectID string `json:"oid"`
	}
	if tokenfile.Decode(token, &claims) != nil || claims.ObjectID == "" {
		return bridge.Principal(e.client)
	}
	return bridge.Principal(claims.ObjectID)
}

func checkScope(scope string) error {
	resource, ok := strings.CutSuffix(scope, "/.default")
	if !ok || resource == "" || strings.ContainsAny(scope, " \t\r\n") {
		return entraUsage("scope_malformed", fmt.Sprintf("scope %q is not of the form RESOURCE/.default", scope),
			"workloads ask for all that they were granted on one resource, such as https://management.azure.com/.default")
	}
	return nil
}

func checkTenant(tenant string) error {
	switch tenant {
	case "":
		return entraUsage("tenant_missing", "no Entra tenant is named", "set the tenant id: az account show --query tenantId")
	case "common", "organizations", "consumers":
		return entraUsage("tenant_malformed", fmt.Sprintf("tenant %q names no single tenant", tenant), "a workload lives in one tenant: az account show --query tenantId")
	}
	if len(tenant) > 255 || strings.Trim(tenant, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") != "" || strings.Contains(tenant, "..") {
		return entraUsage("tenant_malformed", fmt.Sprintf("tenant %q is neither a GUID nor a domain", tenant), "copy it from: az account show --query tenantId")
	}
	return nil
}

func isGUID(id string) bool {
	if len(id) != 36 {
		return false
	}
	for i, r := range id {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (r == '-') || !dash && !strings.ContainsRune("0123456789abcdefABCDEF", r) {
			return false
		}
	}
	return true
}

func entraUsage(code, text, hint string) *bridge.Error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopEntra, Code: code, Text: text, Hint: hint}
}
