package armapi

import (
	"maps"
	"net/http"
	"slices"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	readSubscription = "Microsoft.Resources/subscriptions/read"
	readGroup        = "Microsoft.Resources/subscriptions/resourceGroups/read"
)

type subscription struct {
	ID                  string `json:"id"`
	AuthorizationSource string `json:"authorizationSource"`
	SubscriptionID      string `json:"subscriptionId"`
	TenantID            string `json:"tenantId"`
	DisplayName         string `json:"displayName"`
	State               string `json:"state"`
}

type group struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Type       string            `json:"type"`
	Location   string            `json:"location"`
	Properties map[string]string `json:"properties"`
}

func subscriptionScope(s world.Subscription) string { return "/subscriptions/" + s.ID }

func subscriptionBody(s world.Subscription) subscription {
	return subscription{subscriptionScope(s), "RoleBased", s.ID, s.TenantID, s.Name, "Enabled"}
}

func groupScope(s world.Subscription, name string) string {
	return subscriptionScope(s) + "/resourceGroups/" + name
}

func groupBody(s world.Subscription, name string) group {
	return group{groupScope(s, name), name, "Microsoft.Resources/resourceGroups", s.Groups[name], map[string]string{"provisioningState": "Succeeded"}}
}

// listSubscriptions shows the caller's: no role anywhere in one hides it.
func (a *API) listSubscriptions(c *call) {
	value := []subscription{}
	for _, s := range a.world.Subscriptions() {
		if s.TenantID == c.who.Tenant && a.world.AllowedBelow(c.who.ObjectID, readSubscription, subscriptionScope(s)) {
			value = append(value, subscriptionBody(s))
		}
	}
	c.write(http.StatusOK, object{"value": value, "count": object{"type": "Total", "value": len(value)}})
}

func (a *API) getSubscription(c *call) {
	if c.mayBelow(readSubscription, subscriptionScope(c.sub)) {
		c.write(http.StatusOK, subscriptionBody(c.sub))
	}
}

func (a *API) listGroups(c *call) {
	if !c.mayBelow(readGroup, subscriptionScope(c.sub)) {
		return
	}
	value := []group{}
	for _, name := range slices.Sorted(maps.Keys(c.sub.Groups)) {
		if a.world.AllowedBelow(c.who.ObjectID, readGroup, groupScope(c.sub, name)) {
			value = append(value, groupBody(c.sub, name))
		}
	}
	c.write(http.StatusOK, object{"value": value})
}

func (a *API) getGroup(c *call) {
	if !c.may(readGroup, groupScope(c.sub, c.part["group"])) || !c.findGroup() {
		return
	}
	name, _, _ := groupOf(c.sub, c.part["group"])
	c.write(http.StatusOK, groupBody(c.sub, name))
}
