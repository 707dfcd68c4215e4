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
	"github.com/landbridge/landbridge/internal/wire"
)

// ResourceManagerScope is the scope of a lease for Azure Resource Manager in the public cloud.
const ResourceManagerScope = "https://management.azure.com/.default"

const publicResourceManager = "https://management.azure.com"

// ResourceManager makes the one call that proves that a lease opens Azure Resource Manager.
type ResourceManager struct {
	http  *wire.Client
	clock bridge.Clock
	base  string
}

// Subscription is one that the lease's principal may see.
type Subscription struct {
	ID    string `json:"subscriptionId"`
	Name  string `json:"displayName"`
	State string `json:"state"`
}

// Subscriptions is a first page of them, and the step that fetched it. An identity without any role sees none, which is
// an answer, not a refusal.
type Subscriptions struct {
	List []Subscription
	More bool
	Step bridge.Step
}

// NewResourceManager returns a client for base, the public cloud's address when empty. Other hosts than the clouds' own
// and loopback are refused: they would be handed the lease.
func NewResourceManager(client *wire.Client, clock bridge.Clock, base string) (*ResourceManager, error) {
	base, err := ResourceManagerAddress(base)
	if err != nil {
		return nil, err
	}
	return &ResourceManager{http: client, clock: clock, base: base}, nil
}

// ResourceManagerAddress checks an address of Resource Manager, the public cloud's when empty, and returns it without a
// trailing slash. Other hosts than the clouds' own and loopback are refused.
func ResourceManagerAddress(base string) (string, error) {
	if base == "" {
		base = publicResourceManager
	}
	return trusted(bridge.HopARM, "resource manager", base, func(host string) bool {
		return slices.Contains([]string{"management.azure.com", "management.usgovcloudapi.net", "management.chinacloudapi.cn"}, host)
	})
}

// ResourceManagerResource is what a token for Resource Manager at this address is asked for; behind a loopback address
// stands the public cloud, pretended.
func ResourceManagerResource(base string) string {
	if u, err := url.Parse(base); err == nil && !loopback(strings.ToLower(u.Hostname())) {
		return "https://" + u.Hostname()
	}
	return publicResourceManager
}

// Subscriptions lists the subscriptions that the lease's principal may see.
func (m *ResourceManager) Subscriptions(ctx context.Context, lease bridge.Lease) (Subscriptions, error) {
	start := m.clock()
	resp, err := m.http.Get(ctx, bridge.HopARM, m.base+"/subscriptions?api-version=2022-12-01", bearer(lease))
	if err != nil {
		return Subscriptions{}, err
	}
	a := answer{resp, bridge.HopARM, hostOf(m.base)}
	if resp.Status != http.StatusOK {
		out, _ := a.refused()
		out.Hint = resourceHint(out, lease, "Reader on the subscription")
		return Subscriptions{}, out
	}
	var body struct {
		Value    []Subscription `json:"value"`
		NextLink string         `json:"nextLink"`
	}
	if err := a.decode(&body); err != nil {
		return Subscriptions{}, err
	}
	return Subscriptions{List: body.Value, More: body.NextLink != "", Step: m.step(lease, start, len(body.Value))}, nil
}

func (m *ResourceManager) step(lease bridge.Lease, start time.Time, n int) bridge.Step {
	return bridge.Step{
		Hop: bridge.HopARM, Who: string(lease.Principal), What: fmt.Sprintf("listed the subscriptions at %s: %d", hostOf(m.base), n),
		Expiry: lease.Expiry, Took: m.clock().Sub(start),
	}
}

func bearer(lease bridge.Lease) http.Header {
	return http.Header{"Authorization": {"Bearer " + lease.Token.Reveal()}, "Accept": {"application/json"}}
}

// resourceHint says what to do when an Azure service refuses a lease.
func resourceHint(e *bridge.Error, lease bridge.Lease, role string) string {
	switch {
	case e.Retry:
		return e.Hint
	case e.Status == http.StatusUnauthorized:
		return fmt.Sprintf("the token was asked for %v: ask for one of this service's own resource, in the tenant that the subscription belongs to", lease.Scopes)
	case e.Status == http.StatusForbidden:
		return fmt.Sprintf("give %s the role %s: az role assignment create --assignee-object-id %s --assignee-principal-type ServicePrincipal; it takes some minutes", lease.Principal, role, lease.Principal)
	}
	return e.Hint
}
