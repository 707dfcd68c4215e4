package azureapi

import (
	"maps"
	"net/http"
	"regexp"
	"slices"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// armAudiences are what Resource Manager takes as a token's audience, in the order in which its refusal lists them.
var armAudiences = []string{
	"https://management.core.windows.net/", "https://management.core.windows.net",
	"https://management.azure.com/", "https://management.azure.com",
}

var armPath = regexp.MustCompile(`^/subscriptions(?:/([^/]+)(?:/(?i:(resourcegroups))(?:/([^/]+))?)?)?/?$`)

// serveARM is Azure Resource Manager: subscriptions and resource groups, to be read.
func (a *API) serveARM(rw http.ResponseWriter, r *http.Request) {
	part := armPath.FindStringSubmatch(r.URL.Path)
	if part == nil || r.Method != http.MethodGet {
		notPretended(rw, r)
		return
	}
	c, fault := a.caller(r, armAudiences...)
	if fault != bearerFine {
		a.refuseBearer(rw, r, c, fault)
		return
	}
	if r.URL.Query().Get("api-version") == "" {
		writeProblem(rw, http.StatusBadRequest, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.")
		return
	}
	switch id, groups, group := part[1], part[2], part[3]; {
	case id == "":
		a.listSubscriptions(rw, c)
	case groups == "":
		a.getSubscription(rw, c, id)
	case group == "":
		a.listGroups(rw, c, id)
	default:
		a.getGroup(rw, c, id, group)
	}
}

type armSubscription struct {
	ID                  string `json:"id"`
	AuthorizationSource string `json:"authorizationSource"`
	SubscriptionID      string `json:"subscriptionId"`
	TenantID            string `json:"tenantId"`
	DisplayName         string `json:"displayName"`
	State               string `json:"state"`
}

type armGroup struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Type       string            `json:"type"`
	Location   string            `json:"location"`
	Properties map[string]string `json:"properties"`
}

func subscriptionBody(s world.Subscription) armSubscription {
	return armSubscription{"/subscriptions/" + s.ID, "RoleBased", s.ID, s.TenantID, s.Name, "Enabled"}
}

func groupScope(s world.Subscription, name string) string {
	return "/subscriptions/" + s.ID + "/resourceGroups/" + name
}

func groupBody(s world.Subscription, name string) armGroup {
	return armGroup{groupScope(s, name), name, "Microsoft.Resources/resourceGroups", s.Groups[name], map[string]string{"provisioningState": "Succeeded"}}
}

// listSubscriptions shows the caller's: no role anywhere in one hides it.
func (a *API) listSubscriptions(rw http.ResponseWriter, c caller) {
	value := []armSubscription{}
	for _, s := range a.world.Subscriptions() {
		if s.TenantID == c.tenant && allowedBelow(c.identity, readSubscription, "/subscriptions/"+s.ID) {
			value = append(value, subscriptionBody(s))
		}
	}
	writeJSON(rw, http.StatusOK, map[string]any{
		"value": value,
		"count": map[string]any{"type": "Total", "value": len(value)},
	})
}

func (a *API) getSubscription(rw http.ResponseWriter, c caller, id string) {
	s, ok := a.subscription(rw, c, id)
	if !ok {
		return
	}
	if scope := "/subscriptions/" + s.ID; !allowedBelow(c.identity, readSubscription, scope) {
		unauthorized(rw, c, readSubscription, scope)
		return
	}
	writeJSON(rw, http.StatusOK, subscriptionBody(s))
}

func (a *API) listGroups(rw http.ResponseWriter, c caller, id string) {
	s, ok := a.subscription(rw, c, id)
	if !ok {
		return
	}
	if scope := "/subscriptions/" + s.ID; !allowedBelow(c.identity, readGroup, scope) {
		unauthorized(rw, c, readGroup, scope)
		return
	}
	value := []armGroup{}
	for _, name := range slices.Sorted(maps.Keys(s.Groups)) {
		if allowedBelow(c.identity, readGroup, groupScope(s, name)) {
			value = append(value, groupBody(s, name))
		}
	}
	writeJSON(rw, http.StatusOK, map[string]any{"value": value})
}

func (a *API) getGroup(rw http.ResponseWriter, c caller, id, name string) {
	s, ok := a.subscription(rw, c, id)
	if !ok {
		return
	}
	if scope := groupScope(s, name); !allowed(c.identity, readGroup, scope) {
		unauthorized(rw, c, readGroup, scope)
		return
	}
	if _, ok := s.Groups[name]; !ok {
		writeProblem(rw, http.StatusNotFound, "ResourceGroupNotFound", "Resource group '"+name+"' could not be found.")
		return
	}
	writeJSON(rw, http.StatusOK, groupBody(s, name))
}

// subscription finds it for the caller, or refuses.
func (a *API) subscription(rw http.ResponseWriter, c caller, id string) (world.Subscription, bool) {
	s, err := a.world.Subscription(id)
	if err != nil {
		writeProblem(rw, http.StatusNotFound, "SubscriptionNotFound", "The subscription '"+id+"' could not be found.")
		return s, false
	}
	if s.TenantID != c.tenant {
		wrongTenant(rw, c, s.TenantID)
		return s, false
	}
	return s, true
}
